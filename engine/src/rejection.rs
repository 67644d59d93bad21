//! Rejections: why a request was refused, as a value with its facts, a stable code and a sentence in both languages.
//! A rejection must never hold a value somebody typed, and must never be worded anywhere else.

mod elsewhere;

use crate::form::FieldProblem;
use crate::text::Text;

pub use elsewhere::elsewhere;

/// Why a command was refused. Nothing about the case was written.
#[derive(Clone, Debug, PartialEq)]
pub enum Rejection {
    /// No such case, or not one this actor may know of: the two look alike.
    CaseNotFound,
    /// No such process is published.
    ProcessUnknown {
        /// As asked.
        process: String,
    },
    /// No version of the process is in force on the day.
    ProcessNotInForce {
        /// As asked.
        process: String,
        /// The day.
        on: jiff::civil::Date,
    },
    /// The process has no such door.
    DoorUnknown {
        /// As asked.
        door: String,
    },
    /// Another open case has the same key.
    Duplicate {
        /// Number of that case; empty if the actor may not see it.
        number: String,
    },
    /// The draft became a case already, or was thrown away.
    DraftUsed,
    /// No such task.
    TaskNotFound {
        /// As asked.
        task: u32,
    },
    /// The task has ended, or rests in a hold.
    TaskNotOpen {
        /// As asked.
        task: u32,
        /// `done`, `cancelled` or `aside`.
        status: &'static str,
        /// The outcome it ended with.
        outcome: Option<String>,
    },
    /// Somebody else holds it.
    TaskHeld {
        /// As asked.
        task: u32,
    },
    /// The actor may not do this.
    NotPermitted {
        /// What was asked: the name of the outcome, action or door.
        what: String,
    },
    /// Maker and checker must differ.
    SamePerson {
        /// As asked.
        task: u32,
    },
    /// The actor has stepped back from the case.
    Recused,
    /// The task has no such outcome.
    OutcomeUnknown {
        /// As asked.
        outcome: String,
        /// What it offers.
        offered: Vec<String>,
    },
    /// The outcome or action exists, but its condition does not hold now.
    NotOfferedNow {
        /// What was asked.
        what: String,
    },
    /// The process says that this is refused.
    RefusedByProcess {
        /// The reason, in the words of the process.
        message: Text,
    },
    /// A decision table was asked with something that it has no answer for.
    TableSilent {
        /// What it was asked with, and what it knows.
        reason: Text,
    },
    /// The case does not stand where the action belongs.
    NotActive {
        /// What was asked.
        what: String,
    },
    /// Answers are missing or not what the form asks.
    AnswersInvalid {
        /// The form.
        form: String,
        /// Every problem of every field.
        problems: Vec<FieldProblem>,
    },
    /// The case changed since the page was made.
    Stale {
        /// Length the page knew.
        expected: u64,
        /// Length now.
        found: u64,
    },
    /// The same key was used for another request.
    KeyReused {
        /// Number of the case the first request led to.
        number: String,
    },
    /// The timer is gone or already fired.
    TimerGone {
        /// As asked.
        timer: u32,
    },
    /// The timer's instant has not come.
    TimerEarly {
        /// As asked.
        timer: u32,
    },
    /// The errand has ended.
    ErrandGone {
        /// As asked.
        errand: u32,
    },
    /// Cases have told each other, or begun each other, too often with nobody between them.
    ErrandsWithoutEnd,
    /// The case waits for no such place, or not any more.
    NotWaiting {
        /// The quota.
        quota: String,
    },
    /// Somebody else comes first.
    NotNext {
        /// The quota.
        quota: String,
    },
    /// Every place is taken.
    NoPlaceFree {
        /// The quota.
        quota: String,
    },
    /// The clock is not running, unknown, or has no extension left.
    ClockNotExtensible {
        /// As asked.
        clock: String,
    },
    /// Nothing in the case waits for this message.
    MessageUnknown {
        /// As asked.
        message: String,
    },
    /// The process has no such party.
    PartyUnknown {
        /// As asked.
        party: String,
    },
    /// The statechart could not come to rest, or a guard could not be computed.
    ProcessFault {
        /// What the kernel said; names of states and variables only.
        fault: String,
    },
    /// The case is set aside after an internal fault and waits for an operator.
    Quarantined,
}

