//! Papers: how they may be given, by whom, how far each way is trusted, and which may follow later.

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
    let files = BTreeMap::from([("u1".to_owned(), Upload { name: "a.pdf".into(), media: "pdf".into(), pages: 3 })]);
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
    assert_eq!(at(&[("paper.how", "counter"), ("promise", "u1")], &citizen).0, ["file.how", "file.pages"]);
    assert_eq!(at(&[("paper", "u1"), ("promise", "u2")], &citizen).0, ["file.trust", "file.missing"]);
    assert_eq!(at(&[("paper.how", "upload"), ("paper.name", "x.pdf")], &citizen).0, ["file.trust", "required"]);
}
