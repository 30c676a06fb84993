//! Random operations on a store, beside a model that holds the same in plain maps. The model knows
//! nothing of keys, marks or epochs; after every step both must say the same.

use std::collections::{BTreeMap, BTreeSet};

use bactrian_engine::state::{Created, Delivered, Entry, Error, Event, Filter, Lease, RunId, Status};
use proptest::prelude::*;

use super::world::{World, at, awaits, dropped, ended, intent, key, received, sleep, succeeded, woken};

#[derive(Clone, Debug)]
enum Op {
    Start { key: Option<u8>, body: u8 },
    Step(usize),
    Publish(usize),
    Sleep(usize, i64),
    Await(usize, u8),
    Resolve(usize),
    End(usize, bool),
    Release(usize),
    Stale(usize),
    Claim,
    Take(usize),
    Deliver { key: u8, event: u8 },
    Later(i64),
    Crash,
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let pick = 0..64usize;
    let op = prop_oneof![
        4 => (any::<Option<bool>>(), 0..2u8)
            .prop_map(|(key, body)| Op::Start { key: key.map(u8::from), body }),
        4 => pick.clone().prop_map(Op::Step),
        1 => pick.clone().prop_map(Op::Publish),
        3 => (pick.clone(), 0..6_000i64).prop_map(|(run, ms)| Op::Sleep(run, ms)),
        4 => (pick.clone(), 0..3u8).prop_map(|(run, key)| Op::Await(run, key)),
        4 => pick.clone().prop_map(Op::Resolve),
        3 => (pick.clone(), any::<bool>()).prop_map(|(run, is_failed)| Op::End(run, is_failed)),
        3 => pick.clone().prop_map(Op::Release),
        1 => pick.clone().prop_map(Op::Stale),
        4 => Just(Op::Claim),
        1 => pick.prop_map(Op::Take),
        5 => (0..3u8, 0..40u8).prop_map(|(key, event)| Op::Deliver { key, event }),
        3 => (0..4_000i64).prop_map(Op::Later),
        1 => Just(Op::Crash),
    ];
    prop::collection::vec(op, 1..80)
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Waits {
    Until(i64),
    For(u8),
}

#[derive(Default)]
struct Run {
    entries: Vec<Entry>,
    status: Option<Status>,
    wait: Option<(String, Waits)>,
    queue: Vec<String>,
    late: BTreeSet<String>,
    is_owned: bool,
    reply: bool,
}

#[derive(Default)]
struct Model {
    runs: BTreeMap<RunId, Run>,
    keys: BTreeMap<u8, (RunId, u8, i64)>,
    fates: BTreeMap<String, Delivered>,
    /// By the time they came, then by the length of their name, as keys sort.
    early: BTreeMap<u8, BTreeSet<(i64, usize, String)>>,
    closed: BTreeMap<u8, RunId>,
    published: usize,
}

impl Run {
    fn is_ended(&self) -> bool {
        self.status.is_some_and(Status::is_ended)
    }

    fn is_due(&self, now: i64) -> bool {
        let is_awake = match self.status {
            Some(Status::Running) => true,
            Some(Status::Waiting) => {
                !self.queue.is_empty() || matches!(self.wait, Some((_, Waits::Until(until))) if until <= now)
            }
            _ => false,
        };
        is_awake && !self.is_owned
    }
}

struct Bench {
    world: World,
    model: Model,
    leases: BTreeMap<RunId, Lease>,
    stale: Vec<Lease>,
    nodes: usize,
}

impl Bench {
    fn new(world: World) -> Self {
        Self { world, model: Model::default(), leases: BTreeMap::new(), stale: Vec::new(), nodes: 0 }
    }

    fn node(&mut self) -> String {
        self.nodes += 1;
        format!("n{}", self.nodes)
    }

    /// One of the runs with a live lease.
    fn pick(&self, pick: usize) -> Option<RunId> {
        self.leases.keys().nth(pick % self.leases.len().max(1)).copied()
    }

    async fn step(&mut self, op: &Op) {
        match op {
            Op::Start { key, body } => self.start(*key, *body).await,
            Op::Claim => self.claim().await,
            Op::Deliver { key, event } => self.deliver(*key, *event).await,
            Op::Later(ms) => self.world.now += ms,
            Op::Crash => {
                self.world.crash().await;
                self.model.runs.values_mut().for_each(|run| run.is_owned = false);
                self.stale.extend(std::mem::take(&mut self.leases).into_values());
            }
            Op::Stale(pick) => self.write_with_a_stale_lease(*pick).await,
            Op::Take(pick) => self.take(*pick).await,
            Op::Step(pick)
            | Op::Publish(pick)
            | Op::Sleep(pick, _)
            | Op::Await(pick, _)
            | Op::Resolve(pick)
            | Op::End(pick, _)
            | Op::Release(pick) => {
                if let Some(run) = self.pick(*pick) {
                    self.drive(run, op).await;
                }
            }
        }
    }

