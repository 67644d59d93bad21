//! Cases beside a case, in sentences: what began it, what it began, what did not succeed. It must never tell an applicant
//! of a case that may not be theirs to see.

use std::collections::BTreeMap;

use onething_engine::case::add_figure;
use onething_engine::event::{ErrandKind, Event};
use onething_engine::rejection::elsewhere;
use onething_engine::value::Value;

use super::Look;

impl Look<'_> {
    /// Which process began this case.
    pub(super) fn begun_by(&self, process: &str) -> String {
        let title = self.process_title(process);
        self.t(&format!("由“{title}”的办件开启"), &format!("Begun by a case of “{title}”"))
    }

    /// What a process is called.
    fn process_title(&self, name: &str) -> String {
        let versions = self.rules.published.get(name).into_iter().flatten().rev();
        let mut known = versions.filter_map(|hash| self.rules.definition(hash));
        known.next().map_or_else(|| name.to_owned(), |definition| self.x(&definition.title))
    }

    /// What an errand is about: the title of its link, else the process it goes to.
    fn errand_title(&self, link: &str, process: &str) -> String {
        match self.definition.links.get(link) {
            Some(link) => self.x(&link.title),
            // What goes to the case that began this one names no process of its own.
            None if process.is_empty() => match &self.case_of().parent {
                Some(parent) => self.process_title(&parent.process),
                None => self.t("关联办件", "the linked case"),
            },
            None => self.process_title(process),
        }
    }

    /// An errand that was given.
    pub(super) fn errand_line(&self, event: &Event) -> Option<String> {
        let Event::ErrandSet { kind, link, process, .. } = event else { return None };
        let title = self.errand_title(link, process);
        Some(match kind {
            ErrandKind::Start => self.t(&format!("开启关联办件：{title}"), &format!("Began: {title}")),
            ErrandKind::Gather { .. } => self.t(&format!("汇集：{title}"), &format!("Gathered: {title}")),
            ErrandKind::Tell => self.t(&format!("通知关联办件：{title}"), &format!("Told: {title}")),
        })
    }

    /// What some case refused, who that was and what the office can do, in one line for each reason; what succeeded needs
    /// no second line.
    pub(super) fn refused_line(&self, event: &Event, log: &[Event]) -> Option<String> {
        let Event::ErrandEnded { errand, refused, .. } = event else { return None };
        let given = log.iter().find_map(|event| match event {
            Event::ErrandSet { errand: number, link, process, .. } if number == errand => Some((link, process)),
            _ => None,
        });
        let title = given.map_or_else(|| self.errand_title("", ""), |(link, process)| self.errand_title(link, process));
        let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
        refused.iter().for_each(|refused| *reasons.entry(&refused.code).or_default() += 1);
        let lines = reasons.into_iter().map(|(code, count)| {
            let why = self.x(&elsewhere(code));
            let many = if count > 1 {
                self.t(&format!("（{count} 件）"), &format!(" ({count} cases)"))
            } else {
                String::new()
            };
            self.t(&format!("关联办件“{title}”{many}没有办成：{why}"), &format!("{title}{many} was refused: {why}"))
        });
        let lines: Vec<String> = lines.collect();
        (!lines.is_empty()).then(|| lines.join(" "))
    }

    /// What a list came to, with its sums.
    pub(super) fn list_end(&self, event: &Event, log: &[Event]) -> Option<String> {
        let Event::ErrandEnded { errand, reached, .. } = event else { return None };
        let state = log.iter().find_map(|event| match event {
            Event::ErrandSet { errand: number, kind: ErrandKind::Gather { state }, .. } if number == errand => {
                Some(*state)
            }
            _ => None,
        })?;
        let gather = self.definition.state(state).gather.as_ref()?;
        let mut sums: BTreeMap<&str, Value> = BTreeMap::new();
        for event in log {
            let Event::MembersTold { errand: number, sums: more, .. } = event else { continue };
            for (name, more) in more.iter().filter(|_| number == errand) {
                add_figure(sums.entry(name).or_default(), more);
            }
        }
        let shown = gather.sums.iter().filter_map(|(name, title)| {
            let figure = match sums.get(name.as_str())? {
                Value::Money(fen) => format!("{}.{:02}", fen / 100, fen.unsigned_abs() % 100),
                Value::Int(number) => number.to_string(),
                _ => return None,
            };
            let title = if title.is_empty() { name.clone() } else { self.x(title) };
            Some(self.t(&format!("；{title} {figure}"), &format!("; {title} {figure}")))
        });
        let sums: String = shown.collect();
        Some(self.t(&format!("名单办完 {reached} 件{sums}"), &format!("{reached} of the list done{sums}")))
    }

    /// A list that was written down, with all that an auditor needs to draw it again, and who on it could not be told.
    pub(super) fn list_line(&self, event: &Event) -> Option<String> {
        match event {
            Event::MembersFrozen { of, list, chosen, draw: Some(draw), .. } => {
                let (seed, percent, least) = (&draw.seed, draw.share.percent, draw.share.least);
                Some(self.t(
                    &format!(
                        "名单 {of} 件，随机抽取 {chosen} 件（{percent}%，至少 {least} 件）；种子 {seed}，名单校验和 {list}"
                    ),
                    &format!(
                        "A list of {of} cases, {chosen} of them drawn at random ({percent}%, at least {least}); seed \
                         {seed}, checksum of the list {list}"
                    ),
                ))
            }
            Event::MembersFrozen { of, list, draw: None, .. } => {
                Some(self.t(
                    &format!("名单 {of} 件；校验和 {list}"),
                    &format!("A list of {of} cases; its checksum is {list}"),
                ))
            }
            Event::MembersTold { refused, .. } if !refused.is_empty() => {
                let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
                refused.iter().for_each(|missed| reasons.entry(&missed.code).or_default().push(&missed.number));
                let each = reasons.into_iter().map(|(code, numbers)| {
                    let why = self.x(&elsewhere(code));
                    self.t(&format!("{}：{why}", numbers.join("、")), &format!("{}: {why}", numbers.join(", ")))
                });
                let (count, each) = (refused.len(), each.collect::<Vec<String>>().join(" "));
                Some(self.t(
                    &format!("名单中 {count} 件没有办成，请逐件处理。{each}"),
                    &format!("{count} of the list could not be told; see to each. {each}"),
                ))
            }
            _ => None,
        }
    }
}
