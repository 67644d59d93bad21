//! Statements of the PostgreSQL store: one per table and group, each fed from one JSON text.

pub const CASES_NEW: &str = "
    insert into cases (id, number, process, definition, region, length, head, opened_at, last_at, closed_at, outcome,
                       due_at, late, unique_hash, body)
    select r.id, r.number, r.process, r.definition, r.region, r.length, r.head, r.opened_at, r.last_at, r.closed_at,
           r.outcome, r.due_at, r.late, r.unique_key, r.body
    from json_to_recordset($1::json) as r(id text, number text, process text, definition text, region text,
         length bigint, head text, opened_at bigint, last_at bigint, closed_at bigint, outcome text, due_at bigint,
         late boolean, unique_key text, body text, expected bigint)
    where r.expected = 0 order by r.id
    on conflict do nothing";

/// An open case that has the key of a new one.
pub const RIVAL: &str = "
    select c.id from json_to_recordset($1::json) as r(id text, unique_key text, expected bigint)
    join cases c on c.unique_hash = r.unique_key
    where r.expected = 0 and c.closed_at is null and c.id <> r.id
    order by c.opened_at, c.id limit 1";

/// Only rows that still have the length they were decided on; the caller compares the count.
pub const CASES_CHANGED: &str = "
    update cases c set length = r.length, head = r.head, last_at = r.last_at, closed_at = r.closed_at,
           outcome = r.outcome, due_at = r.due_at, late = r.late, body = r.body
    from json_to_recordset($1::json) as r(id text, length bigint, head text, last_at bigint, closed_at bigint,
         outcome text, due_at bigint, late boolean, body text, expected bigint)
    where r.expected > 0 and c.id = r.id and c.length = r.expected";

pub const EVENTS: &str = r#"
    insert into events (case_id, n, at, actor, v, definition, engine, prev, hash, body)
    select r."case", r.n, r.at, r.actor, r.v, r.definition, r.engine, r.prev, r.hash, r.body
    from json_to_recordset($1::json) as r("case" text, n bigint, at bigint, actor text, v bigint, definition text,
         engine text, prev text, hash text, body text)
    on conflict do nothing"#;

pub const ANSWERS: &str = r#"
    insert into answers (case_id, holder, form, version, form_hash, salt, key_id, nonce, sealed, at, actor)
    select r.case_id, r.holder, r.form, r.version, r.form_hash, r.salt, 0, ''::bytea,
           convert_to(r."values", 'UTF8'), r.at, r.actor
    from json_to_recordset($1::json) as r(case_id text, holder text, form text, version bigint, form_hash text,
         salt text, "values" text, at bigint, actor text)
    on conflict do nothing"#;

pub const TASKS: &str = "
    insert into tasks (case_id, task, state, item, title_zh, title_en, status, holder, offered_at, due_at, warn_at,
                       ended_at, outcome)
    select r.* from json_to_recordset($1::json) as r(case_id text, task bigint, state text, item text, title_zh text,
         title_en text, status text, holder text, offered_at bigint, due_at bigint, warn_at bigint, ended_at bigint,
         outcome text)
    on conflict (case_id, task) do update set status = excluded.status, holder = excluded.holder,
           due_at = excluded.due_at, warn_at = excluded.warn_at, ended_at = excluded.ended_at,
           outcome = excluded.outcome";

pub const OFFERS: &str = "
    insert into task_offers (case_id, task, region, department, unit, role, party)
    select r.* from json_to_recordset($1::json) as r(case_id text, task bigint, region text, department text,
         unit text, role text, party text)
    on conflict do nothing";

pub const PARTIES: &str = "
    insert into case_parties (case_id, party, actor)
    select r.* from json_to_recordset($1::json) as r(case_id text, party text, actor text)
    on conflict do nothing";

pub const TIMERS: &str = "
    insert into timers (case_id, timer, at)
    select r.* from json_to_recordset($1::json) as r(case_id text, timer bigint, at bigint)
    on conflict do nothing";

pub const TIMERS_GONE: &str = "
    delete from timers t using json_to_recordset($1::json) as r(case_id text, timer bigint)
    where t.case_id = r.case_id and t.timer = r.timer";

pub const OUTBOX: &str = "
    insert into outbox (case_id, notice, recipient, text, item, task, due_at, at)
    select r.* from json_to_recordset($1::json) as r(case_id text, notice bigint, recipient text, text text,
         item text, task bigint, due_at bigint, at bigint)
    on conflict do nothing";

pub const ERRANDS: &str = r#"
    insert into errands (case_id, errand, key_id, nonce, sealed, at)
    select r.case_id, r.errand, 0, ''::bytea, convert_to(r."order", 'UTF8'), r.at
    from json_to_recordset($1::json) as r(case_id text, errand bigint, "order" text, at bigint)
    on conflict do nothing"#;

pub const ERRANDS_GONE: &str = "
    delete from errands e using json_to_recordset($1::json) as r(case_id text, errand bigint)
    where e.case_id = r.case_id and e.errand = r.errand";

/// In the order of the keys, so that two nodes that were sent the same requests wait for each other and do not lock up.
pub const REQUESTS: &str = "
    insert into requests (actor, key, digest, receipt, made_at)
    select r.actor, r.key, r.digest, r.receipt, (extract(epoch from clock_timestamp()) * 1000)::bigint
    from json_to_recordset($1::json) as r(actor text, key text, digest text, receipt text)
    order by r.actor, r.key
    on conflict do nothing";

pub const REFUSALS: &str = "
    insert into refusals (case_id, actor, command, code, at)
    select r.* from json_to_recordset($1::json) as r(case_id text, actor text, command text, code text, at bigint)";