    async fn start(&mut self, name: Option<u8>, body: u8) {
        let mut start = self.world.start();
        start.idempotency = name.map(|name| key(&format!("key-{name}"), body));
        let (run, now) = (start.run, self.world.now);
        let known = name.and_then(|name| self.model.keys.get(&name)).filter(|(_, _, until)| *until > now);
        let created = self.world.store().create(start.clone()).await.unwrap();
        match (known, created) {
            (None, Created::Owned(lease)) => {
                let entries = vec![Entry::Started(Box::new(start.origin))];
                let run_model =
                    Run { entries, status: Some(Status::Running), is_owned: true, ..Run::default() };
                self.model.runs.insert(run, run_model);
                self.model.keys.extend(name.map(|name| (name, (run, body, now + 60_000))));
                self.leases.insert(run, *lease);
            }
            (Some((first, known_body, _)), Created::Same(found, reply)) => {
                assert_eq!((found, *known_body), (*first, body));
                assert_eq!(reply.is_some(), self.model.runs[first].reply);
            }
            (Some((first, known_body, _)), Created::OtherBody(found)) => {
                assert!(found == *first && *known_body != body);
            }
            (known, created) => panic!("{known:?} but {created:?}"),
        }
    }

    /// Appends to an owned run, as `op` says.
    async fn drive(&mut self, run: RunId, op: &Op) {
        let node = self.node();
        let now = self.world.now;
        let wait = self.model.runs[&run].wait.clone();
        match (op, wait) {
            (Op::Step(_), _) => self.append(run, vec![intent(&node), succeeded(&node)], None).await,
            (Op::Publish(_), _) => self.publish(run, &node).await,
            (Op::Sleep(_, ms), None) => {
                self.append(run, vec![sleep(&node, now + ms)], Some((node, Waits::Until(now + ms)))).await;
            }
            (Op::Await(_, key), None) => {
                let entry = awaits(&node, &format!("key-{key}"));
                self.append(run, vec![entry], Some((node, Waits::For(*key)))).await;
            }
            (Op::Resolve(_), Some((address, waits))) => {
                let entry = self.resolve(run, &address, waits);
                self.append(run, vec![entry], None).await;
            }
            (Op::End(_, is_failed), None) => {
                let status = if *is_failed { Status::Failed } else { Status::Succeeded };
                self.append(run, vec![ended(status, (!is_failed).then_some("reply"))], None).await;
            }
            (Op::Release(_), _) => {
                let lease = self.leases.remove(&run).unwrap();
                self.world.store().release(now, vec![lease]).await.unwrap();
                self.model.runs.get_mut(&run).unwrap().is_owned = false;
            }
            _ => {}
        }
    }

    /// The record that ends a run's wait, and what that means for its messages.
    fn resolve(&mut self, id: RunId, address: &str, waits: Waits) -> Entry {
        let now = self.world.now;
        let run = self.model.runs.get_mut(&id).unwrap();
        run.wait = None;
        let mut queue = std::mem::take(&mut run.queue).into_iter();
        match waits {
            Waits::Until(until) if until <= now => woken(address),
            Waits::Until(_) => dropped(address),
            Waits::For(key) => {
                let first = queue.next();
                run.late.extend(queue);
                let last = self.model.closed.entry(key).or_insert(id);
                *last = id.max(*last);
                first.map_or_else(|| dropped(address), |event| received(address, &event))
            }
        }
    }

    async fn append(&mut self, id: RunId, entries: Vec<Entry>, wait: Option<(String, Waits)>) {
        let run = self.model.runs.get_mut(&id).unwrap();
        run.entries.extend(entries.clone());
        run.wait = wait.or_else(|| run.wait.take());
        if let [Entry::WaitRegistered { .. }] = &entries[..]
            && let Some((_, Waits::For(key))) = run.wait
        {
            let early = self.model.early.get_mut(&key).and_then(BTreeSet::pop_first);
            run.queue.extend(early.map(|(_, _, event)| event));
        }
        if let [Entry::Ended { status, reply, .. }] = &entries[..] {
            run.status = Some(*status);
            run.reply = reply.is_some();
        } else {
            let is_idle = run.wait.is_some();
            run.status = Some(if is_idle { Status::Waiting } else { Status::Running });
        }
        let (is_idle, is_ended) = (run.wait.is_some(), run.is_ended());
        let expected = run.queue.len();
        let batch = if is_idle { self.world.idle(&entries) } else { self.world.batch(&entries) };
        let lease = self.leases.get_mut(&id).unwrap();
        let appended = self.world.store().append(lease, batch).await.unwrap();
        assert_eq!(appended.messages.len(), expected);
        if is_ended {
            self.leases.remove(&id);
            self.model.runs.get_mut(&id).unwrap().is_owned = false;
        }
    }

    async fn publish(&mut self, run: RunId, node: &str) {
        let entry = succeeded(node);
        let mut batch = self.world.batch(std::slice::from_ref(&entry));
        let payload = bytes::Bytes::from_static(b"event");
        batch.events = vec![Event { record: 0, topic: "orders".into(), key: "o".into(), payload }];
        batch.is_idle = self.model.runs[&run].wait.is_some();
        let lease = self.leases.get_mut(&run).unwrap();
        self.world.store().append(lease, batch).await.unwrap();
        let model = self.model.runs.get_mut(&run).unwrap();
        model.entries.push(entry);
        self.model.published += 1;
    }

