//! Signing in with OpenID Connect, against a real provider program: there and back, mixed up, and as one of the staff.

use onething_engine::store::{AccountKind, Assurance, Kind, open};
use onething_tests::folder::Folder;
use onething_tests::http::{Answer, Visitor};
use onething_tests::leash::{Leash, Leashed};
use onething_tests::server::free_port;
use onething_tests::{product, repository, target};
use std::path::Path;
use std::process::Command;

/// The provider and the product that trusts it.
struct Site {
    provider_port: u16,
    port: u16,
    store: String,
    _folder: Folder,
    _provider: Leashed,
    _product: Leashed,
}

fn start() -> Site {
    let npm = target().join("npm");
    let installed = npm.join("node_modules/oidc-provider").is_dir();
    assert!(installed, "oidc-provider is not there: npm install --prefix {} (as tests/run does)", npm.display());
    // Beside the packages, so that it finds them.
    std::fs::copy(repository().join("tests/npm/provider.mjs"), npm.join("provider.mjs")).expect("a copy");
    let (provider_port, port) = (free_port(), free_port());
    let issuer = format!("http://127.0.0.1:{provider_port}");
    let base = format!("http://127.0.0.1:{port}");
    let folder = Folder::new("oidc").expect("a folder");
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "a secret of the provider\n").expect("a file");
    let script = npm.join("provider.mjs").display().to_string();
    let arguments = [script, provider_port.to_string(), format!("{base}/signin/oidc/back")];
    let mut provider = Leash::default().start("node", &arguments).expect("node");
    provider.wait_for(|line| line.contains("provider: http").then_some(())).expect("a provider that listens");
    let store = folder.sqlite_url();
    let arguments: Vec<String> = ["serve", "--store", &store, "--listen", &format!("127.0.0.1:{port}")]
        .into_iter()
        .chain(["--base-url", &base, "--oidc-issuer", &issuer, "--oidc-client", "onething"])
        .chain(["--oidc-secret-file", &path_text(&secret)])
        .map(str::to_owned)
        .collect();
    let mut running = Leash::default().start(&product().display().to_string(), &arguments).expect("the product");
    running.wait_for(|line| line.contains(&base).then_some(())).expect("a server that listens");
    Site { provider_port, port, store, _folder: folder, _provider: provider, _product: running }
}

fn path_text(path: &Path) -> String {
    path.display().to_string()
}

fn location(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.body);
    answer.header("location").expect("a place to go").to_owned()
}

/// The path of an address of this machine.
fn path(address: &str) -> String {
    match address.strip_prefix("http://127.0.0.1:") {
        Some(rest) => rest.split_once('/').map_or("/".to_owned(), |(_, path)| format!("/{path}")),
        None => address.to_owned(),
    }
}

impl Site {
    /// Begins to sign in; where the provider is asked.
    fn begin(&self, visitor: &mut Visitor, next: &str) -> String {
        let to = location(&visitor.get(&format!("/signin/oidc?next={next}")).expect("an answer"));
        assert!(to.starts_with(&format!("http://127.0.0.1:{}/auth?", self.provider_port)), "{to}");
        for part in ["code_challenge_method=S256", "state=", "nonce=", "response_type=code", "scope=openid"] {
            assert!(to.contains(part), "{part} is missing in {to}");
        }
        path(&to)
    }

    /// Signs in at the provider as `who`; the path that leads back.
    fn at_provider(&self, asked: &str, who: &str) -> String {
        let mut there = Visitor::new(self.provider_port);
        let mut to = path(&location(&there.get(asked).expect("an answer")));
        for fields in [[("prompt", "login"), ("login", who), ("password", "any")].as_slice(), &[("prompt", "consent")]]
        {
            assert!(to.starts_with("/interaction/"), "{to}");
            let resumed = path(&location(&there.post(&to, fields).expect("an answer")));
            to = location(&there.get(&resumed).expect("an answer"));
        }
        assert!(to.starts_with(&format!("http://127.0.0.1:{}/signin/oidc/back?", self.port)), "{to}");
        path(&to)
    }

    fn command(&self, words: &[&str]) -> String {
        let output = Command::new(product()).args(words).args(["--store", &self.store]).output().expect("the product");
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_provider_vouches_for_citizens_and_staff_and_for_nobody_else() {
    let site = start();
    let mut visitor = Visitor::new(site.port);
    let asked = site.begin(&mut visitor, "/me");
    let back = site.at_provider(&asked, "citizen-a");
    // Somebody else's browser has not begun this: the way back is no use there, and does not use the code up.
    let mut other = Visitor::new(site.port);
    site.begin(&mut other, "");
    assert_eq!(other.get(&back).expect("an answer").status, 422, "another browser");
    let tampered = back.replace("state=", "state=x");
    assert_eq!(Visitor::new(site.port).get(&tampered).expect("an answer").status, 422, "nothing was begun");
    let entered = visitor.get(&back).expect("an answer");
    assert_eq!(location(&entered), "/me");
    assert_eq!(visitor.get("/me").expect("a page").status, 200);
    assert_eq!(visitor.get(&back).expect("an answer").status, 422, "a code works once");
    // A state that was changed ends the attempt.
    let asked = site.begin(&mut other, "");
    let back = site.at_provider(&asked, "citizen-a");
    assert_eq!(other.get(&back.replace("state=", "state=x")).expect("an answer").status, 422, "another state");
    assert_eq!(other.get(&back).expect("an answer").status, 422, "and it is over");
    // A code of nobody, and a provider that says no.
    for query in ["code=guessed", "error=access_denied"] {
        let asked = site.begin(&mut other, "");
        let state = asked.split("state=").nth(1).and_then(|rest| rest.split('&').next()).expect("a state");
        let answer = other.get(&format!("/signin/oidc/back?state={state}&{query}")).expect("an answer");
        assert_eq!(answer.status, 422, "{query}");
        assert!(answer.body.contains("/signin"), "it leads on");
    }
    let store = open(&site.store, Kind::Live).await.expect("the store");
    let accounts = store.accounts(AccountKind::Citizen, 10).await.expect("accounts");
    let [account] = accounts.as_slice() else { panic!("{accounts:?}") };
    assert_eq!((account.known.name.as_str(), account.known.phone.as_str()), ("张三", "13800000001"));
    assert_eq!(account.assurance, Assurance::RealName);
    // The staff are let in by their own accounts only: linked before, and in the organisation.
    site.command(&["account", "add", "gu_ping"]);
    let subject = format!("http://127.0.0.1:{} officer-gu", site.provider_port);
    site.command(&["account", "link", "gu_ping", "--connector", "oidc", "--subject", &subject]);
    let mut officer = Visitor::new(site.port);
    let asked = site.begin(&mut officer, "");
    let back = site.at_provider(&asked, "officer-gu");
    assert_eq!(location(&officer.get(&back).expect("an answer")), "/desk");
    assert_eq!(officer.get("/desk").expect("a page").status, 200);
    site.command(&["account", "disable", "gu_ping"]);
    assert_eq!(officer.get("/desk").expect("an answer").status, 303, "out with the next request");
    let asked = site.begin(&mut officer, "");
    let back = site.at_provider(&asked, "officer-gu");
    assert_eq!(officer.get(&back).expect("an answer").status, 403);
}
