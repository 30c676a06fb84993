//! A world with a store in memory, for tests of durable runs.

use std::sync::Arc;

use sdk::{Shared, Value, serde_json::json};

use super::{Carried, Durable, Finished, Opening, Start, open, resume, trial::World};
use crate::state::{
    Action, Address, Batch, Correlation, Entry, Inbound, Memory, Record, RunId, Store, Tenant,
};

/// A world with a store.
pub(super) struct Shop {
    pub(super) world: Arc<World>,
    pub(super) store: Arc<Memory>,
    pub(super) id: RunId,
}

impl Shop {
    pub(super) fn new(text: &str) -> Self {
        Self::of(World::new(text))
    }

    pub(super) fn of(world: Arc<World>) -> Self {
        let now = world.clock().now();
        Self { store: Arc::new(Memory::new(now).unwrap()), id: RunId::new(1, [7; 10]), world }
    }

    pub(super) fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store) as Arc<dyn Store>
    }

    pub(super) fn start(&self, input: Value) -> Start {
        Start { id: self.id.to_string().into(), ..self.world.start("f", input) }
    }

    pub(super) fn open(&self, input: Value) -> Durable {
        open(self.start(input), Opening::default(), self.store()).unwrap()
    }

    /// Claims the run and makes it go on.
    pub(super) async fn claim(&self) -> Option<Durable> {
        let mut lease = self.store.claim(self.world.clock().now(), 1).await.unwrap().pop()?;
        let loaded = self.store.load(&mut lease).await.unwrap();
        Some(resume(self.start(json!({})), lease, loaded, self.store()).unwrap())
    }

    /// Sleeps until the store says that something is due.
    pub(super) async fn sleep(&self) {
        let due = *self.store.due().borrow();
        let left = due.expect("something is due") - self.world.clock().now();
        self.world.clock().sleep(std::time::Duration::from_millis(u64::try_from(left).unwrap_or(0))).await;
    }

    /// Drives the run to its end, over all its waits for a time.
    pub(super) async fn finish(&self, mut durable: Durable) -> Finished {
        loop {
            match durable.future.await {
                Carried::Finished(finished) => return *finished,
                Carried::Waiting => {
                    self.sleep().await;
                    durable = self.claim().await.expect("it was due");
                }
                other => panic!("{other:?}"),
            }
        }
    }

    /// Takes the run up again after a wait or a crash; none when it has ended.
    pub(super) async fn again(&self, input: &Value) -> Option<Durable> {
        if let Some(durable) = self.claim().await {
            return Some(durable);
        }
        let Some(known) = self.store.read(self.id).await.unwrap() else {
            return Some(self.open(input.clone()));
        };
        if known.status.is_ended() {
            return None;
        }
        self.sleep().await;
        Some(self.claim().await.expect("it was due"))
    }

    /// What an operator does to a run.
    pub(super) async fn act(&self, action: Action, address: Option<&str>) {
        let mut lease = self.store.take(self.world.clock().now(), self.id).await.unwrap().unwrap();
        self.store.load(&mut lease).await.unwrap();
        let address = address.map(|text| text.parse::<Address>().unwrap());
        let entry = Entry::Resumed { action, address, reason: "test".into(), actor: "op".into() };
        let now = self.world.clock().now();
        let batch = Batch { now, records: vec![Record::new(now, entry)], ..Default::default() };
        self.store.append(&mut lease, batch).await.unwrap();
        self.store.release(now, vec![lease]).await.unwrap();
    }

    pub(super) async fn records(&self) -> Vec<Record> {
        self.store.read(self.id).await.unwrap().unwrap().records
    }

    /// The journal in words.
    pub(super) async fn journal(&self) -> Vec<String> {
        self.records().await.iter().map(words).collect()
    }

    pub(super) async fn deliver(&self, key: &str, event: &str, body: Value) {
        let message = Inbound {
            tenant: Tenant::default(),
            correlation: Correlation { channel: "bank".into(), key: key.into() },
            event: event.into(),
            payload: Shared::new(json!({"id": event, "body": body})),
            now: self.world.clock().now(),
        };
        self.store.deliver(message).await.unwrap();
    }
}

pub(super) fn words(record: &Record) -> String {
    let kind = json!(record.entry)["kind"].as_str().unwrap().to_owned();
    match &record.entry {
        Entry::Ended { status, .. } => format!("{kind} {}", status.word()),
        entry => match entry.address() {
            Some(address) => format!("{kind} {address}"),
            None => kind,
        },
    }
}
