//! Recovery: makes the runs of dead owners claimable, in slices. And what an operator removes.

use std::{collections::BTreeSet, sync::Arc};

use sdk::Timestamp;

use super::{
    super::{
        contract::{Error, Result},
        encode::Undecodable,
        frame::{self, Detail},
        id::{RunId, Tenant},
        key,
        record::{Entry, Origin, Status},
        table::{Table, after, scan},
    },
    Ledger,
    append::INDEXED,
};

/// The mark of a run that lost its owner: due, whatever the clock says.
pub(super) const REAPED: Timestamp = 0;

impl Ledger {
    /// Looks at about `max` of the runs that began since the last checkpoint, and gives those that have
    /// neither end nor owner a due mark. 0 when there is nothing left to look at.
    pub(crate) fn reap(&mut self, max: usize) -> Result<usize> {
        let mut looked = 0;
        let end = after(&[key::JOURNAL]);
        while let Some(from) = self.unreaped.filter(|_| looked < max) {
            let found = self.table.range(&key::journal_of(from), &end).next().transpose()?;
            let Some((found, _)) = found else {
                self.unreaped = None;
                break;
            };
            let (run, _) = key::read_journal(&found)?;
            looked += 1;
            self.unreaped = Some(next_run(run));
            self.newest = self.newest.max(run.started_at());
            let status = self.last(run)?.map(|(head, _)| head.status);
            if status == Some(Status::Running) && !self.active.contains_key(&run) {
                let tenant = self.tenant_of(run)?;
                let mark = key::due(&tenant, REAPED, run);
                if self.table.get(&mark)?.is_none() {
                    self.put(mark, Vec::new());
                }
                self.wake(&tenant, REAPED, run);
            }
        }
        self.apply()?;
        Ok(looked)
    }

    /// The runs with an owner.
    pub(crate) fn owned(&self) -> BTreeSet<RunId> {
        self.active.keys().copied().collect()
    }

    pub(super) fn tenant_of(&self, run: RunId) -> Result<Tenant> {
        origin(&*self.table, run)?.map(|origin| origin.tenant()).ok_or(Error::Missing("run"))
    }

    /// Removes an ended run and what points to it.
    pub(crate) fn delete(&mut self, run: RunId) -> Result<()> {
        let mut tables: Vec<Arc<dyn Table>> = vec![self.table.clone()];
        tables.extend(self.table.older()?);
        let mut is_found = false;
        for table in tables {
            let Some((head, _)) = super::open::last(&*table, run)? else { continue };
            if !head.status.is_ended() && !is_found {
                return Err(Error::Live(run));
            }
            is_found = true;
            erase(&*table, run)?;
        }
        is_found.then_some(()).ok_or(Error::Missing("run"))
    }
}

/// Removes everything a table holds of a run.
pub(crate) fn erase(table: &dyn Table, run: RunId) -> Result<()> {
    let mut changes = Vec::new();
    if let Some(origin) = origin(table, run)? {
        let tenant = origin.tenant();
        changes.push((key::flow(&tenant, &origin.flow, run), None));
        if let Some(business_key) = &origin.business_key {
            changes.push((key::business(&tenant, business_key, run), None));
        }
        if let Some(parent) = &origin.parent {
            changes.push((key::child(parent.run, run), None));
        }
        changes.extend(INDEXED.map(|status| (key::status(&tenant, status, run), None)));
    }
    for prefix in [key::journal_of(run), key::late_of(run), key::queue_of(run)] {
        for pair in scan(table, &prefix) {
            changes.push((pair?.0, None));
        }
    }
    table.apply(changes)
}

/// What a run began as, without its input.
pub(crate) fn origin(table: &dyn Table, run: RunId) -> Result<Option<Origin>> {
    let Some(first) = table.get(&key::journal(run, 0))? else { return Ok(None) };
    let (_, records) = frame::decode(&first, Detail::Outline)?;
    match records.into_iter().next().map(|record| record.entry) {
        Some(Entry::Started(origin)) => Ok(Some(*origin)),
        _ => Err(Undecodable("a journal that does not begin with its start").into()),
    }
}

/// The least id above `run`.
fn next_run(run: RunId) -> RunId {
    RunId::from_bytes((u128::from_be_bytes(*run.as_bytes()).saturating_add(1)).to_be_bytes())
}
