//! Statements of the SQLite store: one per table and group, each fed from one JSON text.

pub const CASES_NEW: &str = "
    insert into cases (id, number, process, definition, region, length, head, opened_at, last_at, closed_at, outcome,
                       due_at, late, unique_hash, body)
    select value->>'id', value->>'number', value->>'process', value->>'definition', value->>'region',
           value->>'length', value->>'head', value->>'opened_at', value->>'last_at', value->>'closed_at',
           value->>'outcome', value->>'due_at', value->>'late', value->>'unique_key', value->>'body'
    from json_each(?1) where value->>'expected' = 0
    on conflict do nothing";

/// An open case that has the key of a new one.
pub const RIVAL: &str = "
    select c.id from json_each(?1) j join cases c on c.unique_hash = j.value->>'unique_key'
    where j.value->>'expected' = 0 and c.closed_at is null and c.id <> j.value->>'id'
    order by c.opened_at, c.id limit 1";

/// Only rows that still have the length they were decided on; the caller compares the count.
pub const CASES_CHANGED: &str = "
    update cases set length = j.value->>'length', head = j.value->>'head', last_at = j.value->>'last_at',
           closed_at = j.value->>'closed_at', outcome = j.value->>'outcome', due_at = j.value->>'due_at',
           late = j.value->>'late', body = j.value->>'body'
    from json_each(?1) j
    where j.value->>'expected' > 0 and cases.id = j.value->>'id' and cases.length = j.value->>'expected'";

pub const EVENTS: &str = "
    insert into events (case_id, n, at, actor, v, definition, engine, prev, hash, body)
    select value->>'case', value->>'n', value->>'at', value->>'actor', value->>'v', value->>'definition',
           value->>'engine', value->>'prev', value->>'hash', value->>'body'
    from json_each(?1) where true on conflict do nothing";

pub const ANSWERS: &str = "
    insert into answers (case_id, holder, form, version, form_hash, salt, key_id, nonce, sealed, at, actor)
    select value->>'case_id', value->>'holder', value->>'form', value->>'version', value->>'form_hash',
           value->>'salt', 0, x'', cast(value->>'values' as blob), value->>'at', value->>'actor'
    from json_each(?1) where true on conflict do nothing";

pub const TASKS: &str = "
    insert into tasks (case_id, task, state, item, title_zh, title_en, status, holder, offered_at, due_at, warn_at,
                       ended_at, outcome)
    select value->>'case_id', value->>'task', value->>'state', value->>'item', value->>'title_zh',
           value->>'title_en', value->>'status', value->>'holder', value->>'offered_at', value->>'due_at',
           value->>'warn_at', value->>'ended_at', value->>'outcome'
    from json_each(?1) where true
    on conflict (case_id, task) do update set status = excluded.status, holder = excluded.holder,
           due_at = excluded.due_at, warn_at = excluded.warn_at, ended_at = excluded.ended_at,
           outcome = excluded.outcome";

pub const OFFERS: &str = "
    insert into task_offers (case_id, task, region, department, unit, role, party)
    select value->>'case_id', value->>'task', value->>'region', value->>'department', value->>'unit',
           value->>'role', value->>'party'
    from json_each(?1) where true on conflict do nothing";

pub const PARTIES: &str = "
    insert into case_parties (case_id, party, actor)
    select value->>'case_id', value->>'party', value->>'actor'
    from json_each(?1) where true on conflict do nothing";

pub const TIMERS: &str = "
    insert into timers (case_id, timer, at)
    select value->>'case_id', value->>'timer', value->>'at' from json_each(?1) where true on conflict do nothing";

pub const TIMERS_GONE: &str = "
    delete from timers where (case_id, timer) in
        (select value->>'case_id', value->>'timer' from json_each(?1))";

pub const OUTBOX: &str = "
    insert into outbox (case_id, notice, recipient, text, item, task, due_at, at)
    select value->>'case_id', value->>'notice', value->>'recipient', value->>'text', value->>'item',
           value->>'task', value->>'due_at', value->>'at'
    from json_each(?1) where true on conflict do nothing";

pub const ERRANDS: &str = "
    insert into errands (case_id, errand, key_id, nonce, sealed, at)
    select value->>'case_id', value->>'errand', 0, x'', cast(value->>'order' as blob), value->>'at'
    from json_each(?1) where true on conflict do nothing";

pub const ERRANDS_GONE: &str = "
    delete from errands where (case_id, errand) in
        (select value->>'case_id', value->>'errand' from json_each(?1))";

pub const REQUESTS: &str = "
    insert into requests (actor, key, digest, receipt, made_at)
    select value->>'actor', value->>'key', value->>'digest', value->>'receipt',
           cast(unixepoch('subsec') * 1000 as integer)
    from json_each(?1) where true on conflict do nothing";

pub const REFUSALS: &str = "
    insert into refusals (case_id, actor, command, code, at)
    select value->>'case_id', value->>'actor', value->>'command', value->>'code', value->>'at'
    from json_each(?1)";

