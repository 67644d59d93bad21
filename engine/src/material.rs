//! What an uploaded file truly is, by its content, and the same paper without anything that it should not carry: position
//! of the camera, scripts, attachments, what was hidden behind its end. Pure functions on bytes. It must never trust a
//! name, and never hand on bytes that it has not understood.

mod heic;
mod pdf;
mod picture;

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::text::Text;

/// A kind of file that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Media {
    /// JPEG (ISO/IEC 10918).
    Jpg,
    /// PNG (ISO/IEC 15948).
    Png,
    /// HEIF with an HEVC picture (ISO/IEC 23008-12), as newer phones take.
    Heic,
    /// PDF (ISO 32000).
    Pdf,
}

impl Media {
    /// Every kind with its file name ending, which is also its word in forms and answers.
    pub const ALL: [(&'static str, Media); 4] =
        [("jpg", Media::Jpg), ("png", Media::Png), ("heic", Media::Heic), ("pdf", Media::Pdf)];

    /// The kind with this ending.
    pub fn named(ending: &str) -> Option<Media> {
        Media::ALL.into_iter().find(|(known, _)| *known == ending).map(|(_, media)| media)
    }

    /// The ending.
    pub fn ending(self) -> &'static str {
        match self {
            Media::Jpg => "jpg",
            Media::Png => "png",
            Media::Heic => "heic",
            Media::Pdf => "pdf",
        }
    }

    /// The media type, for browsers.
    pub fn mime(self) -> &'static str {
        match self {
            Media::Jpg => "image/jpeg",
            Media::Png => "image/png",
            Media::Heic => "image/heic",
            Media::Pdf => "application/pdf",
        }
    }
}

/// How much of a file is taken. The figures are ours: what a phone makes of a sheet of paper fits several times over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a file.
    pub bytes: usize,
    /// Bytes of a PDF: it is taken apart in memory, object by object.
    pub pdf_bytes: usize,
    /// Points of a picture, width times height.
    pub points: u64,
    /// Longer pictures are made smaller to this many points on their long side.
    pub side: u32,
    /// Points on the long side of the small picture for lists.
    pub small_side: u32,
    /// Pages of a PDF.
    pub pages: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { bytes: 20 << 20, pdf_bytes: 10 << 20, points: 64_000_000, side: 4096, small_side: 320, pages: 200 }
    }
}

/// A paper that can be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clean {
    /// What it is.
    pub media: Media,
    /// What is kept: written anew, not as it came.
    pub bytes: Vec<u8>,
    /// Pages; 1 for a picture.
    pub pages: u32,
    /// Width and height of a picture as it is seen, in points.
    pub size: Option<(u32, u32)>,
    /// A small JPEG for lists, where one can be made.
    pub small: Option<Vec<u8>>,
}

/// Why a file is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// Nothing is in it.
    Empty,
    /// More than the limit, in bytes.
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// Something else than a photograph or a PDF.
    Unknown,
    /// It begins like one, but cannot be read to its end.
    Damaged,
    /// It opens with a password only.
    Locked,
    /// More points than the limit.
    TooManyPoints,
    /// More pages than the limit.
    TooManyPages {
        /// The limit.
        limit: u32,
    },
    /// Its content unpacks to far more than a paper can be.
    TooMuchInside,
    /// It cannot be turned: only pictures and PDF files can.
    NotTurned,
}

