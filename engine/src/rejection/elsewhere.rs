//! What it means for an office when another case refused what its own case asked, and what the office can do about it.
//! It must never show the code: that is for programs.

use crate::text::Text;

/// Why another case refused, by the code of its rejection, and the way on.
pub fn elsewhere(code: &str) -> Text {
    let (zh, en) = match code {
        "duplicate" => (
            "对方已有同一事项的在办办件，没有另开一件。请在那个办件中继续；它结束后仍需要的，再办一次。",
            "there is an open case for the same matter already, so no other was begun. Go on in that one; if it is still needed when that one has ended, do it again.",
        ),
        "answers_invalid" => (
            "带去的内容不符合对方表单的要求。请核对本办件填写的内容并更正；更正不了的，请直接联系对方部门。",
            "what was sent does not answer the form there. Look at what this case says and correct it; where that is not possible, speak to the office.",
        ),
        "refused_by_process" | "table_silent" | "not_offered_now" | "not_active" | "not_permitted" => (
            "按那里的规定现在不能办理。请联系对方部门了解原因，由其直接办理。",
            "by its rules this is not possible now. Ask the office why, and have it done there.",
        ),
        "process_unknown" | "process_not_in_force" | "door_unknown" | "message_unknown" | "party_unknown" => (
            "那里目前没有开通这项办理。请用电话或书面通知对方部门，并告诉系统管理员。",
            "nothing there is open for this at present. Tell the office by telephone or in writing, and tell the administrator.",
        ),
        "quarantined" | "case_not_found" => (
            "对方办件因系统故障暂停，没有收到。请先用电话或书面通知对方部门，并告诉系统管理员。",
            "that case is set aside after a fault and did not receive it. Tell the office by telephone or in writing first, and tell the administrator.",
        ),
        "errands_without_end" => (
            "办件之间互相通知、没有尽头，系统已停下。请告诉系统管理员改正流程。",
            "cases told each other without end, and the system stopped them. Tell the administrator, who mends the process.",
        ),
        _ => (
            "那里没有接受。请联系对方部门，由其直接办理；不清楚原因的，请告诉系统管理员。",
            "it was not taken there. Speak to the office and have it done there; if nobody knows why, tell the administrator.",
        ),
    };
    Text::new(zh, en)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_says_what_to_do_and_none_shows_a_code() {
        let codes = ["duplicate", "answers_invalid", "table_silent", "door_unknown", "quarantined", "something_new"];
        for code in codes.iter().chain(&["errands_without_end"]) {
            let text = elsewhere(code);
            assert!(text.zh.contains('请') && !text.zh.contains(code) && !text.en.contains(code), "{code}: {text:?}");
        }
    }
}
