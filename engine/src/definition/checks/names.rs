//! Names of things outside the process: forms, texts, documents, offices. It must never look at the shape of the chart.

use crate::definition::draft::{Draft, Place};
use crate::definition::model::Assignee;
use crate::definition::words::both;
use crate::source::{brief, closest};

/// Forms, notices, documents and offices that do not exist.
pub(in crate::definition) fn check(draft: &Draft<'_>) {
    let library = draft.library;
    for ((name, _), place) in &draft.forms {
        if library.form(name).is_none() && !library.broken_forms.contains(name) {
            let names = library.forms.keys().map(String::as_str);
            let what = both(format!("没有表单 `{}`", brief(name)), format!("there is no form `{}`", brief(name)));
            report(
                draft,
                "E0551",
                *place,
                what,
                ("在 forms/ 中写 `form: 名称`。", "Write `form: name` in forms/."),
                closest(name, names),
            );
        }
    }
    for (name, place) in &draft.notices {
        if !draft.frame.notices.contains_key(name) {
            let names = draft.frame.notices.keys().map(String::as_str);
            let what =
                both(format!("没有通知文本 `{}`", brief(name)), format!("there is no notice text `{}`", brief(name)));
            let cure = ("在 notices 中写 subject 和 body。", "Write its subject and body under `notices`.");
            report(draft, "E0552", *place, what, cure, closest(name, names));
        }
    }
    for (code, place) in &draft.documents {
        if !draft.frame.documents.contains_key(code) {
            let names = draft.frame.documents.keys().map(String::as_str);
            let what = both(format!("没有文书 `{}`", brief(code)), format!("there is no document `{}`", brief(code)));
            report(
                draft,
                "E0553",
                *place,
                what,
                ("在 documents 中写它的名称。", "Give its title under `documents`."),
                closest(code, names),
            );
        }
    }
    offices(draft);
}

fn offices(draft: &Draft<'_>) {
    let Some(organisation) = &draft.library.organisation else { return };
    for (assignee, place) in &draft.offices {
        let (Assignee::Office(office) | Assignee::Site { office, .. }) = assignee else { continue };
        if organisation.units.contains_key(office) || organisation.departments.contains_key(office) {
            continue;
        }
        let names = organisation.units.keys().map(String::as_str);
        let what = both(format!("没有科室 `{}`", brief(office)), format!("there is no office `{}`", brief(office)));
        let cure = ("在 workflows/organisation/ 中声明它。", "Declare it in workflows/organisation/.");
        report(draft, "E0554", *place, what, cure, closest(office, names));
    }
}

fn report(
    draft: &Draft<'_>,
    code: &'static str,
    place: Place,
    message: crate::text::Text,
    cure: (&str, &str),
    suggestion: Option<&str>,
) {
    draft.problems.push(draft.error(code, place.env, place.span, message).cure(cure.0, cure.1).suggest(suggestion));
}
