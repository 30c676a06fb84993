//! Which events are known, and which of them are next. Pure: reads no store and delivers nothing.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use crate::{
    run::Letter,
    state::{OutEvent, OutId, Tenant},
};

/// Events of one target held in memory at the most. What lies behind them is read again once they are gone, so
/// that a target that is down costs little and holds up no other.
const MOST: usize = 256;

/// What is delivered one after the other: the tenant, the target and the key.
pub(super) type Lane = (Tenant, Arc<str>, Arc<str>);

/// An event, read.
#[derive(Debug)]
pub(super) struct Posted {
    pub(super) event: OutEvent,
    pub(super) letter: Letter,
}

impl Posted {
    pub(super) fn lane(&self) -> Lane {
        (self.event.tenant.clone(), self.letter.target.as_str().into(), Arc::clone(&self.event.key))
    }
}

#[derive(Default)]
struct Target {
    known: usize,
    /// The first event that was left in the store for want of room.
    left: Option<OutId>,
}

/// The events that are known.
#[derive(Default)]
pub(super) struct Lanes {
    queues: BTreeMap<Lane, VecDeque<Arc<Posted>>>,
    known: BTreeSet<OutId>,
    targets: BTreeMap<Arc<str>, Target>,
    /// Lanes whose first event is parked, with its place: what follows stays in the store until an operator has
    /// acted, so that nothing overtakes.
    blocked: BTreeMap<Lane, OutId>,
    read: OutId,
}

impl Lanes {
    /// Up to here the store was read.
    pub(super) const fn read(&self) -> OutId {
        self.read
    }

    /// The store was read up to here.
    pub(super) fn was_read(&mut self, until: OutId) {
        self.read = until;
    }

    /// Takes an event in. It is given back when it is the first of its lane: then it may be delivered.
    pub(super) fn take(&mut self, posted: Posted) -> Option<Arc<Posted>> {
        let (id, lane) = (posted.event.id, posted.lane());
        if self.known.contains(&id) || self.blocked.contains_key(&lane) {
            return None;
        }
        let target = self.targets.entry(Arc::clone(&lane.1)).or_default();
        if target.left.is_some() || target.known >= MOST {
            target.left = Some(target.left.map_or(id, |left| left.min(id)));
            return None;
        }
        target.known += 1;
        self.known.insert(id);
        let queue = self.queues.entry(lane).or_default();
        queue.push_back(Arc::new(posted));
        queue.front().filter(|_| queue.len() == 1).cloned()
    }

    /// The first of a lane is gone: the next one may be delivered.
    pub(super) fn done(&mut self, lane: &Lane) -> Option<Arc<Posted>> {
        let queue = self.queues.get_mut(lane)?;
        if let Some(gone) = queue.pop_front() {
            self.known.remove(&gone.event.id);
        }
        let next = queue.front().cloned();
        if next.is_none() {
            self.queues.remove(lane);
        }
        self.make_room(&lane.1);
        next
    }

    /// The first of a lane is parked: the lane waits, and what is known of it is forgotten.
    pub(super) fn block(&mut self, lane: Lane, parked: OutId) {
        for gone in self.queues.remove(&lane).unwrap_or_default() {
            self.known.remove(&gone.event.id);
            self.make_room(&lane.1);
        }
        self.blocked.entry(lane).or_insert(parked);
    }

    /// Only these lanes still wait; what lies behind the others is read again.
    pub(super) fn unblock(&mut self, waiting: &BTreeSet<Lane>) {
        let read = &mut self.read;
        self.blocked.retain(|lane, parked| {
            let waits = waiting.contains(lane);
            if !waits {
                *read = (*read).min(*parked);
            }
            waits
        });
    }

