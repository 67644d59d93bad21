//! A whole case by hand in a browser, on both databases: from the family's form through four desks to the closing notice
//! in the mailbox. It must never use anything that a visitor cannot see or press.

use fantoccini::{Client, Locator};
use onething_tests::browser::{Browser, Screen, barriers, screenshot, scrolls_sideways};
use onething_tests::folder::Folder;
use onething_tests::postgres::fresh_database;
use onething_tests::server::Server;
use onething_tests::smtp_sink::{Mail, SmtpSink};
use std::time::Duration;

/// What a hand does to a field.
enum Fill {
    Write(&'static str, &'static str),
    Choose(&'static str, &'static str),
    Select(&'static str, &'static str),
}
use Fill::{Choose, Select, Write};

/// The button that sends a page on.
const SEND: &str = "button[name=_do][value=send]:not(.unseen)";

struct Walk<'a> {
    client: Client,
    server: &'a Server,
    /// Path of the case, once it is there.
    case: String,
}

impl Walk<'_> {
    async fn go(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.server.url())).await.expect("a page");
    }

    async fn press(&self, css: &str) {
        let element = self.client.wait().for_element(Locator::Css(css)).await;
        let element = element.unwrap_or_else(|error| panic!("{css}: {error}"));
        // Pages scroll smoothly; a click aims at where the element was before.
        let there = "arguments[0].scrollIntoView({behavior: 'instant', block: 'center'})";
        let arguments = vec![serde_json::to_value(&element).expect("a reference")];
        self.client.execute(there, arguments).await.expect("a scroll");
        element.click().await.expect("a click");
    }

    async fn fill(&self, fields: &[Fill]) {
        for field in fields {
            match field {
                Write(name, text) => {
                    let element = self.client.wait().for_element(Locator::Css(&format!("[name='{name}']"))).await;
                    let element = element.unwrap_or_else(|error| panic!("{name}: {error}"));
                    element.send_keys(text).await.expect("a field to write in");
                }
                Choose(name, value) => self.press(&format!("input[name='{name}'][value='{value}']")).await,
                Select(name, value) => {
                    let element = self.client.wait().for_element(Locator::Css(&format!("select[name='{name}']"))).await;
                    element.expect("a list").select_by_value(value).await.expect("a place in the list");
                }
            }
        }
    }

    /// Waits for the page that has this.
    async fn arrive(&self, css: &str) {
        self.client.wait().for_element(Locator::Css(css)).await.unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    async fn says(&self) -> String {
        self.client.wait().for_element(Locator::Css("main")).await.expect("a page").text().await.expect("its text")
    }

    /// Nothing in the way of a reader on this page.
    async fn examine(&self) {
        let path = self.client.current_url().await.expect("an address");
        assert_eq!(barriers(&self.client).await, Vec::<String>::new(), "{path}");
        assert!(!scrolls_sideways(&self.client).await, "{path} scrolls sideways");
    }

    async fn sign_in(&self, account: &str) {
        // Nobody else may still be signed in, or the way out below would be theirs.
        self.client.delete_all_cookies().await.expect("a fresh browser");
        self.go("/signin").await;
        self.press(&format!("button[name=account][value={account}]")).await;
        self.client.wait().for_element(Locator::Css("form[action='/signout']")).await.expect("somebody signed in");
    }

    /// Opens the only task of the case on this desk and gives it an outcome; `asked` answers the form that one asks.
    async fn decide(&self, account: &str, fields: &[Fill], outcome: &str, asked: &[Fill]) {
        self.sign_in(account).await;
        self.go("/desk").await;
        let id = self.case.trim_start_matches("/c/").to_owned();
        self.press(&format!("main a[href^='/desk/t/{id}/']")).await;
        let button = format!("button[name=_outcome][value={outcome}]:not(.unseen)");
        self.client.wait().for_element(Locator::Css(&button)).await.expect("a task");
        self.fill(fields).await;
        self.press(&button).await;
        if !asked.is_empty() {
            self.client.wait().for_element(Locator::Css("[name='_chosen']")).await.expect("what the outcome asks");
            self.examine().await;
            self.fill(asked).await;
            self.press(&button).await;
        }
        let notice = format!(".notice[role=status] a[href='{}']", self.case);
        let done = self.client.wait().for_element(Locator::Css(&notice)).await;
        done.unwrap_or_else(|error| panic!("{account} {outcome}: {error}"));
        assert!(self.says().await.contains("已办理"), "{account} {outcome}");
    }

    async fn act(&self, action: &str, fields: &[Fill]) {
        self.sign_in("family").await;
        self.go(&self.case).await;
        self.press(&format!("main a[href$='{action}']")).await;
        let button = SEND;
        self.client.wait().for_element(Locator::Css(button)).await.expect("the page of the action");
        self.examine().await;
        self.fill(fields).await;
        self.press(button).await;
        self.client
            .wait()
            .for_element(Locator::Css(".notice[role=status]"))
            .await
            .unwrap_or_else(|error| panic!("{action}: {error}"));
    }
}

