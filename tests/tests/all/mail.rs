//! Mail: what the outbox hands to a real server over SMTP, what it does when the server is away or refuses, and that no
//! personal value leaves.

use onething_engine::command::Command;
use onething_engine::engine::Engine;
use onething_engine::notify::{MailConfig, Outbox, Rounds};
use onething_engine::organisation::Actor;
use onething_engine::store::{self, Kind};
use onething_engine::value::Value;
use onething_tests::folder::Folder;
use onething_tests::shipped;
use onething_tests::smtp_sink::{Mode, SmtpSink};
use serde_json::json;
use std::sync::Arc;

/// A synthetic number with a valid check digit; it must appear in no mail.
const NUMBER: &str = "320404194103120014";

struct Office {
    engine: Engine,
    sink: SmtpSink,
    outbox: Outbox,
    _folder: Folder,
}

async fn office() -> Office {
    let folder = Folder::new("mail").expect("a folder");
    let store = store::open(&folder.sqlite_url(), Kind::Test).await.expect("a store");
    let engine = Engine::start(store, shipped::rulebook());
    let sink = SmtpSink::start().expect("a mail server");
    let config = MailConfig {
        server: sink.url(),
        from: "一件事 <noreply@example.com>".to_owned(),
        staff_domain: "staff.example.com".to_owned(),
        account_domain: None,
    };
    let mailer = Arc::new(config.connect().expect("a mailer"));
    let outbox = Outbox::new(engine.clone(), config, Some(mailer), "https://example.com");
    Office { engine, sink, outbox, _folder: folder }
}

async fn report(office: &Office) {
    let answers = json!({
        "deceased": {"name": "逝者甲", "id_number": NUMBER, "died_on": "2026-10-01", "place": "home", "address": "示例一街道 1 号", "hukou": "320404001"},
        "applicant": {"name": "家属乙", "id_number": "320404196805200026", "phone": "13800000001", "email": "family@example.com", "relation": "child"},
    });
    let command = Command::StartCase {
        case: Engine::new_case_id(),
        process: "after-death".to_owned(),
        door: "family".to_owned(),
        region: "320404".to_owned(),
        answers: Value::from_json(&answers).expect("answers"),
        draft: None,
    };
    let receipt = office.engine.execute(&Actor::citizen("family"), Some("k"), command).await.expect("the engine");
    receipt.expect("the report is accepted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_told_to_the_family_and_to_the_office_without_personal_values() {
    let office = office().await;
    report(&office).await;
    let rounds = office.outbox.run_once().await.expect("a round");
    let mails = office.sink.mails();
    assert_eq!(rounds.sent as usize, mails.len());
    let family: Vec<_> = mails.iter().filter(|mail| mail.to == ["family@example.com"]).collect();
    assert_eq!(family.len(), 1, "{mails:?}");
    assert!(mails.iter().any(|mail| mail.to.iter().any(|to| to.ends_with("@staff.example.com"))), "{mails:?}");
    for mail in &mails {
        assert!(mail.header("Message-ID").is_some());
        assert!(mail.header("Content-Type").is_some_and(|kind| kind.contains("utf-8")), "{}", mail.text);
        assert!(!mail.text.contains(NUMBER) && !mail.text.contains("13800000001"), "{}", mail.text);
    }
    assert_eq!(office.outbox.run_once().await.expect("a round"), Rounds::default(), "nothing is sent twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_for_ever_is_visible_and_one_for_now_waits() {
    let office = office().await;
    report(&office).await;
    office.sink.answer(Mode::RefuseForNow);
    let rounds = office.outbox.run_once().await.expect("a round");
    assert!(rounds.waiting > 0 && rounds.sent == 0, "{rounds:?}");
    let listed = office.engine.store().outbox(10).await.expect("the outbox");
    assert!(listed.iter().all(|message| message.status == "waiting" && message.attempts == 1), "{listed:?}");

    let other = self::office().await;
    report(&other).await;
    other.sink.answer(Mode::RefuseForEver);
    let rounds = other.outbox.run_once().await.expect("a round");
    assert!(rounds.ended > 0 && rounds.sent == 0, "{rounds:?}");
    let listed = other.engine.store().outbox(10).await.expect("the outbox");
    assert!(listed.iter().all(|message| message.status == "failed" && message.reason.is_some()), "{listed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_sent_again_after_a_lost_answer_carries_the_same_message_id() {
    let office = office().await;
    report(&office).await;
    office.sink.answer(Mode::HangUpAfterData);
    let rounds = office.outbox.run_once().await.expect("a round");
    assert!(rounds.waiting > 0, "{rounds:?}");
    let first: Vec<_> = office.sink.mails().iter().filter_map(|mail| mail.header("Message-ID")).collect();
    let listed = office.engine.store().outbox(10).await.expect("the outbox");
    let expected: Vec<String> =
        listed.iter().map(|message| format!("<{}.{}@staff.example.com>", message.case_id, message.notice)).collect();
    assert!(first.iter().all(|id| expected.contains(id)), "{first:?} of {expected:?}");
}
