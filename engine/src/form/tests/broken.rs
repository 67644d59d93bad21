//! Forms that must be refused, each with the codes it must bring.

use crate::form::lower;
use crate::source::{Problems, Source};

fn codes(yaml: &str) -> Vec<&'static str> {
    let (source, problems) = (Source::new("forms/a.yaml", yaml), Problems::new());
    let form = lower(&source, &problems);
    let problems = problems.into_vec();
    let errors = problems.iter().any(|problem| problem.code.starts_with('E'));
    assert_eq!(form.is_none(), errors, "{problems:#?}");
    problems.into_iter().map(|problem| problem.code).collect()
}

fn fields(yaml: &str) -> Vec<&'static str> {
    codes(&format!("form: a\ntitle: 甲\nfields:\n{yaml}"))
}

#[test]
fn each_mistake_has_its_code() {
    for (yaml, expected) in [
        ("  row: {title: 行}", &["E0401"][..]),
        ("  answers: {title: 行}", &["E0401"]),
        ("  Name: {title: 行}", &["E0142"]),
        ("  x: {type: choice, title: 题}", &["E0402"]),
        ("  x: {type: group, title: 组}", &["E0402"]),
        ("  x: {type: text, title: 组, fields: {w: {title: 丁}}}", &["E0402"]),
        ("  x: {type: number, title: 数, min: 5, max: 3}", &["E0404"]),
        ("  x: {type: date, title: 日, not_before: 2026-02-01, not_after: 2026-01-01}", &["E0404"]),
        ("  x: {type: text, title: 文, max: 0}", &["E0404"]),
        (
            "  x: {title: 组, repeat: {max: 3}, fields: {w: {title: 组, repeat: {max: 3}, fields: {z: {title: 丁}}}}}",
            &["E0405"],
        ),
        ("  x: {title: 文, repeat: {max: 3}}", &["E0405"]),
        ("  x: {title: 文, when: 'w == \"1\"'}\n  w: {title: 后}", &["E0408"]),
        ("  x: {title: 文, when: 'x == \"1\"'}", &["E0408"]),
        ("  x: {title: 文, when: 'z == \"1\"'}", &["E0205"]),
        ("  x: {title: 文, when: 'today > date(\"2026-01-01\")'}", &["E0205"]),
        ("  x: {title: 文, when: row.w}", &["E0205"]),
        ("  w: {type: number, title: 数}\n  x: {title: 文, when: w}", &["E0210"]),
        ("  x: {options: {a: 甲}, title: 题}\n  w: {title: 文, when: 'x == \"b\"'}", &["E0211"]),
        ("  x: {title: 文, rules: [{expect: 'x != \"\"', message: 空, at: nowhere}]}", &["E0409"]),
        ("  x: {title: 文, corrects: report.x}", &["E0410"]),
        ("  x: {type: person, title: 人, parts: [name, idnumber]}", &["E0411"]),
        ("  x: {type: person, title: 人, parts: [name, name?]}", &["E0403"]),
        ("  x: {type: person, title: 人, fields: {name: {title: 名}}}", &["E0403"]),
        ("  w: {type: yes_no, title: 问}\n  x: {title: 文, when: w, unless: w}", &["E0412"]),
        ("  x: {type: money, title: 钱, max: 三千}", &["E0413"]),
        ("  x: {type: bank_account, title: 账, personal: false}", &["W0401"]),
        ("  x: {type: txet, title: 文}", &["E0143"]),
        ("  x: {type: phone, title: 话, max: 3}", &["E0131"]),
        ("  x: {type: phone}", &["E0132"]),
        ("  x: {type: file, title: 件, media: [exe]}", &["E0402"]),
        ("  x: {type: file, title: 件, trust: e}", &["E0143"]),
        ("  {}", &["E0402"]),
        ("  x: {title: 文, rules: [{expect: 'x != \"\"', message: 输入有误}]}", &["W0402"]),
    ] {
        assert_eq!(fields(yaml), expected, "{yaml}");
    }
    assert_eq!(codes("form: b\ntitle: 甲\nfields: {x: {title: 文}}"), ["E0407"]);
    assert_eq!(codes("title: 甲\nfields: {x: {title: 文}}"), ["E0132"]);
    assert_eq!(codes("form: a\ntitle: 甲\n"), ["E0132"]);
}

#[test]
fn all_mistakes_come_at_once() {
    let found = fields("  row: {title: 行}\n  x: {type: number, min: 3, max: 1}\n  w: {title: 文, when: 'nothing'}\n");
    assert_eq!(found, ["E0401", "E0132", "E0404", "E0205"]);
}

#[test]
fn earlier_fields_may_be_asked_also_inside_a_row() {
    let sound = "  g: {title: 组, repeat: {max: 3}, fields: {a: {options: {p: 甲, q: 乙}, title: 题}, b: {title: 文, when: 'row.a == \"p\"'}}}\n  \
                 c: {title: 文, when: 'g.exists(x, x.a == \"p\")'}\n  d: {title: 文, when: 'has(answers.other.x)'}\n";
    assert_eq!(fields(sound), Vec::<&str>::new());
    let later = "  g: {title: 组, repeat: {max: 3}, fields: {b: {title: 文, when: 'row.a == \"p\"'}, a: {options: {p: 甲, q: 乙}, title: 题}}}\n";
    assert_eq!(fields(later), ["E0408"]);
}

#[test]
fn a_mistake_in_an_expression_is_shown_where_it_is() {
    let yaml = "form: a\ntitle: 甲\nfields:\n  x: {title: 文}\n  w: {title: 文, when: 'x == \"1\" && zz'}\n";
    let (source, problems) = (Source::new("forms/a.yaml", yaml), Problems::new());
    assert_eq!(lower(&source, &problems), None);
    let problem = problems.into_vec().remove(0);
    let line = yaml.lines().nth(problem.span.line as usize - 1).unwrap();
    let shown: String =
        line.chars().skip(problem.span.column as usize - 1).take(problem.span.length as usize).collect();
    assert_eq!(shown, "zz");
}

#[test]
fn too_many_fields_are_refused() {
    let yaml: String = (0..400).map(|at| format!("  f{at}: {{title: 文}}\n")).collect();
    assert_eq!(fields(&yaml), ["E0406"]);
    let deep = (0..9).fold("{title: 文}".to_owned(), |inner, _| format!("{{title: 组, fields: {{x: {inner}}}}}"));
    assert!(fields(&format!("  x: {deep}")).contains(&"E0406"));
}
