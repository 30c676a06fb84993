//! Copies between tables: what a fresh period needs, or everything. Knows keys, no files.

use std::collections::BTreeSet;

use sdk::Timestamp;

use super::{
    contract::Result,
    encode::{Reader, Writer},
    id::RunId,
    key,
    ledger::{INDEXED, last, origin},
    table::{Changes, Pair, Table, after, scan},
};

/// Changes in one batch: enough to be quick, few enough not to hold everybody up.
const BATCH: usize = 500;

/// Everything.
pub(super) fn all(from: &dyn Table, to: &dyn Table) -> Result<()> {
    copy(from.range(&[], &[u8::MAX; 8]), to, |_| true)
}

/// The runs in `live` with their indexes, and everything that belongs to no run. Ended runs, their
/// idempotency keys and closed waits stay behind, where lookups still find them.
pub(super) fn live(from: &dyn Table, to: &dyn Table, live: &BTreeSet<RunId>) -> Result<()> {
    for prefix in *b"dqeukm" {
        copy(scan(from, &[prefix]), to, |_| true)?;
    }
    copy(scan(from, b"w"), to, |(_, value)| value.first() == Some(&0))?;
    to.apply(vec![(key::about("sealed"), None)])?;
    let mut changes = Changes::new();
    for run in live {
        let (Some(origin), Some((head, _))) = (origin(from, *run)?, last(from, *run)?) else { continue };
        let tenant = origin.tenant();
        changes.push((key::flow(&tenant, &origin.flow, *run), Some(Vec::new())));
        if let Some(business_key) = &origin.business_key {
            changes.push((key::business(&tenant, business_key, *run), Some(Vec::new())));
        }
        if INDEXED.contains(&head.status) {
            changes.push((key::status(&tenant, head.status, *run), Some(Vec::new())));
        }
        for pair in scan(from, &key::journal_of(*run)) {
            let (key, value) = pair?;
            changes.push((key, Some(value)));
        }
        if changes.len() >= BATCH {
            to.apply(std::mem::take(&mut changes))?;
        }
    }
    to.apply(changes)
}

fn copy(
    pairs: impl Iterator<Item = Result<Pair>>,
    to: &dyn Table,
    is_wanted: impl Fn(&Pair) -> bool,
) -> Result<()> {
    let mut changes = Changes::new();
    for pair in pairs {
        let pair = pair?;
        if !is_wanted(&pair) {
            continue;
        }
        changes.push((pair.0, Some(pair.1)));
        if changes.len() >= BATCH {
            to.apply(std::mem::take(&mut changes))?;
        }
    }
    to.apply(changes)
}

/// A moment as a value.
pub(super) fn moment(now: Timestamp) -> Vec<u8> {
    let mut out = Writer::default();
    out.signed(now);
    out.finish()
}

/// The moment kept under a name: when a period `began`, when it was `sealed`.
pub(super) fn moment_at(table: &dyn Table, name: &str) -> Result<Option<Timestamp>> {
    let found = table.get(&key::about(name))?;
    found.map(|value| Ok(Reader::new(&value).signed()?)).transpose()
}

/// The flows with a run in a table, hopping from one to the next.
pub(super) fn flows(table: &dyn Table) -> Result<BTreeSet<String>> {
    let mut flows = BTreeSet::new();
    let mut from = vec![key::FLOW];
    let end = after(&from);
    while let Some(pair) = table.range(&from, &end).next().transpose()? {
        let (_, at) = key::text_at(&pair.0, 1)?;
        let (flow, next) = key::text_at(&pair.0, at)?;
        flows.insert(flow.to_owned());
        from = after(pair.0.get(..next).unwrap_or_default());
    }
    Ok(flows)
}