pub const GATHERED: &str = "
    insert into gathered (case_id, errand, place, member, number, chosen)
    select value->>'case_id', value->>'errand', value->>'place', value->>'member', value->>'number', value->>'chosen'
    from json_each(?1) where true";

pub const RECORDS: &str = "
    insert into records (case_id, record, key_hash, at, while_open, until_at)
    select value->>'case_id', value->>'record', value->>'key', value->>'at', value->>'while_open', value->>'until_at'
    from json_each(?1) where true on conflict do nothing";

/// A case holds a record once, under all its keys: what it wrote before gives way.
pub const RECORDS_BEFORE: &str = "
    delete from records where (case_id, record) in
        (select value->>'case_id', value->>'record' from json_each(?1))";

/// Live records under these hashes, of cases that are not among the given ones.
pub const RECORDS_ELSEWHERE: &str = "
    select r.key_hash, r.case_id from records r join cases c on c.id = r.case_id
    where r.key_hash in (select value from json_each(?1)) and r.case_id not in (select value from json_each(?2))
      and (r.until_at is null or r.until_at > ?3) and (not r.while_open or c.closed_at is null)";

/// Records under these hashes of the given cases, live or not.
pub const RECORDS_HERE: &str = "
    select key_hash, case_id, while_open, until_at from records
    where key_hash in (select value from json_each(?1)) and case_id in (select value from json_each(?2))
    order by at, case_id";

/// Open cases of a process that hold a live record.
pub const HOLDERS: &str = "
    select c.id from records r join cases c on c.id = r.case_id
    where r.key_hash = ?1 and c.process = ?2 and c.closed_at is null
      and (r.until_at is null or r.until_at > ?3)
    order by c.opened_at, c.id";

pub const DRAFTS_USED: &str = "
    update drafts set case_id = used.case_id, sealed = x'', code_hash = null
    from (select value ->> 'id' as id, value ->> 'case_id' as case_id from json_each(?1)) used
    where drafts.id = used.id and drafts.case_id is null";

pub const PLACES_OF: &str = "delete from places where case_id in (select value from json_each(?1))";

pub const PLACES: &str = "
    insert into places (case_id, quota, region, number, priority, since, given_at, given_year)
    select value->>'case_id', value->>'quota', value->>'region', value->>'number', value->>'priority',
           value->>'since', value->>'given_at', value->>'given_year'
    from json_each(?1)";

/// Places given, and cases that come before one that waits. What was set aside is passed over, or nobody would get on.
pub const LINE: &str = "
    select (select count(*) from places g
            where g.quota = ?1 and g.region = ?2 and g.given_at is not null
              and (?3 is null or g.given_year = ?3)),
           (select count(*) from places w
            where w.quota = ?1 and w.region = ?2 and w.given_at is null and w.case_id <> ?4
              and (w.priority > ?5 or (w.priority = ?5 and (w.since < ?6 or (w.since = ?6 and w.number < ?7))))
              and not exists (select 1 from cases c where c.id = w.case_id and c.quarantined))";

/// Waiting lists, with who is next.
pub const LINES: &str = "
    select l.quota, l.region,
           (select count(*) from places w where w.quota = l.quota and w.region = l.region and w.given_at is null),
           (select count(*) from places g where g.quota = l.quota and g.region = l.region and g.given_at is not null),
           (select count(*) from places g where g.quota = l.quota and g.region = l.region and g.given_year = ?1),
           (select w.case_id from places w
            where w.quota = l.quota and w.region = l.region and w.given_at is null
              and not exists (select 1 from cases c where c.id = w.case_id and c.quarantined)
            order by w.priority desc, w.since, w.number limit 1)
    from (select distinct quota, region from places where given_at is null or not ?2) l
    order by l.quota, l.region";

pub const POSTED_OF: &str = "delete from public_notices where case_id in (select value from json_each(?1))";

pub const POSTED: &str = "
    insert into public_notices (case_id, state, region, who, what_zh, what_en, objections, posted_at, until_at)
    select value->>'case_id', value->>'state', value->>'region', value->>'who', value->>'what_zh',
           value->>'what_en', value->>'objections', value->>'posted_at', value->>'until_at'
    from json_each(?1)";

pub const LOAD_CASES: &str =
    "select id, head, quarantined, body from cases where id in (select value from json_each(?1))";

/// SQLite takes the other columns from the row that holds the maximum.
pub const LOAD_ANSWERS: &str = "
    select case_id, holder, form, max(version), key_id, sealed from answers
    where case_id in (select value from json_each(?1)) group by case_id, holder, form";

pub const LOAD_REQUESTS: &str = "
    select r.actor, r.key, r.digest, r.receipt from json_each(?1) j
    join requests r on r.actor = j.value->>'actor' and r.key = j.value->>'key'";

pub const NUMBERS: &str = "update installation set next_number = next_number + ?1 returning next_number - ?1";

pub const NOW: &str = "select cast(unixepoch('subsec') * 1000 as integer) + clock_offset from installation";