    fn make_room(&mut self, name: &str) {
        let Some(target) = self.targets.get_mut(name) else { return };
        target.known = target.known.saturating_sub(1);
        if target.known <= MOST / 2
            && let Some(left) = target.left.take()
        {
            self.read = self.read.min(OutId(left.0.saturating_sub(1)));
        }
        if target.known == 0 && target.left.is_none() {
            self.targets.remove(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use sdk::{Identity, Value};

    use super::{Lanes, Letter, MOST, OutEvent, OutId, Posted};
    use crate::state::{RunId, Tenant};

    fn posted(id: u64, target: &str, key: &str) -> Posted {
        let event = OutEvent {
            id: OutId(id),
            tenant: Tenant::default(),
            run: RunId::new(1, [7; 10]),
            seq: id,
            topic: "t".into(),
            key: key.into(),
            payload: Bytes::new(),
        };
        let letter = Letter {
            component: "publish".to_owned(),
            with: Value::Null,
            target: target.to_owned(),
            flow: "f".to_owned(),
            node: "n".to_owned(),
            identity: Identity::new("f", None, None).unwrap(),
            key: None,
        };
        Posted { event, letter }
    }

    fn id(posted: Option<std::sync::Arc<Posted>>) -> Option<u64> {
        posted.map(|posted| posted.event.id.0)
    }

    #[test]
    fn events_of_one_key_follow_each_other_and_others_do_not_wait() {
        let mut lanes = Lanes::default();
        assert_eq!(id(lanes.take(posted(1, "a", "k"))), Some(1));
        assert_eq!(id(lanes.take(posted(2, "a", "k"))), None, "the first is on its way");
        assert_eq!(id(lanes.take(posted(3, "a", "other"))), Some(3));
        assert_eq!(id(lanes.take(posted(4, "b", "k"))), Some(4));
        assert_eq!(id(lanes.take(posted(1, "a", "k"))), None, "it is known");
        let lane = posted(1, "a", "k").lane();
        assert_eq!(id(lanes.done(&lane)), Some(2));
        assert_eq!(id(lanes.done(&lane)), None);
        assert_eq!(id(lanes.take(posted(5, "a", "k"))), Some(5), "the lane was forgotten");
    }

    #[test]
    fn what_follows_a_parked_event_waits_in_the_store_and_takes_no_room() {
        let mut lanes = Lanes::default();
        let lane = posted(1, "a", "k").lane();
        for number in 1..=3 {
            lanes.take(posted(number, "a", "k"));
        }
        lanes.was_read(OutId(3));
        lanes.block(lane.clone(), OutId(1));
        assert_eq!(id(lanes.take(posted(4, "a", "k"))), None, "it waits");
        assert_eq!(id(lanes.take(posted(5, "a", "other"))), Some(5));
        lanes.was_read(OutId(5));
        lanes.unblock(&[lane].into());
        assert_eq!(lanes.read(), OutId(5), "it is parked still");
        lanes.unblock(&[].into());
        assert_eq!(lanes.read(), OutId(1), "what follows is read again");
        assert_eq!(id(lanes.take(posted(2, "a", "k"))), Some(2));
        assert_eq!(id(lanes.take(posted(5, "a", "other"))), None, "it is known");
    }

    #[test]
    fn a_target_that_is_down_holds_a_bounded_part_and_is_read_again_in_order() {
        let mut lanes = Lanes::default();
        let most = u64::try_from(MOST).unwrap();
        for number in 1..=most + 10 {
            lanes.take(posted(number, "down", &number.to_string()));
        }
        assert_eq!(id(lanes.take(posted(most + 11, "up", "k"))), Some(most + 11));
        lanes.was_read(OutId(most + 11));
        for number in 1..=most / 2 - 1 {
            lanes.done(&posted(number, "down", &number.to_string()).lane());
        }
        assert_eq!(lanes.read(), OutId(most + 11), "still more than half full");
        assert_eq!(id(lanes.take(posted(most + 12, "down", "late"))), None, "it must not overtake");
        lanes.done(&posted(most / 2, "down", &(most / 2).to_string()).lane());
        assert_eq!(lanes.read(), OutId(most), "what was left is read again");
        assert_eq!(id(lanes.take(posted(most + 1, "down", "next"))), Some(most + 1));
    }
}