impl Unfit {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Unfit::Empty => "file.empty",
            Unfit::TooLarge { .. } => "file.too_large",
            Unfit::Unknown => "file.kind",
            Unfit::Damaged => "file.damaged",
            Unfit::Locked => "file.locked",
            Unfit::TooManyPoints => "file.points",
            Unfit::TooManyPages { .. } => "file.pages",
            Unfit::TooMuchInside => "file.inside",
            Unfit::NotTurned => "file.turn",
        }
    }

    /// What happened and what to do.
    pub fn text(self) -> Text {
        match self {
            Unfit::Empty => Text::new(
                "这个文件是空的，请重新选择或重新拍照。",
                "The file is empty. Choose it again or take the picture again.",
            ),
            Unfit::TooLarge { limit } => {
                let mib = limit >> 20;
                Text::new(
                    format!("文件不能超过 {mib} MB。请用较低的清晰度重拍，或者分成几页上传。"),
                    format!(
                        "A file may have {mib} MB at most. Take it at a lower resolution, or send its pages one by one."
                    ),
                )
            }
            Unfit::Unknown => Text::new(
                "只能上传照片（JPG、PNG、HEIC）或 PDF。其他文件请先另存为 PDF，或者拍照上传。",
                "Photographs (JPG, PNG, HEIC) and PDF files can be sent. Save anything else as PDF, or take a picture of it.",
            ),
            Unfit::Damaged => Text::new(
                "文件不完整或已损坏，打不开。请重新拍照，或者重新保存后再传。",
                "The file is incomplete or damaged. Take the picture again, or save the file anew and send that.",
            ),
            Unfit::Locked => Text::new(
                "这个 PDF 有密码。请去掉密码后再传，或者拍照上传。",
                "The PDF opens with a password only. Remove the password, or send a picture of it.",
            ),
            Unfit::TooManyPoints => Text::new(
                "图片尺寸太大。请用较低的清晰度重拍，或者缩小后再传。",
                "The picture has too many points. Take it at a lower resolution, or make it smaller.",
            ),
            Unfit::TooManyPages { limit } => Text::new(
                format!("一个 PDF 最多 {limit} 页，请分成几个文件。"),
                format!("A PDF may have {limit} pages at most. Split it."),
            ),
            Unfit::TooMuchInside => Text::new(
                "这个文件内部结构异常，不能接收。请打印后拍照上传，或者到窗口提交。",
                "The file is built in an unusual way and cannot be taken. Print it and send a picture, or bring it to the window.",
            ),
            Unfit::NotTurned => Text::new(
                "这种文件不能在这里旋转，请重新拍照。",
                "This kind of file cannot be turned here; take the picture again.",
            ),
        }
    }
}

/// Looks at a file and gives what can be kept of it.
///
/// # Errors
/// Why it is not taken.
pub fn inspect(bytes: &[u8], limits: &Limits) -> Result<Clean, Unfit> {
    if bytes.is_empty() {
        return Err(Unfit::Empty);
    }
    let media = sniff(bytes).ok_or(Unfit::Unknown)?;
    let limit = if media == Media::Pdf { limits.pdf_bytes.min(limits.bytes) } else { limits.bytes };
    if bytes.len() > limit {
        return Err(Unfit::TooLarge { limit });
    }
    guarded(|| match media {
        Media::Jpg | Media::Png => picture::clean(bytes, media, limits),
        Media::Heic => heic::clean(bytes, limits),
        Media::Pdf => pdf::clean(bytes, limits),
    })
}

/// The same paper, turned to the right by quarters of a circle.
///
/// # Errors
/// It cannot be turned, or is not a paper that [`inspect`] made.
pub fn turn(bytes: &[u8], quarters: u8, limits: &Limits) -> Result<Clean, Unfit> {
    let media = sniff(bytes).ok_or(Unfit::Unknown)?;
    guarded(|| match media {
        Media::Jpg | Media::Png => picture::turn(bytes, media, quarters % 4, limits),
        Media::Heic => Err(Unfit::NotTurned),
        Media::Pdf => pdf::turn(bytes, quarters % 4, limits),
    })
}

/// What a file is by its first bytes. What comes after them must still be read.
pub fn sniff(bytes: &[u8]) -> Option<Media> {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Some(Media::Jpg),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Media::Png),
        [b'%', b'P', b'D', b'F', b'-', ..] => Some(Media::Pdf),
        _ if heic::begins(bytes) => Some(Media::Heic),
        _ => None,
    }
}

/// A decoder that panics has met a file it does not understand.
fn guarded(work: impl FnOnce() -> Result<Clean, Unfit>) -> Result<Clean, Unfit> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(Unfit::Damaged))
}

#[cfg(test)]
mod tests;