async fn apply(walk: &mut Walk<'_>) {
    walk.sign_in("family").await;
    walk.go("/s/after-death/start/family").await;
    walk.examine().await;
    walk.press("main form[action^='/s/'] button").await;
    walk.arrive(".steps").await;
    walk.examine().await;
    walk.press(".steps a[href$='/q/deceased']").await;
    walk.arrive("[name='deceased.name']").await;
    walk.examine().await;
    walk.fill(&[
        Write("deceased.name", "沈国栋"),
        Write("deceased.id_number", "320404194003070013"),
        Write("deceased.died_on", "2026-03-20"),
        Choose("deceased.place", "home"),
        Select("deceased.hukou", "320404001001"),
    ])
    .await;
    // At home, so the address is asked as well; it may be left empty.
    walk.press(SEND).await;
    walk.arrive("[name='deceased.address']").await;
    walk.examine().await;
    walk.press(SEND).await;
    walk.fill(&[
        Write("applicant.name", "陈晓"),
        Write("applicant.id_number", "320404197505120029"),
        Write("applicant.phone", "13800000001"),
        Write("applicant.email", "family@example.com"),
        Choose("applicant.relation", "child"),
    ])
    .await;
    walk.press(SEND).await;
    walk.arrive("form[action$='/q/certificate']").await;
    walk.examine().await;
    walk.press(SEND).await;
    walk.arrive("a[href$='/declare']").await;
    walk.examine().await;
    walk.press("a[href$='/declare']").await;
    walk.arrive("form[action$='/declare']").await;
    walk.examine().await;
    walk.press(SEND).await;
    walk.client.wait().for_element(Locator::Css(".notice[role=status]")).await.expect("word that it has arrived");
    walk.case = walk.client.current_url().await.expect("an address").path().to_owned();
    walk.examine().await;
    let page = walk.says().await;
    assert!(page.contains("沈**") && !page.contains("沈国栋") && !page.contains("320404194003070013"), "{page}");
}

async fn offices(walk: &Walk<'_>) {
    let intake = [
        Choose("_ask.proof", "paper_certificate"),
        Choose("_ask.funeral_here", "false"),
        Choose("_ask.employment", "retired_employee"),
        Choose("_ask.holdings", "nothing"),
        Write("_ask.contact_person", "顾萍"),
    ];
    walk.decide("gu_ping", &[Choose("complete", "true")], "confirm", &intake).await;
    walk.decide("li_jing", &[Choose("sources", "household")], "complete", &[]).await;
    walk.decide("li_jing", &[Choose("paid_after_death", "false")], "stopped", &[]).await;
    walk.decide("jiang_hua", &[Choose("paid_after_death", "false")], "stopped", &[]).await;
}

async fn claim(walk: &Walk<'_>) {
    let account = [Write("payment.payee", "陈晓"), Write("payment.account", "6222020000000000017")];
    let [payee, number] = account;
    walk.act("claims.open.choose", &[Choose("items", "survivor_benefit"), payee, number]).await;
    let heirs = [
        Write("heirs.1.name", "陈晓"),
        Choose("heirs.1.relation", "child"),
        Choose("heirs.1.agrees", "yes"),
        Choose("title_held", "none_held"),
    ];
    walk.act("running.agree", &heirs).await;
    walk.decide("jiang_hua", &[Choose("channel", "system")], "receive", &[]).await;
    walk.decide("jiang_hua", &[Choose("complete", "true")], "accept", &[]).await;
    let amount = [Write("_ask.amount", "12345.60")];
    walk.decide("jiang_hua", &[Write("opinion", "符合规定")], "grant", &amount).await;
    let delivery =
        [Choose("method", "payment"), Write("delivered_on", "2026-03-30"), Choose("receiver_signed", "false")];
    walk.decide("jiang_hua", &delivery, "deliver", &[]).await;
    walk.act("claims.open.enough", &[]).await;
}

async fn walk(store: &str, screen: Screen, name: &str) {
    let sink = SmtpSink::start().expect("a mail server");
    let server = Server::start(&["demo", "--store", store, "--mail", &sink.url()], &[]);
    let browser = Browser::start();
    let mut walk = Walk { client: browser.open(screen).await, server: &server, case: String::new() };
    apply(&mut walk).await;
    offices(&walk).await;
    claim(&walk).await;
    walk.go(&walk.case).await;
    screenshot(&walk.client, name).await;
    walk.examine().await;
    let page = walk.says().await;
    assert!(page.contains("全部办结") && page.contains("办结通知"), "{page}");
    walk.go("/demo/mail").await;
    // Letters are folded: their text is there, whether or not somebody has opened them.
    let page = walk.client.find(Locator::Css("main")).await.expect("the mailbox");
    let letters = page.prop("textContent").await.expect("its text").unwrap_or_default();
    assert!(letters.contains("各部门均已办理完毕"), "no closing notice: {letters}");
    // The letter names the office that decided, the day by which it will, and nobody's person.
    assert!(letters.contains("人力资源和社会保障局职工养老待遇科已同意“丧葬补助金和抚恤金”"), "{letters}");
    assert!(letters.contains("http://127.0.0.1:") || letters.contains("http://localhost:"), "{letters}");
    assert!(!letters.contains("最迟 未定") && !letters.contains("沈国栋"), "{letters}");
    // The same letters left by SMTP, to the address that the family gave.
    let id = walk.case.trim_start_matches("/c/").to_owned();
    let family = |mails: &[Mail]| {
        let of_case = |mail: &&Mail| mail.header("Message-ID").is_some_and(|header| header.contains(&id));
        mails.iter().filter(of_case).filter(|mail| mail.to == ["family@example.com"]).count()
    };
    let told = sink.wait_until(|mails| family(mails) >= 4, Duration::from_secs(60));
    assert!(family(&told) >= 4, "{} mails, {} of this case to the family", told.len(), family(&told));
    walk.sign_in("sun_zheng").await;
    walk.go("/watch").await;
    walk.examine().await;
    walk.client.close().await.expect("a clean end");
}

#[tokio::test]
async fn a_case_runs_from_form_to_closing_notice_on_sqlite() {
    let folder = Folder::new("walk").expect("a folder");
    walk(&folder.sqlite_url(), Screen::Phone, "walk-closed-360").await;
}

#[tokio::test]
async fn a_case_runs_from_form_to_closing_notice_on_postgresql() {
    walk(&fresh_database().await, Screen::Desk, "walk-closed-1366").await;
}
