//! One store of each kind behind one face, so that a case is written once.

use std::{path::Path, sync::Arc};

use bactrian_engine::state::{
    Address, Batch, Correlation, Created, Entry, Idempotency, Inbound, Lease, Memory, Origin, Record, Reply,
    Resolution, RunId, Settings, Sled, Start, Status, Store, Tenant, Wait,
};
use sdk::{Identity, Shared, Value};
use tempfile::TempDir;

pub(super) const NOW: i64 = 1_700_000_000_000;

enum Kind {
    Memory(Arc<Memory>),
    Sled { store: Option<Sled>, dir: TempDir },
}

/// A store, a clock and a source of ids.
pub(super) struct World {
    kind: Kind,
    pub(super) now: i64,
    ids: u64,
}

/// Settings of a small store in `dir`, without a reserve.
pub(super) fn settings(dir: &Path) -> Settings {
    Settings { reserve_bytes: 0, cache_bytes: 8 << 20, ..Settings::new(dir) }
}

/// Runs a case on every kind of store.
pub(super) async fn on_each(case: impl AsyncFn(&mut World)) {
    for mut world in [World::memory(), World::sled()] {
        case(&mut world).await;
    }
}

impl World {
    pub(super) fn memory() -> Self {
        Self { kind: Kind::Memory(Arc::new(Memory::new(NOW).unwrap())), now: NOW, ids: 0 }
    }

    pub(super) fn sled() -> Self {
        let dir = TempDir::new().unwrap();
        let store = Some(Sled::open(&settings(dir.path()), NOW).unwrap());
        Self { kind: Kind::Sled { store, dir }, now: NOW, ids: 0 }
    }

    /// A store on sled in the folder `name` of `dir`.
    pub(super) fn open(dir: &Path) -> Self {
        let copy = TempDir::new().unwrap();
        copy_dir(dir, copy.path());
        let store = Some(Sled::open(&settings(copy.path()), NOW).unwrap());
        Self { kind: Kind::Sled { store, dir: copy }, now: NOW, ids: 1_000 }
    }

    /// The files of a store on sled as they are now.
    pub(super) fn copy_to(&self, to: &Path) {
        if let Kind::Sled { dir, .. } = &self.kind {
            copy_dir(dir.path(), to);
        }
    }

    pub(super) fn store(&self) -> &dyn Store {
        match &self.kind {
            Kind::Memory(memory) => &**memory,
            Kind::Sled { store, .. } => store.as_ref().unwrap(),
        }
    }

    /// The store on sled, if this is one.
    pub(super) fn as_sled(&self) -> Option<&Sled> {
        match &self.kind {
            Kind::Memory(_) => None,
            Kind::Sled { store, .. } => store.as_ref(),
        }
    }

    /// The process dies as by `kill -9`: what it wrote to its files is there, its memory is not. For
    /// sled the files are copied while the store is open, so its shutdown changes nothing.
    pub(super) async fn crash(&mut self) {
        let now = self.now;
        match &mut self.kind {
            Kind::Memory(memory) => memory.crash(now).unwrap(),
            Kind::Sled { store, dir } => {
                let copy = TempDir::new().unwrap();
                copy_dir(dir.path(), copy.path());
                *store = None;
                *store = Some(Sled::open(&settings(copy.path()), now).unwrap());
                *dir = copy;
            }
        }
        while self.store().reap(self.now, 2).await.unwrap() > 0 {}
    }

    pub(super) fn id(&mut self) -> RunId {
        self.ids += 1;
        let mut random = [0; 10];
        random[2..].copy_from_slice(&self.ids.to_be_bytes());
        RunId::new(self.now, random)
    }

    pub(super) fn start(&mut self) -> Start {
        let run = self.id();
        Start { run, origin: origin("close", None), idempotency: None, batch: self.batch(&[]) }
    }

    pub(super) fn batch(&self, entries: &[Entry]) -> Batch {
        let records = entries.iter().map(|entry| Record::new(self.now, entry.clone())).collect();
        Batch { now: self.now, records, ..Batch::default() }
    }

