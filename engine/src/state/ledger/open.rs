//! Opening a ledger: a new incarnation, and the little that is kept in memory.

use super::{
    super::{
        contract::Result,
        encode::{Reader, Undecodable, Writer},
        frame::{self, Head},
        id::{RunId, Tenant},
        key,
        staged::Staged,
        table::{Changes, Table, after, scan},
    },
    Ledger,
};
use hashbrown::HashMap;
use sdk::Timestamp;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// How far behind the newest start the checkpoint stays, so that short runs never need a mark.
const LAG_MS: Timestamp = 5_000;
/// How often the checkpoint moves on.
const STEP_MS: Timestamp = 2_000;

impl Ledger {
    /// Opens what is in `table` as a new incarnation: the owners of before are dead.
    pub(crate) fn open(base: Arc<dyn Table>, now: Timestamp) -> Result<Self> {
        let table = Arc::new(Staged::new(base));
        let incarnation = u32::try_from(read_number(&*table, "incarnation")?)
            .ok()
            .and_then(|number| number.checked_add(1))
            .ok_or(Undecodable("an incarnation that is too large"))?;
        write_number(&*table, "incarnation", i64::from(incarnation))?;
        let checkpoint = read_number(&*table, "checkpoint")?;
        let mut ledger = Self {
            incarnation,
            claims: 0,
            active: HashMap::new(),
            next: BTreeMap::new(),
            turn: Tenant::default(),
            fresh: BTreeSet::new(),
            newest: checkpoint,
            checkpoint,
            opened_at: now,
            unreaped: Some(RunId::floor(checkpoint)),
            outbox: u64::from(incarnation) << 32,
            unpublished: 0,
            changes: Changes::new(),
            table,
        };
        ledger.unpublished = count(&*ledger.table, &[key::OUTBOX])?;
        ledger.find_tenants()?;
        ledger.commit()?;
        Ok(ledger)
    }

    /// Hands the changes of a group to the table, all of them or none; tells how many keys and bytes.
    pub(crate) fn commit(&mut self) -> Result<(u64, u64)> {
        self.tick()?;
        self.table.commit()
    }

    /// Drops what a call that failed had gathered.
    pub(crate) fn discard(&mut self) {
        self.changes.clear();
    }

    /// Which incarnation this is.
    pub(crate) const fn incarnation(&self) -> u32 {
        self.incarnation
    }

    /// The first due mark of every tenant, hopping from tenant to tenant.
    fn find_tenants(&mut self) -> Result<()> {
        let end = after(&[key::DUE]);
        let mut from = vec![key::DUE];
        loop {
            let Some(pair) = self.table.range(&from, &end).next().transpose()? else { return Ok(()) };
            let tenant = key::tenant_of(&pair.0)?;
            from = after(&key::due_of(&tenant));
            self.next.insert(tenant, key::read_due(&pair.0)?);
        }
    }

    /// The head of the last append of a run, and the seq after it.
    pub(super) fn last(&self, run: RunId) -> Result<Option<(Head, u64)>> {
        last(&*self.table, run)
    }

    pub(super) fn put(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.changes.push((key, Some(value)));
    }

    pub(super) fn erase(&mut self, key: Vec<u8>) {
        self.changes.push((key, None));
    }

    /// Makes what was gathered visible to the ledger.
    pub(super) fn apply(&mut self) -> Result<()> {
        if self.changes.is_empty() {
            return Ok(());
        }
        self.table.apply(std::mem::take(&mut self.changes))
    }

    /// Moves the checkpoint on, now and then: long runs get a due mark, so that the next incarnation
    /// need not search further back than a few seconds before the end of this one.
    fn tick(&mut self) -> Result<()> {
        let checkpoint = self.newest - LAG_MS;
        if checkpoint < self.checkpoint + STEP_MS || self.unreaped.is_some() {
            return Ok(());
        }
        let young = self.fresh.split_off(&RunId::floor(checkpoint));
        for run in std::mem::replace(&mut self.fresh, young) {
            let Some(active) = self.active.get_mut(&run) else { continue };
            let at = run.started_at();
            active.dues.push(at);
            let key = key::due(&active.tenant, at, run);
            self.put(key, Vec::new());
        }
        self.checkpoint = checkpoint;
        let mut value = Writer::default();
        value.signed(checkpoint);
        self.put(key::about("checkpoint"), value.finish());
        self.apply()
    }
}

/// The head of the last append of a run, and the seq after it.
pub(crate) fn last(table: &dyn Table, run: RunId) -> Result<Option<(Head, u64)>> {
    let prefix = key::journal_of(run);
    let Some((key, value)) = table.range(&prefix, &after(&prefix)).next_back().transpose()? else {
        return Ok(None);
    };
    let head = frame::decode_head(&value)?;
    let (_, seq) = key::read_journal(&key)?;
    Ok(Some((head, seq + head.count)))
}

fn count(table: &dyn Table, prefix: &[u8]) -> Result<u64> {
    scan(table, prefix).try_fold(0, |count, pair| pair.map(|_| count + 1))
}

fn read_number(table: &dyn Table, name: &str) -> Result<i64> {
    match table.get(&key::about(name))? {
        Some(bytes) => Ok(Reader::new(&bytes).signed()?),
        None => Ok(0),
    }
}

fn write_number(table: &dyn Table, name: &str, number: i64) -> Result<()> {
    let mut value = Writer::default();
    value.signed(number);
    table.apply(vec![(key::about(name), Some(value.finish()))])
}
