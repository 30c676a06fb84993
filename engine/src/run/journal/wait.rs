//! What a durable run waits for. As long as anything else is in flight a pause is a timer in memory; when
//! only waits are left they are registered and the run becomes a row.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
    time::Duration,
};

use sdk::{Error, Shared, Timestamp, Value};
use serde_json::json;

use super::{
    recall::{Recall, SLEPT, UNTIL},
    write::Journal,
};
use crate::{
    run::one::locked,
    state::{Correlation, Entry, Message, MessageId, Resolution, Wait},
};

/// What a pause is for: tells the pauses of one node apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::run) enum Tag {
    /// The node's own waiting.
    Wait,
    /// Before round n of a loop.
    Round(u32),
    /// After the failed attempt n.
    Retry(u32),
    /// The time for all attempts.
    Total,
}

impl Tag {
    fn text(self) -> Arc<str> {
        match self {
            Self::Wait => "wait".into(),
            Self::Round(n) => format!("round {n}").into(),
            Self::Retry(n) => format!("retry {n}").into(),
            Self::Total => "total".into(),
        }
    }
}

type Key = (Arc<str>, Arc<str>);

/// What is waited for at present.
#[derive(Default)]
pub(super) struct Waits {
    /// Pauses under way, by address and tag.
    pauses: BTreeMap<Key, Timestamp>,
    /// Waits the store knows of.
    open: BTreeMap<Arc<str>, Wait>,
    /// Messages that came and were for nobody.
    ignored: HashSet<Arc<str>>,
    /// The run has become a row: what is dropped now goes on later.
    is_suspended: bool,
}

impl Waits {
    pub(super) fn of(recall: &Recall) -> Self {
        Self { open: recall.open.clone(), ..Self::default() }
    }
}

/// A run whose next timer is nearer than this stays in memory.
const LINGER: Duration = Duration::from_secs(1);

impl Journal {
    /// Waits for `duration` from the first time this pause was begun. `rests` when a call of the node itself is
    /// not in flight meanwhile, although it counts as such.
    pub(in crate::run) async fn pause(&self, address: Arc<str>, tag: Tag, duration: Duration, rests: bool) {
        let key: Key = (address, tag.text());
        let slept = locked(&self.recall).slept.get(&key).copied();
        if let Some(index) = slept {
            return self.pass(index).await;
        }
        let until = self.until(&key, duration);
        // Records of what came first are told first.
        self.replayed.cancelled().await;
        locked(&self.waits).pauses.insert(key.clone(), until);
        let asleep = Asleep { journal: self, key };
        let resting = rests.then(|| self.rest());
        let left = u64::try_from(until.saturating_sub(self.clock.now())).unwrap_or(0);
        self.clock.sleep(Duration::from_millis(left)).await;
        drop(resting);
        self.remark(&asleep.key.0, json!({SLEPT: &*asleep.key.1}));
    }

    fn until(&self, key: &Key, duration: Duration) -> Timestamp {
        let length = Timestamp::try_from(duration.as_millis()).unwrap_or(Timestamp::MAX);
        let end = self.clock.now().saturating_add(length);
        *locked(&self.recall).until.entry(key.clone()).or_insert(end)
    }

    /// Waits for a message that counts; `within` is the node's own total time, so that the store wakes the run
    /// when it is up.
    pub(in crate::run) async fn message(
        &self,
        address: Arc<str>,
        correlation: Correlation,
        within: Option<Duration>,
        counts: impl Fn(&Value) -> Result<bool, Error>,
    ) -> Result<Shared, Error> {
        let recorded =
            locked(&self.recall).messages.get_mut(&address).and_then(std::collections::VecDeque::pop_front);
        if let Some((index, payload)) = recorded {
            self.pass(index).await;
            return Ok(payload);
        }
        self.replayed.cancelled().await;
        let mut listening = Listening { journal: self, address: Arc::clone(&address), is_done: false };
        if !locked(&self.waits).open.contains_key(&address) {
            let total: Key = (Arc::clone(&address), Tag::Total.text());
            let until = within.map(|within| self.until(&total, within));
            if let Some(until) = until {
                self.remark(&address, json!({UNTIL: until, "tag": &*total.1}));
            }
            self.open(&address, Wait { until, message: Some(correlation.clone()) });
            self.flush().await;
        }
        loop {
            let arrived = self.arrived.notified();
            let since = locked(&self.recall).since.get(&address).copied();
            let mut is_next_wanted = false;
            while let Some(message) = self.take_out(&address, &correlation) {
                if counts(&message.payload)? {
                    let event = Arc::clone(&message.event);
                    let payload = Shared::clone(&message.payload);
                    self.close(&address, Resolution::Message { event, payload });
                    listening.is_done = true;
                    return Ok(message.payload);
                }
                is_next_wanted |= since.is_none_or(|since| message.received_at <= since);
                let (channel, event) = (message.correlation.channel, Arc::clone(&message.event));
                self.refuse(MessageId { channel, event });
                locked(&self.waits).ignored.insert(message.event);
            }
            // The store gives a wait the first message that came early; the next one is for a wait begun anew.
            let again = locked(&self.waits).open.get(&address).cloned().filter(|_| is_next_wanted);
            if let Some(wait) = again {
                self.close(&address, Resolution::Cancelled);
                self.open(&address, wait);
                self.flush().await;
                continue;
            }
            arrived.await;
        }
    }

