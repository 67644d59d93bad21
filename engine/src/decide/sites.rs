//! Where a case is worked on: the places it has when it opens, and the office that work at a place goes to. It must never
//! move work that was already offered.

use std::collections::BTreeMap;

use super::draft::Draft;
use crate::case::Case;
use crate::definition::SiteDefinition;
use crate::event::{Event, Offer};
use crate::expression::Fault;
use crate::organisation::{Level, Organisation, region};
use crate::rejection::Rejection;
use crate::value::Value;

/// Which sites are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// By the region in which the case is opened.
    ByOpening,
    /// By the answers of the door.
    ByAnswers,
}

impl Draft<'_> {
    /// Notes where the sites of the case are.
    ///
    /// # Errors
    /// [`Rejection::ProcessFault`] where the definition cannot be computed; what was not answered is not known.
    pub fn set_sites(&mut self, told: Told) -> Result<(), Rejection> {
        let definition = self.definition.clone();
        let mut sites = BTreeMap::new();
        for site in definition.sites.values().filter(|site| site.is.is_some() == (told == Told::ByAnswers)) {
            sites.insert(site.name.clone(), self.place_of(site)?);
        }
        if !sites.is_empty() {
            self.emit(Event::SitesSet { sites });
        }
        Ok(())
    }

    fn place_of(&self, site: &SiteDefinition) -> Result<String, Rejection> {
        let organisation = &self.context.rules.organisation;
        let Some(is) = &site.is else {
            // The case was opened somewhere; a district's own desk is no street, and still the place.
            return Ok(inside(organisation, &self.case.region, site.level).unwrap_or(self.case.region.clone()));
        };
        match self.evaluate(is) {
            Ok(Value::Text(code)) => Ok(inside(organisation, &code, site.level).unwrap_or_default()),
            Ok(_) | Err(Fault::Unanswered(_)) => Ok(String::new()),
            Err(fault) => Err(Rejection::ProcessFault { fault: fault.to_string() }),
        }
    }
}

/// The code of the region of `level` that is or contains `code`; `None` where `code` is coarser than that.
pub(super) fn inside(organisation: &Organisation, code: &str, level: Level) -> Option<String> {
    organisation.region_chain(code).into_iter().find(|around| {
        let declared = organisation.region(around).map(|region| region.level);
        declared.or_else(|| Level::of(around)) == Some(level)
    })
}

/// The office at a site, or the one that stands in while the place is not known or not served by this installation.
pub(super) fn offer_at(
    organisation: &Organisation,
    case: &Case,
    site: &str,
    office: &str,
    unknown: Option<&str>,
) -> Offer {
    let known = case.site(site).filter(|code| unknown.is_none() || organisation.region(code).is_some());
    let (region, office) = match (known, unknown) {
        (Some(code), _) => (code, office),
        (None, Some(unknown)) => (case.region.as_str(), unknown),
        (None, None) => (case.region.as_str(), office),
    };
    Offer {
        region: region::significant(region).to_owned(),
        department: office.split('.').next().unwrap_or_default().to_owned(),
        unit: office.to_owned(),
        ..Offer::default()
    }
}
