//! Keeping what arrived: looked through, looked at, cleaned, written, noted; then its id stands among the answers. What
//! cannot be kept becomes something to mend beside its field. It must never let one bad file cost another or a word typed.

use onething_engine::form::{FieldProblem, Upload};
use onething_engine::material::{self, Clean, Unfit};
use onething_engine::store::FileRow;
use onething_engine::text::Text;
use onething_engine::vault::Verdict;

use super::receive::Arrived;
use super::{QUOTA, UPLOAD, Uploads, tidy_name};
use crate::app::App;
use crate::failure::Failure;
use crate::sent::Sent;
use crate::session::{self, Visitor};

/// Why a file is not kept.
enum Refusal {
    /// By what it is.
    Unfit(Unfit),
    /// The scanner found something.
    Harmful,
    /// Nobody could look through it.
    Unscanned,
    /// Its owner has sent too much.
    Quota,
    /// This installation takes no files.
    Off,
    /// There were too many at once.
    TooMany,
}

impl Refusal {
    fn problem(&self, path: &str, name: &str) -> FieldProblem {
        let (code, text) = match self {
            Refusal::Unfit(unfit) => (unfit.code(), unfit.text()),
            Refusal::Harmful => (
                "file.harmful",
                Text::new(
                    "安全检查发现这个文件有风险，没有保存。请换一台设备重新拍照，或者把原件带到窗口。",
                    "The security check found something harmful in it; it was not kept. Take the picture again with another device, or bring the paper to the window.",
                ),
            ),
            Refusal::Unscanned => (
                "file.unscanned",
                Text::new(
                    "安全检查暂时不可用，这个文件没有保存。其他内容都在，请过几分钟再传，或者把原件带到窗口。",
                    "The security check is not available right now and this file was not kept. Everything else was. Send it again in a few minutes, or bring the paper to the window.",
                ),
            ),
            Refusal::Quota => (
                "file.quota",
                Text::new(
                    "您上传的文件总量已满，请先删去不用的页再传。",
                    "You have sent as much as there is room for. Take out pages you do not need, then send it again.",
                ),
            ),
            Refusal::Off => (
                "file.off",
                Text::new(
                    "本站暂不接收上传，请把原件带到窗口。",
                    "Nothing can be uploaded here at present. Bring the paper to the window.",
                ),
            ),
            Refusal::TooMany => (
                "file.many",
                Text::new(
                    "一次最多上传 20 个文件，请分几次上传。",
                    "At most 20 files can be sent at once. Send them in parts.",
                ),
            ),
        };
        let shown: String = tidy_name(name, "").trim_end_matches('.').chars().take(20).collect();
        let message = Text::new(format!("“{shown}”：{}", text.zh), format!("“{shown}”: {}", text.en));
        FieldProblem { path: path.to_owned(), code, message }
    }
}

/// Keeps every file that arrived, and puts its id behind those that the form names already.
///
/// # Errors
/// The disk or the store failed; a file that is no good is none.
pub async fn take(app: &App, visitor: &Visitor, sent: &mut Sent, arrived: Vec<Arrived>) -> Result<(), Failure> {
    for one in arrived {
        let Some(path) = one.field.strip_suffix(UPLOAD) else { return Err(Failure::Unreadable) };
        match keep(app, visitor, sent, &one).await? {
            Ok(id) => {
                let how = format!("{path}.how");
                sent.pairs.retain(|(name, _)| *name != how);
                sent.pairs.push((how, "upload".to_owned()));
                sent.pairs.push((format!("{path}.files"), id));
            }
            Err(refusal) => sent.refused.push(refusal.problem(path, &one.name)),
        }
    }
    Ok(())
}

async fn keep(app: &App, visitor: &Visitor, sent: &Sent, one: &Arrived) -> Result<Result<String, Refusal>, Failure> {
    let Some(uploads) = app.uploads.as_deref() else { return Ok(Err(Refusal::Off)) };
    let Some(coming) = &one.coming else {
        let kept = sent.pairs.iter().filter(|(name, _)| name.ends_with(".files")).count();
        let many = kept >= super::FILES_MAX;
        let too_large = Refusal::Unfit(Unfit::TooLarge { limit: uploads.limits.bytes });
        return Ok(Err(if many { Refusal::TooMany } else { too_large }));
    };
    // Its points take memory; whoever waits here waits behind at most a few others.
    let _turn = uploads.looking.acquire().await.map_err(|error| Failure::broken("uploads", &error))?;
    let bytes = coming.bytes().await.map_err(|error| Failure::broken("vault", &error))?;
    match uploads.scanner.look(&bytes).await {
        Ok(Verdict::Clean) => {}
        Ok(Verdict::Harmful) => {
            tracing::warn!("a file that was sent is harmful");
            return Ok(Err(Refusal::Harmful));
        }
        Err(error) => {
            tracing::error!(%error, "a file could not be looked through");
            return Ok(Err(Refusal::Unscanned));
        }
    }
    let limits = uploads.limits;
    let looked = tokio::task::spawn_blocking(move || material::inspect(&bytes, &limits)).await;
    match looked.map_err(|error| Failure::broken("material", &error))? {
        Ok(clean) => {
            let draft = sent.get("_draft").filter(|id| is_draft(id)).map(str::to_owned);
            let name = tidy_name(&one.name, clean.media.ending());
            Ok(note(app, uploads, visitor, clean, name, draft).await?.ok_or(Refusal::Quota))
        }
        Err(unfit) => Ok(Err(Refusal::Unfit(unfit))),
    }
}

fn is_draft(id: &str) -> bool {
    id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Writes what was made of a file, then its row; its id, or `None` where its owner has sent too much.
///
/// # Errors
/// The disk or the store failed.
pub async fn note(
    app: &App,
    uploads: &Uploads,
    visitor: &Visitor,
    clean: Clean,
    name: String,
    draft: Option<String>,
) -> Result<Option<String>, Failure> {
    let broken = |error| Failure::broken("vault", &error);
    let hash = uploads.vault.keep(&clean.bytes).await.map_err(broken)?;
    let small = match &clean.small {
        Some(small) => Some(uploads.vault.keep(small).await.map_err(broken)?),
        None => None,
    };
    let id = session::token()?.split_at(32).0.to_owned();
    let upload = Upload {
        name,
        media: clean.media.ending().to_owned(),
        pages: clean.pages,
        bytes: clean.bytes.len() as u64,
        hash,
    };
    let owner = visitor.actor()?.stands_for().to_owned();
    let kept = app.store().keep_file(&FileRow { id: id.clone(), owner, draft, upload, small }, QUOTA).await?;
    Ok(kept.then_some(id))
}
