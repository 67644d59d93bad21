//! Who there is: regions, departments with their units, people with their roles, and the [`Actor`] that asks for
//! something. Plain data and questions about it; it must never know what an office decides or what a task is.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::text::Text;

mod lower;
mod place;
pub mod region;

pub use lower::{lower, lower_trees};
pub use region::Level;

/// The roles a person of the staff can have.
pub mod role {
    /// Works on tasks of the own units.
    pub const CLERK: &str = "clerk";
    /// Leads a unit: hears of lateness first, takes tasks back.
    pub const HEAD: &str = "head";
    /// Watches over all departments of a region.
    pub const SUPERVISOR: &str = "supervisor";
    /// Writes processes and forms.
    pub const AUTHOR: &str = "author";
    /// Runs the installation.
    pub const ADMIN: &str = "admin";
    /// Helps applicants at a counter.
    pub const COUNTER: &str = "counter";
    /// All of them.
    pub const ALL: &[&str] = &[CLERK, HEAD, SUPERVISOR, AUTHOR, ADMIN, COUNTER];
}

/// The organisation of one installation: one tree of regions, and who works where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organisation {
    /// Its id.
    pub id: String,
    /// Its name.
    pub title: Text,
    /// Code of the region that the installation serves.
    pub region: String,
    /// Regions by code.
    pub regions: BTreeMap<String, Region>,
    /// Departments by id.
    pub departments: BTreeMap<String, Department>,
    /// Units by office id, `department.unit`.
    pub units: BTreeMap<String, Unit>,
    /// People by id.
    pub people: BTreeMap<String, Person>,
}

/// A place: province, city, district, street or community.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Region {
    /// Code of GB/T 2260 (6 digits) or its statistical extension (9 or 12 digits); 2 and 4 digits are short forms.
    pub code: String,
    /// Name.
    pub title: Text,
    /// Level in the administrative tree.
    pub level: Level,
    /// Code of the region around it, where that is known.
    pub parent: Option<String>,
}

/// A department of the district, such as the police.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Department {
    /// Id, the first part of its offices' ids.
    pub id: String,
    /// Name.
    pub title: Text,
}

/// A unit of a department: an office that tasks are addressed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// Office id, `department.unit`.
    pub id: String,
    /// Id of its department.
    pub department: String,
    /// Name, without the department's.
    pub title: Text,
    /// Codes of the regions it serves, each with everything inside.
    pub regions: Vec<String>,
    /// Id of the person who leads it.
    pub head: Option<String>,
}

/// One of the staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Id, also the name for signing in.
    pub id: String,
    /// Name for people.
    pub name: Text,
    /// Office ids of the units worked in.
    pub units: Vec<String>,
    /// Roles, of [`role::ALL`].
    pub roles: BTreeSet<String>,
    /// Code of the region worked for.
    pub region: String,
}

/// Who asks for something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Actor {
    /// Stable id: of a person of the staff, of a citizen's account, of a connector. Never an ID number.
    pub id: String,
    /// What kind of asker this is, and what it may rely on.
    pub kind: ActorKind,
}

/// The kinds of askers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// Somebody of the staff, as the organisation had it when the session began.
    Staff {
        /// Office ids.
        units: Vec<String>,
        /// Roles, of [`role::ALL`].
        roles: BTreeSet<String>,
        /// Code of the region worked for.
        region: String,
    },
    /// A citizen: what they may do follows from the parties of the case alone.
    Citizen,
    /// Somebody who acts for a citizen by a recorded authority: an agent or a guardian. What they may do is what the
    /// citizen may do, within its scope; what happens is recorded under their own id.
    Agent {
        /// Account of the citizen.
        principal: String,
        /// Processes they may act in; empty for all.
        processes: BTreeSet<String>,
        /// Id of the recorded authority.
        authority: String,
    },
    /// The engine itself: timers, retries.
    System,
    /// A case of some process, on an errand to another case.
    Process {
        /// Identity of the case.
        case: String,
        /// Its process.
        process: String,
        /// The link it comes by; empty for none.
        link: String,
        /// It wants to be told how a case ends that it begins.
        reports: bool,
        /// How many errands led to this one with nobody and no timer between them.
        hops: u32,
    },
    /// Another system that was given a name.
    Connector {
        /// Its name.
        name: String,
    },
}

impl Actor {
    /// The engine itself.
    pub fn system() -> Actor {
        Actor { id: "system".to_owned(), kind: ActorKind::System }
    }

    /// A citizen by the id of the account.
    pub fn citizen(id: impl Into<String>) -> Actor {
        Actor { id: id.into(), kind: ActorKind::Citizen }
    }

