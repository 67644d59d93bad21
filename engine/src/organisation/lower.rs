//! Reads `workflows/organisation/*.yaml` into one [`Organisation`]. It must never accept a name that leads nowhere.
//!
//! | code | what | code | what |
//! |---|---|---|---|
//! | E0721 | not a region code | E0725 | unknown unit |
//! | E0722 | unknown region | E0726 | unknown role |
//! | E0723 | regions around each other | E0727 | unknown person as head |
//! | E0724 | given twice | E0728 | nothing says which region is served |
//! | W0721 | a unit with nobody in it | | |

use std::collections::BTreeSet;

use super::{Department, Level, Organisation, Person, Region, Unit, region, role};
use crate::source::{Entry, File, Node, Problem, Problems, Reader, Source, Span, brief, closest};
use crate::text::Text;

/// Reads the files of the organisation, merged in their order. `None` if one has errors; all of them, and the warnings,
/// are in `problems`.
pub fn lower(sources: &[Source], problems: &Problems) -> Option<Organisation> {
    let own = Problems::new();
    let trees: Vec<(&Source, Option<Node>)> =
        sources.iter().map(|source| (source, File { source, problems: &own }.parse())).collect();
    let files: Vec<(File<'_>, &Node)> =
        trees.iter().filter_map(|(source, tree)| Some((File { source, problems: &own }, tree.as_ref()?))).collect();
    let organisation = read(&files);
    let sound = !own.has_errors();
    problems.extend(own.into_vec());
    organisation.filter(|_| sound)
}

/// Reads trees that are at hand already. `None` if one has errors.
pub fn lower_trees(files: &[(File<'_>, &Node)], problems: &Problems) -> Option<Organisation> {
    let own = Problems::new();
    let files: Vec<(File<'_>, &Node)> =
        files.iter().map(|(file, tree)| (File { source: file.source, problems: &own }, *tree)).collect();
    let organisation = read(&files);
    let sound = !own.has_errors();
    problems.extend(own.into_vec());
    organisation.filter(|_| sound)
}

fn read(files: &[(File<'_>, &Node)]) -> Option<Organisation> {
    let mut merging = Merging::default();
    for (file, tree) in files {
        let Some(root) = file.map(tree, Text::new("组织机构", "organisation")) else { continue };
        merging.file(&root);
        root.finish();
    }
    merging.check();
    let (file, tree) = files.first()?;
    if merging.organisation.region.is_empty() {
        let message = Text::new("没有写明服务的区域", "nothing says which region is served");
        let problem = Problem::error("E0728", file.source, tree.span, message);
        file.push(problem.cure("加上 `region: \"320404\"`。", "Add `region: \"320404\"`."));
    }
    Some(merging.organisation)
}

/// A name that must exist once everything is read.
struct Promise<'a> {
    file: File<'a>,
    span: Span,
    word: String,
    kind: Promised,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Promised {
    Region,
    Unit,
    Head,
}

#[derive(Default)]
struct Merging<'a> {
    organisation: Organisation,
    promises: Vec<Promise<'a>>,
    /// Units whose regions are the installation's, because nothing else is said.
    default_regions: Vec<String>,
    /// Where each unit stands.
    units: Vec<(File<'a>, Span, String)>,
    /// Where each region stands.
    regions: Vec<(File<'a>, Span, String)>,
    /// People whose region is the installation's.
    default_people: Vec<String>,
}

impl<'a> Merging<'a> {
    fn file(&mut self, root: &Reader<'a>) {
        let file = root.file();
        if let Some(id) = root.text("organisation") {
            self.organisation.id = id.to_owned();
        }
        if let Some(title) = root.localized("title") {
            self.organisation.title = title;
        }
        if let Some(code) = self.code(file, root.text_at("region")) {
            self.organisation.region = code;
        }
        for entry in root.entries_of("regions") {
            self.region(file, entry);
        }
        for entry in root.entries_of("departments") {
            self.department(file, entry);
        }
        for entry in root.entries_of("people") {
            self.person(file, entry);
        }
    }

    /// A region code without filling zeros.
    fn code(&self, file: File<'a>, given: Option<(&str, Span)>) -> Option<String> {
        let (code, span) = given?;
        if Level::of(code).is_none() {
            let message = Text::new(
                format!("“{}”不是区划代码", brief(code)),
                format!("`{}` is not the code of a region", brief(code)),
            );
            let problem = Problem::error("E0721", file.source, span, message);
            file.push(problem.cure(
                "写 6、9 或 12 位数字，并加引号：`\"320404\"`。",
                "Write 6, 9 or 12 digits in quotes: `\"320404\"`.",
            ));
            return None;
        }
        Some(region::significant(code).to_owned())
    }

    fn region(&mut self, file: File<'a>, entry: &'a Entry) {
        let Some(reader) = file.map(&entry.value, Text::new("区域", "region")) else { return };
        reader.require(&["title"]);
        let title = reader.localized("title").unwrap_or_default();
        let level = reader.choice("level", &Level::ALL);
        let parent = self.code(file, reader.text_at("parent"));
        if let Some(code) = &parent {
            self.promise(file, reader.key_span("parent"), code, Promised::Region);
        }
        reader.finish();
        let Some(code) = self.code(file, Some((&entry.key, entry.key_span))) else { return };
        let level = level.or_else(|| Level::of(&code)).unwrap_or(Level::District);
        self.regions.push((file, entry.key_span, code.clone()));
        let region = Region { code: code.clone(), title, level, parent };
        if self.organisation.regions.insert(code, region).is_some() {
            twice(file, entry);
        }
    }

    fn department(&mut self, file: File<'a>, entry: &'a Entry) {
        let Some(reader) = file.map(&entry.value, Text::new("部门", "department")) else { return };
        file.identifier(&entry.key, entry.key_span);
        reader.require(&["title", "units"]);
        let title = reader.localized("title").unwrap_or_default();
        let regions = self.codes(file, &reader);
        for unit in reader.entries_of("units") {
            self.unit(file, &entry.key, &regions, unit);
        }
        reader.finish();
        let department = Department { id: entry.key.clone(), title };
        if self.organisation.departments.insert(entry.key.clone(), department).is_some() {
            twice(file, entry);
        }
    }

    fn unit(&mut self, file: File<'a>, department: &str, around: &[String], entry: &'a Entry) {
        let Some(reader) = file.map(&entry.value, Text::new("科室", "unit")) else { return };
        file.identifier(&entry.key, entry.key_span);
        reader.require(&["title"]);
        let id = format!("{department}.{}", entry.key);
        let mut regions = self.codes(file, &reader);
        if regions.is_empty() {
            regions = around.to_vec();
        }
        if regions.is_empty() {
            self.default_regions.push(id.clone());
        }
        let head = reader.text_at("head");
        if let Some((person, span)) = head {
            self.promise(file, span, person, Promised::Head);
        }
        let unit = Unit {
            id: id.clone(),
            department: department.to_owned(),
            title: reader.localized("title").unwrap_or_default(),
            regions,
            head: head.map(|(person, _)| person.to_owned()),
        };
        reader.finish();
        self.units.push((file, entry.key_span, id.clone()));
        if self.organisation.units.insert(id, unit).is_some() {
            twice(file, entry);
        }
    }

    fn codes(&mut self, file: File<'a>, reader: &Reader<'a>) -> Vec<String> {
        let mut codes = Vec::new();
        for (code, span) in reader.texts("regions") {
            if let Some(code) = self.code(file, Some((code, span))) {
                self.promise(file, span, &code, Promised::Region);
                codes.push(code);
            }
        }
        codes
    }

    fn person(&mut self, file: File<'a>, entry: &'a Entry) {
        let Some(reader) = file.map(&entry.value, Text::new("人员", "person")) else { return };
        file.identifier(&entry.key, entry.key_span);
        reader.require(&["name", "roles"]);
        let mut roles = BTreeSet::new();
        for (word, span) in reader.texts("roles") {
            if !role::ALL.contains(&word) {
                let (zh, en) = (format!("没有角色 `{}`", brief(word)), format!("there is no role `{}`", brief(word)));
                let problem = Problem::error("E0726", file.source, span, Text::new(zh, en)).cure(
                    format!("可以写：{}。", role::ALL.join("、")),
                    format!("What can stand here: {}.", role::ALL.join(", ")),
                );
                file.push(problem.suggest(closest(word, role::ALL.iter().copied())));
            }
            roles.insert(word.to_owned());
        }
        let mut units = Vec::new();
        for (unit, span) in reader.texts("units") {
            self.promise(file, span, unit, Promised::Unit);
            units.push(unit.to_owned());
        }
        let region = reader.text_at("region");
        if region.is_none() {
            self.default_people.push(entry.key.clone());
        }
        let region = self.code(file, region).unwrap_or_default();
        if !region.is_empty() {
            self.promise(file, reader.key_span("region"), &region, Promised::Region);
        }
        let name = reader.localized("name").unwrap_or_default();
        reader.finish();
        let person = Person { id: entry.key.clone(), name, units, roles, region };
        if self.organisation.people.insert(entry.key.clone(), person).is_some() {
            twice(file, entry);
        }
    }

    fn promise(&mut self, file: File<'a>, span: Span, word: &str, kind: Promised) {
        self.promises.push(Promise { file, span, word: word.to_owned(), kind });
    }

    /// What needs all files: defaults, names that must exist, regions around each other, units without people.
    fn check(&mut self) {
        let own = self.organisation.region.clone();
        for id in &self.default_regions {
            if let Some(unit) = self.organisation.units.get_mut(id) {
                unit.regions = vec![own.clone()];
            }
        }
        for id in &self.default_people {
            if let Some(person) = self.organisation.people.get_mut(id) {
                person.region.clone_from(&own);
            }
        }
        for promise in &self.promises {
            self.keep(promise);
        }
        for (file, span, code) in &self.regions {
            let chain = self.organisation.region_chain(code);
            let first =
                chain.last().and_then(|last| self.organisation.region(last)).and_then(|last| last.parent.clone());
            if first.is_some() {
                // The walk stopped although there is a parent: it had been there before.
                let message = Text::new(
                    format!("区域 `{code}` 的上级绕了一圈"),
                    format!("the regions around `{code}` lie around each other"),
                );
                let problem = Problem::error("E0723", file.source, *span, message);
                file.push(problem.cure("改正 `parent`。", "Mend `parent`."));
            }
        }
        for (file, span, id) in &self.units {
            if !self.organisation.people.values().any(|person| person.units.contains(id)) {
                let message = Text::new(
                    format!("科室 `{id}` 没有人，派给它的事项不会有人办理"),
                    format!("nobody works in `{id}`: what is given to it will not be done"),
                );
                let problem = Problem::warning("W0721", file.source, *span, message);
                file.push(problem.cure("在 `people` 中加上人员。", "Add somebody under `people`."));
            }
        }
    }

    fn keep(&self, promise: &Promise<'a>) {
        let organisation = &self.organisation;
        let word = promise.word.as_str();
        let (code, what, known): (_, _, Vec<&str>) = match promise.kind {
            // Where no regions are listed at all, codes alone say where things are.
            Promised::Region if organisation.regions.is_empty() || organisation.region(word).is_some() => return,
            Promised::Unit if organisation.unit(word).is_some() => return,
            Promised::Head if organisation.people.contains_key(word) => return,
            Promised::Region => {
                ("E0722", ("区域", "region"), organisation.regions.keys().map(String::as_str).collect())
            }
            Promised::Unit => ("E0725", ("科室", "unit"), organisation.units.keys().map(String::as_str).collect()),
            Promised::Head => ("E0727", ("人员", "person"), organisation.people.keys().map(String::as_str).collect()),
        };
        let (zh, en) =
            (format!("没有{} `{}`", what.0, brief(word)), format!("there is no {} `{}`", what.1, brief(word)));
        let problem = Problem::error(code, promise.file.source, promise.span, Text::new(zh, en));
        let problem = problem.cure("先声明它，或者改正名称。", "Declare it, or mend the name.");
        promise.file.push(problem.suggest(closest(word, known.into_iter())));
    }
}

fn twice(file: File<'_>, entry: &Entry) {
    let (zh, en) = (format!("`{}` 已经有了", brief(&entry.key)), format!("`{}` exists already", brief(&entry.key)));
    let problem = Problem::error("E0724", file.source, entry.key_span, Text::new(zh, en));
    file.push(problem.cure("合成一处，或者换一个名称。", "Put both into one place, or choose another name."));
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOUND: &str = r#"
organisation: sample
title: {zh: 样例区, en: Sample District}
region: "320404"
regions:
  "320404": {title: 样例区}
  "320404001": {title: 一街道}
  "320471": {title: 开发区, parent: "320404"}
departments:
  police:
    title: {zh: 公安, en: Police}
    units:
      household: {title: 户籍, head: li}
      station: {title: 派出所, regions: ["320404001"]}
people:
  li: {name: 李某, units: [police.household], roles: [clerk, head]}
  wu: {name: 吴某, units: [police.station], roles: [clerk], region: "320404001"}
"#;

    fn codes(yaml: &str) -> Vec<&'static str> {
        let problems = Problems::new();
        let read = lower(&[Source::new("workflows/organisation/a.yaml", yaml)], &problems);
        let problems = problems.into_vec();
        assert_eq!(read.is_none(), problems.iter().any(|problem| problem.code.starts_with('E')), "{problems:#?}");
        problems.into_iter().map(|problem| problem.code).collect()
    }

    #[test]
    fn the_organisation_is_read_with_its_defaults() {
        let problems = Problems::new();
        let organisation = lower(&[Source::new("a.yaml", SOUND)], &problems).expect("sound");
        assert_eq!(problems.into_vec(), []);
        assert_eq!(organisation.people["li"].region, "320404");
        assert!(organisation.serves("police.household", "320471"));
        assert!(!organisation.serves("police.station", "320404002"));
        assert_eq!(organisation.head_of("police.household").map(|person| person.name.zh.as_str()), Some("李某"));
        assert_eq!(organisation.region("320404001").map(|region| region.level), Some(Level::Street));
    }

    #[test]
    fn several_files_are_one_organisation() {
        let (first, second) = SOUND.split_at(SOUND.find("people:").expect("there"));
        let problems = Problems::new();
        let files = [Source::new("a.yaml", first), Source::new("b.yaml", second)];
        assert_eq!(lower(&files, &problems), lower(&[Source::new("a.yaml", SOUND)], &problems));
    }

    #[test]
    fn each_mistake_has_its_code() {
        for (from, to, expected) in [
            ("\"320404001\": {title", "\"3204\u{ff11}\": {title", &["E0721", "E0722", "E0722"][..]),
            ("regions: [\"320404001\"]", "regions: [\"320405\"]", &["E0722"]),
            ("parent: \"320404\"", "parent: \"320471\"", &["E0723"]),
            ("units: [police.station]", "units: [police.statoin]", &["W0721", "E0725"]),
            ("roles: [clerk], ", "roles: [boss], ", &["E0726"]),
            ("head: li", "head: lu", &["E0727"]),
            ("region: \"320404\"\nregions", "regions", &["E0728"]),
            ("units: [police.station]", "units: []", &["W0721"]),
            ("organisation:", "organization:", &["E0131"]),
        ] {
            assert!(SOUND.contains(from), "{from}");
            assert_eq!(codes(&SOUND.replace(from, to)), expected, "{to}");
        }
    }
}
