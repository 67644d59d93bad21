//! Proves that `visible_to` names somebody. A misspelt office would hide a field from everybody, silently. It is asked
//! when the organisation and the processes are at hand, which a form alone does not know.

use std::collections::BTreeSet;

use crate::organisation::{Organisation, role};
use crate::source::{Content, Entry, File, Node, Problem, closest};
use crate::text::Text;

/// Reports every name under `visible_to` that is no department, office or role, and no party of any process. Without
/// `parties` (no process at hand) only offices are looked at.
pub fn check_viewers(file: File<'_>, tree: &Node, organisation: &Organisation, parties: &BTreeSet<&str>) {
    let Content::Map(entries) = &tree.content else { return };
    for Entry { key, value, .. } in entries {
        if key != "visible_to" {
            check_viewers(file, value, organisation, parties);
            continue;
        }
        let single = std::slice::from_ref(value);
        let names = if value.items().is_empty() { single } else { value.items() };
        for node in names {
            if let Some(name) = node.as_text().filter(|name| !is_known(name, organisation, parties)) {
                unknown(file, node, name, organisation, parties);
            }
        }
    }
}

fn is_known(name: &str, organisation: &Organisation, parties: &BTreeSet<&str>) -> bool {
    if name.contains('.') {
        return organisation.unit(name).is_some();
    }
    parties.is_empty()
        || parties.contains(name)
        || role::ALL.contains(&name)
        || organisation.departments.contains_key(name)
}

fn unknown(file: File<'_>, node: &Node, name: &str, organisation: &Organisation, parties: &BTreeSet<&str>) {
    let shown = crate::source::brief(name);
    let message = Text::new(
        format!("没有名为 `{shown}` 的部门、科室、角色或当事人"),
        format!("there is no department, office, role or party called `{shown}`"),
    );
    let problem = Problem::error("E0414", file.source, node.span, message)
        .cause(
            "谁都对不上这个名称，这个字段就没有人看得到。",
            "Nobody goes by this name, so nobody would see the field.",
        )
        .cure(
            "写部门、科室（部门.科室）、角色，或者流程 parties 中的名称。",
            "Write a department, an office (department.unit), a role, or a name under `parties` of a process.",
        );
    let offices = organisation.units.keys().chain(organisation.departments.keys()).map(String::as_str);
    let known = offices.chain(parties.iter().copied()).chain(role::ALL.iter().copied());
    file.push(problem.suggest(closest(name, known)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organisation::{Department, Unit};
    use crate::source::{Problems, Source};

    fn found(names: &str, parties: &[&str]) -> Vec<(&'static str, Option<String>)> {
        let mut organisation = Organisation::default();
        let title = Text::same("科");
        let department = Department { id: "police".into(), title: title.clone() };
        organisation.departments.insert("police".into(), department);
        let unit =
            Unit { id: "police.household".into(), department: "police".into(), title, regions: vec![], head: None };
        organisation.units.insert("police.household".into(), unit);
        let yaml = format!("form: a\nfields: {{g: {{fields: {{x: {{title: 文, visible_to: {names}}}}}}}}}\n");
        let (source, problems) = (Source::new("a.yaml", yaml), Problems::new());
        let file = File { source: &source, problems: &problems };
        check_viewers(file, &file.parse().expect("YAML"), &organisation, &parties.iter().copied().collect());
        problems.into_vec().into_iter().map(|problem| (problem.code, problem.suggestion)).collect()
    }

    #[test]
    fn every_viewer_is_somebody() {
        let parties = ["applicant"];
        assert_eq!(found("[police, police.household, supervisor, applicant]", &parties), []);
        assert_eq!(found("[police.houshold]", &parties), [("E0414", Some("police.household".to_owned()))]);
        assert_eq!(found("polize", &parties), [("E0414", Some("police".to_owned()))]);
        assert_eq!(found("[aplicant]", &parties), [("E0414", Some("applicant".to_owned()))]);
        assert_eq!(found("[somebody]", &[]), []);
    }
}
