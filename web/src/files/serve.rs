//! Giving files out. An address that is asked with a session checks who may see the file, and leads to one that is signed,
//! bound to the visitor and gone in a few minutes; only that gives bytes, always as an attachment in a sandbox. It must
//! never give a byte by a name, nor to anybody but whom it was signed for.

use axum::Extension;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use onething_engine::form::file_ids;
use onething_engine::material::Media;
use onething_engine::store::FileRow;

use crate::app::App;
use crate::failure::Failure;
use crate::gate::{Open, OwnFile, encode};
use crate::session::Visitor;
use crate::view::Look;

/// Legal milliseconds that a signed address is good for.
const GOOD_MS: i64 = 5 * 60_000;
/// Names the use of the signature.
const PURPOSE: &str = "file address";
/// Nothing in a file may do anything in a browser.
pub const SANDBOX: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";

/// The parts of a file: all of it, or the small picture.
fn is_part(part: &str) -> bool {
    matches!(part, "full" | "small")
}

/// A file that the visitor sent.
pub async fn own(
    State(app): State<App>,
    Path((id, part)): Path<(String, String)>,
    Extension(visitor): Extension<Visitor>,
    Extension(OwnFile(row)): Extension<OwnFile>,
) -> Result<Response, Failure> {
    lead(&app, &visitor, &row, &id, &part).await
}

/// A file of a case, if it stands in an answer that the visitor may see, or is the visitor's own.
pub async fn of_case(
    State(app): State<App>,
    Path((_, id, part)): Path<(String, String, String)>,
    Extension(visitor): Extension<Visitor>,
    Extension(open): Extension<Open>,
) -> Result<Response, Failure> {
    let actor = visitor.actor()?;
    let row = app.store().file(&id).await?.ok_or(Failure::NotFound)?;
    let look = Look {
        loaded: &open.loaded,
        definition: &open.definition,
        rules: &open.rules,
        facts: &open.facts,
        actor,
        now: app.now().await?,
        language: visitor.language,
    };
    let seen = open.loaded.case.answers.iter().any(|version| {
        let form = open.definition.forms.get(&version.form);
        let values = form.and_then(|form| look.visible(&version.holder, form));
        values.is_some_and(|values| file_ids(&values).contains(&id))
    });
    if !seen && row.owner != actor.stands_for() {
        return Err(Failure::NotFound);
    }
    lead(&app, &visitor, &row, &id, &part).await
}

async fn lead(app: &App, visitor: &Visitor, row: &FileRow, id: &str, part: &str) -> Result<Response, Failure> {
    if !is_part(part) {
        return Err(Failure::NotFound);
    }
    if part == "small" && row.small.is_none() {
        return Ok(Redirect::to("/static/icon.svg").into_response());
    }
    let until = app.now().await?.plus(GOOD_MS).0;
    let proof = app.store().keyed(PURPOSE, &signed(&visitor.actor()?.id, id, part, until));
    Ok(Redirect::to(&format!("/f/{id}/{part}?until={until}&proof={proof}")).into_response())
}

fn signed(actor: &str, id: &str, part: &str, until: i64) -> String {
    format!("{actor}\u{1f}{id}\u{1f}{part}\u{1f}{until}")
}

/// The bytes.
pub async fn bytes(
    State(app): State<App>,
    Path((id, part)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Failure> {
    let query = query.unwrap_or_default();
    let of = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    let until: i64 = of("until").and_then(|text| text.parse().ok()).ok_or(Failure::NotFound)?;
    let wanted = app.store().keyed(PURPOSE, &signed(&visitor.actor()?.id, &id, &part, until));
    let given = of("proof").unwrap_or_default();
    let now = app.now().await?.0;
    if !same(&wanted, given) || now > until || until > now + 2 * GOOD_MS {
        return Err(Failure::NotFound);
    }
    let row = app.store().file(&id).await?.ok_or(Failure::NotFound)?;
    let uploads = app.uploads.as_deref().ok_or(Failure::NotFound)?;
    let (hash, media) = match (part.as_str(), &row.small) {
        ("full", _) => (&row.upload.hash, Media::named(&row.upload.media).ok_or(Failure::NotFound)?),
        ("small", Some(small)) => (small, Media::Jpg),
        _ => return Err(Failure::NotFound),
    };
    let bytes = uploads.vault.read(hash).await.map_err(|error| Failure::broken("vault", &error))?;
    let mut response = bytes.ok_or(Failure::NotFound)?.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media.mime()));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(SANDBOX));
    let name =
        format!("attachment; filename=\"paper.{}\"; filename*=UTF-8''{}", media.ending(), encode(&row.upload.name));
    if let Ok(name) = HeaderValue::from_str(&name.replace('/', "%2F")) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// Compared without stopping at the first difference.
fn same(wanted: &str, given: &str) -> bool {
    wanted.len() == given.len() && wanted.bytes().zip(given.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}
