//! Tables and parameters as guards of a process see them: one small process, told by stories.

use onething_engine::rulebook::assemble;
use onething_engine::source::{Problems, Source};
use onething_engine::story;

const PROCESS: &str = r#"
process: loan
title: {zh: 借阅, en: Loan}
effective: {from: 2020-01-01}
lead: library.desk
time: {calendar: none, roll: none}
late: card_only
parties: {applicant: {title: {zh: 读者, en: Reader}, is: answers.request.reader}}
start: {ask: {by: applicant, form: request, to: asked}}
initial: asked
states:
  asked:
    title: {zh: 审核, en: Review}
    task: {by: library.desk, form: review, limit: 2 days}
    outcomes:
      done:
        title: {zh: 完成, en: Done}
        first:
          - {when: 'answers.request.price > parameter("cap")', to: too_dear}
          - {when: 'table("allowed", {"kind": answers.request.kind, "age": answers.request.age}).lend', to: lent}
          - {to: refused}
  lent:     {type: final, result: success}
  refused:  {type: final, result: failure}
  too_dear: {type: final, result: failure}
"#;

const FORMS: [(&str, &str); 2] = [
    (
        "forms/request.yaml",
        "form: request\ntitle: {zh: 申请, en: Request}\nfields:\n  reader: {type: person, parts: [name], title: {zh: 读者, en: Reader}}\n  \
         kind: {options: {book: {zh: 书, en: Book}, film: {zh: 影片, en: Film}}, title: {zh: 种类, en: Kind}}\n  \
         age: {type: number, min: 0, max: 150, title: {zh: 年龄, en: Age}}\n  price: {type: money, min: 0, title: {zh: 价格, en: Price}}\n",
    ),
    (
        "forms/review.yaml",
        "form: review\ntitle: {zh: 审核, en: Review}\nfields: {ok: {type: yes_no, title: {zh: 核对, en: Checked}}}\n",
    ),
];

const DATA: &str = r#"
parameters:
  cap:
    type: money
    title: {zh: 上限, en: Cap}
    values:
      - {from: 2020-01-01, to: 2025-06-30, value: 100.00, basis: 甲}
      - {from: 2025-07-01, value: 200.00, basis: 乙}
tables:
  allowed:
    title: {zh: 可借, en: Allowed}
    inputs: {kind: [book, film], age: {type: number, min: 0, max: 150}}
    results: {lend: yes_no}
    rows:
      - {when: {kind: book}, lend: true}
      - {when: {kind: film, age: ">= 18"}, lend: true}
      - {when: {kind: film, age: "< 18"}, lend: false}
"#;

const ORGANISATION: &str = r#"
organisation: sample
title: {zh: 样例, en: Sample}
region: "320404"
departments: {library: {title: {zh: 图书馆, en: Library}, units: {desk: {title: {zh: 服务台, en: Desk}}}}}
people: {li: {name: 李某, units: [library.desk], roles: [clerk]}}
"#;

fn told(begin: &str, kind: &str, age: u32, price: &str, end: &str) -> String {
    format!(
        "story: {end}-{age}\ntitle: {{zh: 故事, en: Story}}\nprocess: loan\nbegin: {begin} 09:00\n\
         people:\n  reader: {{party: applicant}}\n  desk: {{office: library.desk}}\nsteps:\n  \
         - {{reader: start.ask, with: {{request: {{reader: {{name: 王某}}, kind: {kind}, age: {age}, price: {price}}}}}}}\n  \
         - {{desk: asked.done, with: {{review: {{ok: true}}}}}}\n  - expect: {{in: [{end}]}}\n"
    )
}

/// Every problem of the files, and of the stories that did not hold.
fn play(process: &str, stories: &[String]) -> Vec<String> {
    let mut sources = vec![
        Source::new("workflows/loan/process.yaml", process),
        Source::new("workflows/parameters/a.yaml", DATA),
        Source::new("workflows/organisation/a.yaml", ORGANISATION),
    ];
    sources.extend(FORMS.iter().map(|(path, text)| Source::new(*path, text)));
    let problems = Problems::new();
    let assembled = assemble(&sources, &problems);
    let mut found: Vec<String> =
        problems.into_vec().iter().map(|problem| format!("{} {}", problem.code, problem.message.en)).collect();
    if !found.is_empty() {
        return found;
    }
    for text in stories {
        let read = story::read(&Source::new("workflows/loan/a.story.yaml", text)).expect("the story can be read");
        let played = story::play(&assembled.rulebook, &read);
        found.extend(played.problems.iter().map(|problem| problem.message.en.clone()));
    }
    found
}

#[test]
fn guards_ask_tables_and_parameters() {
    let stories = [
        told("2025-01-01", "book", 9, "50.00", "lent"),
        told("2025-01-01", "film", 17, "50.00", "refused"),
        told("2025-01-01", "film", 18, "50.00", "lent"),
        told("2025-06-30", "film", 18, "150.00", "too_dear"),
        told("2025-07-01", "film", 18, "150.00", "lent"),
    ];
    assert_eq!(play(PROCESS, &stories), Vec::<String>::new());
    // The stories can fail: a film for a child is not lent.
    assert_ne!(play(PROCESS, &[told("2025-01-01", "film", 17, "50.00", "lent")]), Vec::<String>::new());
}

#[test]
fn an_unknown_table_or_result_is_a_problem_of_the_file() {
    for (from, to, code) in [
        ("table(\"allowed\"", "table(\"alowed\"", "E02"),
        (").lend'", ").lendd'", "E02"),
        ("parameter(\"cap\")", "parameter(\"cup\")", "E02"),
    ] {
        assert!(PROCESS.contains(from), "{from}");
        let found = play(&PROCESS.replace(from, to), &[]);
        assert!(found.iter().any(|problem| problem.starts_with(code)), "{to}: {found:?}");
    }
}
