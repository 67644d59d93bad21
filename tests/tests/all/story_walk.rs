//! Stories walked by hand in a browser, on both databases: the very files that the process is judged by, through the pages
//! that people use. It must never press what a visitor cannot see, and never know a process: what is done stands in the
//! story. The people of such a story bear the names of the demonstration's accounts.

use fantoccini::elements::Element;
use fantoccini::{Client, Locator};
use onething_engine::source::Source;
use onething_engine::story::{self, Deed, Part, Story};
use onething_engine::value::Value;
use onething_tests::browser::{Browser, Screen, barriers, screenshot, scrolls_sideways};
use onething_tests::folder::Folder;
use onething_tests::postgres::fresh_database;
use onething_tests::server::Server;
use std::collections::BTreeMap;

/// A story, the account that looks at its first case in the end, and what the page says then.
const WALKS: &[(&str, &str, &[&str])] = &[
    ("disability-subsidy/two-streets-by-hand", "gu_ping", &["护理补贴在享台账"]),
    ("temporary-assistance/found-by-hand", "hua_min", &["已办结", "急难型救助"]),
    ("marriage/married-by-hand", "he_yun", &["全部办结"]),
];
/// Pages that are asked for again until something that the engine does by itself has been done.
const LOOKS: usize = 400;

struct Walk<'a> {
    client: &'a Client,
    server: &'a Server,
    story: &'a Story,
    /// Who is signed in.
    account: String,
    /// Paths of the cases by what the story calls them.
    cases: BTreeMap<String, String>,
    /// The case that is talked about.
    case: String,
}

