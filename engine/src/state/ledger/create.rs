//! Beginning a run: once per id and once per idempotency key.

use std::sync::Arc;

use sdk::Timestamp;

use super::{
    super::{
        contract::Result,
        frame::{self, Detail},
        id::RunId,
        key,
        record::{Entry, Reply, Status},
        row::{self, Claimed, Deaths},
        table::{Table, scan},
    },
    Active, Ledger, Write,
};

/// A start, checked and encoded.
#[derive(Clone, Debug)]
pub(crate) struct Begin {
    pub(crate) write: Write,
    pub(crate) flow: Arc<str>,
    pub(crate) business_key: Option<Arc<str>>,
    pub(crate) parent: Option<RunId>,
    /// Key, body hash and the end of its window.
    pub(crate) idempotency: Option<(Arc<str>, [u8; 32], Timestamp)>,
}

/// What became of a start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Begun {
    Owned,
    Same(RunId, Option<Reply>),
    OtherBody(RunId),
}

impl Ledger {
    /// Begins a run, or finds the one its key or id has already.
    pub(crate) fn create(&mut self, begin: &Begin) -> Result<Begun> {
        let write = &begin.write;
        if let Some(found) = self.find_same(begin)? {
            return Ok(found);
        }
        if self.table.get(&key::journal(write.run, 0))?.is_some()
            && let Some((head, seq)) = self.last(write.run)?
        {
            let is_same = head.epoch == write.head.epoch && seq == write.head.count;
            return match is_same && (head.status.is_ended() || self.active.contains_key(&write.run)) {
                true => Ok(Begun::Owned),
                false => Ok(Begun::Same(write.run, reply(&*self.table, write.run)?)),
            };
        }
        self.put(key::flow(&write.tenant, &begin.flow, write.run), Vec::new());
        if let Some(business_key) = &begin.business_key {
            self.put(key::business(&write.tenant, business_key, write.run), Vec::new());
        }
        if let Some(parent) = begin.parent {
            self.put(key::child(parent, write.run), Vec::new());
        }
        if let Some((name, body, until)) = &begin.idempotency {
            let row = Claimed { body: *body, run: write.run, until: *until };
            self.put(key::idempotency(&write.tenant, &begin.flow, name), row::encode_claimed(&row));
        }
        self.enter(write);
        self.write(write)?;
        Ok(Begun::Owned)
    }

    /// The run that holds the same idempotency key, if its window is open.
    fn find_same(&self, begin: &Begin) -> Result<Option<Begun>> {
        let Some((name, body, _)) = &begin.idempotency else { return Ok(None) };
        let key = key::idempotency(&begin.write.tenant, &begin.flow, name);
        let Some(found) = find(&*self.table, &key)? else { return Ok(None) };
        let row = row::decode_claimed(&found)?;
        if row.until <= begin.write.head.at || row.run == begin.write.run {
            return Ok(None);
        }
        if row.body != *body {
            return Ok(Some(Begun::OtherBody(row.run)));
        }
        Ok(Some(Begun::Same(row.run, reply(&*self.table, row.run)?)))
    }

    fn enter(&mut self, write: &Write) {
        let started_at = write.run.started_at();
        let mut dues = Vec::new();
        self.newest = self.newest.max(started_at);
        if started_at <= self.checkpoint || self.unreaped.is_some() {
            dues.push(started_at);
            self.put(key::due(&write.tenant, started_at, write.run), Vec::new());
        } else {
            self.fresh.insert(write.run);
        }
        self.active.insert(
            write.run,
            Active {
                epoch: write.head.epoch,
                seq: 0,
                status: Status::Running,
                at: started_at,
                tenant: write.tenant.clone(),
                dues,
                unread: 0,
                deaths: Deaths::default(),
            },
        );
    }
}

/// A key's value here or in an earlier period.
pub(crate) fn find(table: &dyn Table, key: &[u8]) -> Result<Option<Vec<u8>>> {
    if let Some(value) = table.get(key)? {
        return Ok(Some(value));
    }
    for older in table.older()? {
        if let Some(value) = older.get(key)? {
            return Ok(Some(value));
        }
    }
    Ok(None)
}

/// The answer a run has given, if it has.
pub(crate) fn reply(table: &dyn Table, run: RunId) -> Result<Option<Reply>> {
    if let Some(found) = reply_here(table, run)? {
        return Ok(Some(found));
    }
    for older in table.older()? {
        if let Some(found) = reply_here(&*older, run)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

fn reply_here(table: &dyn Table, run: RunId) -> Result<Option<Reply>> {
    for pair in scan(table, &key::journal_of(run)).rev() {
        let (_, records) = frame::decode(&pair?.1, Detail::Outline)?;
        for record in records.into_iter().rev() {
            match record.entry {
                Entry::Responded { reply } | Entry::Ended { reply: Some(reply), .. } => {
                    return Ok(Some(reply));
                }
                _ => {}
            }
        }
    }
    Ok(None)
}