    fn open(&self, address: &Arc<str>, wait: Wait) {
        let Some(at) = self.address(address) else { return };
        locked(&self.waits).open.insert(Arc::clone(address), wait.clone());
        locked(&self.recall).since.insert(Arc::clone(address), self.clock.now());
        self.push(Entry::WaitRegistered { address: at, wait });
    }

    /// Ends the wait the store knows of at this address, if there is one.
    fn close(&self, address: &Arc<str>, resolution: Resolution) {
        let was_open = locked(&self.waits).open.remove(address).is_some();
        if was_open && let Some(address) = self.address(address) {
            self.push(Entry::WaitResolved { address, resolution });
        }
    }

    /// Ends every wait that is still open: the run is over.
    pub(in crate::run) fn abandon_all(&self) {
        let open: Vec<Arc<str>> = locked(&self.waits).open.keys().cloned().collect();
        open.iter().for_each(|address| self.abandon(address));
    }

    /// Ends a wait that nobody needs any more, or whose time is up. On the way to where a run stood, what it
    /// waited for may turn out to be over before anybody waits for it again.
    pub(super) fn abandon(&self, address: &Arc<str>) {
        let waits = locked(&self.waits);
        if waits.is_suspended {
            return;
        }
        let until = waits.open.get(address).and_then(|wait| wait.until);
        drop(waits);
        let is_up = until.is_some_and(|until| until <= self.clock.now());
        self.close(address, if is_up { Resolution::Timer } else { Resolution::Cancelled });
    }

    /// Takes messages in; whoever waits for one looks again.
    pub(super) fn take_in(&self, messages: Vec<Message>) {
        if messages.is_empty() {
            return;
        }
        let mut recall = locked(&self.recall);
        for message in messages {
            if !recall.inbox.iter().any(|known| known.event == message.event) {
                recall.inbox.push(message);
            }
        }
        drop(recall);
        self.arrived.notify_waiters();
    }

    fn take_out(&self, address: &str, correlation: &Correlation) -> Option<Message> {
        let waits = locked(&self.waits);
        let mut recall = locked(&self.recall);
        let is_ours = |message: &Message| {
            let is_named = message.address.as_ref().is_none_or(|named| named.as_str() == address);
            message.correlation == *correlation && is_named && !waits.ignored.contains(&message.event)
        };
        let index = recall.inbox.iter().position(is_ours)?;
        Some(recall.inbox.remove(index))
    }

    /// Whether nothing but waits is left, none of them about to end.
    pub(in crate::run) fn is_idle(&self) -> bool {
        if !self.is_still() {
            return false;
        }
        let waits = locked(&self.waits);
        let soon = self.clock.now().saturating_add(Timestamp::try_from(LINGER.as_millis()).unwrap_or(0));
        let is_near = waits.pauses.values().any(|until| *until < soon);
        !is_near && (!waits.pauses.is_empty() || waits.open.values().any(|wait| wait.message.is_some()))
    }

    /// Whether nothing goes on but waits, however soon they end.
    pub(in crate::run) fn is_still(&self) -> bool {
        !self.is_busy() && !self.wants_flush() && self.replayed.is_cancelled()
    }

    /// Registers every pause under way, so that the store wakes the run when one ends.
    pub(in crate::run) fn register(&self) {
        let pauses = locked(&self.waits).pauses.clone();
        let mut first: BTreeMap<Arc<str>, Timestamp> = BTreeMap::new();
        for ((address, tag), until) in pauses {
            self.remark(&address, json!({UNTIL: until, "tag": &*tag}));
            first.entry(address).and_modify(|first| *first = until.min(*first)).or_insert(until);
        }
        for (address, until) in first {
            let open = locked(&self.waits).open.get(&address).cloned();
            match open {
                Some(wait) if wait.until.is_some_and(|known| known <= until) => {}
                Some(wait) => {
                    self.close(&address, Resolution::Cancelled);
                    self.open(&address, Wait { until: Some(until), ..wait });
                }
                None => self.open(&address, Wait { until: Some(until), message: None }),
            }
        }
    }

    /// From now on what is dropped is not given up.
    pub(in crate::run) fn suspend(&self) {
        locked(&self.waits).is_suspended = true;
    }

    /// Whether a message has come that nobody has looked at.
    pub(in crate::run) fn has_mail(&self) -> bool {
        let waits = locked(&self.waits);
        let is_awaited = |message: &Message| {
            let ours = waits.open.values().filter_map(|wait| wait.message.as_ref());
            ours.into_iter().any(|awaited| *awaited == message.correlation)
        };
        let is_new = |message: &&Message| !waits.ignored.contains(&message.event);
        locked(&self.recall).inbox.iter().filter(is_new).any(is_awaited)
    }
}

/// A pause under way.
struct Asleep<'j> {
    journal: &'j Journal,
    key: Key,
}

impl Drop for Asleep<'_> {
    fn drop(&mut self) {
        let mut waits = locked(&self.journal.waits);
        if waits.is_suspended {
            return;
        }
        waits.pauses.remove(&self.key);
        drop(waits);
        self.journal.abandon(&self.key.0);
    }
}

/// A wait for a message under way.
struct Listening<'j> {
    journal: &'j Journal,
    address: Arc<str>,
    is_done: bool,
}

impl Drop for Listening<'_> {
    fn drop(&mut self) {
        if !self.is_done {
            self.journal.abandon(&self.address);
        }
    }
}
