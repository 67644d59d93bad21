//! The page about forms says only what is so: each YAML block on it is a whole file, and is loaded here.

use onething_engine::source::{Problems, Source};
use onething_engine::{form, organisation, parameter, table};

const PAGE: &str = include_str!("../../docs/forms.md");

#[test]
fn every_block_of_the_page_is_a_sound_file() {
    let blocks: Vec<&str> =
        PAGE.split("```yaml\n").skip(1).map(|block| block.split("```").next().unwrap_or_default()).collect();
    assert_eq!(blocks.len(), 3);
    let mut read = Vec::new();
    for block in blocks {
        let (kind, rest) = block.split_once(':').expect("a first key");
        let name = rest.split_whitespace().next().unwrap_or_default();
        let (source, problems) = (Source::new(format!("{name}.yaml"), block), Problems::new());
        let files = std::slice::from_ref(&source);
        let sound = match kind {
            "form" => form::lower(&source, &problems).is_some(),
            "organisation" => organisation::lower(files, &problems).is_some(),
            "parameters" => {
                let parameters = parameter::lower(files, &problems);
                table::lower(files, &problems).is_some() && parameters.is_some()
            }
            other => panic!("nothing reads a file that begins with {other}"),
        };
        assert!(sound && problems.into_vec().is_empty(), "{block}");
        read.push(kind);
    }
    assert_eq!(read, ["form", "organisation", "parameters"]);
}

#[test]
fn the_page_names_every_type_of_field() {
    let form = "form: a\ntitle: 甲\nfields: {x: {type: nothing, title: 文}}\n";
    let problems = Problems::new();
    assert!(form::lower(&Source::new("a.yaml", form), &problems).is_none());
    let cure = problems.into_vec().remove(0).cure.en;
    let types: Vec<&str> = cure.split('`').skip(1).step_by(2).collect();
    assert!(types.len() > 15, "{types:?}");
    for name in types {
        assert!(PAGE.contains(&format!("`{name}`")), "the page does not name `{name}`");
    }
}
