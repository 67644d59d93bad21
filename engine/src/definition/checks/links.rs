//! Links, starts and messages between processes: is the other side there, does it open, does it listen, does its form ask
//! what is given? It must never look into another process beyond its doors and messages.

use crate::definition::draft::{Draft, DraftAsked, DraftErrand, Place, Placed};
use crate::definition::library::{FileKind, Library};
use crate::definition::links::PROCESS;
use crate::definition::words::both;
use crate::form::{Field, Kind};
use crate::source::{Node, Span, brief, closest};
use crate::text::Text;

/// A field of the other form, where it is written, and its value.
type Given<'a> = (String, Span, Placed<'a>);

/// Every link and every errand of a process.
pub(in crate::definition) fn check(draft: &Draft<'_>) {
    for link in draft.links.values() {
        door(draft, link.process, link.door, link.place);
    }
    for errand in draft.errands.values().flatten() {
        check_errand(draft, errand);
    }
}

fn check_errand(draft: &Draft<'_>, errand: &DraftErrand<'_>) {
    match &errand.what {
        DraftAsked::Start(name) => {
            let Some((process, name)) = link(draft, name, errand.place) else { return };
            // What is wrong with the link itself was said where it is declared.
            let mut doors = versions(draft.library, process).filter_map(|node| door_of(node, name));
            let Some(door) = doors.next() else { return };
            fields(draft, &errand.with, errand.place, door.get("form").and_then(Node::as_text));
        }
        DraftAsked::TellLink(name, message) => {
            let Some((process, _)) = link(draft, name, errand.place) else { return };
            told(draft, &errand.with, errand.place, process, message);
        }
        // Any process may have begun this one.
        DraftAsked::TellParent(_) => {}
        DraftAsked::TellHolders { process, record, key, message } => {
            if known(draft, process, errand.place) {
                holds(draft, errand.place, process, (record, key.len()));
                told(draft, &errand.with, errand.place, process, message);
            }
        }
    }
}

/// Process and door of a link; reports a name that no link has.
fn link<'d>(draft: &'d Draft<'_>, name: &str, place: Place) -> Option<(&'d str, &'d str)> {
    if let Some(link) = draft.links.get(name) {
        return Some((link.process, link.door));
    }
    let message = both(format!("没有关联 `{}`", brief(name)), format!("there is no link `{}`", brief(name)));
    let cure = ("在流程文件的 links 中声明它。", "Declare it under `links` of the process.");
    report(draft, "E0663", place, message, cure, closest(name, draft.links.keys().map(String::as_str)));
    None
}

/// All versions of a process.
pub(super) fn versions<'l>(library: &'l Library, name: &'l str) -> impl Iterator<Item = &'l Node> {
    library.of_kind(FileKind::Process).filter(move |file| file.name == name).map(|file| &file.node)
}

/// Is there such a process? A process that is built from its own files alone does not know the others.
pub(super) fn known(draft: &Draft<'_>, name: &str, place: Place) -> bool {
    let library = draft.library;
    if versions(library, name).next().is_some() {
        return true;
    }
    if library.organisation.is_some() {
        let names = library.of_kind(FileKind::Process).map(|file| file.name.as_str());
        let message = both(format!("没有流程 `{}`", brief(name)), format!("there is no process `{}`", brief(name)));
        let cure = ("写另一个流程文件的 process 名。", "Write the name of another process file.");
        report(draft, "E0664", place, message, cure, closest(name, names));
    }
    false
}

fn door_of<'n>(process: &'n Node, door: &str) -> Option<&'n Node> {
    process.get("start")?.get(door)
}

fn door(draft: &Draft<'_>, process: &str, name: &str, place: Place) {
    if !known(draft, process, place) {
        return;
    }
    let opens = |node: &Node| door_of(node, name).is_some_and(|door| by_process(door.get("by")));
    if versions(draft.library, process).any(opens) {
        return;
    }
    let doors = versions(draft.library, process).filter_map(|node| node.get("start"));
    let doors: Vec<&str> = doors.flat_map(|start| start.entries()).map(|entry| entry.key.as_str()).collect();
    let message = both(
        format!("流程 `{}` 没有可由其他流程打开的入口 `{}`", brief(process), brief(name)),
        format!("the process `{}` has no door `{}` that other processes open", brief(process), brief(name)),
    );
    let cure = (
        "在那个流程的 start 中写这个入口，并写 `by: process`。",
        "Write that door under `start` of the other process, with `by: process`.",
    );
    let near = closest(name, doors.into_iter()).filter(|near| *near != name);
    report(draft, "E0665", place, message, cure, near);
}

fn by_process(by: Option<&Node>) -> bool {
    by.is_some_and(|by| by.as_text() == Some(PROCESS))
}

/// The other process must keep the record by which its cases are found, under a key of as many parts.
fn holds(draft: &Draft<'_>, place: Place, process: &str, (record, parts): (&str, usize)) {
    let records = versions(draft.library, process).filter_map(|node| node.get("records"));
    let declared: Vec<(&str, &Node)> =
        records.flat_map(Node::entries).map(|entry| (entry.key.as_str(), &entry.value)).collect();
    let Some((_, found)) = declared.iter().find(|(name, _)| *name == record) else {
        let message = both(
            format!("流程 `{}` 没有登记 `{}`", brief(process), brief(record)),
            format!("the process `{}` has no record `{}`", brief(process), brief(record)),
        );
        let cure = (
            "写那个流程 records 中的名称：按它找到要告知的办件。",
            "Name one of the `records` of that process: by it the cases are found that are told.",
        );
        let near = closest(record, declared.iter().map(|(name, _)| *name));
        report(draft, "E0669", place, message, cure, near);
        return;
    };
    let first = found.get("key").or_else(|| found.get("keys")?.items().first());
    let wanted = first.map_or(parts, |key| key.items().len().max(1));
    if wanted != parts {
        let message = both(
            format!("登记 `{}` 的键有 {wanted} 项，这里写了 {parts} 项", brief(record)),
            format!("a key of the record `{}` has {wanted} parts, and here are {parts}", brief(record)),
        );
        let cure =
            ("按那个流程 records 中的顺序逐项写。", "Give the same parts in the same order as that process does.");
        report(draft, "E0669", place, message, cure, None);
    }
}

