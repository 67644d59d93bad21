//! From the bytes of a file to its text. It must never guess an encoding: what is not UTF-8 is refused with advice.

use std::sync::Arc;

use super::parse::{MAX_BYTES, small};
use super::{Problem, Severity, Source, Span};
use crate::text::Text;

/// The text of a file's bytes.
pub(super) fn decode(path: Arc<str>, bytes: &[u8]) -> Result<Source, Box<Problem>> {
    if bytes.len() > MAX_BYTES {
        return Err(Box::new(too_large(path)));
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) || sparse_zeros(bytes) {
        let message = Text::new("文件是 UTF-16 编码，不是 UTF-8", "the file is UTF-16, not UTF-8");
        return Err(Box::new(not_utf8(path, Span::default(), message)));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Source::new(path, text)),
        Err(error) => {
            let good = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            let line = good.matches('\n').count() + 1;
            let column = good.rsplit('\n').next().unwrap_or("").chars().count() + 1;
            let span = Span { line: small(line), column: small(column), length: 1 };
            let message = Text::new("从这里起不是 UTF-8 文字", "from here on this is not UTF-8 text");
            Err(Box::new(not_utf8(path, span, message)))
        }
    }
}

/// UTF-16 without a mark: one of the first two bytes is zero.
fn sparse_zeros(bytes: &[u8]) -> bool {
    bytes.len() >= 2 && (bytes[0] == 0) != (bytes[1] == 0)
}

pub(super) fn too_large(path: Arc<str>) -> Problem {
    let message = Text::new(format!("文件超过 {MAX_BYTES} 字节"), format!("the file is larger than {MAX_BYTES} bytes"));
    Problem::at("E0101", Severity::Error, path, Span::default(), message)
        .cause(
            "大小有上限，恶意文件才不能拖垮服务。",
            "The size is bounded so that no file can bring the service down.",
        )
        .cure("把文件拆成几个片段（fragment）。", "Split it, for example into fragments.")
}

fn not_utf8(path: Arc<str>, span: Span, message: Text) -> Problem {
    Problem::at("E0102", Severity::Error, path, span, message).cure(
        "在编辑器中另存为 UTF-8（常见的误存编码是 GBK 和 UTF-16）。",
        "Save it as UTF-8 in the editor (GBK and UTF-16 are the usual mistakes).",
    )
}
