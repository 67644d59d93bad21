//! Every page in every mode, examined by axe-core, by our own rules and for scrolling sideways: nothing is found. A new
//! page gets a line here.

use onething_tests::axe::{Examination, MODES, Mode, Stop};
use onething_tests::browser::Browser;
use onething_tests::folder::Folder;
use onething_tests::server::Server;

const fn page(name: &'static str, who: Option<&'static str>, path: &'static str) -> Stop {
    Stop { name, who, path, press: &[] }
}

const FAMILY: Option<&str> = Some("family");
const WINDOW: Option<&str> = Some("gu_ping");
const SUPERVISOR: Option<&str> = Some("sun_zheng");

const BEGIN: &str = "/s/marriage/start/online";
const BEGIN_NOW: &str = "main form[action='/s/marriage/start/online'] button";
const GO_ON: &str = "main form button[name=_do][value=send]:not(.unseen)";

/// Pages in the order in which one browser walks them; those of one account stand together.
const PAGES: &[Stop] = &[
    page("start", None, "/"),
    page("all services", None, "/s"),
    page("a search", None, "/s?q=%E9%A2%86%E8%AF%81"),
    page("guided questions", None, "/s/after-death/check"),
    page("before one begins", None, "/s/marriage/start/online"),
    page("guide of a death", None, "/s/after-death"),
    page("guide of a marriage", None, "/s/marriage"),
    page("notices", None, "/notices"),
    page("signing in", None, "/signin"),
    page("where a case is", None, "/track"),
    page("help", None, "/help"),
    page("a page by its number", None, "/help?code=690787"),
    page("display", None, "/display?back=/help&size=normal"),
    page("accessibility", None, "/accessibility"),
    page("privacy", None, "/privacy"),
    page("nothing there", None, "/nothing"),
    page("mailbox", None, "/demo/mail"),
    page("a whole form on one page", FAMILY, "/s/after-death/all/family"),
    Stop { name: "hub of a draft", who: FAMILY, path: BEGIN, press: &[BEGIN_NOW] },
    Stop { name: "a question", who: FAMILY, path: BEGIN, press: &[BEGIN_NOW, "main a[href*='/q/']"] },
    Stop {
        name: "a question with errors",
        who: FAMILY,
        path: BEGIN,
        press: &[BEGIN_NOW, "main a[href*='/q/']", GO_ON],
    },
    Stop { name: "what was answered", who: FAMILY, path: BEGIN, press: &[BEGIN_NOW, "main a[href$='/review']"] },
    page("my cases", FAMILY, "/me"),
    Stop { name: "a case", who: FAMILY, path: "/me", press: &["main a[href^='/c/']"] },
    Stop { name: "why this date", who: FAMILY, path: "/me", press: &["main a[href^='/c/']", "main a[href*='/why/']"] },
    Stop {
        name: "a complaint",
        who: FAMILY,
        path: "/me",
        press: &["main a[href^='/c/']", "main a[href$='/complain']"],
    },
    page("not for applicants", FAMILY, "/desk"),
    page("clock", FAMILY, "/demo/clock"),
    page("tasks", WINDOW, "/desk"),
    Stop { name: "a task", who: WINDOW, path: "/desk", press: &["main a[href^='/desk/t/']"] },
    Stop {
        name: "a number in full",
        who: WINDOW,
        path: "/desk",
        press: &["main a[href^='/desk/t/']", "main a.reveal"],
    },
    page("oversight", SUPERVISOR, "/watch"),
    page("complaints and ratings", SUPERVISOR, "/watch/voices"),
    Stop { name: "a case of others", who: SUPERVISOR, path: "/watch", press: &["main a[href^='/c/']"] },
];

async fn examine(mode: Mode) {
    let folder = Folder::new("axe").expect("a folder");
    let server = Server::start(&["demo", "--store", &folder.sqlite_url()], &[]);
    let browser = Browser::start();
    let mut examination = Examination::begin(&browser, &server.url(), mode).await;
    for stop in PAGES {
        examination.look(stop).await;
    }
    let found = examination.end().await;
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[tokio::test]
async fn axe_finds_nothing_in_the_plain_mode() {
    examine(Mode::Plain).await;
}

#[tokio::test]
async fn axe_finds_nothing_in_large_letters_on_the_narrowest_screen() {
    examine(Mode::Large).await;
}

#[tokio::test]
async fn axe_finds_nothing_in_high_contrast() {
    examine(Mode::High).await;
}

#[tokio::test]
async fn axe_finds_nothing_in_english() {
    examine(Mode::English).await;
}

#[tokio::test]
async fn axe_finds_nothing_without_scripts() {
    examine(Mode::NoScript).await;
}

/// axe itself is looked at: it finds what is wrong, in a page made without scripts too, and no script ran there.
#[tokio::test]
async fn axe_finds_what_is_planted_in_every_mode() {
    let browser = Browser::start();
    for mode in MODES {
        let page = "data:text/html;charset=utf-8,<html lang=zh-CN><title>t</title><main><h1 id=h>x</h1>\
                    <img src=x><script>h.textContent='ran'</script></main>";
        let mut examination = Examination::begin(&browser, page, mode).await;
        let heading = examination.plant().await;
        assert_eq!(heading == "ran", mode != Mode::NoScript, "{mode:?}: {heading}");
        let found = examination.end().await;
        assert!(found.iter().any(|sentence| sentence.starts_with("image-alt")), "{mode:?}: {found:?}");
    }
}
