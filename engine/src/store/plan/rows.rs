//! Rows as the tables have them, from a case as it stands after the group. Plain copying; it must never decide anything.

use crate::case::{Case, CaseId, Task};
use crate::decide::{self, AnswersWritten, MemberWritten};
use crate::definition::{Assignee, ProcessDefinition};
use crate::event::hexadecimal;
use crate::organisation::Actor;
use crate::rulebook::Rulebook;
use crate::store::{AnswersRow, CaseRow, GatheredRow, Held, PlaceRow, PostedRow, TaskRow};
use crate::value::Instant;

pub(super) fn place_rows(case: &Case) -> impl Iterator<Item = PlaceRow> + '_ {
    case.places.iter().map(|(quota, place)| PlaceRow {
        case_id: case.id,
        quota: quota.clone(),
        region: place.region.clone(),
        number: case.number.clone(),
        priority: place.priority,
        since: place.since.0,
        given_at: place.given_at.map(|at| at.0),
        given_year: place.given_at.map(|at| at.date().year()),
    })
}

pub(super) fn posted_row(case: &Case, posted: decide::Posted) -> PostedRow {
    PostedRow {
        case_id: case.id,
        state: posted.state,
        region: case.region.clone(),
        who: posted.who.join("、"),
        what_zh: posted.what.zh,
        what_en: posted.what.en,
        objections: match posted.objections {
            Assignee::Office(name) | Assignee::Party(name) | Assignee::Role(name) => name,
            Assignee::Site { office, .. } => office,
        },
        posted_at: posted.from.0,
        until_at: posted.until.0,
    }
}

pub(super) fn gathered_row(case_id: CaseId, written: &MemberWritten) -> GatheredRow {
    GatheredRow {
        case_id,
        errand: written.errand,
        place: written.place,
        member: written.member.case,
        number: written.member.number.clone(),
        chosen: written.chosen,
    }
}

pub(super) fn answers_row(case_id: CaseId, actor: &Actor, now: Instant, answers: &AnswersWritten) -> AnswersRow {
    AnswersRow {
        case_id,
        holder: answers.holder.as_column().to_owned(),
        form: answers.form.clone(),
        version: answers.version,
        form_hash: answers.form_hash.clone(),
        salt: hexadecimal(&answers.salt),
        values: serde_json::to_string(&answers.values).unwrap_or_default(),
        at: now.0,
        actor: actor.id.clone(),
    }
}

pub(super) fn task_row(rules: &Rulebook, definition: &ProcessDefinition, case: &Case, task: &Task) -> TaskRow {
    let work = definition.state(task.state);
    let limit = work.task.as_ref().and_then(|work| work.limit);
    let deadline = limit.and_then(|limit| decide::deadline(rules, definition, case, limit));
    let title = work.task.as_ref().map(|task| task.title.clone()).unwrap_or_default();
    TaskRow {
        case_id: case.id,
        task: task.number,
        state: definition.state(task.state).path.clone(),
        item: work.item.map(|item| definition.item(item).name.clone()).unwrap_or_default(),
        title_zh: title.zh,
        title_en: title.en,
        status: word(&task.status),
        holder: task.holder.clone(),
        offered_at: task.offered_at.0,
        due_at: deadline.as_ref().and_then(|deadline| deadline.due_at()).map(|at| at.0),
        warn_at: deadline.as_ref().and_then(|deadline| deadline.instant_at_percent(80)).map(|at| at.0),
        ended_at: task.ended_at.map(|at| at.0),
        outcome: task.outcome.clone(),
    }
}

pub(super) fn case_row(held: &Held, expected: u64, unique_key: Option<String>) -> CaseRow {
    let case = &held.loaded.case;
    let running = || case.clocks.values().filter(|clock| clock.running);
    CaseRow {
        id: case.id,
        expected,
        length: case.length,
        number: case.number.clone(),
        process: case.process.clone(),
        definition: case.definition.0.clone(),
        region: case.region.clone(),
        opened_at: case.opened_at.0,
        last_at: case.last_at.0,
        closed_at: case.closed.as_ref().map(|closed| closed.at.0),
        outcome: case.closed.as_ref().map(|closed| word(&closed.outcome)),
        due_at: running().filter_map(|clock| clock.due_at).min().map(|at| at.0),
        late: running().any(|clock| clock.late),
        head: held.head.clone(),
        unique_key,
        body: serde_json::to_string(case).unwrap_or_default(),
    }
}

/// The word a unit-like value has in JSON.
fn word<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|json| json.as_str().map(str::to_owned)).unwrap_or_default()
}
