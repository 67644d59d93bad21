//! `hold`: a state keeps its place while its clocks stand still. The state gets a `work` part with a deep history, and
//! beside it one held state for each kind. Outer holds wrap inner ones. It must never touch the state's own actions:
//! those still work while it is held.

use std::collections::BTreeMap;

use super::draft::{
    Draft, DraftChoice, DraftHold, DraftReach, DraftTransition, DraftTrigger, EnvIndex, Guard, Kind, StateIndex, Target,
};
use super::words::both;
use crate::source::{Node, Reader};
use crate::text::Text;

impl<'a> Draft<'a> {
    /// Makes the wrappers of all holds of a state, the first in the list outermost; gives the innermost work part.
    pub fn lower_holds(&mut self, state: StateIndex, env: EnvIndex, reader: &Reader<'a>) -> StateIndex {
        let nodes = reader.one_or_many("hold");
        let kind = self.states[state].kind;
        if nodes.is_empty() {
            return state;
        }
        if !matches!(kind, Kind::Plain | Kind::Parallel) {
            let message = both("这种环节不能中止", "a state of this kind cannot be held");
            self.problems.push(
                self.error("E0523", env, reader.key_span("hold"), message)
                    .cure("把 hold 写在它外面的环节上。", "Write `hold` on the state around it."),
            );
            return state;
        }
        let composite = ["states", "items", "use"].iter().any(|key| reader.has(key));
        self.states[state].kind = Kind::Plain;
        let mut body = state;
        for (at, node) in nodes.iter().enumerate() {
            body = self.lower_hold(state, body, at, env, node);
        }
        self.states[body].kind = kind;
        if !composite {
            let span = self.states[state].span;
            let doing = self.add_state(Some(body), "doing", Kind::Plain, env, span);
            self.states[doing].made = true;
        }
        body
    }

    fn lower_hold(
        &mut self,
        state: StateIndex,
        around: StateIndex,
        at: usize,
        env: EnvIndex,
        node: &'a Node,
    ) -> StateIndex {
        let span = node.span;
        let work = self.add_state(Some(around), "work", Kind::Plain, env, span);
        self.states[work].made = true;
        // The name tells nested wrappers of one state apart.
        let history = self.add_state(Some(work), "back", Kind::History { deep: true }, env, span);
        self.states[history].made = true;
        self.states[around].initial = vec![Target::State(work)];
        let Some(words) = self.file(env).map(node, both("中止", "hold")) else { return work };
        words.require(&["kinds"]);
        let title = words.localized("title");
        let by = words.optional("by").map(|node| self.assignees(env, node)).unwrap_or_default();
        let ask = words.optional("ask").and_then(|node| self.form(env, node));
        let condition = words.optional("while").and_then(|node| self.value(env, node));
        if condition.is_some() == words.has("by") {
            let message = both("中止要写 `while` 或 `by` 之一", "a hold needs either `while` or `by`");
            self.problems.push(self.error("E0524", env, span, message).cure(
                "由事实决定写 `while: 条件`；由人决定写 `by: 谁`。",
                "`while: condition` where a fact decides, `by: who` where a person does.",
            ));
        }
        let effects = self.effects(env, &words);
        let mut hold = DraftHold {
            state,
            work,
            held: BTreeMap::new(),
            history,
            by: by.clone(),
            begin: BTreeMap::new(),
            end: None,
        };
        let end = self.end_choice(state, at, by.clone());
        let mut leave = Vec::new();
        let mut kept = Vec::new();
        for (kind, kind_span) in words.texts("kinds") {
            let held = self.add_state(Some(around), &format!("held_{kind}"), Kind::Plain, env, kind_span);
            self.states[held].pause = Some(kind.to_owned());
            self.states[held].title = title.clone().unwrap_or_else(|| Text::same(kind));
            hold.held.insert(kind.to_owned(), held);
            kept.push(held);
            let (trigger, guards, back_trigger, back_guards) = match condition {
                Some(placed) => {
                    (DraftTrigger::Always, vec![Guard::When(placed)], DraftTrigger::Always, vec![Guard::Unless(placed)])
                }
                None => {
                    let choice = self.begin_choice(state, kind, &by, ask.clone());
                    let trigger = DraftTrigger::Addressed(choice.event.clone());
                    hold.begin.insert(kind.to_owned(), choice);
                    (trigger, Vec::new(), DraftTrigger::Addressed(end.event.clone()), Vec::new())
                }
            };
            let begin = self.add_transition(DraftTransition {
                source: work,
                trigger,
                guards,
                targets: vec![Target::State(held)],
                reach: DraftReach::Local,
                actions: Vec::new(),
                effects: effects.clone(),
                env,
                span: kind_span,
                made: false,
                label: format!("hold_{kind}"),
            });
            if let Some(choice) = hold.begin.get_mut(kind) {
                choice.transitions.push(begin);
            }
            let back = self.add_made(held, back_trigger, back_guards, history);
            self.transitions[back].made = false;
            self.transitions[back].span = kind_span;
            self.transitions[back].label = "resume".to_owned();
            leave.push(back);
        }
        if condition.is_none() {
            hold.end = Some(DraftChoice { transitions: leave, ..end });
        }
        if let Some(node) = words.optional("carry_on") {
            self.hold_carries_on(state, kept, env, node);
        }
        words.finish();
        self.holds.push(hold);
        work
    }

    fn begin_choice(
        &self,
        state: StateIndex,
        kind: &str,
        by: &[super::model::Assignee],
        ask: Option<String>,
    ) -> DraftChoice<'a> {
        DraftChoice {
            name: format!("hold_{kind}"),
            title: both(format!("中止：{kind}"), format!("Hold: {kind}")),
            event: format!("action.{}.hold_{kind}", self.states[state].path),
            ask,
            by: by.to_vec(),
            guards: Vec::new(),
            refuse: Vec::new(),
            transitions: Vec::new(),
        }
    }

    fn end_choice(&self, state: StateIndex, at: usize, by: Vec<super::model::Assignee>) -> DraftChoice<'a> {
        // A second hold of the same state has an end of its own.
        let again = self.holds.iter().any(|hold| hold.state == state && hold.end.is_some());
        let name = if again { format!("resume_{}", at + 1) } else { "resume".to_owned() };
        DraftChoice {
            event: format!("action.{}.{name}", self.states[state].path),
            name,
            title: both("恢复办理", "Resume"),
            ask: None,
            by,
            guards: Vec::new(),
            refuse: Vec::new(),
            transitions: Vec::new(),
        }
    }
}