    /// The account whose cases, drafts and papers this actor deals with: an agent's are the principal's.
    pub fn stands_for(&self) -> &str {
        match &self.kind {
            ActorKind::Agent { principal, .. } => principal,
            ActorKind::Staff { .. }
            | ActorKind::Citizen
            | ActorKind::System
            | ActorKind::Process { .. }
            | ActorKind::Connector { .. } => &self.id,
        }
    }

    /// Whether the actor may act in cases of a process at all: an agent only within the scope of the authority.
    pub fn acts_in(&self, process: &str) -> bool {
        match &self.kind {
            ActorKind::Agent { processes, .. } => processes.is_empty() || processes.contains(process),
            ActorKind::Staff { .. }
            | ActorKind::Citizen
            | ActorKind::System
            | ActorKind::Process { .. }
            | ActorKind::Connector { .. } => true,
        }
    }

    /// Whether the actor works in the office (`department.unit`), or anywhere in the department if only that is named.
    pub fn works_in(&self, office: &str) -> bool {
        match &self.kind {
            ActorKind::Staff { units, .. } => units
                .iter()
                .any(|unit| unit == office || unit.strip_prefix(office).is_some_and(|rest| rest.starts_with('.'))),
            ActorKind::Citizen
            | ActorKind::Agent { .. }
            | ActorKind::System
            | ActorKind::Process { .. }
            | ActorKind::Connector { .. } => false,
        }
    }

    /// Whether the actor has the role (one of [`role::ALL`]).
    pub fn has_role(&self, role: &str) -> bool {
        match &self.kind {
            ActorKind::Staff { roles, .. } => roles.contains(role),
            ActorKind::Citizen
            | ActorKind::Agent { .. }
            | ActorKind::System
            | ActorKind::Process { .. }
            | ActorKind::Connector { .. } => false,
        }
    }
}