pub const GATHERED: &str = "
    insert into gathered (case_id, errand, place, member, number, chosen)
    select r.* from json_to_recordset($1::json) as r(case_id text, errand bigint, place bigint, member text,
         number text, chosen boolean)";

pub const RECORDS: &str = "
    insert into records (case_id, record, key_hash, at, while_open, until_at)
    select r.case_id, r.record, r.key, r.at, r.while_open, r.until_at
    from json_to_recordset($1::json) as r(case_id text, record text, key text, at bigint, while_open boolean,
         until_at bigint)
    on conflict do nothing";

/// A case holds a record once, under all its keys: what it wrote before gives way.
pub const RECORDS_BEFORE: &str = "
    delete from records h using json_to_recordset($1::json) as r(case_id text, record text)
    where h.case_id = r.case_id and h.record = r.record";

/// One lock for each place, in the order given, held to the end of the transaction: between asking for records and
/// writing one no other node does either. A place has no row to lock before its first record.
pub const LOCK_RECORDS: &str = "
    select pg_advisory_xact_lock(('x' || left(place, 16))::bit(64)::bigint)
    from json_array_elements_text($1::json) as p(place)";

/// Live records under these hashes, of cases that are not among the given ones.
pub const RECORDS_ELSEWHERE: &str = "
    select r.key_hash, r.case_id from records r join cases c on c.id = r.case_id
    where r.key_hash in (select json_array_elements_text($1::json))
      and r.case_id not in (select json_array_elements_text($2::json))
      and (r.until_at is null or r.until_at > $3) and (not r.while_open or c.closed_at is null)";

/// Records under these hashes of the given cases, live or not.
pub const RECORDS_HERE: &str = "
    select key_hash, case_id, while_open, until_at from records
    where key_hash in (select json_array_elements_text($1::json))
      and case_id in (select json_array_elements_text($2::json))
    order by at, case_id";

/// Open cases of a process that hold a live record.
pub const HOLDERS: &str = "
    select c.id from records r join cases c on c.id = r.case_id
    where r.key_hash = $1 and c.process = $2 and c.closed_at is null
      and (r.until_at is null or r.until_at > $3)
    order by c.opened_at, c.id";

pub const DRAFTS_USED: &str = "
    update drafts set case_id = used.case_id, sealed = ''::bytea, code_hash = null
    from json_to_recordset($1::json) as used (id text, case_id text)
    where drafts.id = used.id and drafts.case_id is null";

/// Locks in the order of the ids: groups of two nodes wait for each other and cannot lock up.
pub const LOCK_CASES: &str = "
    select id, head, quarantined, body from cases
    where id in (select json_array_elements_text($1::json)) order by id for update";

pub const PLACES_OF: &str = "delete from places where case_id in (select json_array_elements_text($1::json))";

pub const PLACES: &str = "
    insert into places (case_id, quota, region, number, priority, since, given_at, given_year)
    select r.* from json_to_recordset($1::json) as r(case_id text, quota text, region text, number text,
         priority bigint, since bigint, given_at bigint, given_year smallint)";

/// Places given, and cases that come before one that waits. What was set aside is passed over, or nobody would get on.
pub const LINE: &str = "
    select (select count(*) from places g
            where g.quota = $1 and g.region = $2 and g.given_at is not null
              and ($3::smallint is null or g.given_year = $3)),
           (select count(*) from places w
            where w.quota = $1 and w.region = $2 and w.given_at is null and w.case_id <> $4
              and (w.priority > $5 or (w.priority = $5 and (w.since < $6 or (w.since = $6 and w.number < $7))))
              and not exists (select 1 from cases c where c.id = w.case_id and c.quarantined))";

/// Waiting lists, with who is next.
pub const LINES: &str = "
    select l.quota, l.region,
           (select count(*) from places w where w.quota = l.quota and w.region = l.region and w.given_at is null),
           (select count(*) from places g where g.quota = l.quota and g.region = l.region and g.given_at is not null),
           (select count(*) from places g where g.quota = l.quota and g.region = l.region and g.given_year = $1),
           (select w.case_id from places w
            where w.quota = l.quota and w.region = l.region and w.given_at is null
              and not exists (select 1 from cases c where c.id = w.case_id and c.quarantined)
            order by w.priority desc, w.since, w.number limit 1)
    from (select distinct quota, region from places where given_at is null or not $2) l
    order by l.quota, l.region";

pub const POSTED_OF: &str = "delete from public_notices where case_id in (select json_array_elements_text($1::json))";

pub const POSTED: &str = "
    insert into public_notices (case_id, state, region, who, what_zh, what_en, objections, posted_at, until_at)
    select r.* from json_to_recordset($1::json) as r(case_id text, state text, region text, who text, what_zh text,
         what_en text, objections text, posted_at bigint, until_at bigint)";

pub const LOAD_CASES: &str = "
    select id, head, quarantined, body from cases where id in (select json_array_elements_text($1::json))";

pub const LOAD_ANSWERS: &str = "
    select distinct on (case_id, holder, form) case_id, holder, form, version, key_id, sealed from answers
    where case_id in (select json_array_elements_text($1::json))
    order by case_id, holder, form, version desc";

pub const LOAD_REQUESTS: &str = "
    select r.actor, r.key, r.digest, r.receipt from json_to_recordset($1::json) as j(actor text, key text)
    join requests r on r.actor = j.actor and r.key = j.key";

/// A block of numbers, first and one past the last.
pub const NUMBERS: &str = "
    update installation set next_number = next_number + $1 returning next_number - $1, next_number";

pub const NOW: &str = "
    select (extract(epoch from clock_timestamp()) * 1000)::bigint + clock_offset from installation";
