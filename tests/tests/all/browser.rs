//! Pages in a real browser.

use onething_tests::browser::{Browser, Screen, barriers, scrolls_sideways};

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

#[tokio::test]
async fn barriers_are_found_and_a_plain_page_has_none() {
    let browser = Browser::start();
    let client = browser.open(Screen::Desk).await;
    let head = "data:text/html;charset=utf-8,<html lang=zh-CN><title>一件事</title>";
    let good = "<main><h1>申报</h1><label for=a>姓名</label><input id=a><button>提交</button><p>请核对。</p></main>";
    client.goto(&format!("{head}{good}")).await.expect("a page");
    assert_eq!(barriers(&client).await, Vec::<String>::new());
    let planted = [
        ("<html><main><h1>x</h1></main>", "names no language"),
        ("<html lang=zh><main><h1>x</h1></main>", "no title"),
        ("<h1>x</h1>", "no main part"),
        ("<main><h1>x</h1><h1>y</h1></main>", "2 first headings"),
        ("<main><h1>x</h1><input></main>", "no label"),
        ("<main><h1>x</h1><button></button></main>", "no name"),
        ("<main><h1>x</h1><img src=x></main>", "no alternative"),
        ("<main><h1>x</h1><fieldset><input aria-label=x></fieldset></main>", "group without a name"),
        ("<main><h1 id=a>x</h1><p id=a>y</p></main>", "there twice"),
        ("<main><h1>x</h1><label for=gone>y</label></main>", "not on the page"),
        ("<main><h1>x</h1><p style=color:rgb(150,150,150)>y</p></main>", "contrast 2.96"),
    ];
    for (page, barrier) in planted {
        let page = if page.starts_with("<html") {
            format!("data:text/html;charset=utf-8,{page}")
        } else {
            format!("{head}{page}")
        };
        client.goto(&page).await.expect("a page");
        let found = barriers(&client).await;
        assert!(found.iter().any(|sentence| sentence.contains(barrier)), "{page}: {found:?}");
    }
    client.close().await.expect("a clean end");
}