impl Walk<'_> {
    async fn go(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.server.url())).await.expect("a page");
    }

    async fn found(&self, css: &str) -> Option<Element> {
        self.client.find(Locator::Css(css)).await.ok()
    }

    async fn await_there(&self, css: &str, what: &str) -> Element {
        let found = self.client.wait().for_element(Locator::Css(css)).await;
        match found {
            Ok(element) => element,
            Err(error) => panic!("{}, {what}: {error}\n{}", self.story.name, self.says().await),
        }
    }

    async fn press(&self, element: Element) {
        // Pages scroll smoothly; a click aims at where the element was before.
        let there = "arguments[0].scrollIntoView({behavior: 'instant', block: 'center'})";
        let arguments = vec![serde_json::to_value(&element).expect("a reference")];
        self.client.execute(there, arguments).await.expect("a scroll");
        element.click().await.expect("a click");
    }

    async fn says(&self) -> String {
        match self.found("main").await {
            Some(main) => main.text().await.expect("its text"),
            None => String::new(),
        }
    }

    /// Nothing in the way of a reader on this page.
    async fn examine(&self) {
        let path = self.client.current_url().await.expect("an address");
        assert_eq!(barriers(self.client).await, Vec::<String>::new(), "{path}");
        assert!(!scrolls_sideways(self.client).await, "{path} scrolls sideways");
    }

    async fn sign_in(&mut self, account: &str) {
        if self.account == account {
            return;
        }
        self.client.delete_all_cookies().await.expect("a fresh browser");
        self.go("/signin").await;
        let button = self.await_there(&format!("button[name=account][value={account}]"), account).await;
        // Most accounts are folded away.
        let open = "for (const d of document.querySelectorAll('details')) d.open = true";
        self.client.execute(open, Vec::new()).await.expect("an open list");
        self.press(button).await;
        self.await_there("form[action='/signout']", account).await;
        self.account = account.to_owned();
    }

    /// Writes, chooses and ticks whatever of the answers this page asks for.
    async fn fill(&self, with: &BTreeMap<String, Value>) {
        let mut leaves = Vec::new();
        for value in with.values() {
            gather(value, "", &mut leaves);
        }
        for (path, value) in &leaves {
            for prefix in ["_ask.", ""] {
                let name = format!("{prefix}{path}");
                self.enough_rows(&name).await;
                if let Some(field) = self.found(&format!("[name='{name}']:not([type=hidden])")).await {
                    self.answer(field, &name, value).await;
                    break;
                }
            }
        }
    }

    /// Adds rows until the one that the name is in is there, if the page has such a group.
    async fn enough_rows(&self, name: &str) {
        let words: Vec<&str> = name.split('.').collect();
        let Some(at) = words.iter().position(|word| word.parse::<u32>().is_ok()) else { return };
        let (group, row) = (words[..at].join("."), words[..=at].join("."));
        while self.found(&format!("[name='{row}._']")).await.is_none() {
            let add = format!("button[name=_do][value='add:{group}']");
            let Some(button) = self.found(&add).await else { return };
            self.press(button).await;
            self.await_there(&format!("[name='{row}._']"), &row).await;
        }
    }

    async fn answer(&self, field: Element, name: &str, value: &str) {
        let kind = field.attr("type").await.expect("a field").unwrap_or_default();
        if field.tag_name().await.expect("a field") == "select" {
            field.select_by_value(value).await.expect("a place in the list");
        } else if kind == "radio" || kind == "checkbox" {
            let pick = format!("input[name='{name}'][value='{value}']");
            self.press(self.await_there(&pick, name).await).await;
        } else {
            field.clear().await.expect("an empty field");
            field.send_keys(value).await.expect("a field to write in");
        }
    }

    async fn step(&mut self, deed: &Deed) {
        self.sign_in(&deed.who).await;
        let word = deed.what.rsplit('.').next().unwrap_or_default();
        if let Some(door) = deed.what.strip_prefix("start.") {
            self.go(&format!("/s/{}/all/{door}", self.story.process)).await;
            self.fill(&deed.with).await;
            self.press(self.await_there("button[name=_do][value=send]:not(.unseen)", word).await).await;
            self.await_there(".notice[role=status]", word).await;
            let path = self.client.current_url().await.expect("an address").path().to_owned();
            assert!(path.starts_with("/c/"), "{} {word}: {path}\n{}", self.story.name, self.says().await);
            self.case.clone_from(&path);
            self.cases.insert("first".to_owned(), path);
        } else if matches!(self.story.people.get(&deed.who), Some(Part::Party(_))) {
            self.go(&self.case).await;
            self.press(self.await_there(&format!("main a[href*='/do/'][href$='.{word}']"), word).await).await;
            let send = self.await_there("button[name=_do][value=send]:not(.unseen)", word).await;
            self.fill(&deed.with).await;
            self.press(send).await;
            self.await_there(".notice[role=status]", word).await;
        } else {
            self.decide(deed, word).await;
        }
        self.examine().await;
    }

    /// Completes the task of the case that offers the outcome.
    async fn decide(&self, deed: &Deed, word: &str) {
        let button = format!("button[name=_outcome][value={word}]:not(.unseen)");
        self.task(&button, deed).await;
        self.fill(&deed.with).await;
        self.press(self.await_there(&button, word).await).await;
        self.await_there(&format!("[name='_chosen'], .notice[role=status] a[href='{}']", self.case), word).await;
        if self.found("[name='_chosen']").await.is_some() {
            self.fill(&deed.with).await;
            self.press(self.await_there(&button, word).await).await;
            self.await_there(&format!(".notice[role=status] a[href='{}']", self.case), word).await;
        }
    }

    /// Opens the task on the desk that has the button; a case that began by itself may not have it at once.
    async fn task(&self, button: &str, deed: &Deed) {
        let links = format!("main a[href^='/desk/t/{}/']", self.case.trim_start_matches("/c/"));
        for _ in 0..LOOKS {
            self.go("/desk").await;
            let mut paths = Vec::new();
            for link in self.client.find_all(Locator::Css(&links)).await.expect("a desk") {
                paths.extend(link.attr("href").await.expect("a link"));
            }
            for path in paths {
                self.go(&path).await;
                if self.found(button).await.is_some() {
                    return;
                }
            }
        }
        panic!("{}: nothing on the desk of {} offers {}\n{}", self.story.name, deed.who, deed.what, self.says().await);
    }

    /// Goes on with another case of the story; one that was begun is found beside the one that began it.
    async fn turn_to(&mut self, name: &str, who: &str) {
        if !self.cases.contains_key(name) {
            self.sign_in(who).await;
            let known: Vec<String> = self.cases.values().cloned().collect();
            let mut other = None;
            for _ in 0..LOOKS {
                self.go(&self.case).await;
                for link in self.client.find_all(Locator::Css("main a[href^='/c/']")).await.expect("a case") {
                    let path = link.attr("href").await.expect("a link").unwrap_or_default();
                    // Only a whole case: an action and a proof lie below one.
                    if path.matches('/').count() == 2 && !known.contains(&path) {
                        other = Some(path);
                    }
                }
                if other.is_some() {
                    break;
                }
            }
            let other = other.unwrap_or_else(|| panic!("{}: no case beside {}", self.story.name, self.case));
            self.cases.insert(name.to_owned(), other);
        }
        self.case.clone_from(&self.cases[name]);
    }
}

