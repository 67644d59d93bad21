//! The demonstration in a real browser, on both databases: one-click sign-in, an application that is sent empty, a
//! clerk's first task, the supervisor's list, the mailbox. It must never look past what the screen shows.

use fantoccini::{Client, Locator};
use onething_tests::browser::{Browser, Screen, barriers, screenshot, scrolls_sideways};
use onething_tests::folder::Folder;
use onething_tests::http::Visitor;
use onething_tests::postgres::fresh_database;
use onething_tests::server::Server;

struct Walk<'a> {
    client: &'a Client,
    server: &'a Server,
    name: String,
    wrong: Vec<String>,
}

impl Walk<'_> {
    async fn look(&mut self, path: &str, picture: &str) {
        self.client.goto(&format!("{}{path}", self.server.url())).await.expect("a page");
        self.examine(picture).await;
    }

    async fn examine(&mut self, picture: &str) {
        let at = format!("{} {picture}", self.name);
        screenshot(self.client, &format!("{}-{picture}", self.name)).await;
        let found = barriers(self.client).await;
        self.wrong.extend(found.into_iter().map(|barrier| format!("{at}: {barrier}")));
        if scrolls_sideways(self.client).await {
            self.wrong.push(format!("{at}: scrolls sideways"));
        }
    }

    async fn sign_in(&mut self, account: &str) {
        // Nobody else may still be signed in, or the way out below would be theirs.
        self.client.delete_all_cookies().await.expect("a fresh browser");
        self.client.goto(&format!("{}/signin", self.server.url())).await.expect("a page");
        self.click(&format!("button[name=account][value={account}]")).await;
        self.client.wait().for_element(Locator::Css("form[action='/signout']")).await.expect("somebody signed in");
    }

    async fn click(&mut self, css: &str) {
        let element = self.client.wait().for_element(Locator::Css(css)).await;
        // By keyboard: a link or button that cannot be pressed so is a barrier, and a long page needs no scrolling.
        let element = element.unwrap_or_else(|error| panic!("{css}: {error}"));
        element.send_keys("\u{e007}").await.expect("the enter key");
    }

    async fn count(&self, css: &str) -> usize {
        self.client.find_all(Locator::Css(css)).await.expect("a page").len()
    }
}

async fn walk(store: &str, database: &str) {
    let server = Server::start(&["demo", "--store", store], &[]);
    let browser = Browser::start();
    let mut wrong = Vec::new();
    for (screen, width) in [(Screen::Phone, "360"), (Screen::Desk, "1366")] {
        let client = browser.open(screen).await;
        let mut walk =
            Walk { client: &client, server: &server, name: format!("{database}-{width}"), wrong: Vec::new() };
        walk.look("/", "home").await;
        walk.look("/s/after-death", "guide").await;
        walk.look("/notices", "notices").await;
        walk.look("/s/disability-subsidy", "guide-subsidy").await;
        walk.sign_in("family").await;
        for service in ["disability-subsidy", "urgent-assistance", "expenditure-assistance", "divorce"] {
            walk.look(&format!("/s/{service}/start/online"), &format!("begin-{service}")).await;
            walk.look(&format!("/s/{service}/all/online"), &format!("apply-{service}")).await;
        }
        walk.look("/me", "mine").await;
        walk.look("/s/after-death/all/family", "apply").await;
        walk.click("main form button[name=_do][value=send]:not(.unseen)").await;
        walk.client.wait().for_element(Locator::Css("main [aria-invalid=true]")).await.expect("the form again");
        walk.examine("apply-empty").await;
        assert!(walk.count("main [aria-invalid=true]").await > 0, "an empty application names no field");
        walk.sign_in("gu_ping").await;
        walk.look("/desk", "desk").await;
        walk.click("main a[href^='/desk/t/']").await;
        walk.client.wait().for_element(Locator::Css("button[name=_outcome]")).await.expect("a task");
        walk.examine("task").await;
        walk.sign_in("sun_zheng").await;
        walk.look("/watch", "watch").await;
        walk.look("/demo/mail", "mail").await;
        wrong.append(&mut walk.wrong);
        client.close().await.expect("a clean end");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn the_demonstration_can_be_walked_on_sqlite() {
    let folder = Folder::new("demo").expect("a folder");
    walk(&folder.sqlite_url(), "sqlite").await;
}

#[tokio::test]
async fn the_demonstration_can_be_walked_on_postgresql() {
    walk(&fresh_database().await, "postgresql").await;
}

/// Addresses of cases on a page.
fn cases_on(page: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for part in page.split("href=\"/c/").skip(1) {
        let id = part.split(['"', '/', '?']).next().unwrap_or_default();
        let path = format!("/c/{id}");
        if id.len() == 36 && !found.contains(&path) {
            found.push(path);
        }
    }
    found
}

fn signed_in(server: &Server, account: &str) -> Visitor {
    let mut visitor = Visitor::new(server.port());
    let page = visitor.get("/signin").expect("a page").body;
    let csrf = page.split("name=\"_csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a token");
    let form = [("_csrf", csrf), ("account", account), ("next", "/")];
    assert_eq!(visitor.post("/demo/signin", &form).expect("an answer").status, 303);
    visitor
}

/// The related part of a case's page; empty where there is none.
fn related(visitor: &mut Visitor, path: &str) -> String {
    let page = visitor.get(path).expect("a page").body;
    let part = page.split("<section class=\"related\">").nth(1).and_then(|rest| rest.split("</section>").next());
    part.unwrap_or_default().to_owned()
}

#[test]
fn a_case_leads_to_those_it_began_and_only_whom_they_concern() {
    let folder = Folder::new("related").expect("a folder");
    let server = Server::start(&["demo", "--store", &folder.sqlite_url()], &[]);
    let mut supervisor = signed_in(&server, "sun_zheng");
    let listed = cases_on(&supervisor.get("/watch").expect("a page").body);
    let enrolments: Vec<&String> =
        listed.iter().filter(|path| related(&mut supervisor, path).contains("残疾人两项补贴申请")).collect();
    assert_eq!(enrolments.len(), 2, "one enrolment for each subsidy that was granted");
    let begun_by = cases_on(&related(&mut supervisor, enrolments[0]));
    let [application] = begun_by.as_slice() else { panic!("{begun_by:?}") };
    assert_eq!(cases_on(&related(&mut supervisor, application)).len(), 2, "and back");
    // The applicant sees the application; of cases that are not theirs nothing is said.
    let mut family = signed_in(&server, "family");
    let own = cases_on(&family.get("/me").expect("a page").body);
    assert!(own.contains(application), "{own:?}");
    for path in cases_on(&related(&mut family, application)) {
        assert_eq!(family.get(&path).expect("a page").status, 200, "{path}: a link to what is not theirs");
    }
}
