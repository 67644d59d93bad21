//! Who looked at a case, as the applicant reads it: office, position, time and reason, never the name of a clerk.

use onething_engine::organisation::{Actor, ActorKind, role};
use onething_engine::store::{ReadListed, ReadOf};

use super::Look;
use crate::language;
use crate::reads::reason_title;

/// Somebody who looked.
#[derive(Clone, Debug)]
pub struct Reader {
    /// When.
    pub at: String,
    /// Office and position.
    pub who: String,
    /// What they looked at.
    pub what: String,
    /// Why they wanted to see it in full; empty for pages.
    pub why: String,
}

/// The role in which somebody of the staff looks: the one that says most.
pub fn position_of(actor: &Actor) -> &'static str {
    let ActorKind::Staff { roles, .. } = &actor.kind else { return "" };
    let order = [role::SUPERVISOR, role::HEAD, role::COUNTER, role::CLERK, role::ADMIN, role::AUTHOR];
    order.into_iter().find(|role| roles.contains(*role)).unwrap_or_default()
}

impl Look<'_> {
    /// Does the visitor read who looked? Parties of the case and supervisors do.
    pub fn reads_readers(&self) -> bool {
        !self.viewer().names.is_empty() && !self.is_staff() || self.actor.has_role(role::SUPERVISOR)
    }

    /// Who looked, in words.
    pub fn readers(&self, reads: &[ReadListed]) -> Vec<Reader> {
        reads.iter().map(|read| self.reader(read)).collect()
    }

    fn reader(&self, read: &ReadListed) -> Reader {
        let row = &read.row;
        let what = match row.what {
            ReadOf::Page => self.t("打开了办件页面（号码已遮盖）", "opened the case (numbers masked)"),
            ReadOf::File => self.t("打开了上传的材料", "opened an uploaded paper"),
            ReadOf::Number => match self.number_title(&row.place) {
                Some(title) => self.t(&format!("查看了完整号码：{title}"), &format!("saw in full: {title}")),
                None => self.t("查看了一个完整号码", "saw a number in full"),
            },
        };
        let reason = self.x(&reason_title(&row.reason));
        let gap = if row.note.is_empty() || reason.is_empty() { "" } else { "：" };
        Reader {
            at: language::short(read.at),
            who: self.positioned(&row.office, &row.position),
            what,
            why: format!("{reason}{gap}{}", row.note),
        }
    }

    /// Office and position, without a name.
    fn positioned(&self, office: &str, position: &str) -> String {
        let position = match position {
            role::SUPERVISOR => self.t("督查人员", "supervisor"),
            role::HEAD => self.t("科室负责人", "head of the office"),
            role::COUNTER => self.t("窗口人员", "counter clerk"),
            role::ADMIN => self.t("系统管理员", "administrator"),
            _ => self.t("经办人员", "clerk"),
        };
        if office.is_empty() {
            return position;
        }
        format!("{} · {position}", self.x(&self.rules.organisation.office_title(office)))
    }
}
