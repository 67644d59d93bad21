//! Every kind of mistake: its code, its place, and what was meant.

use super::*;

/// The code, the marked characters and the suggestion of each problem of `text`.
fn problems(text: &str, expected: &Type) -> Vec<(&'static str, String, Option<String>)> {
    let problems = Expression::parse(text, &World::form(&[]), expected).expect_err(text);
    for problem in &problems {
        assert!(!problem.message.zh.is_empty() && !problem.message.en.is_empty(), "{text}");
        assert!(!problem.cure.zh.is_empty() && !problem.cure.en.is_empty(), "{text}");
    }
    let marked = |problem: &ExpressionProblem| text.chars().skip(problem.column).take(problem.length).collect();
    problems.iter().map(|problem| (problem.code, marked(problem), problem.suggestion.clone())).collect()
}

fn only(text: &str, code: &str, marked: &str, meant: Option<&str>) {
    let expected = if text.starts_with("answers.report.amount +") { Type::Money } else { Type::Bool };
    let found = problems(text, &expected);
    assert_eq!(found.len(), 1, "{text}: {found:?}");
    assert_eq!((found[0].0, found[0].1.as_str(), found[0].2.as_deref()), (code, marked, meant), "{text}");
}

#[test]
fn unknown_names_are_suggested() {
    only("answer.report.agree", "E0205", "answer", Some("answers"));
    only("answers.report.agrree", "E0206", "agrree", Some("agree"));
    only("answers.report . agrree", "E0206", "agrree", Some("agree"));
    only("visit('correcting') > 1", "E0207", "visit", Some("visits"));
    only("answers.report.name.contain('x')", "E0207", "contain", Some("contains"));
    only("True", "E0205", "True", Some("true"));
    only("active('corecting')", "E0214", "'corecting'", Some("\"correcting\""));
    only("visits('open') > 1", "E0215", "'open'", Some("\"item.open\""));
    only("parameter('capp') == yuan(1)", "E0211", "'capp'", Some("\"cap\""));
}

#[test]
fn choices_are_checked_letter_by_letter() {
    only("answers.report.status == \"non\"", "E0211", "\"non\"", Some("\"none\""));
    only("\"employd\" == answers.report.status", "E0211", "\"employd\"", Some("\"employed\""));
    only("answers.report.status in ['none', 'residents']", "E0211", "'residents'", Some("\"resident\""));
    only("'c' in answers.report.kinds", "E0211", "'c'", None);
    only("answers.report.status < 'none'", "E0209", "<", None);
}

#[test]
fn units_are_never_mixed() {
    only("answers.report.amount > 500", "E0212", "500", Some("money(\"…\")"));
    only("answers.report.amount + 5", "E0212", "5", Some("money(\"…\")"));
    only("answers.report.died_on < '2025-05-10'", "E0213", "'2025-05-10'", Some("date(\"…\")"));
    only("answers.report.died_on + 3 == date('2025-01-01')", "E0213", "3", None);
    only("answers.report.age + days(3) == 3", "E0213", "age", None);
    only("days(3) == 3", "E0213", "days", None);
    only("answers.report.died_on == date('2025-02-29')", "E0219", "'2025-02-29'", None);
    only("answers.report.amount == money('12.505')", "E0219", "'12.505'", None);
}

#[test]
fn types_are_proved() {
    only("answers.report.age", "E0210", "age", None);
    only("answers.report.agree == 'yes'", "E0209", "==", None);
    only("answers.report.age && true", "E0209", "age", None);
    only("answers.report.age + 'x' == 'x'", "E0209", "+", None);
    only("answers.report.heirs.name == 'x'", "E0206", "name", None);
    only("answers.report.heirs.exists(h, h.shar > 1)", "E0206", "shar", Some("share"));
    only("answers.report.age.exists(h, true)", "E0209", "age", None);
    only("answers.report.name.matches('a+')", "E0218", "matches", None);
    only("age(answers.report.died_on) > 3", "E0208", "age", None);
    only("has(answers)", "E0208", "answers", None);
    only("null", "E0210", "null", None);
}

#[test]
fn writing_of_other_keyboards_and_languages_is_named() {
    only("answers.report.age ＞ 3", "E0204", "＞", Some(">"));
    only("answers.report.name == “x”", "E0204", "“", Some("\""));
    only("answers.report.age = 3", "E0204", "=", Some("=="));
    only("answers.report.agree and true", "E0204", "and", Some("&&"));
    only("answers.report.name == 张三", "E0204", "张", None);
    only("answers.report.age > 1.5", "E0218", "1.5", None);
    only("answers.report.age > 3 # old", "E0204", "#", None);
    only("(answers.report.age > 3", "E0203", "(", None);
    only("answers.report.age > 3)", "E0203", ")", None);
    only("answers.report.name == '文' &&", "E0203", "&", None);
    only("", "E0203", "", None);
    only("answers.report.name == '张三' answers", "E0203", "answers", None);
    only("for == 3", "E0203", "for", None);
    only("1 ? 2", "E0203", "2", None);
    only("answers.report.age\u{3000}> 3", "E0204", "\u{3000}", None);
}

#[test]
fn all_problems_of_a_text_come_at_once_after_chinese_text_too() {
    let found = problems("answers.report.name == '张三' && answers.report.agre && foo == 1", &Type::Bool);
    let marks: Vec<&str> = found.iter().map(|(_, marked, _)| marked.as_str()).collect();
    assert_eq!(marks, ["agre", "foo"]);
}
