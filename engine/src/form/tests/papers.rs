//! Papers: how they may be given, by whom, how far each way is trusted, and which may follow later.

use std::collections::BTreeSet;

use super::*;

#[test]
fn a_paper_may_follow_only_where_the_form_says_so() {
    let form = form(
        "papers",
        "form: papers\ntitle: 材料\nfields: {proof: {type: file, title: 证明, later: true}, id: {type: file, title: 身份证}}\n",
    );
    let given = pairs_of(&[("proof.how", "later"), ("id.how", "later")]);
    let reading = form.read(&given, &context());
    assert_eq!(found(&reading.problems), [("id", "file.how")]);
    assert_eq!(reading.values.to_json(), json!({"proof": {"how": "later"}}));
    let value = Value::Map(BTreeMap::from([(
        "proof".to_owned(),
        Value::Map(BTreeMap::from([("how".to_owned(), Value::Text("later".into()))])),
    )]));
    assert_eq!(found(&form.check(&value, &context()).problems), [("id", "required")]);
}

#[test]
fn papers_carry_a_grade_of_trust() {
    let form = form(
        "papers",
        "form: papers\ntitle: 材料\nfields: {paper: {type: file, title: 证明, trust: b}, promise: {type: file, title: 承诺, trust: d, pages: 2}}\n",
    );
    let files = BTreeMap::from([(
        "u1".to_owned(),
        Upload { name: "a.pdf".into(), media: "pdf".into(), pages: 3, ..Upload::default() },
    )]);
    let counter = Context { staff: true, files: Some(&files), ..context() };
    let at = |pairs: &[(&str, &str)], context: &Context<'_>| {
        let reading = form.read(&pairs_of(pairs), context);
        let codes: Vec<&str> = reading.problems.iter().map(|problem| problem.code).collect();
        (codes, reading.values.to_json())
    };
    let shown = at(&[("paper.how", "counter"), ("promise.how", "promise")], &counter);
    assert_eq!(
        shown,
        (vec![], json!({"paper": {"how": "counter", "trust": "b"}, "promise": {"how": "promise", "trust": "d"}}))
    );
    // The ways a page offers at a grade are those that reading takes.
    let ways = |staff: bool, least: Trust| -> Vec<&str> {
        let fitting = Trust::WAYS.iter().filter(|(way, _)| Trust::of(way, staff).is_some_and(|grade| grade <= least));
        fitting.map(|(way, _)| *way).collect()
    };
    assert_eq!(ways(false, Trust::C), ["upload"]);
    assert_eq!(ways(false, Trust::D), ["upload", "promise"]);
    assert_eq!(ways(true, Trust::B), ["counter", "share"]);
    // An applicant cannot say that somebody saw the original, and an upload is not enough here.
    let citizen = Context { staff: false, ..counter };
    assert_eq!(at(&[("paper.how", "counter"), ("promise.files", "u1")], &citizen).0, ["file.how", "file.pages"]);
    assert_eq!(at(&[("paper.files", "u1"), ("promise.files", "u2")], &citizen).0, ["file.trust", "file.missing"]);
    assert_eq!(at(&[("paper.how", "upload"), ("paper.name", "x.pdf")], &citizen).0, ["file.trust", "required"]);
}

#[test]
fn an_uploaded_paper_keeps_its_pages_in_order_and_what_they_hold() {
    let form = form("papers", "form: papers\ntitle: 材料\nfields: {paper: {type: file, title: 证明, pages: 3}}\n");
    let upload =
        |name: &str, pages| Upload { name: name.into(), media: "jpg".into(), pages, bytes: 9, hash: name.into() };
    let files = BTreeMap::from([("f1".to_owned(), upload("one", 1)), ("f2".to_owned(), upload("two", 2))]);
    let context = Context { files: Some(&files), ..context() };
    let read = |pairs: &[(&str, &str)]| form.read(&pairs_of(pairs), &context);
    // Said twice is one page; a name or a hash that a page claims is not believed.
    let sent = [
        ("paper.how", "upload"),
        ("paper.files", "f2"),
        ("paper.files", "f1"),
        ("paper.files", "f2"),
        ("paper.name", "other.pdf"),
        ("paper.hashes", "forged"),
    ];
    let reading = read(&sent);
    assert_eq!(found(&reading.problems), []);
    let paper = json!({"how": "upload", "trust": "c", "name": "two", "pages": 3, "files": ["f2", "f1"], "hashes": ["two", "one"]});
    assert_eq!(reading.values.to_json(), json!({ "paper": paper }));
    assert_eq!(file_ids(&reading.values), BTreeSet::from(["f1".to_owned(), "f2".to_owned()]));
    // What is stored is read again as it was sent.
    let again = form.read(&pairs(&reading.values), &context);
    assert_eq!((again.values, again.problems), (reading.values, Vec::new()));
    // A file of somebody else is like none.
    assert_eq!(found(&read(&[("paper.files", "f1"), ("paper.files", "f9")]).problems), [("paper", "file.missing")]);
    assert_eq!(found(&read(&[("paper.how", "upload"), ("paper.name", "x.jpg")]).problems), [("paper", "file.missing")]);
}
