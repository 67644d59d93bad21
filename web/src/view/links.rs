//! Cases beside a case, in sentences: what began it, what it began, what did not succeed. It must never tell an applicant
//! of a case that may not be theirs to see.

use onething_engine::event::{ErrandKind, Event};

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
            None if process.is_empty() => self.t("关联办件", "the linked case"),
            None => self.process_title(process),
        }
    }

    /// An errand that was given, or that some case refused; what succeeded needs no second line.
    pub(super) fn errand_line(&self, event: &Event) -> Option<String> {
        match event {
            Event::ErrandSet { kind, link, process, .. } => {
                let title = self.errand_title(link, process);
                Some(match kind {
                    ErrandKind::Start => self.t(&format!("开启关联办件：{title}"), &format!("Began: {title}")),
                    ErrandKind::Tell => self.t(&format!("通知关联办件：{title}"), &format!("Told: {title}")),
                })
            }
            Event::ErrandEnded { errand, refused, .. } if !refused.is_empty() => {
                let linked = self.case_of().linked.iter().find(|linked| linked.errand == *errand);
                let title = linked.map_or_else(
                    || self.errand_title("", ""),
                    |linked| self.errand_title(&linked.link, &linked.process),
                );
                let codes: Vec<&str> = refused.iter().map(|refused| refused.code.as_str()).collect();
                let why = codes.join(", ");
                Some(self.t(
                    &format!("关联办件“{title}”没有办成（{why}），请人工处理"),
                    &format!("{title}: was refused ({why}); see to it by hand"),
                ))
            }
            _ => None,
        }
    }
}
