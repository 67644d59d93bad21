//! `items`: one region for each department's matter, behind a generated gate (`when`, `offer`, `needs`, `ready`), and the
//! end of the whole block by the results. It must never restart an item or stop one silently.

use super::draft::{
    Act, Draft, DraftItem, DraftTrigger, EnvIndex, Gate, Guard, ItemIndex, Kind, Need, Placed, SetValue, StateIndex,
    Target,
};
use super::model::Outcome;
use super::states::Lowered;
use super::transitions::Way;
use super::words::{both, outcome_word};
use crate::kernel::Descriptor;
use crate::source::{Content, Entry, Node, Reader, Span, brief, closest};
use crate::text::Text;

/// Words an item may have besides the inputs of its fragment.
const ITEM_WORDS: &[&str] = &[
    "title", "use", "with", "when", "unless", "offer", "needs", "ready", "each", "remind", "basis", "actions", "on",
    "after", "always", "hold", "entry", "exit", "pause", "document", "notify", "office", "clocks", "carry_on",
];

/// Announced by `do: [{reassess: items}]`, heard by every item that was not needed.
pub(super) const REASSESS: &str = "reassess.items";

/// Ends of a block, with what all items must have come to.
const ENDS: [&str; 4] = ["all", "none", "some", "any"];

impl<'a> Draft<'a> {
    /// `items:` of a state.
    pub fn lower_items(&mut self, lowered: Lowered, env: EnvIndex, reader: &Reader<'a>) {
        for entry in reader.entries_of("items") {
            let Some(name) = self.file(env).identifier(&entry.key, entry.key_span) else { continue };
            if self.items.iter().any(|item| item.name == name) || self.groups.contains_key(name) {
                let message = both(format!("已经有事项 `{name}`"), format!("there is already an item `{name}`"));
                self.problems
                    .push(self.error("E0540", env, entry.key_span, message).cure("换一个名称。", "Rename it."));
                continue;
            }
            match entry.value.get("each") {
                Some(each) => self.lower_each(lowered, name, env, entry, each),
                None => self.lower_item(lowered, name, env, entry),
            }
        }
    }

    /// One item, or one copy of an item that `each` repeats.
    pub(super) fn lower_item(&mut self, lowered: Lowered, name: &str, env: EnvIndex, entry: &'a Entry) {
        let Some(reader) = self.file(env).map(&entry.value, both("事项", "item")) else { return };
        let state = self.add_state(Some(lowered.body), name, Kind::Plain, env, entry.key_span);
        let together = reader.localized("title").unwrap_or_else(|| Text::same(name));
        let index = self.items.len();
        self.states[state].item = Some(index);
        self.states[state].region_of = Some(index);
        reader.optional("each");
        let guards = self.row_guard(env).into_iter().chain(self.guards(env, &reader)).collect();
        self.items.push(DraftItem {
            name: name.to_owned(),
            title: self.row_title(env, together.clone()),
            together,
            office: None,
            state,
            needs: self.needs(env, &reader),
            offer: reader.optional("offer").map(|node| Placed { node, env }),
            ready: reader
                .optional("ready")
                .and_then(|node| self.value(env, node))
                .map(Guard::When)
                .into_iter()
                .collect(),
            when: guards,
            remind: reader.has("remind"),
            basis: reader.text("basis").unwrap_or_default().to_owned(),
            env,
            span: entry.key_span,
            block: lowered.body,
            gate: Gate::default(),
            start: Vec::new(),
        });
        if let Some(node) = reader.optional("office") {
            self.items[index].office = self.assignees(env, node).into_iter().next();
        }
        if !reader.has("use") {
            let message = both(
                format!("事项 `{name}` 没有写用哪个片段"),
                format!("the item `{name}` does not say which fragment it uses"),
            );
            self.problems.push(
                self.error("E0541", env, entry.key_span, message)
                    .cure("加上 `use: item`（或其他片段）。", "Add `use: item`, or another fragment."),
            );
        }
        self.unknown_item_words(env, &entry.value);
        self.make_gate(index);
        let inner = self.lower_state_words(state, env, &reader, Some(&entry.value));
        self.start_behind_gate(index, inner);
        if let Some(node) = reader.optional("carry_on") {
            self.item_carries_on(index, env, node);
        }
    }

    fn unknown_item_words(&self, env: EnvIndex, node: &'a Node) {
        let used = node.get("use").and_then(Node::as_text).and_then(|name| self.inputs_of(name));
        let Some((inputs, _)) = used else { return };
        let known: Vec<&str> =
            ITEM_WORDS.iter().copied().chain(inputs.iter().map(|entry| entry.key.as_str())).collect();
        for entry in node.entries().iter().filter(|entry| !known.contains(&entry.key.as_str())) {
            let word = brief(&entry.key);
            let message = both(format!("事项中没有 `{word}` 这个键"), format!("unknown key `{word}` in the item"));
            let problem = self.error("E0131", env, entry.key_span, message);
            self.problems.push(problem.suggest(closest(&entry.key, known.iter().copied())));
        }
    }

