//! Random sequences of commands in random groups, with repeats, rejections and restarts, played on both databases at
//! once: the answers, the logs and the rows must be the same, and each log must fold to its row after every group.

use super::*;
use onething_engine::decide::{LineAsked, RecordKey};
use onething_engine::engine::commit;
use onething_engine::organisation::ActorKind;
use onething_engine::store::{Fate, Member, Planned, Snapshot, StoreError, Think, asked, lines, plan, wanted};
use onething_engine::value::Instant;

/// Sequences; `ONETHING_SEQUENCES` sets another number.
const SEQUENCES: u64 = 200;
/// Groups of a sequence at most.
const GROUPS_MAX: u64 = 14;
/// 2026-03-02 09:00 at the fixed offset.
const BEGIN: Instant = Instant(1_772_413_200_000);

/// Numbers that depend on the seed alone (`SplitMix64`, public domain).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn of<T: Clone>(&mut self, list: &[T]) -> T {
        list[usize::try_from(self.below(list.len() as u64)).expect("a small number")].clone()
    }

    fn bytes(&mut self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes.chunks_mut(8).for_each(|chunk| chunk.copy_from_slice(&self.next().to_be_bytes()));
        bytes
    }
}

/// A group that is decided at a legal time of the test's choosing.
struct At<'a> {
    rules: &'a Rulebook,
    now: Instant,
    members: &'a [Member],
}

impl Think for At<'_> {
    fn lines(&self, snapshot: &Snapshot) -> BTreeSet<LineAsked> {
        lines(self.rules, &Snapshot { now: self.now, ..snapshot.clone() }, self.members)
    }

    fn asks(&self, snapshot: &Snapshot) -> BTreeSet<RecordKey> {
        asked(self.rules, &Snapshot { now: self.now, ..snapshot.clone() }, self.members)
    }

    fn plan(&mut self, snapshot: Snapshot) -> Result<Planned, StoreError> {
        plan(self.rules, Snapshot { now: self.now, ..snapshot }, self.members)
    }
}

/// Commits a group at a legal time of the test's choosing, as the engine does: together, else one by one.
async fn play(store: &dyn Store, rules: &Rulebook, now: Instant, members: &[Member]) -> Vec<Fate> {
    match store.write(&wanted(members), &mut At { rules, now, members }).await {
        Ok(fates) => fates,
        Err(StoreError::Duplicate(_) | StoreError::Conflict(_)) if members.len() > 1 => {
            let mut fates = Vec::new();
            for member in members {
                fates.extend(Box::pin(play(store, rules, now, std::slice::from_ref(member))).await);
            }
            fates
        }
        Err(StoreError::Duplicate(_)) => vec![Fate::Rejected(Rejection::Duplicate { number: String::new() })],
        Err(error) => panic!("{error}"),
    }
}

/// One sequence: what it may touch, and what was asked before.
struct Sequence {
    random: Random,
    seed: u64,
    now: Instant,
    cases: Vec<CaseId>,
    asked: Vec<Member>,
}

impl Sequence {
    fn new(seed: u64) -> Sequence {
        let mut random = Random(seed);
        let id = |n| serde_json::from_value(format!("{seed:08x}-0000-7000-8000-{n:012x}").into()).expect("a case id");
        let cases = (0..1 + random.below(3)).map(id).collect();
        Sequence { random, seed, now: BEGIN, cases, asked: Vec::new() }
    }

    fn member(&mut self, known: &BTreeMap<CaseId, Case>) -> Member {
        if !self.asked.is_empty() && self.random.one_in(8) {
            // The same again, sometimes under its key something else.
            let mut again = self.random.of(&self.asked);
            if self.random.one_in(4) {
                again.command = self.command(known).1;
            }
            return again;
        }
        let (actor, command) = self.command(known);
        let key = (actor.kind != ActorKind::System).then(|| format!("{}-{}", self.seed, self.asked.len()));
        let member = Member { actor, key, command, entropy: self.random.bytes() };
        self.asked.push(member.clone());
        member
    }

    /// A permit, or a bed in a region of the sequence's own.
    fn start(&mut self, id: CaseId) -> Command {
        let permit = start(id, "");
        if !self.random.one_in(3) {
            return permit;
        }
        let Command::StartCase { case, door, mut answers, draft, .. } = permit else { unreachable!() };
        if let Value::Map(fields) = &mut answers {
            fields.insert("count".to_owned(), Value::Int(i64::try_from(self.random.below(3)).expect("small")));
        }
        let region = format!("32{:04}", self.seed % 10_000);
        Command::StartCase { case, process: "bed".to_owned(), door, region, answers, draft }
    }

    fn about_a_bed(&mut self, id: CaseId) -> (Actor, Command) {
        let act = |action: &str| Command::Act { case: id, action: action.to_owned(), answers: Value::Null };
        match self.random.below(6) {
            0 => (citizen(), act("action.queue.leave")),
            1 => (errand::clerk(WINDOW), complete(id, 1, "home")),
            _ => (Actor::system(), Command::GivePlace { case: id, quota: "bed".to_owned() }),
        }
    }

