//! axe-core on the pages of the product, in the five modes in which people read them. The program comes from npm
//! (`tests/npm/package.json`, installed by `tests/run`). It must never leave a rule out.

use crate::browser::{Browser, Screen, barriers, scrolls_sideways};
use fantoccini::{Client, Locator};
use serde_json::{Value, json};

/// How somebody reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// As pages come.
    Plain,
    /// 大字版 on the narrowest screen.
    Large,
    /// 高对比.
    High,
    /// English.
    English,
    /// No script runs.
    NoScript,
}

/// All of them.
pub const MODES: [Mode; 5] = [Mode::Plain, Mode::Large, Mode::High, Mode::English, Mode::NoScript];

impl Mode {
    /// The screen on which this mode is examined.
    #[must_use]
    pub fn screen(self) -> Screen {
        match self {
            Mode::Plain | Mode::NoScript => Screen::Phone,
            Mode::Large => Screen::Narrow,
            Mode::High | Mode::English => Screen::Desk,
        }
    }

    /// An address that asks for this mode.
    #[must_use]
    pub fn address(self, path: &str) -> String {
        let joint = if path.contains('?') { '&' } else { '?' };
        match self {
            Mode::Plain | Mode::NoScript => path.to_owned(),
            Mode::Large => format!("{path}{joint}size=large"),
            Mode::High => format!("{path}{joint}contrast=high"),
            Mode::English => format!("{path}{joint}lang=en"),
        }
    }
}

/// A page to examine.
#[derive(Debug, Clone, Copy)]
pub struct Stop {
    /// What it is called in a report.
    pub name: &'static str,
    /// The account of the demonstration that looks; none for a stranger.
    pub who: Option<&'static str>,
    /// Where to begin.
    pub path: &'static str,
    /// What is pressed from there, one after the other, by keyboard.
    pub press: &'static [&'static str],
}

/// One mode of one server, with what was found so far.
#[derive(Debug)]
pub struct Examination<'a> {
    browser: &'a Browser,
    client: Client,
    site: String,
    mode: Mode,
    who: Option<&'static str>,
    axe: String,
    /// What keeps people from using the pages, one sentence each.
    pub found: Vec<String>,
}

impl<'a> Examination<'a> {
    /// Opens a browser for a mode.
    ///
    /// # Panics
    /// When Chromium does not start or axe-core was not installed.
    pub async fn begin(browser: &'a Browser, site: &str, mode: Mode) -> Examination<'a> {
        let path = crate::target().join("npm/node_modules/axe-core/axe.min.js");
        let axe = std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{}: {error}; `tests/run` installs it", path.display()));
        let client = browser.open(mode.screen()).await;
        Examination { browser, client, site: site.to_owned(), mode, who: None, axe, found: Vec::new() }
    }

    /// Goes to a page as somebody and examines it.
    ///
    /// # Panics
    /// When the page cannot be reached.
    pub async fn look(&mut self, stop: &Stop) {
        if stop.who != self.who {
            self.enter(stop.who).await;
        }
        self.go(stop.path).await;
        for css in stop.press {
            self.press(css, stop.name).await;
        }
        let name = format!("{:?} {}", self.mode, stop.name);
        for sentence in self.barriers().await {
            self.found.push(format!("{name}: {sentence}"));
        }
    }

    /// Examines the page that is the whole site, a `data:` address; its heading as the mode shows it.
    ///
    /// # Panics
    /// When the browser does not answer.
    pub async fn plant(&mut self) -> String {
        self.scripts(false).await;
        self.client.goto(&self.site).await.expect("a page");
        let heading = self.client.execute("return document.querySelector('h1').textContent", Vec::new()).await;
        self.found = self.barriers().await;
        heading.expect("a heading").as_str().unwrap_or_default().to_owned()
    }

    async fn go(&mut self, path: &str) {
        self.scripts(false).await;
        self.client.goto(&format!("{}{}", self.site, self.mode.address(path))).await.expect("a page");
    }

    async fn press(&mut self, css: &str, name: &str) {
        self.scripts(false).await;
        let element = self.client.wait().for_element(Locator::Css(css)).await;
        let element = element.unwrap_or_else(|error| panic!("{name}: {css}: {error}"));
        // By keyboard: what cannot be pressed so is a barrier.
        element.send_keys("\u{e007}").await.expect("the enter key");
        let left = "return document.readyState === 'complete' && !arguments[0].isConnected";
        for _ in 0..200 {
            let argument = vec![serde_json::to_value(&element).expect("an element")];
            // An element of a page that is gone is an error of the driver, and just what is waited for.
            match self.client.execute(left, argument).await {
                Ok(Value::Bool(false)) => tokio::task::yield_now().await,
                Ok(_) | Err(_) => break,
            }
        }
        self.client.wait().for_element(Locator::Css("footer.foot")).await.expect("the next page");
    }

    async fn enter(&mut self, who: Option<&'static str>) {
        self.client.delete_all_cookies().await.expect("a fresh browser");
        self.who = who;
        let Some(account) = who else { return };
        self.go("/signin").await;
        self.press(&format!("button[name=account][value={account}]"), "signing in").await;
        self.client.wait().for_element(Locator::Css("form[action='/signout']")).await.expect("somebody signed in");
    }

    /// In the mode without scripts none runs while a page is made; axe itself needs them.
    async fn scripts(&self, run: bool) {
        if self.mode == Mode::NoScript {
            let wish = json!({ "value": !run });
            self.browser.tell(&self.client, "Emulation.setScriptExecutionDisabled", &wish).await;
        }
    }

    async fn barriers(&mut self) -> Vec<String> {
        self.scripts(true).await;
        let mut found = barriers(&self.client).await;
        if scrolls_sideways(&self.client).await {
            found.push("it scrolls sideways".to_owned());
        }
        self.client.execute(&self.axe, Vec::new()).await.expect("axe-core");
        let run = "const done = arguments[arguments.length - 1];
            axe.run(document, { resultTypes: ['violations'] }).then(
                (result) => done(result.violations.map((rule) => `${rule.id} (${rule.help}): ${rule.nodes.map((node) => node.target.join(' ')).slice(0, 4).join(', ')}`)),
                (error) => done([`axe-core failed: ${error}`]));";
        let result = self.client.execute_async(run, Vec::new()).await.expect("an examination");
        found.extend(serde_json::from_value::<Vec<String>>(result).expect("a list of sentences"));
        found
    }

    /// Ends the browser; what was found.
    ///
    /// # Panics
    /// When it does not end.
    pub async fn end(self) -> Vec<String> {
        self.client.close().await.expect("a clean end");
        self.found
    }
}
