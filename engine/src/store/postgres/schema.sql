-- The tables of an installation on PostgreSQL. Instants are milliseconds since 1970; identifiers of cases are text.
-- The constraints repeat the rules of the types, so that an impossible row cannot be written whatever the code does.

create table installation (
    one bigint primary key check (one = 1),
    kind text not null check (kind in ('live', 'demo', 'test')),
    -- Legal time = machine time + offset. Only a demonstration or a test may move it.
    clock_offset bigint not null default 0 check (clock_offset = 0 or kind in ('demo', 'test')),
    -- Key of the hashes by which personal values can be looked up.
    secret bytea not null check (octet_length(secret) = 32),
    next_number bigint not null default 1 check (next_number > 0),
    schema_version bigint not null
);

create table cases (
    id text collate "C" primary key check (length(id) = 36),
    number text not null unique,
    process text not null,
    definition text not null,
    region text not null,
    length bigint not null check (length > 0),
    head text not null check (length(head) = 64),
    opened_at bigint not null,
    last_at bigint not null check (last_at >= opened_at),
    closed_at bigint,
    outcome text check (outcome in ('success', 'partial', 'failure', 'none')),
    due_at bigint,
    late boolean not null,
    quarantined boolean not null default false,
    unique_hash text,
    body text not null,
    check ((closed_at is null) = (outcome is null))
);
create unique index cases_unique_open on cases (unique_hash) where closed_at is null and unique_hash is not null;
create index cases_watch on cases (region, late desc, due_at, id) where closed_at is null;
create index cases_recent on cases (opened_at desc, id);

create table events (
    case_id text collate "C" not null,
    n bigint not null check (n > 0),
    at bigint not null,
    actor text not null,
    v bigint not null,
    definition text not null,
    engine text not null,
    prev text not null check (length(prev) = 64),
    hash text not null check (length(hash) = 64),
    body text not null,
    primary key (case_id, n)
);

-- Values that people typed, and nothing else, live here: (key id, nonce, bytes); key id 0 is not sealed.
create table answers (
    case_id text collate "C" not null,
    holder text not null,
    form text not null,
    version bigint not null check (version > 0),
    form_hash text not null,
    salt text not null check (length(salt) = 64),
    key_id bigint not null,
    nonce bytea not null,
    sealed bytea not null,
    at bigint not null,
    actor text not null,
    primary key (case_id, holder, form, version)
);

create table tasks (
    case_id text collate "C" not null,
    task bigint not null check (task > 0),
    state text not null,
    item text not null,
    title_zh text not null,
    title_en text not null,
    status text not null check (status in ('open', 'aside', 'done', 'cancelled')),
    holder text,
    offered_at bigint not null,
    due_at bigint,
    warn_at bigint,
    ended_at bigint,
    outcome text,
    primary key (case_id, task),
    check ((ended_at is null) = (status in ('open', 'aside')))
);
create index tasks_open on tasks (coalesce(due_at, 9223372036854775807), case_id, task)
    where status in ('open', 'aside');
create index tasks_held on tasks (holder, status, due_at) where holder is not null;

create table task_offers (
    case_id text collate "C" not null,
    task bigint not null,
    region text not null,
    department text not null,
    unit text not null,
    role text not null,
    party text not null,
    primary key (case_id, task, unit, role, party, region)
);
create index task_offers_unit on task_offers (unit, region, case_id, task) where unit <> '';
create index task_offers_role on task_offers (role, region, case_id, task) where role <> '';

-- Facts that other cases may ask for. Of the key only a keyed hash is kept; it covers the name as well.
create table records (
    case_id text collate "C" not null,
    record text not null,
    key_hash text not null check (length(key_hash) = 64),
    at bigint not null,
    while_open boolean not null,
    until_at bigint,
    primary key (case_id, record, key_hash)
);
create index records_key on records (key_hash);

create table case_parties (
    case_id text collate "C" not null,
    party text not null,
    actor text not null,
    primary key (actor, case_id, party)
);
create index case_parties_case on case_parties (case_id, party, actor);

create table timers (
    case_id text collate "C" not null,
    timer bigint not null,
    at bigint not null,
    leased_until bigint not null default 0,
    token bigint not null default 0,
    primary key (case_id, timer)
);
create index timers_due on timers (at, case_id, timer);

-- What everybody may read while a public notice is posted: masked names and the matter, nothing else.
create table public_notices (
    case_id text collate "C" not null,
    state text not null,
    region text collate "C" not null,
    who text not null,
    what_zh text not null,
    what_en text not null,
    objections text not null,
    posted_at bigint not null,
    until_at bigint not null check (until_at >= posted_at),
    primary key (case_id, state)
);
create index public_notices_until on public_notices (until_at);

-- Where cases stand in waiting lists, and which places they hold. The number is the last tie-break.
create table places (
    case_id text collate "C" not null,
    quota text collate "C" not null,
    region text collate "C" not null,
    number text collate "C" not null,
    priority bigint not null,
    since bigint not null,
    given_at bigint,
    given_year smallint,
    primary key (case_id, quota),
    check ((given_at is null) = (given_year is null))
);
create index places_waiting on places (quota, region, priority desc, since, number) where given_at is null;
create index places_given on places (quota, region, given_year) where given_at is not null;

