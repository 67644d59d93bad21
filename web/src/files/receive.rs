//! A form with files as it arrives (multipart/form-data, RFC 7578), piece by piece: texts into pairs, files onto the disk.
//! It must never take a file before the form has proved whose it is, and never read one from anywhere but the request.

use axum::extract::multipart::{Field, Multipart};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use onething_engine::vault::Coming;

use super::{FILES_MAX, Uploads};
use crate::app::App;
use crate::failure::Failure;
use crate::sent::{PAIRS_MAX, Sent};
use crate::session::{self, Visitor};

/// Longest name of a field or a file.
const NAME_MAX: usize = 400;

/// A file that arrived.
#[derive(Debug)]
pub struct Arrived {
    /// Name of the field.
    pub field: String,
    /// Name given by the browser.
    pub name: String,
    /// Its bytes; `None` where it was too large or there is no place for it.
    pub coming: Option<Coming>,
}

/// Is the body a form with files?
pub fn is_multipart(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("multipart/form-data"))
}

/// Reads a form. `text_bytes` bounds what was typed; files have their own limits.
///
/// # Errors
/// It is no such form, is too large, or does not carry the token of the visitor before its first file.
pub async fn receive(
    app: &App,
    visitor: &Visitor,
    request: Request,
    text_bytes: usize,
) -> Result<(Sent, Vec<Arrived>), Failure> {
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| Failure::Unreadable)?;
    let (mut sent, mut arrived, mut left) = (Sent::default(), Vec::new(), text_bytes);
    while let Some(field) = form.next_field().await.map_err(|error| unread(&error))? {
        let name = field.name().unwrap_or_default().to_owned();
        if name.is_empty() || name.len() > NAME_MAX || sent.pairs.len() + arrived.len() >= PAIRS_MAX {
            return Err(Failure::Unreadable);
        }
        let Some(file_name) = field.file_name().map(str::to_owned) else {
            let text = typed(field, left).await?;
            left -= text.len();
            sent.pairs.push((name, text));
            continue;
        };
        if !session::proves(visitor, sent.get("_csrf").unwrap_or_default()) {
            return Err(Failure::Expired);
        }
        let (coming, length) = file(app.uploads.as_deref().filter(|_| arrived.len() < FILES_MAX), field).await?;
        // A field in which no file was chosen is sent as an empty file without a name.
        if length > 0 || !file_name.is_empty() {
            arrived.push(Arrived { field: name, name: file_name.chars().take(NAME_MAX).collect(), coming });
        }
    }
    Ok((sent, arrived))
}

async fn typed(mut field: Field<'_>, most: usize) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(|error| unread(&error))? {
        if bytes.len() + piece.len() > most {
            return Err(Failure::TooLarge);
        }
        bytes.extend_from_slice(&piece);
    }
    // Browsers send line breaks of both kinds; a text with U+0000 cannot be stored, and nobody types one.
    String::from_utf8(bytes).ok().filter(|text| !text.contains('\0')).ok_or(Failure::Unreadable)
}

/// Takes a file to its end. One that is too large is left, but what follows it in the form is not.
async fn file(uploads: Option<&Uploads>, mut field: Field<'_>) -> Result<(Option<Coming>, usize), Failure> {
    let mut coming = match uploads {
        Some(uploads) => Some(uploads.vault.receive().await.map_err(|error| Failure::broken("vault", &error))?),
        None => None,
    };
    let limit = uploads.map_or(0, |uploads| uploads.limits.bytes);
    let mut length = 0;
    while let Some(piece) = field.chunk().await.map_err(|error| unread(&error))? {
        length += piece.len();
        if length > limit {
            coming = None;
        }
        if let Some(coming) = &mut coming {
            coming.write(&piece).await.map_err(|error| Failure::broken("vault", &error))?;
        }
    }
    Ok((coming, length))
}

fn unread(error: &axum::extract::multipart::MultipartError) -> Failure {
    if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE { Failure::TooLarge } else { Failure::Unreadable }
}
