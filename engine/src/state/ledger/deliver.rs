//! Messages in: to the run that waits, or kept as early or late. The same event twice counts once.

use sdk::Timestamp;

use super::{
    super::{
        contract::{Delivered, Inbound, Message, OutId, Outbox, Result},
        id::{Address, Correlation, RunId, Tenant},
        key,
        record::Status,
        row,
        table::{Table, scan},
    },
    Ledger,
    create::find,
};

/// The waits that are known for a key.
pub(crate) enum Found {
    Open(RunId, Address),
    Closed(RunId),
    Nobody,
}

impl Ledger {
    /// Takes a message in.
    pub(crate) fn deliver(&mut self, inbound: &Inbound) -> Result<Delivered> {
        let inbox = key::inbox(&inbound.tenant, &inbound.correlation.channel, &inbound.event);
        if let Some(seen) = find(&*self.table, &inbox)? {
            return Ok(Delivered::Seen { first: Box::new(row::decode_fate(&seen)?) });
        }
        let mut message = Message {
            correlation: inbound.correlation.clone(),
            event: inbound.event.clone(),
            payload: inbound.payload.clone(),
            received_at: inbound.now,
            address: None,
        };
        let channel = &inbound.correlation.channel;
        let fate = match find_wait(&*self.table, &inbound.tenant, &inbound.correlation)? {
            Found::Open(run, address) => {
                message.address = Some(address.clone());
                self.put(key::queue(run, channel, &inbound.event), row::encode_message(&message)?);
                self.rouse(inbound, run)?;
                Delivered::New { run, address }
            }
            Found::Closed(run) => {
                self.put(key::late(run, channel, &inbound.event), row::encode_message(&message)?);
                Delivered::Late { run }
            }
            Found::Nobody => {
                let key = key::early(&inbound.tenant, &inbound.correlation, &inbound.event);
                self.put(key, row::encode_message(&message)?);
                Delivered::Early
            }
        };
        self.put(inbox, row::encode_fate(&fate));
        self.apply()?;
        Ok(fate)
    }

    /// Makes an idle run due. An owned one looks at its messages before it goes idle, and a running one
    /// is found again after a crash; a parked one reads them when an operator lets it go on.
    fn rouse(&mut self, inbound: &Inbound, run: RunId) -> Result<()> {
        let mark = key::due(&inbound.tenant, inbound.now, run);
        if let Some(active) = self.active.get_mut(&run) {
            active.unread += 1;
            if active.status == Status::Waiting && !active.dues.contains(&inbound.now) {
                active.dues.push(inbound.now);
                self.put(mark, Vec::new());
            }
            return Ok(());
        }
        if self.last(run)?.is_some_and(|(head, _)| head.status == Status::Waiting) {
            self.put(mark, Vec::new());
            self.wake(&inbound.tenant, inbound.now, run);
        }
        Ok(())
    }

    /// Forgets events that were published.
    pub(crate) fn published(&mut self, ids: &[OutId]) -> Result<()> {
        let mut known = 0;
        for id in ids.iter().map(|id| key::outbox(id.0)) {
            known += u64::from(self.table.get(&id)?.is_some());
            self.erase(id);
        }
        self.apply()?;
        self.unpublished = self.unpublished.saturating_sub(known);
        Ok(())
    }

    /// How the outbox stands, once everything applied is on disk.
    pub(crate) const fn outbox(&self) -> Outbox {
        Outbox { newest: OutId(self.outbox), depth: self.unpublished }
    }

    /// When the next claim can find something.
    pub(crate) fn due(&self) -> Option<Timestamp> {
        self.next.values().map(|(at, _)| *at).min()
    }
}

/// The oldest run that waits, else the last one that did.
pub(crate) fn find_wait(table: &dyn Table, tenant: &Tenant, on: &Correlation) -> Result<Found> {
    let prefix = key::waits(tenant, on);
    let here = find_wait_in(table, &prefix)?;
    if !matches!(here, Found::Nobody) {
        return Ok(here);
    }
    for older in table.older()? {
        if let Found::Closed(run) | Found::Open(run, _) = find_wait_in(&*older, &prefix)? {
            return Ok(Found::Closed(run));
        }
    }
    Ok(Found::Nobody)
}

fn find_wait_in(table: &dyn Table, prefix: &[u8]) -> Result<Found> {
    let mut found = Found::Nobody;
    for pair in scan(table, prefix) {
        let (key, value) = pair?;
        let (run, address) = key::read_wait(&key, prefix.len())?;
        if value.first() == Some(&0) {
            return Ok(Found::Open(run, address));
        }
        found = Found::Closed(run);
    }
    Ok(found)
}
