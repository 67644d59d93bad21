//! People write as they write: rare characters, long and short names, full-width digits and stray signs go in, and come
//! out of the overview and of the case as they should.

use onething_engine::organisation::Actor;

use super::applying::{begin, to};
use super::world::{World, report};
use crate::app::Mode;

/// A number with its check character for somebody born on this day.
fn number(birth: &str) -> String {
    let body = format!("320404{birth}001");
    let check = onething_engine::form::id_number::check_character(&body).expect("17 digits");
    format!("{body}{check}")
}

/// Full-width, as some keyboards write.
fn wide(text: &str) -> String {
    text.chars().filter_map(|c| char::from_u32(u32::from(c) + 0xfee0)).collect()
}

#[tokio::test]
async fn rare_and_long_names_and_stray_signs_survive_to_the_case() {
    let world = World::new(Mode::Demo).await;
    let long = "阿卜杜热合曼·买买提依明·吐尔逊江·艾合买提江·玉素甫江库尔";
    assert_eq!(long.chars().count(), 30);
    // Of planes 0, 2 and 3; of one character; with the dots of several keyboards.
    let names = [
        ("𠮷", "𠮷"),
        ("䶮㛃𬱖", "䶮㛃𬱖"),
        ("王𰻞", "王𰻞"),
        ("买买提•吐尔逊", "买买提·吐尔逊"),
        ("张　三", "张三"),
        (long, long),
    ];
    for (at, (typed, kept)) in names.into_iter().enumerate() {
        let (cookie, token) = world.enter(&Actor::citizen("neighbour")).await;
        let hub = begin(&world, &cookie, &token, "after-death", "family").await;
        let spaced = {
            let id = number(&format!("1950010{}", at + 1));
            format!(" {} {}-{} ", &id[..6], &id[6..14], wide(&id[14..]))
        };
        let phone = wide("138 0000 0001".replace(' ', "").as_str());
        for page in ["deceased", "applicant"] {
            let mut pairs: Vec<(&str, &str)> =
                report().into_iter().filter(|(name, _)| name.split('.').next() == Some(page)).collect();
            for pair in &mut pairs {
                match pair.0 {
                    "deceased.name" | "applicant.name" => pair.1 = typed,
                    "deceased.id_number" => pair.1 = &spaced,
                    "deceased.died_on" => pair.1 = "２０２６年5月1日",
                    "applicant.phone" => pair.1 = &phone,
                    _ => {}
                }
            }
            pairs.extend([("_csrf", token.as_str()), ("_do", "send")]);
            let address = format!("{hub}/q/{page}");
            let mut answer = world.post(&address, &cookie, &pairs).await;
            if to(&answer).contains("more=1") {
                answer = world.post(&address, &cookie, &pairs).await;
            }
            assert!(!to(&answer).contains(page), "{typed}: {}", to(&answer));
        }
        let review = world.get(&format!("{hub}/review"), &cookie).await.body;
        assert!(review.contains(&format!("<dd>{kept}</dd>")), "{kept}: {review}");
        assert!(review.contains("138 0000 0001"));
        let case = to(&world.post(&format!("{hub}/declare"), &cookie, &[("_csrf", &token)]).await);
        let (window, _) = world.enter(&world.staff("gu_ping")).await;
        let page = world.get(&case, &window).await.body;
        assert!(page.contains(kept), "{kept} is not on the page of the case");
        assert!(!page.contains('\u{fffd}'), "{kept}: a character was lost");
    }
}