    fn command(&mut self, known: &BTreeMap<CaseId, Case>) -> (Actor, Command) {
        let id = self.random.of(&self.cases);
        let Some(case) = known.get(&id) else { return (citizen(), self.start(id)) };
        if case.process == "bed" {
            return self.about_a_bed(id);
        }
        let people = [citizen(), errand::clerk(WINDOW), errand::clerk(POLICE), Actor::citizen("somebody")];
        let mut actor = self.random.of(&people);
        let open: Vec<_> = case.open_tasks().collect();
        if let Some(task) = open.first()
            && !self.random.one_in(4)
        {
            // Mostly somebody who may.
            let task = if self.random.one_in(2) { task } else { open.last().expect("one at least") };
            actor = errand::clerk(&task.offers[0].unit);
            let number = task.number;
            let outcome = self.random.of(&["accept", "finish", "finish", "again", "refuse"]);
            let command = match self.random.below(8) {
                0..3 => claim(id, number),
                3 => Command::ReleaseTask { case: id, task: number },
                _ => complete(id, number, outcome),
            };
            return (actor, command);
        }
        let number = u32::try_from(self.random.below(5)).expect("a small number");
        match self.random.below(6) {
            0 | 1 if !case.timers.is_empty() => {
                let timer = case.timers.values().min_by_key(|timer| timer.at).expect("a timer").clone();
                self.now = self.now.max(timer.at);
                (Actor::system(), Command::FireTimer { case: id, timer: timer.number })
            }
            0..3 => (actor, claim(id, number)),
            3 => (actor, Command::Act { case: id, action: "action.withdraw".into(), answers: Value::Null }),
            4 => (Actor::system(), Command::FireTimer { case: id, timer: number }),
            _ => (Actor::system(), Command::RecomputeDeadlines { case: id }),
        }
    }
}

/// What a store holds of these cases.
async fn held(store: &dyn Store, cases: &[CaseId]) -> BTreeMap<CaseId, (Case, Vec<Envelope>)> {
    let mut held = BTreeMap::new();
    for id in cases {
        if let Some(found) = store.case(*id).await.expect("the database") {
            held.insert(*id, (found.loaded.case, store.history(*id).await.expect("a log")));
        }
    }
    held
}

#[tokio::test(flavor = "multi_thread")]
async fn random_sequences_give_the_same_logs_on_both_databases() {
    let sequences = std::env::var("ONETHING_SEQUENCES").ok().and_then(|n| n.parse().ok()).unwrap_or(SEQUENCES);
    let sites = both().await;
    let mut stores = [sites[0].open().await, sites[1].open().await];
    let rules = errand::rulebook();
    let (mut accepted, mut rejected, mut repeated) = (0, 0, 0);
    for seed in 1..=sequences {
        if seed % 40 == 0 {
            // A restart: whatever was only in memory is gone. A node's block of numbers is lost with it.
            stores = [sites[0].open().await, sites[1].open().await];
            break_even(&stores, &rules).await;
        }
        let mut sequence = Sequence::new(seed);
        let mut known = BTreeMap::new();
        for _ in 0..=sequence.random.below(GROUPS_MAX) {
            sequence.now = sequence.now.plus(i64::try_from(sequence.random.below(3_600_000)).expect("an hour"));
            let size = 1 + sequence.random.below(6);
            let members: Vec<Member> = (0..size).map(|_| sequence.member(&known)).collect();
            let on_sqlite = play(&*stores[0], &rules, sequence.now, &members).await;
            let on_postgres = play(&*stores[1], &rules, sequence.now, &members).await;
            for fate in &on_sqlite {
                match fate {
                    Fate::Accepted(_) => accepted += 1,
                    Fate::Repeated(_) => repeated += 1,
                    Fate::Rejected(_) => rejected += 1,
                    Fate::Broken(case) => panic!("seed {seed}: {case} broke on {members:#?}"),
                }
            }
            assert_eq!(on_sqlite, on_postgres, "seed {seed}: {members:#?}");
            let first = held(&*stores[0], &sequence.cases).await;
            let second = held(&*stores[1], &sequence.cases).await;
            assert!(first == second, "seed {seed}: the databases differ: {first:#?} and {second:#?}");
            let [lines, same] = [&stores[0], &stores[1]].map(|store| store.lines(2026, false));
            assert_eq!(lines.await.expect("lists"), same.await.expect("lists"), "seed {seed}");
            for id in first.keys() {
                assert_eq!(invariants::broken(&*stores[0], &rules, *id).await, Vec::<String>::new(), "seed {seed}");
            }
            known = first.into_iter().map(|(id, (case, _))| (id, case)).collect();
        }
        if seed % 20 == 0 {
            for store in &stores {
                sound(&**store, &rules, known.keys().copied()).await;
            }
        }
    }
    println!("{sequences} sequences: {accepted} accepted, {rejected} rejected, {repeated} repeated");
    assert!(accepted > sequences && rejected > sequences / 2 && repeated > 0, "the sequences are too tame");
}

/// Uses up numbers until both databases give the same one, so that logs stay comparable after a restart.
async fn break_even(stores: &[Arc<dyn Store>; 2], rules: &Rulebook) {
    loop {
        let mut serials = [0_u64; 2];
        for (store, serial) in stores.iter().zip(&mut serials) {
            let command = start(Engine::new_case_id(), "");
            let member = Member { actor: citizen(), key: None, command, entropy: [1; 32] };
            let number = self::accepted(commit(&**store, rules, &[member]).await.remove(0)).number;
            *serial = number.rsplit('-').next().and_then(|serial| serial.parse().ok()).expect("a serial number");
        }
        let [sqlite, postgres] = serials;
        if sqlite == postgres {
            return;
        }
        assert!(sqlite < postgres, "SQLite takes numbers one by one");
        for _ in sqlite..postgres {
            let command = start(Engine::new_case_id(), "");
            let member = Member { actor: citizen(), key: None, command, entropy: [1; 32] };
            self::accepted(commit(&*stores[0], rules, &[member]).await.remove(0));
        }
    }
}
