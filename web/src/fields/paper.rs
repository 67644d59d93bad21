//! A paper on a page: how it is given, what was uploaded for it, and what may be uploaded. It must never show a file that
//! was not looked up for this visitor.

use onething_engine::form::{LATER, Trust, Upload};
use onething_engine::material::Limits;
use onething_engine::text::Language;

use super::{Paper, Pick, Sheet, Writing};

/// What is asked for a paper: the lowest grade and whether it may follow, the kinds of files, the most pages.
pub(super) fn paper(writing: &Writing<'_>, path: &str, wanted: (Trust, bool), media: &[String], pages: u32) -> Paper {
    let how = ways(writing, path, wanted);
    let upload = how.iter().any(|pick| pick.value == "upload");
    let known = &writing.showing.files.uploads;
    let name = format!("{path}.files");
    let ids: Vec<&str> = writing.all_typed(&name).filter(|id| known.contains_key(*id)).collect();
    let count = ids.len();
    let sheets = ids.iter().enumerate().filter_map(|(at, id)| {
        let upload = known.get(*id)?;
        Some(Sheet {
            id: (*id).to_owned(),
            title: writing.t(&format!("第 {} 张", at + 1), &format!("Sheet {}", at + 1)),
            name: upload.name.clone(),
            facts: facts(writing, upload),
            address: format!("{}/{id}/full", writing.showing.files.base),
            small: matches!(upload.media.as_str(), "jpg" | "png")
                .then(|| format!("{}/{id}/small", writing.showing.files.base))
                .unwrap_or_default(),
            turns: upload.media != "heic",
            first: at == 0,
            last: at + 1 == count,
        })
    });
    let sheets: Vec<Sheet> = sheets.collect();
    Paper {
        field: writing.name(path),
        how_field: writing.name(&format!("{path}.how")),
        id: format!("{}-files", writing.id(path)),
        accept: accept(media),
        limit: limit(writing, media, pages),
        label: if sheets.is_empty() {
            writing.t("选择照片或文件", "Choose pictures or files")
        } else {
            writing.t("再加几页", "Add more pages")
        },
        upload,
        sheets,
        how,
    }
}

/// Kinds for the window in which a file is chosen. HEIC is taken but not named: a phone that is not asked for it turns its
/// pictures into JPEG by itself, which every office can open.
fn accept(media: &[String]) -> String {
    let kind = |ending: &str| match ending {
        "jpg" => Some("image/jpeg"),
        "png" => Some("image/png"),
        "pdf" => Some("application/pdf"),
        _ => None,
    };
    media.iter().filter_map(|ending| kind(ending)).collect::<Vec<_>>().join(",")
}

/// What may be uploaded, said before anything is chosen.
fn limit(writing: &Writing<'_>, media: &[String], pages: u32) -> String {
    let limits = Limits::default();
    let kinds: Vec<String> = media.iter().map(|ending| ending.to_uppercase()).collect();
    let (each, pdf) = (limits.bytes >> 20, limits.pdf_bytes >> 20);
    match writing.showing.language {
        Language::Zh => format!(
            "可以拍照或选择文件（{}），最多 {pages} 页；每张照片不超过 {each} MB，PDF 不超过 {pdf} MB。",
            kinds.join("、")
        ),
        Language::En => format!(
            "Take a picture or choose files ({}), {pages} pages at most; {each} MB for each picture, {pdf} MB for a PDF.",
            kinds.join(", ")
        ),
    }
}

fn facts(writing: &Writing<'_>, upload: &Upload) -> String {
    let kib = upload.bytes.div_ceil(1024);
    let size = if kib < 1024 { format!("{kib} KB") } else { format!("{}.{} MB", kib / 1024, kib % 1024 * 10 / 1024) };
    let kind = upload.media.to_uppercase();
    if upload.pages > 1 {
        writing.t(&format!("{kind}，{} 页，{size}", upload.pages), &format!("{kind}, {} pages, {size}", upload.pages))
    } else {
        writing.t(&format!("{kind}，{size}"), &format!("{kind}, {size}"))
    }
}

/// The ways to give a paper that reading accepts, from whom fills in the form and at the grade the field asks for.
fn ways(writing: &Writing<'_>, path: &str, (least, later): (Trust, bool)) -> Vec<Pick> {
    let chosen = writing.typed(&format!("{path}.how"));
    let follows = later.then(|| Pick {
        id: format!("{}-{LATER}", writing.id(path)),
        value: LATER.to_owned(),
        label: writing.t("稍后补交", "I will hand it in later"),
        hint: String::new(),
        chosen: chosen == LATER,
    });
    let fitting = Trust::WAYS.into_iter().filter_map(|(way, _)| Some((way, Trust::of(way, writing.showing.staff)?)));
    fitting
        .filter(|(_, grade)| *grade <= least && (*grade != Trust::C || !writing.showing.files.off))
        .map(|(way, grade)| Pick {
            id: format!("{}-{way}", writing.id(path)),
            value: way.to_owned(),
            label: match grade {
                Trust::A => writing.t("部门共享数据核验", "Fetched from the agency"),
                Trust::B => writing.t("窗口已核对原件", "Original seen at the counter"),
                Trust::C => writing.t("上传", "Upload"),
                Trust::D => writing.t("书面承诺", "Promised in writing"),
            },
            hint: String::new(),
            chosen: chosen == way,
        })
        .chain(follows)
        .collect()
}