    pub(super) fn idle(&self, entries: &[Entry]) -> Batch {
        Batch { is_idle: true, ..self.batch(entries) }
    }

    /// Begins a run and gives its lease.
    pub(super) async fn begin(&mut self) -> Lease {
        let start = self.start();
        owned(self.store().create(start).await.unwrap())
    }

    /// Begins a run that sleeps until `until` and belongs to nobody.
    pub(super) async fn sleeper(&mut self, biz_id: Option<&str>, until: i64) -> RunId {
        let mut start = self.start();
        start.origin = origin("close", biz_id);
        let mut lease = owned(self.store().create(start).await.unwrap());
        let run = lease.run();
        self.store().append(&mut lease, self.idle(&[sleep("nap", until)])).await.unwrap();
        self.store().release(self.now, vec![lease]).await.unwrap();
        run
    }

    pub(super) async fn claim(&self, slots: usize) -> Vec<Lease> {
        self.store().claim(self.now, slots).await.unwrap()
    }

    /// Claims the one run that is due, and loads it.
    pub(super) async fn claim_one(&self) -> Lease {
        let mut leases = self.claim(10).await;
        assert_eq!(leases.len(), 1, "{leases:?}");
        let mut lease = leases.remove(0);
        self.store().load(&mut lease).await.unwrap();
        lease
    }

    pub(super) fn message(&self, key: &str, event: &str) -> Inbound {
        Inbound {
            tenant: Tenant::default(),
            correlation: bank(key),
            event: event.into(),
            payload: value(event),
            now: self.now,
        }
    }
}

pub(super) fn owned(created: Created) -> Lease {
    match created {
        Created::Owned(lease) => *lease,
        other => panic!("not owned: {other:?}"),
    }
}

pub(super) fn origin(flow: &str, biz_id: Option<&str>) -> Origin {
    Origin {
        flow: flow.into(),
        version: "1".into(),
        plan: "abc".into(),
        level: "3".into(),
        identity: Identity::new(flow, biz_id, None).unwrap(),
        business_key: None,
        deadline: None,
        parent: None,
        input: value("input"),
        context: value("context"),
    }
}

pub(super) fn key(key: &str, body: u8) -> Idempotency {
    Idempotency { key: key.into(), body: [body; 32], window_ms: 60_000 }
}

pub(super) fn value(text: &str) -> Shared {
    Shared::new(Value::from(text))
}

pub(super) fn at(text: &str) -> Address {
    text.parse().unwrap()
}

pub(super) fn bank(key: &str) -> Correlation {
    Correlation { channel: "bank".into(), key: key.into() }
}

pub(super) fn intent(address: &str) -> Entry {
    Entry::NodeStarted { address: at(address), attempt: 1, key: "k".into() }
}

pub(super) fn succeeded(address: &str) -> Entry {
    Entry::NodeSucceeded { address: at(address), output: value("out"), detail: None }
}

pub(super) fn sleep(address: &str, until: i64) -> Entry {
    Entry::WaitRegistered { address: at(address), wait: Wait { until: Some(until), message: None } }
}

pub(super) fn awaits(address: &str, key: &str) -> Entry {
    Entry::WaitRegistered { address: at(address), wait: Wait { until: None, message: Some(bank(key)) } }
}

pub(super) fn woken(address: &str) -> Entry {
    Entry::WaitResolved { address: at(address), resolution: Resolution::Timer }
}

pub(super) fn received(address: &str, event: &str) -> Entry {
    let resolution = Resolution::Message { event: event.into(), payload: value(event) };
    Entry::WaitResolved { address: at(address), resolution }
}

pub(super) fn dropped(address: &str) -> Entry {
    Entry::WaitResolved { address: at(address), resolution: Resolution::Cancelled }
}

pub(super) fn ended(status: Status, reply: Option<&'static str>) -> Entry {
    let reply = reply.map(|reply| Reply(reply.into()));
    Entry::Ended { status, is_degraded: false, failure: None, address: None, output: None, reply }
}

pub(super) fn copy_dir(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_dir(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