-- What cases ask of other cases, until it is done. It carries values of answers, so it is kept as they are.
create table errands (
    case_id text collate "C" not null,
    errand bigint not null check (errand > 0),
    key_id bigint not null,
    nonce bytea not null,
    sealed bytea not null,
    at bigint not null,
    leased_until bigint not null default 0,
    primary key (case_id, errand)
);
create index errands_waiting on errands (at, case_id, errand);

-- Lists that cases have gathered: the numbers in their order, and who of them is told. The log holds its checksum.
create table gathered (
    case_id text collate "C" not null,
    errand bigint not null check (errand > 0),
    place bigint not null check (place > 0),
    member text not null,
    number text not null,
    chosen boolean not null,
    primary key (case_id, errand, place)
);

create table outbox (
    id bigint generated always as identity primary key,
    case_id text collate "C" not null,
    notice bigint not null,
    recipient text not null,
    text text not null,
    item text not null,
    task bigint,
    due_at bigint,
    at bigint not null,
    status text not null default 'waiting' check (status in ('waiting', 'sent', 'failed', 'dropped')),
    attempts bigint not null default 0,
    not_before bigint not null default 0,
    leased_until bigint not null default 0,
    token bigint not null default 0,
    sent_at bigint,
    reason text,
    unique (case_id, notice),
    check ((status = 'sent') = (sent_at is not null))
);
create index outbox_waiting on outbox (not_before, id) where status = 'waiting';

create table requests (
    actor text not null,
    key text not null,
    digest text not null,
    receipt text not null,
    made_at bigint not null,
    primary key (actor, key)
);
create index requests_age on requests (made_at);

create table refusals (
    id bigint generated always as identity primary key,
    case_id text collate "C" not null,
    actor text not null,
    command text not null,
    code text not null,
    at bigint not null
);

-- Who of the staff looked at a case, and whose number they asked to see in full, and why. Rows are never changed; of the
-- number itself nothing is kept here.
create table reads (
    id bigint generated always as identity primary key,
    case_id text collate "C" not null,
    who text not null,
    office text not null,
    position text not null,
    at bigint not null,
    hour bigint not null check (hour = at / 3600000),
    what text not null check (what in ('page', 'number', 'file')),
    place text not null,
    reason text not null,
    key_id bigint not null,
    nonce bytea not null,
    sealed bytea not null,
    check (what <> 'number' or (place <> '' and reason <> ''))
);
create index reads_case on reads (case_id, at desc);
create index reads_numbers on reads (who, at) where what = 'number';
create unique index reads_once on reads (case_id, who, hour, what, place) where what <> 'number';

-- What people say about how their case was handled, and what they are answered. One rating for each person and case.
create table voices (
    id text primary key,
    case_id text collate "C" not null,
    who text not null,
    kind text not null check (kind in ('complaint', 'rating')),
    grade bigint check (grade between 1 and 5),
    about text not null,
    at bigint not null,
    key_id bigint not null,
    nonce bytea not null,
    sealed bytea not null,
    answer bytea,
    answered_by text,
    answered_at bigint,
    check ((kind = 'rating') = (grade is not null)),
    check ((answered_at is null) = (answer is null) and (answered_at is null) = (answered_by is null))
);
create unique index voices_rating on voices (case_id, who) where kind = 'rating';
create index voices_case on voices (case_id, who, at desc);

create table drafts (
    id text collate "C" primary key,
    owner text not null,
    process text not null,
    door text not null,
    form_hash text not null,
    version bigint not null,
    key_id bigint not null,
    nonce bytea not null,
    sealed bytea not null,
    changed_at bigint not null,
    expires_at bigint not null,
    -- The case it has become; then nothing that was typed is kept.
    case_id text,
    -- Keyed hash of a telephone number and a code by which it is found again.
    code_hash text,
    check (case_id is null or (length(sealed) = 0 and code_hash is null))
);
create index drafts_owner on drafts (owner, changed_at desc);
create unique index drafts_code on drafts (code_hash) where code_hash is not null;

-- What was typed into a form when the session had ended, until its account signs in again.
create table parked (
    token_hash text primary key check (length(token_hash) = 64),
    owner text not null,
    address text not null,
    key_id bigint not null,
    nonce bytea not null,
    sealed bytea not null,
    expires_at bigint not null
);

-- Who may sign in. Of the staff it is the id of a person of the organisation. What is known of a citizen is sealed;
-- phone and identity number are found by keyed hashes.
create table accounts (
    id text collate "C" primary key check (length(id) between 1 and 64),
    kind text not null check (kind in ('citizen', 'staff')),
    assurance text not null check (assurance in ('none', 'phone', 'real_name', 'in_person')),
    phone_hash text check (length(phone_hash) = 64),
    number_hash text check (length(number_hash) = 64),
    key_id bigint not null,
    nonce bytea not null,
    sealed bytea not null,
    created_at bigint not null,
    disabled_at bigint
);
create index accounts_phone on accounts (phone_hash) where phone_hash is not null;
create index accounts_number on accounts (number_hash) where number_hash is not null;

