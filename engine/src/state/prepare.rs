//! From a lease and a batch to an append that only needs writing: rules checked, bytes made. Runs on the
//! caller's thread, so that the one committer has little left to do.

use super::{
    contract::{Batch, Error, Lease, OutEvent, OutId, Result, Start},
    frame::{self, Head},
    id::{Tenant, check_key},
    journal::{Change, History},
    ledger::{Begin, Taken, Write},
    record::{Entry, Record, Status},
    row,
};

/// A start and the lease its caller gets if the run becomes theirs.
pub(super) fn start(incarnation: u32, start: Start) -> Result<(Begin, Lease)> {
    let tenant = start.origin.tenant();
    let flow = start.origin.flow.clone();
    let business_key = start.origin.business_key.clone();
    let parent = start.origin.parent.as_ref().map(|parent| parent.run);
    check_key("flow", &flow)?;
    business_key.as_deref().map_or(Ok(()), |key| check_key("business key", key))?;
    let mut batch = start.batch;
    let begun = Record::new(batch.now, Entry::Started(Box::new(start.origin)));
    batch.records.insert(0, begun);
    for event in &mut batch.events {
        event.record += 1;
    }
    let idempotency = match start.idempotency {
        Some(given) => {
            check_key("idempotency key", &given.key)?;
            Some((given.key, given.body, batch.now.saturating_add(given.window_ms)))
        }
        None => None,
    };
    let mut lease = Lease {
        run: start.run,
        tenant,
        epoch: u64::from(incarnation) << 32,
        seq: 0,
        attempts: 0,
        history: Some(History::default()),
        pending: None,
    };
    let write = append(&mut lease, &batch)?;
    Ok((Begin { write, flow, business_key, parent, idempotency }, lease))
}

/// An append of a lease. Its history moves on at once: after this the write is pending until it is
/// known to be there.
pub(super) fn append(lease: &mut Lease, batch: &Batch) -> Result<Write> {
    if lease.pending.is_some() {
        return Err(Error::Unknown);
    }
    let mut history = lease.history.take().ok_or(Error::NotLoaded(lease.run))?;
    let (mut opened, mut closed) = (Vec::new(), Vec::new());
    for record in &batch.records {
        match history.follow(&record.entry)? {
            Some(Change::Opened(address, on)) => {
                check_key("channel", &on.channel)?;
                check_key("correlation key", &on.key)?;
                opened.push((address, on));
            }
            Some(Change::Closed(address, on, event)) => {
                opened.retain(|(each, _)| *each != address);
                closed.push((address, on, event));
            }
            None => {}
        }
    }
    let status = history.status(batch.is_idle)?;
    let ready_at = history.ready_at().filter(|_| status == Status::Waiting);
    let count = u64::try_from(batch.records.len()).unwrap_or(u64::MAX);
    let head = Head { epoch: lease.epoch, count, status, ready_at, at: batch.now };
    let frame = frame::encode(&head, &batch.records)?;
    let events = outbox(lease, batch);
    lease.history = Some(history);
    Ok(Write {
        run: lease.run,
        tenant: lease.tenant.clone(),
        seq: lease.seq,
        head,
        frame,
        opened,
        closed,
        events,
        refused: batch.refused.clone(),
        settles: batch.records.iter().any(|record| settles(&record.entry)),
    })
}

/// Whether an owner got somewhere with this. What is only begun may be what kills it.
const fn settles(entry: &Entry) -> bool {
    !matches!(
        entry,
        Entry::Started(_)
            | Entry::NodeStarted { .. }
            | Entry::CompensationStarted { .. }
            | Entry::WaitRegistered { .. }
            | Entry::Noted { .. }
    )
}

fn outbox(lease: &Lease, batch: &Batch) -> Vec<Vec<u8>> {
    let encode = |event: &super::Event| {
        row::encode_out(&OutEvent {
            id: OutId(0),
            tenant: lease.tenant.clone(),
            run: lease.run,
            seq: lease.seq + u64::try_from(event.record).unwrap_or(u64::MAX),
            topic: event.topic.clone(),
            key: event.key.clone(),
            payload: event.payload.clone(),
        })
    };
    batch.events.iter().map(encode).collect()
}

/// The lease of a claim. It is loaded before it appends.
pub(super) fn lease(taken: Taken) -> Lease {
    let Taken { run, tenant, epoch, seq, attempts } = taken;
    Lease { run, tenant, epoch, seq, attempts, history: None, pending: None }
}

/// Moves a lease on after its pending append was written.
pub(super) fn written(lease: &mut Lease) {
    if let Some(write) = lease.pending.take() {
        lease.seq += write.head.count;
    }
}

/// Tenant and channel of a message that is about to be delivered.
pub(super) fn inbound(message: &super::Inbound) -> Result<()> {
    check_key("channel", &message.correlation.channel)?;
    check_key("correlation key", &message.correlation.key)?;
    check_key("event id", &message.event)?;
    Tenant::new(Some(message.tenant.as_str()))?;
    Ok(())
}