    fn needs(&self, env: EnvIndex, reader: &Reader<'a>) -> Vec<Need<'a>> {
        let Some(node) = reader.optional("needs") else { return Vec::new() };
        if let Content::Map(entries) = &node.content {
            let ends = |node: &'a Node| {
                let file = self.file(env);
                file.one_or_many(node).into_iter().filter_map(|end| Some((file.text(end)?, end.span))).collect()
            };
            return entries.iter().map(|entry| Need { item: entry.key.clone(), ends: ends(&entry.value) }).collect();
        }
        reader.texts("needs").into_iter().map(|(item, _)| Need { item: item.to_owned(), ends: Vec::new() }).collect()
    }

    /// The states of the gate; their transitions follow when every item and form is known.
    fn make_gate(&mut self, index: ItemIndex) {
        let item = &self.items[index];
        let (state, env, span) = (item.state, item.env, item.span);
        let (when, offer) = (!item.when.is_empty(), item.offer.is_some());
        let (needs, ready) = (!item.needs.is_empty(), !item.ready.is_empty());
        let mut add = |name: &str, kind: Kind, title: (&str, &str), outcome: Option<Outcome>| {
            let made = self.add_state(Some(state), name, kind, env, span);
            self.states[made].title = both(title.0, title.1);
            self.states[made].outcome = outcome;
            made
        };
        let mut gate = Gate { decide: add("gate", Kind::Plain, ("准入", "gate"), None), ..Gate::default() };
        if when {
            let made = add("not_needed", Kind::Final, ("无需办理", "not needed"), Some(Outcome::None));
            gate.not_needed = Some(made);
        }
        if offer {
            gate.offered = Some(add("offered", Kind::Plain, ("可选", "offered"), None));
            let made = add("not_chosen", Kind::Final, ("未选择", "not chosen"), Some(Outcome::None));
            gate.not_chosen = Some(made);
        }
        if needs || ready {
            gate.waiting = Some(add("waiting", Kind::Plain, ("等待前置事项", "waiting"), None));
        }
        if needs {
            let made = add("need_failed", Kind::Final, ("前置事项未办成", "need failed"), Some(Outcome::Failure));
            gate.need_failed = Some(made);
        }
        self.states[gate.decide].made = true;
        self.items[index].gate = gate;
    }

    /// The region begins at the gate; what the fragment calls initial follows behind it.
    fn start_behind_gate(&mut self, index: ItemIndex, inner: Lowered) {
        let region = inner.state;
        let gate = self.items[index].gate;
        let mut start = std::mem::take(&mut self.states[region].initial);
        if start.is_empty() {
            let made =
                [Some(gate.decide), gate.offered, gate.waiting, gate.not_needed, gate.not_chosen, gate.need_failed];
            let first = self.states[region].children.iter().copied().find(|child| !made.contains(&Some(*child)));
            start.extend(first.map(Target::State));
        }
        self.items[index].start = start;
        self.states[region].initial = vec![Target::State(gate.decide)];
    }

