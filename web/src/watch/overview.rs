//! The supervisor's list: what is late and what soon will be, without a ranking of people.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use onething_engine::organisation::ActorKind;

use super::quotas::{QuotaRow, quotas};
use crate::app::App;
use crate::failure::Failure;
use crate::page::{Frame, page};
use crate::public::mine::{Listed, listed};
use crate::session::Visitor;
use crate::view::Light;

/// Cases on one page at most: the most urgent ones.
const SHOWN: u32 = 200;

#[derive(Template)]
#[template(path = "watch/overview.html")]
struct OverviewPage {
    f: Frame,
    region: String,
    late: Vec<Listed>,
    soon: Vec<Listed>,
    others: Vec<Listed>,
    cut: bool,
    quotas: Vec<QuotaRow>,
}

/// The list.
pub async fn show(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Result<Response, Failure> {
    let now = app.now().await?;
    let f = Frame::new(&app, &visitor, now);
    let region = match &visitor.actor()?.kind {
        ActorKind::Staff { region, .. } => region.clone(),
        ActorKind::Citizen
        | ActorKind::Agent { .. }
        | ActorKind::System
        | ActorKind::Process { .. }
        | ActorKind::Connector { .. } => {
            return Err(Failure::Forbidden);
        }
    };
    let cases = app.store().watch(std::slice::from_ref(&region), SHOWN).await?;
    let cut = cases.len() >= usize::try_from(SHOWN).unwrap_or(usize::MAX);
    let (mut late, mut soon, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for case in cases {
        let row = listed(&app, &f, visitor.actor()?, case, now).await?;
        match row.light {
            Light::Red => late.push(row),
            Light::Yellow => soon.push(row),
            Light::Done | Light::Paused | Light::Green => others.push(row),
        }
    }
    let quotas = quotas(&app, &f, &region, now).await?;
    let rules = app.rules();
    let region = rules.organisation.region(&region).map_or(region, |region| f.x(&region.title).to_owned());
    page(&OverviewPage { f, region, late, soon, others, cut, quotas })
}
