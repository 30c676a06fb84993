//! Reading runs: for their owner, who checks the journal on the way, and for people.

use std::iter;

use super::{
    contract::{Error, OutId, Result, Snapshot},
    encode::Undecodable,
    frame::{self, Detail, Head},
    id::{Correlation, RunId, Tenant},
    journal::History,
    key,
    ledger::{self, Found},
    outgoing::{Damaged, Outgoing},
    record::{Entry, Origin, Record, Status},
    row,
    table::{Table, after, scan},
};

/// Every record of a run in one table, checked for gaps and falling epochs (I6, I7).
fn frames(table: &dyn Table, run: RunId) -> Result<Option<(Head, Vec<Record>)>> {
    let mut all = Vec::new();
    let mut last: Option<Head> = None;
    for pair in scan(table, &key::journal_of(run)) {
        let (found, value) = pair?;
        let (head, mut records) = frame::decode(&value, Detail::Whole)?;
        let (_, seq) = key::read_journal(&found)?;
        if u64::try_from(all.len()) != Ok(seq) {
            return Err(Undecodable("a journal with a gap").into());
        }
        if last.is_some_and(|last| last.epoch > head.epoch) {
            return Err(Undecodable("a journal whose epoch falls").into());
        }
        all.append(&mut records);
        last = Some(head);
    }
    Ok(last.map(|head| (head, all)))
}

fn snapshot(table: &dyn Table, run: RunId) -> Result<Option<Snapshot>> {
    let Some((head, records)) = frames(table, run)? else { return Ok(None) };
    let messages = ledger::messages(table, &key::queue_of(run))?;
    Ok(Some(Snapshot { run, status: head.status, records, messages }))
}

/// A run for people, wherever it is.
pub(super) fn find(table: &dyn Table, run: RunId) -> Result<Option<Snapshot>> {
    if let Some(found) = snapshot(table, run)? {
        return Ok(Some(found));
    }
    for older in table.older()? {
        if let Some(found) = snapshot(&*older, run)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// A run for its owner: the journal must be legal and end where the lease says.
pub(super) fn load(table: &dyn Table, run: RunId, seq: u64) -> Result<(Snapshot, History)> {
    let found = snapshot(table, run)?.ok_or(Error::Missing("run"))?;
    if u64::try_from(found.records.len()) != Ok(seq) || found.status.is_ended() {
        return Err(Error::Fenced(run));
    }
    let mut history = History::default();
    for record in &found.records {
        history.follow(&record.entry)?;
    }
    if found.status != history.status(found.status == Status::Waiting)? {
        return Err(Undecodable("a status its records do not give").into());
    }
    Ok((found, history))
}

/// Late messages of a run.
pub(super) fn late(table: &dyn Table, run: RunId) -> Result<Vec<super::Message>> {
    let mut messages = ledger::messages(table, &key::late_of(run))?;
    for older in table.older()? {
        messages.extend(ledger::messages(&*older, &key::late_of(run))?);
    }
    Ok(messages)
}

/// What the run began as that a message is for.
pub(super) fn awaited(table: &dyn Table, tenant: &Tenant, on: &Correlation) -> Result<Option<Origin>> {
    let run = match ledger::find_wait(table, tenant, on)? {
        Found::Open(run, _) | Found::Closed(run) => run,
        Found::Nobody => return Ok(None),
    };
    let start = key::journal(run, 0);
    let older = table.older()?;
    for table in iter::once(table).chain(older.iter().map(|table| &**table)) {
        let Some(first) = table.get(&start)? else { continue };
        let (_, records) = frame::decode(&first, Detail::Whole)?;
        if let Some(Entry::Started(origin)) = records.into_iter().next().map(|record| record.entry) {
            return Ok(Some(*origin));
        }
    }
    Ok(None)
}

/// The oldest unpublished events after `from`.
pub(super) fn outbox(table: &dyn Table, from: Option<OutId>, max: usize) -> Result<Outgoing> {
    let start = key::outbox(from.map_or(0, |id| id.0.saturating_add(1)));
    let (mut part, mut rows) = (Outgoing::default(), 0);
    for pair in table.range(&start, &after(&[key::OUTBOX])).take(max) {
        let (found, value) = pair?;
        let place = found.split_last_chunk::<8>().ok_or(Undecodable("an event without a place"))?;
        let id = OutId(u64::from_be_bytes(*place.1));
        match row::decode_out(id, &value) {
            Ok(event) => part.events.push(event),
            Err(why) => part.damaged.push(Damaged { id, why, bytes: value.into() }),
        }
        rows += 1;
        part.next = (rows == max).then_some(id);
    }
    Ok(part)
}
