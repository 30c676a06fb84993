//! Adding to a run: the compare-and-swap, and every index that follows from the records.

use sdk::Timestamp;

use super::{
    super::{
        contract::{Error, Message, Result},
        encode::Writer,
        id::MessageId,
        key,
        record::Status,
        row::{self, Deaths},
        table::{Pair, Table, scan},
    },
    Ledger, Write,
    reap::REAPED,
};

/// Statuses with an index of their own. The others are most runs, or few and in memory.
pub(crate) const INDEXED: [Status; 6] = [
    Status::Waiting,
    Status::Parked,
    Status::Failed,
    Status::Compensated,
    Status::Cancelled,
    Status::TimedOut,
];

impl Ledger {
    /// Writes an append if its lease still holds. The same append twice is written once.
    pub(crate) fn append(&mut self, write: &Write) -> Result<Vec<Message>> {
        match self.active.get(&write.run) {
            Some(active) if active.epoch == write.head.epoch && active.seq == write.seq => {
                self.write(write)?;
            }
            Some(active)
                if active.epoch == write.head.epoch && active.seq == write.seq + write.head.count => {}
            Some(_) => return Err(Error::Fenced(write.run)),
            None => return self.was_written(write),
        }
        self.unread(write)
    }

    /// Whether a run without owner ended by this very append.
    fn was_written(&self, write: &Write) -> Result<Vec<Message>> {
        match self.last(write.run)? {
            Some((head, seq)) if head == write.head && seq == write.seq + head.count => Ok(Vec::new()),
            _ => Err(Error::Fenced(write.run)),
        }
    }

    /// Messages the owner has still to take in.
    fn unread(&self, write: &Write) -> Result<Vec<Message>> {
        match self.active.get(&write.run) {
            Some(active) if active.unread > 0 => messages(&*self.table, &key::queue_of(write.run)),
            _ => Ok(Vec::new()),
        }
    }

    /// Writes an append of a run that is active and fits.
    pub(super) fn write(&mut self, write: &Write) -> Result<()> {
        self.put(key::journal(write.run, write.seq), write.frame.clone());
        for refused in &write.refused {
            self.refuse(write, refused)?;
        }
        // A wait that is begun anew ends first.
        for (address, on, event) in &write.closed {
            self.close_wait(write, address, on, event.as_deref())?;
        }
        for (address, on) in &write.opened {
            self.open_wait(write, address, on)?;
        }
        for event in &write.events {
            self.outbox += 1;
            self.put(key::outbox(self.outbox), event.clone());
        }
        self.turn_status(write);
        self.turn_dues(write);
        let applied = self.apply();
        if applied.is_ok() {
            self.unpublished += u64::try_from(write.events.len()).unwrap_or(0);
        }
        if let Some(active) = self.active.get_mut(&write.run) {
            active.seq += write.head.count;
            active.status = write.head.status;
            active.at = write.head.at;
        }
        if write.head.status.is_ended() {
            self.active.remove(&write.run);
            self.fresh.remove(&write.run);
        }
        applied
    }

    fn open_wait(&mut self, write: &Write, address: &super::Address, on: &super::Correlation) -> Result<()> {
        self.put(key::wait(&write.tenant, on, write.run, address), vec![0]);
        let Some(mut message) = self.find_early(write, on)? else { return Ok(()) };
        message.address = Some(address.clone());
        let found = key::early(&write.tenant, on, &message.event);
        self.erase(found);
        self.put(key::queue(write.run, &on.channel, &message.event), row::encode_message(&message)?);
        if let Some(active) = self.active.get_mut(&write.run) {
            active.unread += 1;
        }
        Ok(())
    }

    /// A message that does not count wakes its run no more.
    fn refuse(&mut self, write: &Write, refused: &MessageId) -> Result<()> {
        let found = key::queue(write.run, &refused.channel, &refused.event);
        // An append whose answer was lost is written again.
        let Some(message) = self.table.get(&found)? else { return Ok(()) };
        self.erase(found);
        self.put(key::late(write.run, &refused.channel, &refused.event), message);
        if let Some(active) = self.active.get_mut(&write.run) {
            active.unread = active.unread.saturating_sub(1);
        }
        Ok(())
    }

    /// The first message that came before its wait and was not given to another wait of this append.
    fn find_early(&self, write: &Write, on: &super::Correlation) -> Result<Option<Message>> {
        let mut early = messages(&*self.table, &key::earlies(&write.tenant, on))?;
        early.retain(|message| {
            let found = key::early(&write.tenant, on, &message.event);
            !self.changes.iter().any(|(key, _)| *key == found)
        });
        Ok(early.into_iter().next())
    }