    async fn claim(&mut self) {
        let now = self.world.now;
        let runs = self.model.runs.iter();
        let due: BTreeSet<_> = runs.filter(|(_, run)| run.is_due(now)).map(|(id, _)| *id).collect();
        let mut found = BTreeSet::new();
        for mut lease in self.world.claim(1_000).await {
            assert!(found.insert(lease.run()), "claimed twice");
            self.world.store().load(&mut lease).await.unwrap();
            self.model.runs.get_mut(&lease.run()).unwrap().is_owned = true;
            self.leases.insert(lease.run(), lease);
        }
        assert_eq!(found, due);
    }

    async fn take(&mut self, pick: usize) {
        let Some(id) = self.model.runs.keys().nth(pick % self.model.runs.len().max(1)).copied() else {
            return;
        };
        let run = self.model.runs.get_mut(&id).unwrap();
        match self.world.store().take(self.world.now, id).await {
            Ok(Some(mut lease)) => {
                assert!(!run.is_owned && !run.is_ended());
                run.is_owned = true;
                self.world.store().load(&mut lease).await.unwrap();
                self.leases.insert(id, lease);
            }
            Ok(None) => assert!(run.is_owned),
            Err(error) => assert!(run.is_ended(), "{error}"),
        }
    }

    async fn write_with_a_stale_lease(&mut self, pick: usize) {
        let index = pick % self.stale.len().max(1);
        if let Some(lease) = self.stale.get_mut(index) {
            let batch = self.world.batch(&[succeeded("stale")]);
            let refused = self.world.store().append(lease, batch).await;
            assert!(
                matches!(refused, Err(Error::Fenced(_) | Error::Unknown | Error::Illegal(_))),
                "{refused:?}"
            );
        }
    }

    async fn deliver(&mut self, key: u8, event: u8) {
        let event = format!("event-{event}");
        let message = self.world.message(&format!("key-{key}"), &event);
        let found = self.world.store().deliver(message).await.unwrap();
        if let Some(first) = self.model.fates.get(&event) {
            assert_eq!(found, Delivered::Seen { first: Box::new(first.clone()) });
            return;
        }
        let is_open = |run: &Run| matches!(run.wait, Some((_, Waits::For(wanted))) if wanted == key);
        let open = self.model.runs.iter_mut().find(|(_, run)| is_open(run));
        let expected = match open {
            Some((id, run)) => {
                run.queue.push(event.clone());
                let address = run.wait.as_ref().unwrap().0.as_str();
                Delivered::New { run: *id, address: at(address) }
            }
            None => match self.model.closed.get(&key) {
                Some(id) => {
                    self.model.runs.get_mut(id).unwrap().late.insert(event.clone());
                    Delivered::Late { run: *id }
                }
                None => {
                    let early = (self.world.now, event.len(), event.clone());
                    self.model.early.entry(key).or_default().insert(early);
                    Delivered::Early
                }
            },
        };
        assert_eq!(found, expected);
        self.model.fates.insert(event, found);
    }

    /// Everything a reader can see agrees with the model.
    async fn check(&self) {
        let store = self.world.store();
        for (id, run) in &self.model.runs {
            let found = store.read(*id).await.unwrap().unwrap();
            let entries: Vec<_> = found.records.into_iter().map(|record| record.entry).collect();
            assert_eq!((Some(found.status), &entries), (run.status, &run.entries));
            let late = store.late(*id).await.unwrap();
            let late: BTreeSet<_> = late.iter().map(|message| message.event.to_string()).collect();
            assert_eq!(late, run.late);
        }
        for status in [None, Some(Status::Waiting), Some(Status::Failed), Some(Status::Running)] {
            let filter = Filter { statuses: status.into_iter().collect(), limit: 1_000, ..Filter::default() };
            let page = store.list(&filter).await.unwrap();
            let found: Vec<_> = page.rows.iter().map(|row| row.run).collect();
            let fits = |run: &Run| status.is_none_or(|status| run.status == Some(status));
            let runs = self.model.runs.iter().rev().filter(|(_, run)| fits(run));
            assert_eq!(found, runs.map(|(id, _)| *id).collect::<Vec<_>>(), "{status:?}");
        }
        assert_eq!(store.publish(None, 1_000).await.unwrap().events.len(), self.model.published);
    }
}

fn run(world: World, ops: &[Op]) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let mut bench = Bench::new(world);
        for op in ops {
            bench.step(op).await;
        }
        bench.check().await;
        bench.world.crash().await;
        bench.check().await;
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn memory_does_what_the_model_does(ops in ops()) {
        run(World::memory(), &ops);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 25, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn sled_does_what_the_model_does(ops in ops()) {
        run(World::sled(), &ops);
    }
}
