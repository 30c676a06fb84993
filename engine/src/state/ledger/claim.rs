//! Changing owners: claim what is due, take one run, give runs back.

use sdk::Timestamp;

use super::{
    super::{
        contract::{Error, Result},
        frame::Head,
        id::{RunId, Tenant},
        key,
        record::Status,
        row::{self, Deaths},
        table::{Table, after},
    },
    Active, Ledger,
    reap::REAPED,
};

/// How many runs one tenant gets before the next one has its turn.
const TURN: usize = 5;
/// Owners that died longer ago than this are forgotten.
const FORGET_MS: Timestamp = 600_000;

/// A claim, before it becomes a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) run: RunId,
    pub(crate) tenant: Tenant,
    pub(crate) epoch: u64,
    pub(crate) seq: u64,
    pub(crate) attempts: u32,
}

impl Ledger {
    /// Takes over at most `slots` due runs. True when the claim itself must be durable first.
    pub(crate) fn claim(&mut self, now: Timestamp, slots: usize) -> Result<(Vec<Taken>, bool)> {
        let mut taken = Vec::new();
        let mut must_flush = false;
        while taken.len() < slots {
            let due = |(_, (at, _)): &(&Tenant, &(Timestamp, RunId))| *at <= now;
            let turn = self.turn.clone();
            let later = self.next.iter().filter(due).find(|(tenant, _)| **tenant > turn);
            let Some((tenant, from)) = later.or_else(|| self.next.iter().find(due)) else { break };
            let (tenant, from) = (tenant.clone(), *from);
            let quota = TURN.min(slots - taken.len());
            self.turn = tenant.clone();
            must_flush |= self.claim_of(&tenant, from, now, quota, &mut taken)?;
        }
        self.apply()?;
        Ok((taken, must_flush))
    }

    fn claim_of(
        &mut self,
        tenant: &Tenant,
        from: (Timestamp, RunId),
        now: Timestamp,
        quota: usize,
        taken: &mut Vec<Taken>,
    ) -> Result<bool> {
        let table = std::sync::Arc::clone(&self.table);
        let most = taken.len() + quota;
        let mut must_flush = false;
        self.next.remove(tenant);
        for pair in table.range(&key::due(tenant, from.0, from.1), &after(&key::due_of(tenant))) {
            let (key, value) = pair?;
            let (at, run) = key::read_due(&key)?;
            if at > now || taken.len() == most {
                self.wake(tenant, at, run);
                break;
            }
            if let Some(active) = self.active.get_mut(&run) {
                if !active.dues.contains(&at) {
                    active.dues.push(at);
                }
                continue;
            }
            let Some((head, seq)) = self.live(run)? else {
                self.erase(key);
                continue;
            };
            let mut deaths = row::decode_deaths(&value)?;
            if at <= self.opened_at {
                // Another mark of the run may know of more deaths than the one that is due first.
                for other in self.marks(run, tenant, head)?.0 {
                    if let Some(value) = self.table.get(&key::due(tenant, other, run))? {
                        let known = row::decode_deaths(&value)?;
                        deaths = if known.count > deaths.count { known } else { deaths };
                    }
                }
                deaths = count_death(deaths, now);
                self.put(key, row::encode_deaths(deaths));
                must_flush = true;
            }
            taken.push(self.activate(run, tenant, head, seq, deaths)?);
        }
        Ok(must_flush)
    }

    /// Takes over one run. `None` while it has an owner.
    pub(crate) fn take(&mut self, run: RunId) -> Result<Option<Taken>> {
        if self.active.contains_key(&run) {
            return Ok(None);
        }
        let (head, seq) =
            self.last(run)?.filter(|(head, _)| !head.status.is_ended()).ok_or(Error::Missing("live run"))?;
        let tenant = self.tenant_of(run)?;
        self.activate(run, &tenant, head, seq, Deaths::default()).map(Some)
    }

    /// Gives a run back, if this is still its owner.
    pub(crate) fn release(&mut self, now: Timestamp, run: RunId, epoch: u64) -> Result<()> {
        if self.active.get(&run).is_none_or(|active| active.epoch != epoch) {
            return Ok(());
        }
        let Some(active) = self.active.remove(&run) else { return Ok(()) };
        self.fresh.remove(&run);
        let is_awake = match active.status {
            Status::Running => true,
            Status::Waiting => active.unread > 0,
            _ => return Ok(()),
        };
        if is_awake && !active.dues.iter().any(|at| *at <= now) {
            self.put(key::due(&active.tenant, active.at, run), Vec::new());
            self.wake(&active.tenant, active.at, run);
        }
        for at in &active.dues {
            self.wake(&active.tenant, *at, run);
        }
        self.apply()
    }

    /// The due marks a run has, and how many messages wait for it. Whoever sets a mark takes its time
    /// from the run, so that all of them can be named here: no mark outlives its reason.
    fn marks(&self, run: RunId, tenant: &Tenant, head: Head) -> Result<(Vec<Timestamp>, usize)> {
        let messages = super::messages(&*self.table, &key::queue_of(run))?;
        let own = [REAPED, run.started_at(), head.at].into_iter().chain(head.ready_at);
        let mut dues: Vec<_> = own.chain(messages.iter().map(|message| message.received_at)).collect();
        dues.sort_unstable();
        dues.dedup();
        let mut found = Vec::with_capacity(1);
        for at in dues {
            if self.table.get(&key::due(tenant, at, run))?.is_some() {
                found.push(at);
            }
        }
        Ok((found, messages.len()))
    }

    fn live(&self, run: RunId) -> Result<Option<(Head, u64)>> {
        let is_live = |(head, _): &(Head, u64)| matches!(head.status, Status::Running | Status::Waiting);
        Ok(self.last(run)?.filter(is_live))
    }

    fn activate(
        &mut self,
        run: RunId,
        tenant: &Tenant,
        head: Head,
        seq: u64,
        deaths: Deaths,
    ) -> Result<Taken> {
        self.claims += 1;
        let epoch = (u64::from(self.incarnation) << 32) | u64::from(self.claims);
        let (dues, unread) = self.marks(run, tenant, head)?;
        let active = Active {
            epoch,
            seq,
            status: head.status,
            at: head.at,
            tenant: tenant.clone(),
            dues,
            unread,
            deaths,
        };
        self.active.insert(run, active);
        Ok(Taken { run, tenant: tenant.clone(), epoch, seq, attempts: deaths.count })
    }
}

fn count_death(deaths: Deaths, now: Timestamp) -> Deaths {
    match deaths.count {
        0 => Deaths { count: 1, since: now },
        _ if now - deaths.since > FORGET_MS => Deaths { count: 1, since: now },
        count => Deaths { count: count.saturating_add(1), since: deaths.since },
    }
}