    /// `{all, some, none}` or `{any}` behind a block of items.
    pub fn lower_block_ends(&mut self, lowered: Lowered, way: &Way<'a>, node: &'a Node) {
        let entries = self.file(way.env).entries(node).unwrap_or_default();
        for entry in entries.iter().filter(|entry| !ENDS.contains(&entry.key.as_str())) {
            let message = both(
                format!("事项整体没有“{}”这种结果", brief(&entry.key)),
                format!("a block of items does not end `{}`", brief(&entry.key)),
            );
            let problem = self.error("E0542", way.env, entry.key_span, message).cure(
                "写 all、some、none 三项，或者只写 any。",
                "Write all three of all, some and none, or any alone.",
            );
            self.problems.push(problem.suggest(closest(&entry.key, ENDS.into_iter())));
        }
        let has = |key: &str| entries.iter().any(|entry| entry.key == key);
        let missing: Vec<&str> = ["all", "some", "none"].into_iter().filter(|key| !has(key)).collect();
        if !has("any") && !missing.is_empty() {
            let list = missing.join(", ");
            let message = both(
                format!("没有写事项以 {list} 结束时到哪里去"),
                format!("nothing says where to go when the items end {list}"),
            );
            self.problems.push(
                self.error("E0543", way.env, node.span, message)
                    .cure(format!("加上 {list}，或者只写 any。"), format!("Add {list}, or write any alone.")),
            );
        }
        let names: Vec<String> = self.block_items(lowered.body).map(|item| self.items[item].name.clone()).collect();
        for key in ENDS {
            let Some(entry) = entries.iter().find(|entry| entry.key == key) else { continue };
            let guards = names
                .iter()
                .filter_map(|name| match key {
                    "all" => Some(Guard::Holds(format!(r#"items.{name}.result in ["success", "none"]"#))),
                    "none" => Some(Guard::Fails(format!(r#"items.{name}.result in ["success", "partial"]"#))),
                    _ => None,
                })
                .collect();
            self.lower_way(&Way { guards, label: key.to_owned(), ..way.clone() }, &entry.value);
        }
    }

    pub(super) fn block_items(&self, block: StateIndex) -> impl Iterator<Item = ItemIndex> + '_ {
        (0..self.items.len()).filter(move |item| self.items[*item].block == block)
    }

    /// `reassess: items`, the only thing that can be asked again.
    pub fn reassessed(&mut self, env: EnvIndex, what: &str, span: Span) {
        if what != "items" {
            let message =
                both(format!("不能重新判断“{}”", brief(what)), format!("`{}` cannot be asked again", brief(what)));
            let problem = self.error("E0570", env, span, message).cause(
                "重新判断的是所有当初无需办理的事项。",
                "What is asked again are all items that were not needed.",
            );
            self.problems.push(problem.cure("写 `reassess: items`。", "Write `reassess: items`."));
        }
    }

    /// The transitions of all gates, and the variables that keep each result. Every item and form is known now.
    pub fn finish_items(&mut self) {
        self.need_every_copy();
        self.finish_carries();
        for index in 0..self.items.len() {
            self.finish_gate(index);
            self.keep_result(index);
        }
    }

    fn finish_gate(&mut self, index: ItemIndex) {
        let item = &self.items[index];
        let (gate, start) = (item.gate, item.start.clone());
        if start.is_empty() {
            return;
        }
        let (when, ready) = (item.when.clone(), item.ready.clone());
        let (met, failed) = self.needs_of(index);
        let (chosen, over) = self.offer_of(index);
        let behind_offer = gate.waiting.map_or(start.clone(), |waiting| vec![Target::State(waiting)]);
        let behind_when = gate.offered.map_or(behind_offer.clone(), |offered| vec![Target::State(offered)]);
        if let Some(end) = gate.not_needed {
            self.again_way(index, end, when.clone(), behind_when.clone());
        }
        self.gate_way(gate.decide, when, behind_when);
        if let Some(end) = gate.not_needed {
            self.gate_way(gate.decide, Vec::new(), vec![Target::State(end)]);
        }
        if let (Some(offered), Some(end)) = (gate.offered, gate.not_chosen) {
            if let Some(chosen) = chosen {
                self.gate_way(offered, vec![chosen], behind_offer);
            }
            for region_end in over {
                self.gate_way(offered, vec![Guard::Active(region_end)], vec![Target::State(end)]);
            }
        }
        if let Some(waiting) = gate.waiting {
            self.gate_way(waiting, met.into_iter().chain(ready).collect(), start);
            if let Some(end) = gate.need_failed {
                for guard in failed {
                    self.gate_way(waiting, vec![guard], vec![Target::State(end)]);
                }
            }
        }
    }

    /// Asked again (`reassess`), an item that was not needed begins as if it had been all along. One that runs and would not
    /// be needed now goes on: whoever decides it sees to that.
    fn again_way(&mut self, index: ItemIndex, end: StateIndex, when: Vec<Guard<'a>>, targets: Vec<Target<'a>>) {
        let item = &self.items[index];
        let (state, env) = (item.state, item.env);
        let guards = std::iter::once(Guard::Active(end)).chain(when).collect();
        let made =
            self.add_made(state, DraftTrigger::Announced(vec![Descriptor::Prefix(REASSESS.to_owned())]), guards, state);
        self.transitions[made].targets = targets;
        self.transitions[made].label = "gate".to_owned();
        self.transitions[made].env = env;
    }

    fn gate_way(&mut self, source: StateIndex, guards: Vec<Guard<'a>>, targets: Vec<Target<'a>>) {
        let made = self.add_made(source, DraftTrigger::Always, guards, source);
        self.transitions[made].targets = targets;
        self.transitions[made].label = "gate".to_owned();
        self.transitions[made].env = self.items[self.states[source].item.unwrap_or_default()].env;
    }

    /// What must hold before the item starts, and what ends it: by the needs.
    fn needs_of(&self, index: ItemIndex) -> (Vec<Guard<'a>>, Vec<Guard<'a>>) {
        let (mut met, mut failed) = (Vec::new(), Vec::new());
        for need in &self.items[index].needs {
            let Some(other) = self.items.iter().find(|item| item.name == need.item) else { continue };
            // Left out by its own gate, or ended as the need says; an end that does not exist was reported.
            let known = need.ends.iter().map(|(end, _)| *end);
            let known = known.filter(|end| self.finals_of(other.state).any(|state| self.states[state].name == **end));
            let left_out = [other.gate.not_needed, other.gate.not_chosen].into_iter().flatten();
            let left_out = left_out.map(|end| self.states[end].name.as_str());
            let ends: Vec<String> = left_out.chain(known).map(|end| format!("\"{end}\"")).collect();
            let (name, ends) = (&need.item, ends.join(", "));
            let enough = if ends.is_empty() {
                format!(r#"items.{name}.result == "success""#)
            } else {
                format!(r#"items.{name}.result == "success" || items.{name}.status in [{ends}]"#)
            };
            failed.push(Guard::Holds(format!(r#"items.{name}.status != "" && !({enough})"#)));
            met.push(Guard::Holds(enough));
        }
        (met, failed)
    }

    /// The condition under which the item was chosen, and the ends of the region that offers it.
    fn offer_of(&self, index: ItemIndex) -> (Option<Guard<'a>>, Vec<StateIndex>) {
        let item = &self.items[index];
        let Some(offer) = item.offer else { return (None, Vec::new()) };
        let Some((name, place)) = self.text(offer.env, offer.node) else { return (None, Vec::new()) };
        let siblings = &self.states[item.block].children;
        let Some(region) = siblings.iter().copied().find(|state| self.states[*state].name == name) else {
            let message = both(
                format!("没有供选择的部分 `{}`", brief(name)),
                format!("there is no region `{}` that offers", brief(name)),
            );
            let names = siblings.iter().map(|state| self.states[*state].name.as_str());
            let problem = self.error("E0544", place.env, place.span, message).cure(
                "`offer` 写的是 items 旁边 states 中的一个部分。",
                "`offer` names a region under `states`, beside the items.",
            );
            self.problems.push(problem.suggest(closest(name, names)));
            return (None, Vec::new());
        };
        let forms = self.offering_forms(region);
        if forms.is_empty() {
            let message = both(
                format!("`{name}` 中没有哪张表有 `items` 字段"),
                format!("no form asked in `{name}` has a field `items`"),
            );
            self.problems.push(self.error("E0545", place.env, place.span, message).cure(
                "申请人在该字段中选择事项；选项值就是事项名称。",
                "The applicant chooses in this field; its values are names of items.",
            ));
        }
        let parts: Vec<String> = forms
            .iter()
            .map(|form| format!(r#"has(answers.{form}.items) && "{}" in answers.{form}.items"#, item.name))
            .collect();
        let chosen = (!parts.is_empty()).then(|| Guard::Holds(parts.join(" || ")));
        (chosen, self.finals_of(region).collect())
    }

    fn offering_forms(&self, region: StateIndex) -> Vec<String> {
        let mut forms = Vec::new();
        for state in self.within(region) {
            let state = &self.states[state];
            let outcomes = state.task.iter().flat_map(|task| &task.outcomes);
            let asks = state.actions.iter().chain(outcomes).filter_map(|choice| choice.ask.as_ref());
            for form in asks.chain(state.task.iter().filter_map(|task| task.form.as_ref())) {
                if self.library.form_has_field(form, "items") && !forms.contains(form) {
                    forms.push(form.clone());
                }
            }
        }
        forms
    }

    /// Sets `items.x.result` and `items.x.status` with each final, and empties them when the gate opens anew.
    fn keep_result(&mut self, index: ItemIndex) {
        let item = &self.items[index];
        let (name, region, decide) = (item.name.clone(), item.state, item.gate.decide);
        for word in ["result", "status"] {
            let variable = format!("items.{name}.{word}");
            self.frame.variables.insert(variable, crate::value::Value::Text(String::new()));
        }
        let ends: Vec<StateIndex> = self.finals_of(region).collect();
        for end in ends {
            let result = self.states[end].outcome.map_or("", outcome_word);
            let status = self.states[end].name.clone();
            let acts = set_result(&name, result, &status);
            self.states[end].entry.insert(0, acts);
        }
        self.states[decide].entry.insert(0, set_result(&name, "", ""));
    }
}

/// The two assignments that keep how an item ended; empty words while it is open.
pub(super) fn set_result<'a>(item: &str, result: &str, status: &str) -> Vec<Act<'a>> {
    let set = |word: &str, value: &str| Act::Set {
        variable: format!("items.{item}.{word}"),
        value: SetValue::Made(value.to_owned()),
    };
    vec![set("result", result), set("status", status)]
}