    fn close_wait(
        &mut self,
        write: &Write,
        address: &super::Address,
        on: &super::Correlation,
        event: Option<&str>,
    ) -> Result<()> {
        let mut closed = Writer::default();
        closed.byte(1);
        closed.signed(write.head.at);
        self.put(key::wait(&write.tenant, on, write.run, address), closed.finish());
        if self.active.get(&write.run).is_none_or(|active| active.unread == 0) {
            return Ok(());
        }
        // What came for a wait that is begun anew, and was perhaps not looked at, waits on.
        let is_anew = write.opened.iter().any(|(each, _)| each == address);
        let queued = messages(&*self.table, &key::queue_of(write.run))?;
        let is_refused = |message: &Message| write.refused.iter().any(|one| one.event == message.event);
        let is_over = |message: &&Message| {
            message.address.as_ref() == Some(address)
                && !is_refused(message)
                && (!is_anew || event == Some(&*message.event))
        };
        for message in queued.iter().filter(is_over) {
            self.erase(key::queue(write.run, &message.correlation.channel, &message.event));
            if event != Some(&*message.event) {
                let key = key::late(write.run, &message.correlation.channel, &message.event);
                self.put(key, row::encode_message(message)?);
            }
            if let Some(active) = self.active.get_mut(&write.run) {
                active.unread = active.unread.saturating_sub(1);
            }
        }
        Ok(())
    }

    fn turn_status(&mut self, write: &Write) {
        let Some(before) = self.active.get(&write.run).map(|active| active.status) else { return };
        if before == write.head.status {
            return;
        }
        if INDEXED.contains(&before) {
            self.erase(key::status(&write.tenant, before, write.run));
        }
        if INDEXED.contains(&write.head.status) {
            self.put(key::status(&write.tenant, write.head.status, write.run), Vec::new());
        }
    }

    /// The due marks of the run from now on. A running one keeps what finds it again after a crash: its
    /// youth, or a mark whose time anybody can name. An idle one is due at its earliest wait, or at once
    /// if a message is there already.
    fn turn_dues(&mut self, write: &Write) {
        let Some(active) = self.active.get_mut(&write.run) else { return };
        let now = write.head.at;
        let started_at = write.run.started_at();
        let is_found = self.fresh.contains(&write.run) || active.dues.contains(&started_at);
        let due = match write.head.status {
            Status::Running if is_found => active.dues.contains(&started_at).then_some(started_at),
            Status::Running => Some(REAPED),
            Status::Waiting if active.unread > 0 => Some(now),
            Status::Waiting => write.head.ready_at,
            _ => None,
        };
        let is_running = write.head.status == Status::Running;
        let deaths = if is_running && !write.settles { active.deaths } else { Deaths::default() };
        // The mark that stays may not be the one that knows them.
        let is_told = std::mem::replace(&mut active.deaths, deaths) == Deaths::default();
        let old = std::mem::replace(&mut active.dues, due.into_iter().collect());
        let is_new = due.filter(|due| !is_running || !is_told || !old.contains(due));
        for at in old.into_iter().filter(|at| Some(*at) != due) {
            self.erase(key::due(&write.tenant, at, write.run));
        }
        if let Some(at) = is_new {
            self.put(key::due(&write.tenant, at, write.run), row::encode_deaths(deaths));
            self.wake(&write.tenant, at, write.run);
        }
        if !is_running {
            self.fresh.remove(&write.run);
        }
    }

    /// Lets the next claim begin no later than this mark.
    pub(super) fn wake(&mut self, tenant: &super::Tenant, at: Timestamp, run: super::RunId) {
        let mark = (at, run);
        match self.next.get_mut(tenant) {
            Some(next) => *next = mark.min(*next),
            None => {
                self.next.insert(tenant.clone(), mark);
            }
        }
    }
}

/// The messages under a prefix, the first to come first.
pub(crate) fn messages(table: &dyn Table, prefix: &[u8]) -> Result<Vec<Message>> {
    let decode = |pair: Result<Pair>| Ok(row::decode_message(&pair?.1)?);
    let mut messages = scan(table, prefix).map(decode).collect::<Result<Vec<_>>>()?;
    messages.sort_by_key(|message| message.received_at);
    Ok(messages)
}
