//! Public notices: what is posted before a decision, so that neighbours can object. Open to everybody; it must never
//! show a whole name, a number, an address, or the case behind a notice.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;

use crate::app::App;
use crate::failure::Failure;
use crate::language::{day, deadline};
use crate::page::{Frame, page};
use crate::session::Visitor;

/// More than a district posts at once; those that end first are shown.
const MOST: u32 = 500;

#[derive(Template)]
#[template(path = "public/notices.html")]
struct NoticesPage {
    f: Frame,
    posted: Vec<Posted>,
}

struct Posted {
    who: String,
    what: String,
    place: String,
    from: String,
    last: String,
    office: String,
}

/// What is posted now.
pub async fn show(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Result<Response, Failure> {
    let now = app.now().await?;
    let f = Frame::new(&app, &visitor, now);
    let rules = app.rules();
    let organisation = &rules.organisation;
    let listed = app.store().public_notices(MOST).await?;
    let posted = listed.into_iter().map(|notice| Posted {
        who: notice.who,
        what: f.x(&notice.what).to_owned(),
        place: organisation.region(&notice.region).map(|region| f.x(&region.title).to_owned()).unwrap_or_default(),
        from: day(notice.posted_at.date(), f.language),

        last: deadline(notice.until_at, f.language),
        office: f.x(&organisation.office_title(&notice.objections)).to_owned(),
    });
    let posted = posted.collect();
    page(&NoticesPage { f, posted })
}
