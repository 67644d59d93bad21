//! A real browser: headless Chromium behind chromedriver. It must never leave the loopback address by itself, so all
//! of Chromium's own traffic is switched off.

use crate::folder::Folder;
use crate::leash::{Leash, Leashed};
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// A screen to test on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// A small phone, 360 × 780. A window cannot be made that narrow (Chromium silently makes it 500), so the
    /// device's measures are emulated.
    Phone,
    /// The narrowest phone that pages must fit, 320 × 640.
    Narrow,
    /// An office screen, 1366 × 768.
    Desk,
}

/// A running chromedriver; every session that it opened ends with it.
#[derive(Debug)]
pub struct Browser {
    /// Before the folder, so that the browser is gone when its folder goes.
    _driver: Leashed,
    _folder: Folder,
    url: String,
}

impl Browser {
    /// Starts chromedriver on a free port.
    ///
    /// # Panics
    /// When chromedriver is not installed.
    #[must_use]
    pub fn start() -> Self {
        let folder = Folder::new("browser").expect("a temporary folder");
        let environment = ["TMPDIR", "HOME"].map(|name| (name.to_owned(), folder.path().display().to_string()));
        let leash = Leash { environment: environment.into(), ..Leash::default() };
        let mut driver = leash.start("chromedriver", &["--port=0".to_owned()]).expect("chromedriver");
        let port = driver.wait_for(|line| {
            let port = line.split("started successfully on port ").nth(1)?;
            port.trim().trim_end_matches('.').parse::<u16>().ok()
        });
        let url = format!("http://127.0.0.1:{}", port.expect("chromedriver's port"));
        Self { _driver: driver, _folder: folder, url }
    }

    /// Opens a browser of its own (no cookies of another session).
    ///
    /// # Panics
    /// When Chromium does not start.
    pub async fn open(&self, screen: Screen) -> Client {
        let client =
            ClientBuilder::new(HttpConnector::new()).capabilities(capabilities(screen)).connect(&self.url).await;
        client.expect("a browser session")
    }
}

impl Browser {
    /// Says something to Chromium itself (the Chrome DevTools Protocol), past the page.
    ///
    /// # Panics
    /// When it does not answer or does not know the command.
    pub async fn tell(&self, client: &Client, command: &str, parameters: &Value) -> Value {
        let session = client.session_id().await.expect("a session").expect("a browser");
        let body = json!({ "cmd": command, "params": parameters }).to_string();
        let port = self.url.rsplit(':').next().and_then(|port| port.parse().ok()).expect("chromedriver's port");
        let path = format!("/session/{session}/goog/cdp/execute");
        let answer = tokio::task::spawn_blocking(move || crate::http::post_json(port, &path, &body)).await;
        let answer = answer.expect("a thread").expect("chromedriver");
        assert_eq!(answer.status, 200, "{command}: {}", answer.body);
        serde_json::from_str::<Value>(&answer.body).expect("JSON")["value"].take()
    }
}

/// Writes what the browser shows into `target/screens/NAME.png`; where it is.
///
/// # Panics
/// When the browser cannot take a picture twice in a row or the file cannot be written.
pub async fn screenshot(client: &Client, name: &str) -> PathBuf {
    // The first picture of a fresh session sometimes fails while the page is still being painted.
    let picture = match client.screenshot().await {
        Ok(picture) => picture,
        Err(_) => client.screenshot().await.expect("a screenshot"),
    };
    let folder = crate::target().join("screens");
    std::fs::create_dir_all(&folder).expect("a folder for screenshots");
    let path = folder.join(name).with_extension("png");
    std::fs::write(&path, picture).expect("a screenshot on disk");
    path
}

/// True if the page is wider than the screen, so that a reader would have to scroll sideways.
///
/// # Panics
/// When the browser does not answer.
pub async fn scrolls_sideways(client: &Client) -> bool {
    let script = "return document.documentElement.scrollWidth > document.documentElement.clientWidth";
    client.execute(script, Vec::new()).await.expect("the page's width") == Value::Bool(true)
}

/// What keeps people from using the page that the browser shows, one sentence each.
///
/// # Panics
/// When the browser does not answer.
pub async fn barriers(client: &Client) -> Vec<String> {
    let found = client.execute(include_str!("accessibility.js"), Vec::new()).await.expect("an examination");
    serde_json::from_value(found).expect("a list of sentences")
}

fn capabilities(screen: Screen) -> Capabilities {
    let arguments = [
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-extensions",
        "--lang=zh-CN",
        "--window-size=1366,768",
    ];
    let mut options = json!({ "args": arguments });
    if let Some(binary) = chromium() {
        options["binary"] = json!(binary);
    }
    let phone = match screen {
        Screen::Phone => Some((360, 780)),
        Screen::Narrow => Some((320, 640)),
        Screen::Desk => None,
    };
    if let Some((width, height)) = phone {
        options["mobileEmulation"] = json!({
            "deviceMetrics": { "width": width, "height": height, "pixelRatio": 2.0, "touch": true, "mobile": true }
        });
    }
    Capabilities::from_iter([("goog:chromeOptions".to_owned(), options)])
}

/// Debian's Chromium; elsewhere chromedriver finds the browser itself.
fn chromium() -> Option<&'static str> {
    ["/usr/bin/chromium", "/usr/bin/chromium-browser"].into_iter().find(|path| Path::new(path).is_file())
}
