//! `each`: an item that stands once for every row of a list. The statechart has no regions made at run time, so the
//! compiler writes one copy for each row the form allows, and a copy without a row ends `not_needed`. It must never
//! make more copies than a page can show.

use super::draft::{Draft, DraftParty, EnvIndex, Guard, Need, PartyIs, Placed, Row};
use super::model::Outcome;
use super::states::Lowered;
use super::words::{both, outcome_word};
use crate::expression::Type;
use crate::form::Field;
use crate::source::{Entry, Node};
use crate::text::Text;

/// Most copies: what one case can hold side by side and a page can show.
const COPIES_MAX: u32 = 20;

impl<'a> Draft<'a> {
    /// `each: LIST`, or `each: {of: LIST, party: NAME, is: each.person}`: the copies `name_1`, `name_2` …
    pub fn lower_each(&mut self, lowered: Lowered, name: &str, env: EnvIndex, entry: &'a Entry, each: &'a Node) {
        let (mut of, mut party, mut is) = (each, None, None);
        if !each.entries().is_empty() {
            let Some(words) = self.file(env).map(each, both("逐个办理", "each")) else { return };
            words.require(&["of"]);
            of = words.optional("of").unwrap_or(each);
            party = words.text("party");
            is = words.optional("is");
            words.finish();
        }
        let Some(list) = self.global_text(Placed { node: of, env }) else { return };
        let Some(rows) = self.most_rows(&list) else {
            let message = both(
                format!("`each` 要写一张表中可重复填写的一组（最多 {COPIES_MAX} 行）"),
                format!("`each` names a repeating group of a form, of at most {COPIES_MAX} rows"),
            );
            self.problems.push(
                self.error("E0575", env, of.span, message)
                    .cause(
                        "每一行对应一个同样的事项，数量须事先知道上限。",
                        "There is one item for every row, so the most rows must be known beforehand.",
                    )
                    .cure(
                        format!("写成 `each: answers.表.组`，并在表中写 `repeat: {{max: {COPIES_MAX}}}` 或更少。"),
                        format!(
                            "Write `each: answers.form.group`, and `repeat: {{max: {COPIES_MAX}}}` or less in the form."
                        ),
                    ),
            );
            return;
        };
        let mut copies = Vec::new();
        for number in 1..=rows {
            let mut copy = self.envs[env].clone();
            let text = format!("{list}[{}]", number - 1);
            let person = party.map(|party| format!("{party}_{number}"));
            copy.row = Some(Row { text, party: person.clone(), number });
            let inner = self.envs.len();
            self.envs.push(copy);
            if let Some(person) = person {
                self.row_party(person, inner, entry, is);
            }
            let copy = format!("{name}_{number}");
            self.lower_item(lowered, &copy, inner, entry);
            copies.push(copy);
        }
        self.groups.insert(name.to_owned(), copies);
    }

    /// The party that stands for a row: the row itself, or the part of it that `is` names.
    fn row_party(&mut self, name: String, env: EnvIndex, entry: &'a Entry, is: Option<&'a Node>) {
        let whole = || self.envs[env].row.as_ref().map(|row| row.text.clone());
        let text = match is {
            Some(node) => self.global_text(Placed { node, env }),
            None => whole(),
        };
        let title = self.file(env).map(&entry.value, both("事项", "item")).and_then(|words| words.localized("title"));
        let title = self.row_title(env, title.unwrap_or_else(|| Text::same(&name)));
        let is = text.map(PartyIs::Made);
        self.parties
            .insert(name.clone(), DraftParty { name, title, is, silent: false, silent_while: None, optional: true });
    }

    /// The most rows of a list named `answers.form.group…`, if a form says so and it is no more than can be copied.
    fn most_rows(&self, list: &str) -> Option<u32> {
        let mut words = list.strip_prefix("answers.")?.split('.');
        let form = self.library.form(words.next()?)?;
        let mut fields: &[Field] = &form.fields;
        let mut repeat = None;
        for word in words {
            let field = fields.iter().find(|field| field.id == word)?;
            (fields, repeat) = (&field.fields, field.repeat.as_ref());
        }
        repeat.map(|repeat| repeat.max).filter(|most| (1..=COPIES_MAX).contains(most))
    }

    /// A copy applies only if its row is there.
    pub fn row_guard(&self, env: EnvIndex) -> Option<Guard<'a>> {
        let row = self.envs[env].row.as_ref()?;
        let list = row.text.rsplit_once('[')?.0;
        Some(Guard::Holds(format!("size({list}) >= {}", row.number)))
    }

    /// The title of a copy says which row it stands for.
    pub fn row_title(&self, env: EnvIndex, title: Text) -> Text {
        match &self.envs[env].row {
            Some(row) => both(format!("{}（{}）", title.zh, row.number), format!("{} ({})", title.en, row.number)),
            None => title,
        }
    }

    /// Who needs the item needs every copy of it.
    pub fn need_every_copy(&mut self) {
        for item in &mut self.items {
            let needs = std::mem::take(&mut item.needs);
            item.needs = needs
                .into_iter()
                .flat_map(|need| match self.groups.get(&need.item) {
                    Some(copies) => {
                        copies.iter().map(|copy| Need { item: copy.clone(), ends: need.ends.clone() }).collect()
                    }
                    None => vec![need],
                })
                .collect();
        }
    }
}

/// What guards see of all copies together.
pub(super) fn group_type() -> Type {
    let ends = [Outcome::Success, Outcome::Partial, Outcome::Failure, Outcome::None].map(outcome_word);
    Type::map([("result", Type::Choice(ends.into_iter().chain([""]).map(str::to_owned).collect()))])
}