impl Organisation {
    /// The version: SHA-256 (hexadecimal) of the canonical text of everything in it.
    pub fn version(&self) -> String {
        // Ordered maps and no floats: the text cannot differ between two runs, and serialising it cannot fail.
        let text = serde_json::to_string(self).unwrap_or_default();
        Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The unit with an office id, such as `police.household`.
    pub fn unit(&self, office: &str) -> Option<&Unit> {
        self.units.get(office)
    }

    /// The name of an office or department with its department's name first; the id itself where it is unknown.
    pub fn office_title(&self, office: &str) -> Text {
        let department = self.departments.get(office.split('.').next().unwrap_or(office));
        match (department, self.unit(office)) {
            (Some(department), Some(unit)) => Text::new(
                format!("{}{}", department.title.zh, unit.title.zh),
                format!("{}, {}", department.title.en, unit.title.en),
            ),
            (Some(department), None) => department.title.clone(),
            (None, Some(unit)) => unit.title.clone(),
            (None, None) => Text::same(office),
        }
    }

    /// Units of a department, in the order of their ids.
    pub fn units_of<'a>(&'a self, department: &'a str) -> impl Iterator<Item = &'a Unit> {
        self.units.values().filter(move |unit| unit.department == department)
    }

    /// The units a person works in; empty for somebody unknown.
    pub fn offices_of(&self, person: &str) -> Vec<&Unit> {
        let units = self.people.get(person).map_or(&[][..], |person| &person.units);
        units.iter().filter_map(|unit| self.units.get(unit)).collect()
    }

    /// Who leads a unit: the person named there, else the first who works there with the role `head`.
    pub fn head_of(&self, office: &str) -> Option<&Person> {
        let named = self.unit(office)?.head.as_ref().and_then(|id| self.people.get(id));
        named.or_else(|| {
            let leads =
                |person: &&Person| person.roles.contains(role::HEAD) && person.units.iter().any(|u| u == office);
            self.people.values().find(leads)
        })
    }

    /// People who work in a unit and whose region covers `region`, in the order of their ids.
    pub fn staff_of(&self, office: &str, region: &str) -> Vec<&Person> {
        let here =
            |person: &&Person| person.units.iter().any(|unit| unit == office) && self.contains(&person.region, region);
        self.people.values().filter(here).collect()
    }

    /// Supervisors whose region covers `region`, in the order of their ids.
    pub fn supervisors(&self, region: &str) -> Vec<&Person> {
        let watches =
            |person: &&Person| person.roles.contains(role::SUPERVISOR) && self.contains(&person.region, region);
        self.people.values().filter(watches).collect()
    }

    /// The actor that a person of the staff is.
    pub fn actor(&self, person: &str) -> Option<Actor> {
        let person = self.people.get(person)?;
        Some(Actor {
            id: person.id.clone(),
            kind: ActorKind::Staff {
                units: person.units.clone(),
                roles: person.roles.clone(),
                region: person.region.clone(),
            },
        })
    }

    /// A region's code and those of the regions around it, innermost first. Parents are taken from the organisation
    /// where it knows the code, else from the digits (320404002001 → 320404002 → 320404 → 3204 → 32).
    pub fn region_chain(&self, code: &str) -> Vec<String> {
        let mut chain = Vec::new();
        let mut next = Some(region::significant(code).to_owned());
        while let Some(code) = next {
            // Parents that form a circle are refused when the file is read; this is the second fence.
            if chain.contains(&code) || chain.len() > 16 {
                break;
            }
            let declared = self.region(&code).and_then(|region| region.parent.as_deref());
            next = declared.map(|parent| region::significant(parent).to_owned());
            next = next.or_else(|| region::parent(&code).map(str::to_owned));
            chain.push(code);
        }
        chain
    }

    /// A region by any spelling of its code: `320000`, `32` and `320000000000` are the same.
    pub fn region(&self, code: &str) -> Option<&Region> {
        let code = region::significant(code);
        self.regions
            .get(code)
            .or_else(|| self.regions.values().find(|region| region::significant(&region.code) == code))
    }

    /// Whether the region `outer` is, or lies around, the region `inner`.
    pub fn contains(&self, outer: &str, inner: &str) -> bool {
        let outer = region::significant(outer);
        !outer.is_empty() && self.region_chain(inner).iter().any(|code| code == outer)
    }

    /// Whether a unit serves a region.
    pub fn serves(&self, office: &str, region: &str) -> bool {
        self.unit(office).is_some_and(|unit| unit.regions.iter().any(|served| self.contains(served, region)))
    }

    /// Whether the actor's region covers the region of a task or case. The engine and connectors are not bound to a
    /// region; a citizen covers none.
    pub fn covers(&self, region: &str, actor: &Actor) -> bool {
        match &actor.kind {
            ActorKind::Staff { region: own, .. } => self.contains(own, region),
            ActorKind::Citizen | ActorKind::Agent { .. } | ActorKind::Process { .. } => false,
            ActorKind::System | ActorKind::Connector { .. } => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Organisation {
        let mut organisation = Organisation { region: "320404".into(), ..Organisation::default() };
        organisation
            .departments
            .insert("police".into(), Department { id: "police".into(), title: Text::new("公安", "Police") });
        organisation.units.insert(
            "police.household".into(),
            Unit {
                id: "police.household".into(),
                department: "police".into(),
                title: Text::new("户籍窗口", "Household registration"),
                regions: vec!["320404".into()],
                head: None,
            },
        );
        for (id, roles, region) in [
            ("li", &[role::CLERK, role::HEAD][..], "320404"),
            ("wu", &[role::CLERK][..], "320404002"),
            ("sun", &[role::SUPERVISOR][..], "3204"),
        ] {
            let units = if id == "sun" { vec![] } else { vec!["police.household".to_owned()] };
            let roles = roles.iter().map(|role| (*role).to_owned()).collect();
            organisation
                .people
                .insert(id.into(), Person { id: id.into(), name: Text::same(id), units, roles, region: region.into() });
        }
        organisation
    }

    #[test]
    fn regions_contain_what_lies_inside() {
        let organisation = sample();
        assert_eq!(organisation.region_chain("320404002001"), ["320404002001", "320404002", "320404", "3204", "32"]);
        assert!(organisation.contains("320400", "320404002001"));
        assert!(organisation.contains("320404", "320404"));
        assert!(!organisation.contains("320404", "320411"));
        assert!(!organisation.contains("320404002", "320404"));
        assert!(!organisation.contains("", "320404"));
    }

    #[test]
    fn a_declared_parent_beats_the_digits() {
        let mut organisation = sample();
        let zone = Region {
            code: "320471".into(),
            title: Text::same("区"),
            level: Level::District,
            parent: Some("320404".into()),
        };
        organisation.regions.insert("320471".into(), zone);
        assert!(organisation.contains("320404", "320471001"));
    }

    #[test]
    fn people_answer_for_their_places() {
        let organisation = sample();
        assert_eq!(organisation.head_of("police.household").map(|person| person.id.as_str()), Some("li"));
        assert_eq!(organisation.supervisors("320404002").len(), 1);
        assert_eq!(organisation.staff_of("police.household", "320404003").len(), 1);
        let wu = organisation.actor("wu").unwrap();
        assert!(organisation.covers("320404002001", &wu) && !organisation.covers("320404", &wu));
        assert!(wu.works_in("police") && wu.works_in("police.household") && !wu.works_in("pol"));
        assert!(
            !organisation.covers("320404", &Actor::citizen("c1")) && organisation.covers("320404", &Actor::system())
        );
        assert_eq!(organisation.office_title("police.household").zh, "公安户籍窗口");
    }

    #[test]
    fn the_version_follows_the_content() {
        let (mut one, two) = (sample(), sample());
        assert_eq!(one.version(), two.version());
        one.region = "320411".into();
        assert_ne!(one.version(), two.version());
    }
}