-- Under which name another system knows an account.
create table identities (
    connector text not null,
    subject_hash text not null check (length(subject_hash) = 64),
    account text not null references accounts (id),
    created_at bigint not null,
    primary key (connector, subject_hash)
);
create index identities_account on identities (account);

-- How the staff prove who they are. The secret of the second factor is sealed, and empty while there is none.
create table credentials (
    account text primary key references accounts (id),
    password text not null,
    initial_until bigint,
    key_id bigint not null,
    nonce bytea not null,
    sealed bytea not null,
    totp_step bigint not null default 0,
    changed_at bigint not null,
    check (initial_until is null or length(sealed) = 0)
);

create table recovery_codes (
    account text not null references accounts (id),
    code_hash text not null check (length(code_hash) = 64),
    used_at bigint,
    primary key (account, code_hash)
);

-- Guesses that were counted, under keyed hashes of what was guessed at.
create table attempts (
    id bigint generated always as identity primary key,
    key_hash text not null check (length(key_hash) = 64),
    at bigint not null
);
create index attempts_key on attempts (key_hash, at);
create index attempts_age on attempts (at);

-- Codes sent to phones. Phone and code are there until the code was sent.
create table codes (
    id bigint generated always as identity primary key,
    phone_hash text not null check (length(phone_hash) = 64),
    purpose text not null,
    code_hash text not null check (length(code_hash) = 64),
    key_id bigint not null,
    nonce bytea not null,
    sealed bytea not null,
    made_at bigint not null,
    expires_at bigint not null check (expires_at >= made_at),
    tries bigint not null default 0,
    used_at bigint,
    status text not null default 'waiting' check (status in ('waiting', 'sent')),
    attempts bigint not null default 0,
    leased_until bigint not null default 0,
    token bigint not null default 0
);
create unique index codes_phone on codes (phone_hash, purpose);
create index codes_waiting on codes (id) where status = 'waiting';

-- What the pages of signing in keep between them, under the hash of the cookie's token.
create table steps (
    token_hash text primary key check (length(token_hash) = 64),
    key_id bigint not null,
    nonce bytea not null,
    sealed bytea not null,
    expires_at bigint not null
);

-- Who may act for a citizen, by what, and for how long (legal time). An offer has no agent until it was taken up.
create table authorities (
    id text primary key,
    kind text not null check (kind in ('agent', 'guardian')),
    principal text not null references accounts (id),
    agent text references accounts (id) check (agent <> principal),
    invitation_hash text check (length(invitation_hash) = 64),
    processes text not null,
    key_id bigint not null,
    nonce bytea not null,
    sealed bytea not null,
    recorded_by text not null,
    from_at bigint not null,
    until_at bigint not null check (until_at > from_at),
    created_at bigint not null,
    revoked_at bigint,
    check (agent is null or invitation_hash is null)
);
create index authorities_principal on authorities (principal);
create index authorities_agent on authorities (agent) where agent is not null;
create unique index authorities_invitation on authorities (invitation_hash) where invitation_hash is not null;

-- Who of the staff does another's work, in which offices and for how long (legal time).
create table substitutes (
    id text primary key,
    person text not null,
    instead_of text not null check (instead_of <> person),
    units text not null,
    from_at bigint not null,
    until_at bigint not null check (until_at > from_at),
    created_at bigint not null,
    ended_at bigint
);
create index substitutes_person on substitutes (person);

create table sessions (
    token_hash text primary key,
    account text not null references accounts (id),
    stage text not null check (stage in ('full', 'enrol')),
    authority text references authorities (id),
    created_at bigint not null,
    seen_at bigint not null,
    expires_at bigint not null,
    revoked_at bigint
);
create index sessions_account on sessions (account);

create table definitions (
    hash text primary key check (length(hash) = 64),
    process text not null,
    sources text not null,
    published_at bigint not null
);
create index definitions_process on definitions (process, published_at);

-- Uploaded files. Their bytes lie in a folder under their hash; the name that a browser gave may be a person's.
create table files (
    id text collate "C" primary key check (length(id) = 32),
    owner text not null,
    draft text,
    media text not null check (media in ('jpg', 'png', 'heic', 'pdf')),
    bytes bigint not null check (bytes > 0),
    pages bigint not null check (pages > 0),
    hash text not null check (length(hash) = 64),
    small text check (length(small) = 64),
    key_id bigint not null,
    nonce bytea not null,
    sealed bytea not null,
    made_at bigint not null
);
create index files_owner on files (owner, made_at desc);
create index files_hash on files (hash);
create index files_small on files (small) where small is not null;

-- Files that answers of a case name. They stay as long as the case.
create table file_uses (
    file text collate "C" not null references files (id),
    case_id text collate "C" not null,
    primary key (file, case_id)
);
create index file_uses_case on file_uses (case_id, file);