impl Rejection {
    /// Stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Rejection::CaseNotFound => "case_not_found",
            Rejection::ProcessUnknown { .. } => "process_unknown",
            Rejection::ProcessNotInForce { .. } => "process_not_in_force",
            Rejection::DoorUnknown { .. } => "door_unknown",
            Rejection::Duplicate { .. } => "duplicate",
            Rejection::DraftUsed => "draft_used",
            Rejection::TaskNotFound { .. } => "task_not_found",
            Rejection::TaskNotOpen { .. } => "task_not_open",
            Rejection::TaskHeld { .. } => "task_held",
            Rejection::NotPermitted { .. } => "not_permitted",
            Rejection::SamePerson { .. } => "same_person",
            Rejection::Recused => "recused",
            Rejection::OutcomeUnknown { .. } => "outcome_unknown",
            Rejection::NotOfferedNow { .. } => "not_offered_now",
            Rejection::RefusedByProcess { .. } => "refused_by_process",
            Rejection::TableSilent { .. } => "table_silent",
            Rejection::NotActive { .. } => "not_active",
            Rejection::AnswersInvalid { .. } => "answers_invalid",
            Rejection::Stale { .. } => "stale",
            Rejection::KeyReused { .. } => "key_reused",
            Rejection::TimerGone { .. } => "timer_gone",
            Rejection::TimerEarly { .. } => "timer_early",
            Rejection::ErrandGone { .. } => "errand_gone",
            Rejection::ErrandsWithoutEnd => "errands_without_end",
            Rejection::NotWaiting { .. } => "not_waiting",
            Rejection::NotNext { .. } => "not_next",
            Rejection::NoPlaceFree { .. } => "no_place_free",
            Rejection::ClockNotExtensible { .. } => "clock_not_extensible",
            Rejection::MessageUnknown { .. } => "message_unknown",
            Rejection::PartyUnknown { .. } => "party_unknown",
            Rejection::ProcessFault { .. } => "process_fault",
            Rejection::Quarantined => "quarantined",
        }
    }

    /// What was expected, what is, and what to do.
    pub fn text(&self) -> Text {
        match self {
            Rejection::CaseNotFound => Text::new(
                "没有找到这个办件。请核对办件编号，或从“我的办件”进入。",
                "Expected a case you may see, but there is none under this address. Check the number, or open it from your list.",
            ),
            Rejection::ProcessUnknown { process } => Text::new(
                format!("没有发布名为“{process}”的流程。"),
                format!("Expected a published process, but there is none named “{process}”."),
            ),
            Rejection::ProcessNotInForce { process, on } => Text::new(
                format!("流程“{process}”在 {on} 没有有效版本。"),
                format!("Expected a version of “{process}” in force on {on}, but there is none."),
            ),
            Rejection::DoorUnknown { door } => Text::new(
                format!("这个流程没有入口“{door}”。"),
                format!("Expected a way in, but there is no “{door}”."),
            ),
            Rejection::Duplicate { number } if number.is_empty() => Text::new(
                "同一事项已有在办的办件，这次没有重复申请；那个办件不在您名下，可能是家人或窗口代为提交的。请向受理窗口查询进度。已填内容都还在，原办件结束后可以从这里再次提交。",
                "Expected no open case for the same matter, but there is one, perhaps begun by a relative or at a window, so nothing was sent. Ask at the window how it stands. What you typed is kept; once that case has ended you can send it from here.",
            ),
            Rejection::Duplicate { number } => Text::new(
                format!("同一事项已有在办的办件（{number}），不必重复申请，请在原办件中继续。已填内容都还在。"),
                format!(
                    "Expected no open case for the same matter, but there is case {number}. Continue there; what you typed is kept."
                ),
            ),
            Rejection::DraftUsed => Text::new(
                "这份草稿已经提交过，或已被删除。请到“我的办件”查看；要另办一件，请重新填写。",
                "Expected a draft that waits, but it was handed in already or deleted. See your cases; for another one, begin anew.",
            ),
            Rejection::TaskNotFound { task } => Text::new(
                format!("没有找到第 {task} 号待办。"),
                format!("Expected task {task}, but there is none you may see."),
            ),
            Rejection::TaskNotOpen { task, status, outcome } => Self::not_open(*task, status, outcome.as_deref()),
            Rejection::TaskHeld { task } => Text::new(
                format!("第 {task} 号待办已由他人领取。请与领取人联系，或等其退回。"),
                format!("Expected task {task} to be free, but somebody else holds it. Ask them to give it back."),
            ),
            Rejection::NotPermitted { what } => Text::new(
                format!("您的岗位不能办理“{what}”。"),
                format!("Expected an actor who may do “{what}”, but your position does not allow it."),
            ),
            Rejection::SamePerson { task } => Text::new(
                format!("第 {task} 号待办须由另一人办理：经办与复核不能是同一人。"),
                format!("Expected another person for task {task}: who prepared it may not check it."),
            ),
            Rejection::Recused => Text::new(
                "您已申请回避，不再办理这个办件。请由其他人员办理。",
                "Expected somebody who has not stepped back from this case, but you have. Leave it to a colleague.",
            ),
            Rejection::OutcomeUnknown { outcome, offered } => Text::new(
                format!("这项待办没有“{outcome}”这个结果，可选：{}。", offered.join("、")),
                format!("Expected one of {}, but got “{outcome}”.", offered.join(", ")),
            ),
            Rejection::NotOfferedNow { what } => Text::new(
                format!("目前不具备办理“{what}”的条件。请刷新页面查看现在可以做什么。"),
                format!(
                    "Expected the condition of “{what}” to hold, but it does not now. Reload to see what is possible."
                ),
            ),
            Rejection::RefusedByProcess { message } => message.clone(),
            Rejection::TableSilent { reason } => Self::table_silent(reason),
            Rejection::NotActive { what } => Text::new(
                format!("办件已不在可以“{what}”的环节。请刷新页面。"),
                format!("Expected the case to stand where “{what}” is possible, but it has moved on. Reload the page."),
            ),
            Rejection::AnswersInvalid { problems, .. } => Text::new(
                format!("有 {} 处需要修改，已填内容都还在。", problems.len()),
                format!("{} answers need mending; everything you typed is still there.", problems.len()),
            ),
            Rejection::Stale { .. } => Text::new(
                "办件刚刚被别人更新过。请核对最新情况后再提交，已填内容都还在。",
                "Expected the case as you saw it, but it has changed since. Look at it again; what you typed is kept.",
            ),
            Rejection::KeyReused { number } => Self::key_reused(number),
            Rejection::TimerGone { timer } => Text::new(
                format!("定时 {timer} 已取消或已生效。"),
                format!("Expected timer {timer} to be waiting, but it is gone."),
            ),
            Rejection::TimerEarly { timer } => Text::new(
                format!("定时 {timer} 还没有到时。"),
                format!("Expected timer {timer} to be due, but it is early."),
            ),
            Rejection::ErrandGone { errand } => Text::new(
                format!("给其他办件的第 {errand} 号事务已经办完。"),
                format!("Expected errand {errand} to be on its way, but it has ended."),
            ),
            Rejection::ErrandsWithoutEnd => Text::new(
                "办件之间互相通知或开启，没有尽头，已停在这里。请联系管理员改正流程。",
                "Expected cases that tell or begin each other to come to an end, but these do not. Tell the administrator.",
            ),
            Rejection::NotWaiting { quota } => Self::not_waiting(quota),
            Rejection::NotNext { quota } => Self::not_next(quota),
            Rejection::NoPlaceFree { quota } => Self::no_place_free(quota),
            Rejection::ClockNotExtensible { clock } => Text::new(
                format!("时限“{clock}”不能延长：没有在计时，或延长次数已用完。"),
                format!("Expected a running clock with an extension left, but “{clock}” has none."),
            ),
            Rejection::MessageUnknown { message } => Text::new(
                format!("这个办件不接收消息“{message}”。"),
                format!("Expected a message the case waits for, but “{message}” is none."),
            ),
            Rejection::PartyUnknown { party } => Text::new(
                format!("这个流程没有当事人“{party}”。"),
                format!("Expected a party of the process, but “{party}” is none."),
            ),
            Rejection::ProcessFault { fault } => Self::fault(fault),
            Rejection::Quarantined => Text::new(
                "这个办件因系统内部错误暂停办理，管理员已收到通知，已有内容都在。",
                "This case is set aside after an internal fault. The operator knows; nothing is lost.",
            ),
        }
    }

    fn table_silent(reason: &Text) -> Text {
        Text::new(
            format!("{}。填写的内容都在，没有办理；请改正后再提交，确实如此的请联系管理员。", reason.zh),
            format!(
                "{}. What was written is kept and nothing was done; mend it and send it again, or tell the \
                 administrator if it is really so.",
                reason.en
            ),
        )
    }

    fn not_waiting(quota: &str) -> Text {
        Text::new(
            format!("这个办件没有在等候名额“{quota}”。"),
            format!("Expected the case to wait for a place of “{quota}”, but it does not."),
        )
    }

    fn not_next(quota: &str) -> Text {
        Text::new(
            format!("名额“{quota}”还有别的办件排在前面。"),
            format!("Expected the case to be the first in line for “{quota}”, but another one comes before it."),
        )
    }

    fn no_place_free(quota: &str) -> Text {
        Text::new(
            format!("名额“{quota}”现在没有空缺。"),
            format!("Expected a free place of “{quota}”, but all are taken."),
        )
    }

    fn key_reused(number: &str) -> Text {
        Text::new(
            format!("这次提交已经办过一次，内容不同。原结果见办件{}。", quoted(number)),
            format!("Expected the same request under this key, but it was used for another one: see case {number}."),
        )
    }

    fn fault(fault: &str) -> Text {
        Text::new(
            format!("流程定义有误，办件没有变动：{fault}。请联系管理员。"),
            format!(
                "The definition could not be carried out and nothing was changed: {fault}. Tell the administrator."
            ),
        )
    }

    fn not_open(task: u32, status: &str, outcome: Option<&str>) -> Text {
        let (zh, en) = match status {
            "done" => ("已经办结", "has been completed"),
            "aside" => ("处于中止状态", "is set aside by a hold"),
            _ => ("已经取消", "has been cancelled"),
        };
        let (zh_end, en_end) =
            outcome.map_or_else(Default::default, |o| (format!("，结果是“{o}”"), format!(" with “{o}”")));
        Text::new(
            format!("第 {task} 号待办{zh}{zh_end}，不能再次办理。"),
            format!("Expected task {task} to be open, but it {en}{en_end}."),
        )
    }
}

fn quoted(number: &str) -> String {
    if number.is_empty() { String::new() } else { format!("（{number}）") }
}

impl std::fmt::Display for Rejection {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.text().en)
    }
}

impl std::error::Error for Rejection {}
