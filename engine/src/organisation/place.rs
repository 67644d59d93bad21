//! Where an office stands: the same unit may be kept by every street, or once by the district for all of them. It must
//! never decide who works on a case.

use super::{Organisation, Region, region};
use crate::text::Text;

impl Organisation {
    /// The place of the office that works for `region`: the smallest region around it that people of the unit cover, else
    /// the installation's own for what lies in it, else the region itself. `None` where nobody knows that region.
    pub fn seat(&self, office: &str, code: &str) -> Option<&Region> {
        let staffed = |around: &&String| {
            let around = region::significant(around);
            let here = |own: &str| region::significant(own) == around;
            self.people.values().any(|person| here(&person.region) && person.units.iter().any(|unit| unit == office))
        };
        let chain = self.region_chain(code);
        let found = chain.iter().find(staffed).and_then(|around| self.region(around));
        let own = || self.region(&self.region).filter(|_| self.contains(&self.region, code));
        found.or_else(own).or_else(|| self.region(code))
    }

    /// The office of an address such as `police.household` or `police.household@320404002`.
    pub fn office_addressed(&self, address: &str) -> Text {
        match address.split_once('@') {
            Some((office, code)) => self.office_at(office, code),
            None => self.office_title(address),
        }
    }

    /// An office with the place where it stands, and the place it works for where that is another one.
    pub fn office_at(&self, office: &str, code: &str) -> Text {
        let title = self.office_title(office);
        let Some(seat) = self.seat(office, code) else { return title };
        let named = Text::new(format!("{}{}", seat.title.zh, title.zh), format!("{}, {}", seat.title.en, title.en));
        match self.region(code).filter(|place| place.code != seat.code) {
            Some(place) => Text::new(
                format!("{}（涉及{}）", named.zh, place.title.zh),
                format!("{} (about {})", named.en, place.title.en),
            ),
            None => named,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::organisation::{Level, Person};

    fn sample() -> Organisation {
        let mut organisation = Organisation { region: "320404".into(), ..Organisation::default() };
        for (code, level, zh, en) in [
            ("320404", Level::District, "钟楼区", "Zhonglou"),
            ("320404002", Level::Street, "示例二街道", "Street Two"),
            ("310101", Level::District, "黄浦区", "Huangpu"),
        ] {
            let place = Region { code: code.into(), title: Text::new(zh, en), level, parent: None };
            organisation.regions.insert(code.into(), place);
        }
        for (id, unit, region) in [("a", "relief.desk", "320404"), ("b", "street.desk", "320404002")] {
            let name = Text::same(id);
            let person =
                Person { id: id.into(), name, units: vec![unit.into()], roles: BTreeSet::new(), region: region.into() };
            organisation.people.insert(id.into(), person);
        }
        organisation
    }

    #[test]
    fn an_office_of_the_district_is_not_called_after_a_street() {
        let organisation = sample();
        let title = |office: &str| organisation.office_title(office).zh;
        let at = |office: &str, code: &str| organisation.office_at(office, code).zh;
        assert_eq!(at("relief.desk", "320404002"), format!("钟楼区{}（涉及示例二街道）", title("relief.desk")));
        assert_eq!(at("relief.desk", "320404"), format!("钟楼区{}", title("relief.desk")));
        assert_eq!(at("street.desk", "320404002"), format!("示例二街道{}", title("street.desk")));
        assert_eq!(at("relief.desk", "310101"), format!("黄浦区{}", title("relief.desk")));
        assert_eq!(at("relief.desk", "999999"), title("relief.desk"));
    }
}
