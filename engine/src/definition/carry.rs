//! `carry_on`: what is still held when everything else of its block is over goes on as a case of its own, so that nobody
//! has to close the rest by hand. It must never end what is not held, nor begin a case before the held item ends.

use super::draft::{
    Draft, DraftAsked, DraftErrand, DraftReach, DraftTransition, DraftTrigger, EnvIndex, Guard, ItemIndex, Kind, Place,
    StateIndex, Target,
};
use super::model::{Effects, Outcome};
use super::words::both;
use crate::source::{Content, Node, brief, closest};

/// Made by the compiler: whether everything beside an item, by its number, is over or waits to be carried on as well.
pub(super) const REST_OVER: &str = "rest_over";
/// The end of an item that goes on elsewhere.
pub(super) const CARRIED_ON: &str = "carried_on";
/// `carry_on: none`: it ends, and no case begins.
const NOTHING: &str = "none";

/// What becomes of an item that is held when all else is over.
#[derive(Debug)]
pub(super) struct DraftCarry<'a> {
    pub item: ItemIndex,
    pub held: Vec<StateIndex>,
    pub errands: Vec<DraftErrand<'a>>,
    pub place: Place,
}

impl<'a> Draft<'a> {
    /// `carry_on` of a hold: a link, `{link, with, each, when}`, a list of them, or `none`.
    pub fn hold_carries_on(&mut self, state: StateIndex, held: Vec<StateIndex>, env: EnvIndex, node: &'a Node) {
        let Some(item) = self.states[state].item else {
            let message = both("只有事项里的中止可以写 `carry_on`", "only a hold inside an item has a `carry_on`");
            self.problems.push(
                self.error("E0688", env, node.span, message)
                    .cause(
                        "它说的是：其他事项都已结束时，这一项怎样继续。",
                        "It says how one item goes on when all the others are over.",
                    )
                    .cure("把它写在事项的中止上，或者删去。", "Write it on a hold of an item, or delete it."),
            );
            return;
        };
        let none = matches!(&node.content, Content::Scalar { text, .. } if text == NOTHING);
        let nodes = if none { Vec::new() } else { self.file(env).one_or_many(node) };
        let errands = nodes.into_iter().filter_map(|node| self.start(env, node)).collect();
        self.carries.push(DraftCarry { item, held, errands, place: Place { env, span: node.span } });
    }

    /// `carry_on: {kinds, link, with, each, when}` of an item, for holds inside its fragment, which knows no link.
    pub fn item_carries_on(&mut self, item: ItemIndex, env: EnvIndex, node: &'a Node) {
        let Some(words) = self.file(env).map(node, both("续办", "carry_on")) else { return };
        words.require(&["kinds", "link"]);
        let region = self.items[item].state;
        let inside = self.holds.iter().filter(|hold| hold.state == region || self.is_inside(hold.state, region));
        let known: Vec<(String, StateIndex)> =
            inside.flat_map(|hold| hold.held.iter().map(|(kind, state)| (kind.clone(), *state))).collect();
        let mut held = Vec::new();
        for (kind, span) in words.texts("kinds") {
            let before = held.len();
            held.extend(known.iter().filter(|(name, _)| name == kind).map(|(_, state)| *state));
            if held.len() > before {
                continue;
            }
            let name = &self.items[item].name;
            let message = both(
                format!("事项 `{name}` 没有名为 `{}` 的中止", brief(kind)),
                format!("the item `{name}` has no hold of the kind `{}`", brief(kind)),
            );
            let problem = self.error("E0689", env, span, message).cure(
                "写该事项的片段中 hold 的一种 kinds。",
                "Name one of the `kinds` of a hold in the fragment of the item.",
            );
            self.problems.push(problem.suggest(closest(kind, known.iter().map(|(name, _)| name.as_str()))));
        }
        let place = Place { env, span: node.span };
        let link = words.text("link").unwrap_or_default();
        let errands = vec![self.errand(env, &words, DraftAsked::Start(link), place)];
        words.finish();
        if !link.is_empty() {
            self.carries.push(DraftCarry { item, held, errands, place });
        }
    }

    /// The ends and the ways to them. Every item and region is known now.
    pub fn finish_carries(&mut self) {
        for at in 0..self.carries.len() {
            let DraftCarry { item, held, errands, place } = &mut self.carries[at];
            let (item, held, errands, place) = (*item, held.clone(), std::mem::take(errands), *place);
            let end = self.carried_end(item);
            // One question to the explorer: it would otherwise try every combination of how the others came to their ends.
            let rest = Guard::Holds(format!("{REST_OVER}({item})"));
            for source in held {
                let way = self.add_transition(DraftTransition {
                    source,
                    trigger: DraftTrigger::Always,
                    guards: vec![rest.clone()],
                    targets: vec![Target::State(end)],
                    reach: DraftReach::Local,
                    actions: Vec::new(),
                    effects: Effects::default(),
                    env: place.env,
                    span: place.span,
                    made: false,
                    label: "carry_on".to_owned(),
                });
                if !errands.is_empty() {
                    self.errands.insert(way, errands.clone());
                }
            }
        }
    }

    /// The end of the item, made once.
    fn carried_end(&mut self, item: ItemIndex) -> StateIndex {
        let (region, env, span) = (self.items[item].state, self.items[item].env, self.items[item].span);
        let known = self.finals_of(region).find(|end| self.states[*end].name == CARRIED_ON);
        known.unwrap_or_else(|| {
            let made = self.add_state(Some(region), CARRIED_ON, Kind::Final, env, span);
            self.states[made].title = both("已转为单独续办", "goes on as a case of its own");
            self.states[made].outcome = Some(Outcome::Partial);
            made
        })
    }

    /// The states in which an item waits to be carried on.
    pub fn carried_from(&self, item: ItemIndex) -> impl Iterator<Item = StateIndex> + '_ {
        self.carries.iter().filter(move |carry| carry.item == item).flat_map(|carry| carry.held.iter().copied())
    }
}
