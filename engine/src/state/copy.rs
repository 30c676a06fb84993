//! Copies between tables: what a fresh period needs, or everything. Knows keys, no files.

use std::collections::{BTreeMap, BTreeSet};

use sdk::Timestamp;

use super::{
    contract::Result,
    encode::{Reader, Writer},
    id::RunId,
    key,
    ledger::{INDEXED, erase, last, origin},
    record::Status,
    table::{Changes, Pair, Table, after, scan},
};

/// Changes in one batch: enough to be quick, few enough not to hold everybody up.
const BATCH: usize = 500;

/// Everything.
pub(super) fn all(from: &dyn Table, to: &dyn Table) -> Result<()> {
    copy(from.range(&[], &[u8::MAX; 8]), to, |_| true)
}

/// Every run that has not ended: due, idle, parked, or one of `owned`.
pub(super) fn live_runs(table: &dyn Table, owned: BTreeSet<RunId>) -> Result<BTreeSet<RunId>> {
    let mut runs = owned;
    for pair in scan(table, &[key::DUE]) {
        runs.insert(key::read_due(&pair?.0)?.1);
    }
    for pair in scan(table, &[key::STATUS]) {
        let (found, _) = pair?;
        let status = found.len().checked_sub(17).and_then(|at| found.get(at)).copied();
        if status.and_then(Status::of_code).is_some_and(|status| !status.is_ended()) {
            runs.insert(key::run_of(&found)?);
        }
    }
    Ok(runs)
}

/// Whether at least half of the runs in a table have ended.
pub(super) fn is_mostly_ended(table: &dyn Table) -> Result<bool> {
    let live = live_runs(table, BTreeSet::new())?.len();
    let all = scan(table, &[key::FLOW]).count();
    Ok(live <= all / 2)
}

/// Whether a run is in a table and has not ended there.
fn is_live(table: &dyn Table, run: RunId) -> Result<bool> {
    Ok(last(table, run)?.is_some_and(|(head, _)| !head.status.is_ended()))
}

/// Copies the keys again that were touched while `all` ran.
pub(super) fn all_again(from: &dyn Table, to: &dyn Table, touched: BTreeSet<Vec<u8>>) -> Result<()> {
    let mut changes = Changes::new();
    for key in touched {
        let value = from.get(&key)?;
        changes.push((key, value));
        hand_over(&mut changes, to)?;
    }
    to.apply(changes)
}

/// Copies the keys again that were touched while `live` ran, and removes the runs that ended meanwhile.
pub(super) fn live_again(from: &dyn Table, to: &dyn Table, touched: BTreeSet<Vec<u8>>) -> Result<()> {
    let mut known: BTreeMap<RunId, bool> = BTreeMap::new();
    let mut changes = Changes::new();
    for touched in touched {
        let run = match touched.first() {
            Some(b'j') => Some(key::read_journal(&touched)?.0),
            Some(b'x' | b's' | b'y' | b'p') => Some(key::run_of(&touched)?),
            Some(b'd' | b'w' | b'q' | b'e' | b'u' | b'k' | b'm') => None,
            _ => continue,
        };
        if let Some(run) = run {
            let lives = match known.get(&run) {
                Some(lives) => *lives,
                None => is_live(from, run)?,
            };
            if known.insert(run, lives).is_none() && !lives {
                erase(to, run)?;
            }
            if !lives {
                continue;
            }
        }
        let value = from.get(&touched)?;
        changes.push((touched, value));
        hand_over(&mut changes, to)?;
    }
    to.apply(changes)
}

/// Applies a batch that is full.
fn hand_over(changes: &mut Changes, to: &dyn Table) -> Result<()> {
    if changes.len() < BATCH { Ok(()) } else { to.apply(std::mem::take(changes)) }
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
        let Some((head, _)) = last(from, *run)?.filter(|(head, _)| !head.status.is_ended()) else { continue };
        let Some(origin) = origin(from, *run)? else { continue };
        let tenant = origin.tenant();
        changes.push((key::flow(&tenant, &origin.flow, *run), Some(Vec::new())));
        if let Some(business_key) = &origin.business_key {
            changes.push((key::business(&tenant, business_key, *run), Some(Vec::new())));
        }
        if let Some(parent) = &origin.parent {
            changes.push((key::child(parent.run, *run), Some(Vec::new())));
        }
        if INDEXED.contains(&head.status) {
            changes.push((key::status(&tenant, head.status, *run), Some(Vec::new())));
        }
        for pair in scan(from, &key::journal_of(*run)) {
            let (key, value) = pair?;
            changes.push((key, Some(value)));
        }
        hand_over(&mut changes, to)?;
    }
    to.apply(changes)
}

/// Whether a key of an earlier period still counts: of runs that ended in it, of messages and keys to be known again.
/// The rest has moved on to a later period, and is there as it is now, or is not there any more. `ended` remembers
/// what it was asked.
pub(super) fn still_counts(
    table: &dyn Table,
    (found, value): &Pair,
    ended: &mut BTreeMap<RunId, bool>,
) -> Result<bool> {
    let run = match found.first() {
        Some(b'j') => key::read_journal(found)?.0,
        Some(b'x' | b's' | b'y' | b'p') => key::run_of(found)?,
        Some(b'w') => return Ok(value.first() != Some(&0)),
        Some(b'd' | b'q' | b'e' | b'u' | b'k' | b'm') => return Ok(false),
        _ => return Ok(true),
    };
    if let Some(ended) = ended.get(&run) {
        return Ok(*ended);
    }
    let has_ended = last(table, run)?.is_some_and(|(head, _)| head.status.is_ended());
    ended.insert(run, has_ended);
    Ok(has_ended)
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
        hand_over(&mut changes, to)?;
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
