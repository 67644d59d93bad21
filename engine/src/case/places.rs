//! Places: where a case stands in a waiting list, and which places it holds. It must never know who else waits.

use serde::{Deserialize, Serialize};

use super::Case;
use crate::event::Event;
use crate::value::Instant;

/// A place of a quota that a case waits for or holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The region that it counts in.
    pub region: String,
    /// Who has a higher number comes first.
    pub priority: i64,
    /// When the waiting began.
    pub since: Instant,
    /// When it was given; `None` while the case waits.
    pub given_at: Option<Instant>,
}

impl Case {
    /// Places awaited, given and given back.
    pub(super) fn apply_place(&mut self, event: &Event, at: Instant) {
        match event {
            Event::PlaceAwaited { quota, region, priority, since } => {
                let place = Place { region: region.clone(), priority: *priority, since: *since, given_at: None };
                self.places.insert(quota.clone(), place);
            }
            Event::PlaceGiven { quota } => {
                if let Some(place) = self.places.get_mut(quota) {
                    place.given_at = Some(at);
                }
            }
            Event::PlaceReturned { quota } | Event::WaitEnded { quota } => {
                self.places.remove(quota);
            }
            _ => {}
        }
    }
}
