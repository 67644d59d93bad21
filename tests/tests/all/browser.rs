//! Pages in a real browser.

use onething_tests::browser::{Browser, Screen, scrolls_sideways};

/// A page whose only content is a box of this width.
fn page(width: u32) -> String {
    let head = "<meta name=viewport content=width=device-width>";
    format!("data:text/html;charset=utf-8,{head}<body style=margin:0><div style=width:{width}px>一件事</div>")
}

#[tokio::test]
async fn the_phone_is_as_narrow_as_a_phone() {
    let browser = Browser::start();
    for (screen, width) in [(Screen::Phone, 360), (Screen::Desk, 1366)] {
        let client = browser.open(screen).await;
        client.goto(&page(300)).await.expect("a page");
        let inner = client.execute("return document.documentElement.clientWidth", Vec::new()).await.expect("a width");
        assert_eq!(inner, width, "{screen:?}");
        assert!(!scrolls_sideways(&client).await);
        client.goto(&page(1400)).await.expect("a page");
        assert!(scrolls_sideways(&client).await, "{screen:?}");
        client.close().await.expect("a clean end");
    }
}
