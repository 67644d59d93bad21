//! What a story expects to see, compared with the case.

use super::commands::{actions, outcomes};
use super::stage::Stage;
use super::{Due, Expect, Step, listed, path_matches};
use crate::decide::{self, Context};
use crate::event::Event;

impl Stage<'_> {
    /// Compares everything an `expect` names.
    pub(super) fn look(&mut self, step: &Step, expect: &Expect) {
        let Some((definition, loaded)) = self.told().map(|told| (told.definition.clone(), told.loaded.clone())) else {
            self.fail(step, "还没有办件", "there is no case yet");
            return;
        };
        let case = &loaded.case;
        let path = |state: &crate::kernel::StateId| definition.state(*state).path.clone();
        let active: Vec<String> = case.configuration.active.iter().map(path).collect();
        let leaves = listed(case.configuration.leaves(&definition.chart).iter().map(path));
        for asked in &expect.within {
            if !active.iter().any(|path| path_matches(path, asked)) {
                self.fail(
                    step,
                    format!("应在“{asked}”，实际在：{leaves}"),
                    format!("expected in `{asked}`, but it is in {leaves}"),
                );
            }
        }
        for asked in &expect.not_within {
            if active.iter().any(|path| path_matches(path, asked)) {
                self.fail(
                    step,
                    format!("不应在“{asked}”，实际在：{leaves}"),
                    format!("expected not in `{asked}`, but it is in {leaves}"),
                );
            }
        }
        self.look_at_clocks(step, expect);
        self.look_at_words(step, expect);
        self.look_at_rights(step, expect);
        self.look_at_linked(step, &expect.linked);
        if let Some(place) = expect.place {
            self.look_at_place(step, place);
        }
        self.look_at_turned(step, &expect.refused);
        self.look_at_gathered(step, &expect.gathered);
        for (name, asked) in &expect.items {
            let item = definition.items.iter().find(|item| item.name == *name);
            let Some(item) = item else {
                self.fail(step, format!("没有事项“{name}”"), format!("there is no item `{name}`"));
                continue;
            };
            let end = case.items.get(&item.id);
            let found = end.map_or_else(|| "open".to_owned(), |end| word(&end.outcome));
            let named = end.map(|end| end.end.clone()).unwrap_or_default();
            if found != *asked && named != *asked {
                self.fail(
                    step,
                    format!("事项“{name}”应为 {asked}，实际 {found} {named}"),
                    format!("item `{name}` should be {asked}, but is {found} {named}"),
                );
            }
        }
        if let Some(asked) = &expect.result {
            let found = case.closed.as_ref().map_or_else(|| "open".to_owned(), |closed| word(&closed.outcome));
            if found != *asked {
                self.fail(
                    step,
                    format!("办件结果应为 {asked}，实际 {found}（{leaves}）"),
                    format!("the case should be {asked}, but is {found} (in {leaves})"),
                );
            }
        }
    }

    fn look_at_clocks(&mut self, step: &Step, expect: &Expect) {
        let Some((definition, loaded)) = self.told().map(|told| (told.definition.clone(), told.loaded.clone())) else {
            return;
        };
        let find = |asked: &str| {
            let mut found = definition.clocks.iter().filter(|clock| path_matches(&clock.name, asked));
            let first = found.find(|clock| loaded.case.clocks.get(&clock.id).is_some_and(|state| state.running));
            first.or_else(|| definition.clocks.iter().find(|clock| path_matches(&clock.name, asked)))
        };
        for (asked, due) in &expect.due {
            let clock = find(asked);
            let deadline = clock.and_then(|clock| decide::deadline(self.rules, &definition, &loaded.case, clock.id));
            let Some(deadline) = deadline else {
                let running = listed(loaded.case.clocks.keys().map(|clock| definition.clock(*clock).name.clone()));
                self.fail(
                    step,
                    format!("时限“{asked}”没有在计时；有：{running}"),
                    format!("clock `{asked}` does not run; there are {running}"),
                );
                continue;
            };
            let holds = match due {
                Due::On(date) => deadline.due_on() == Some(*date),
                Due::At(at) => deadline.due_at() == Some(*at),
                Due::Paused => deadline.due_at().is_none(),
            };
            if !holds {
                let found = match (deadline.due_on(), deadline.due_at()) {
                    (Some(on), Some(at)) => format!("{on} ({at})"),
                    _ => "paused".to_owned(),
                };
                self.fail(
                    step,
                    format!("时限“{asked}”应到 {due:?}，实际 {found}"),
                    format!("clock `{asked}` should end {due:?}, but ends {found}"),
                );
            }
        }
        for asked in &expect.late {
            let late =
                find(asked).is_some_and(|clock| loaded.case.clocks.get(&clock.id).is_some_and(|state| state.late));
            if !late {
                self.fail(step, format!("时限“{asked}”应已超期"), format!("clock `{asked}` should be late"));
            }
        }
        for (asked, lines) in &expect.why {
            let deadline =
                find(asked).and_then(|clock| decide::deadline(self.rules, &definition, &loaded.case, clock.id));
            let proof: Vec<String> =
                deadline.iter().flat_map(|deadline| &deadline.lines).map(|line| line.text().zh).collect();
            for line in lines {
                if !proof.iter().any(|proof| proof.contains(line)) {
                    let proof = proof.join(" / ");
                    self.fail(
                        step,
                        format!("依据里没有“{line}”：{proof}"),
                        format!("the proof does not say `{line}`: {proof}"),
                    );
                }
            }
        }
    }

    fn look_at_words(&mut self, step: &Step, expect: &Expect) {
        let Some(told) = self.told() else { return };
        let since = &told.log[told.looked..];
        let told: Vec<String> = since
            .iter()
            .filter_map(|(event, _)| match event {
                // An office of another place is called as its unit, and as `unit@region`.
                Event::Notified { notice, to, text, .. } => {
                    let name = to.split_once(':').map_or(to.as_str(), |(_, name)| name);
                    let unit = name.split_once('@').map(|(unit, _)| format!("{unit}.{text}"));
                    // And with the last day that it names.
                    let by = told.named.get(notice).map(|day| format!("{name}.{text} by {day}"));
                    Some(unit.into_iter().chain([format!("{name}.{text}")]).chain(by))
                }
                _ => None,
            })
            .flatten()
            .collect();
        let documents: Vec<String> = since
            .iter()
            .filter_map(
                |(event, _)| if let Event::DocumentIssued { code, .. } = event { Some(code.clone()) } else { None },
            )
            .collect();
        for (asked, found, wanted) in [
            (&expect.told, &told, true),
            (&expect.not_told, &told, false),
            (&expect.document, &documents, true),
            (&expect.not_document, &documents, false),
        ] {
            for asked in asked.iter().filter(|asked| found.contains(asked) != wanted) {
                let found = listed(found.iter().cloned());
                let (zh, en) = if wanted { ("应有", "expected") } else { ("不应有", "did not expect") };
                self.fail(step, format!("{zh}“{asked}”，实际：{found}"), format!("{en} `{asked}`; there was {found}"));
            }
        }
    }

    fn look_at_rights(&mut self, step: &Step, expect: &Expect) {
        let Some((definition, loaded)) = self.told().map(|told| (told.definition.clone(), told.loaded.clone())) else {
            return;
        };
        for (who, what, wanted) in expect
            .may
            .iter()
            .map(|(who, what)| (who, what, true))
            .chain(expect.may_not.iter().map(|(who, what)| (who, what, false)))
        {
            let actor = self.actor(who);
            let facts = self.facts_now(&loaded);
            let context = Context {
                rules: self.rules,
                actor: &actor,
                now: self.now,
                entropy: [0; 32],
                number: "",
                facts: &facts,
                files: None,
            };
            let possible = decide::possible(context, &definition, &loaded);
            let outcome = outcomes(&definition, &loaded).any(|(number, path)| {
                let name = path.rsplit('.').next().unwrap_or_default();
                let offered =
                    possible.tasks.iter().any(|t| t.number == number && t.outcomes.iter().any(|o| o.name == name));
                offered && path_matches(&path, what)
            });
            let action = actions(&definition, &loaded)
                .into_iter()
                .any(|(event, path)| path_matches(&path, what) && possible.actions.iter().any(|c| c.event == event));
            if (outcome || action) != wanted {
                let (zh, en) =
                    if wanted { ("应能", "may not, but should") } else { ("不应能", "may, but should not") };
                self.fail(step, format!("{who} {zh}“{what}”"), format!("{who} {en}: `{what}`"));
            }
        }
    }
}

fn word<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|json| json.as_str().map(str::to_owned)).unwrap_or_default()
}