/// Every answer by the name of its field; rows of a group are numbered from one.
fn gather(value: &Value, path: &str, into: &mut Vec<(String, String)>) {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Map(fields) => fields.iter().for_each(|(name, value)| gather(value, &below(name), into)),
        Value::List(items) => {
            for (item, number) in items.iter().zip(1..) {
                let row = matches!(item, Value::Map(_));
                gather(item, &if row { below(&format!("{number}")) } else { path.to_owned() }, into);
            }
        }
        Value::Bool(answer) => into.push((path.to_owned(), answer.to_string())),
        Value::Text(text) => into.push((path.to_owned(), text.clone())),
        Value::Null | Value::Int(_) | Value::Money(_) | Value::Date(_) | Value::Instant(_) => {
            unreachable!("a story is read as texts and yes or no")
        }
    }
}

fn told(name: &str) -> Story {
    let path = format!("workflows/{name}.story.yaml");
    let text = std::fs::read_to_string(onething_tests::repository().join(&path)).expect("a story");
    story::read(&Source::new(path, text)).expect("a story that can be read")
}

async fn walk(store: &str, screen: Screen) {
    let server = Server::start(&["demo", "--store", store], &[]);
    let browser = Browser::start();
    let client = browser.open(screen).await;
    for (name, looks, words) in WALKS {
        let story = told(name);
        let mut walk = Walk {
            client: &client,
            server: &server,
            story: &story,
            account: String::new(),
            cases: BTreeMap::new(),
            case: String::new(),
        };
        for step in &story.steps {
            if let (Some(case), Some(deed)) = (&step.case, &step.deed) {
                walk.turn_to(case, &deed.who).await;
            }
            if let Some(deed) = &step.deed {
                walk.step(deed).await;
            }
        }
        walk.sign_in(looks).await;
        let first = walk.cases["first"].clone();
        let mut says = String::new();
        for _ in 0..LOOKS {
            walk.go(&first).await;
            says = walk.says().await;
            if words.iter().all(|word| says.contains(word)) {
                break;
            }
        }
        assert!(words.iter().all(|word| says.contains(word)), "{name}: {words:?} of\n{says}");
        walk.examine().await;
        let picture = name.rsplit('/').next().unwrap_or_default();
        screenshot(&client, &format!("{picture}-{}", if screen == Screen::Phone { "360" } else { "1366" })).await;
    }
    client.close().await.expect("a clean end");
}

#[tokio::test]
async fn stories_are_walked_by_hand_on_a_phone_with_sqlite() {
    let folder = Folder::new("stories").expect("a folder");
    walk(&folder.sqlite_url(), Screen::Phone).await;
}

#[tokio::test]
async fn stories_are_walked_by_hand_at_a_desk_with_postgresql() {
    walk(&fresh_database().await, Screen::Desk).await;
}