/// The other process must listen to the message, and take it from processes.
pub(super) fn told(draft: &Draft<'_>, with: &[Given<'_>], place: Place, process: &str, name: &str) {
    if !known(draft, process, place) {
        return;
    }
    let message = |node: &'_ Node| node.get("messages").and_then(|messages| messages.get(name)).cloned();
    let own = &draft.frame.name;
    let listens = |message: &Node| {
        let from = message.get("from");
        let several = from.map(Node::items).unwrap_or_default().iter().filter_map(Node::as_text);
        several.chain(from.and_then(Node::as_text)).any(|from| from == PROCESS || from == own)
    };
    let found = versions(draft.library, process).filter_map(message).find(listens);
    let Some(found) = found else {
        let text = both(
            format!("流程 `{}` 不接收其他流程的消息 `{}`", brief(process), brief(name)),
            format!("the process `{}` takes no message `{}` from other processes", brief(process), brief(name)),
        );
        let cure = (
            "在那个流程的 messages 中写这个消息，并写 `from: [process]`。",
            "Write that message under `messages` of the other process, with `from: [process]`.",
        );
        report(draft, "E0666", place, text, cure, None);
        return;
    };
    fields(draft, with, place, found.get("form").and_then(Node::as_text));
}

/// What is given must be asked by the form, and what the form requires must be given.
fn fields(draft: &Draft<'_>, with: &[Given<'_>], place: Place, form: Option<&str>) {
    let Some(name) = form else {
        if let Some((field, span, placed)) = with.first() {
            let place = Place { env: placed.env, span: *span };
            let message = both(
                format!("对方不填表，`{}` 无处可写", brief(field)),
                format!("the other side has no form, so `{}` has no place", brief(field)),
            );
            let cure =
                ("删去 with，或给对方的入口或消息加上 form。", "Delete `with`, or give that door or message a form.");
            report(draft, "E0667", place, message, cure, None);
        }
        return;
    };
    let Some(form) = draft.library.form(name) else { return };
    for (field, span, placed) in with {
        let path: Vec<&str> = field.split('.').collect();
        if let Err(near) = find(&form.fields, &path) {
            let place = Place { env: placed.env, span: *span };
            let message = both(
                format!("表单 `{}` 没有字段 `{}`", brief(name), brief(field)),
                format!("the form `{}` has no field `{}`", brief(name), brief(field)),
            );
            let cure = (
                "用表单中的字段名；组内的字段写成 组.字段。",
                "Use a field of that form; inside a group `group.field`.",
            );
            report(draft, "E0667", place, message, cure, near.as_deref());
        }
    }
    let given: Vec<&str> = with.iter().map(|(field, _, _)| field.as_str()).collect();
    if let Some(missing) = missing(&form.fields, "", &given) {
        let message = both(
            format!("表单 `{}` 的必填字段 `{missing}` 没有值", brief(name)),
            format!("the form `{}` requires `{missing}`, and nothing is given for it", brief(name)),
        );
        let cure = (format!("在 with 中加上 `{missing}: …`。"), format!("Add `{missing}: …` under `with`."));
        report(draft, "E0668", place, message, (&cure.0, &cure.1), None);
    }
}

/// Is there a field under the path? Kinds with parts of their own are not looked into.
fn find(fields: &[Field], path: &[&str]) -> Result<(), Option<String>> {
    let Some((first, rest)) = path.split_first() else { return Ok(()) };
    let Some(field) = fields.iter().find(|field| field.id == *first) else {
        return Err(closest(first, fields.iter().map(|field| field.id.as_str())).map(str::to_owned));
    };
    let parts = matches!(field.kind, Kind::Group | Kind::Person) && field.repeat.is_none();
    if parts { find(&field.fields, rest) } else { Ok(()) }
}

/// The first field that is always asked, must be answered, and gets nothing.
fn missing(fields: &[Field], prefix: &str, given: &[&str]) -> Option<String> {
    fields.iter().filter(|field| field.when.is_none()).find_map(|field| {
        let path = format!("{prefix}{}", field.id);
        let inside = format!("{path}.");
        if given.contains(&path.as_str()) {
            return None;
        }
        let rows = field.repeat.as_ref().map(|repeat| repeat.min);
        match (&field.kind, rows) {
            (_, Some(min)) => (min > 0).then_some(path),
            (Kind::Group | Kind::Person, None) => {
                let begun = given.iter().any(|given| given.starts_with(&inside));
                if begun || field.required { missing(&field.fields, &inside, given) } else { None }
            }
            (_, None) => (field.required && !given.iter().any(|given| given.starts_with(&inside))).then_some(path),
        }
    })
}

fn report(
    draft: &Draft<'_>,
    code: &'static str,
    place: Place,
    message: Text,
    cure: (&str, &str),
    suggestion: Option<&str>,
) {
    draft.problems.push(draft.error(code, place.env, place.span, message).cure(cure.0, cure.1).suggest(suggestion));
}
