//! The files that every page needs: one style sheet, one script that only adds comfort, the icon. They are part of the
//! binary; their address carries a number made from their text, so that a browser asks for each version once. It must
//! never read a file.

use axum::http::header;
use axum::response::IntoResponse;

/// The style sheet: tokens first, then the frame, the pieces, and what belongs to single matters. Later files may use what
/// earlier ones define; nobody overrides a token outside of `tokens.css`.
pub const STYLE: &str = concat!(
    include_str!("../static/style/tokens.css"),
    include_str!("../static/style/frame.css"),
    include_str!("../static/style/pieces.css"),
    include_str!("../static/style/forms.css"),
    include_str!("../static/style/apply.css"),
    include_str!("../static/style/case.css"),
    include_str!("../static/style/guide.css"),
    include_str!("../static/style/tables.css"),
    include_str!("../static/style/materials.css"),
    include_str!("../static/style/small.css"),
    include_str!("../static/style/print.css"),
);

/// The script: what it does, a page can do without it.
pub const SCRIPT: &str = include_str!("../static/comfort.js");

/// The number of this version of the files, hexadecimal.
pub fn version() -> &'static str {
    static VERSION: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
        // FNV-1a: it tells versions apart, nobody has to trust it.
        let step = |sum: u64, byte: u8| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        format!("{:08x}", STYLE.bytes().chain(SCRIPT.bytes()).fold(0xcbf2_9ce4_8422_2325, step) & 0xffff_ffff)
    });
    &VERSION
}

/// The style sheet.
pub async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE)
}

/// The script.
pub async fn script() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], SCRIPT)
}

/// The icon.
pub async fn icon() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "image/svg+xml")], include_str!("../static/icon.svg"))
}
