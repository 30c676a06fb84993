//! Lists of runs, newest first, by the narrowest index there is. Reads heads and starts, never outputs.

use std::{
    collections::{BTreeMap, BinaryHeap, btree_map},
    iter,
};

use super::{
    contract::{Filter, Page, Result, Row},
    frame::{self, Detail},
    id::{RunId, Tenant},
    key,
    ledger::{self, INDEXED},
    record::{Entry, Record},
    table::{Pairs, Table, after, scan},
};

/// How many runs one call looks at; a page may be short, its `next` goes on.
const BUDGET: usize = 20_000;

/// One page of the runs that fit `filter`, over the table and its earlier periods.
pub(super) fn list(table: &dyn Table, filter: &Filter) -> Result<Page> {
    let older = table.older()?;
    let mut tables: Vec<&dyn Table> = vec![table];
    tables.extend(older.iter().map(|table| &**table));
    let mut sources = Vec::new();
    for (age, table) in tables.iter().enumerate() {
        for prefix in prefixes(*table, filter)? {
            sources.push(Source::new(*table, age, &prefix, filter));
        }
    }
    let mut page = Page::default();
    let mut looked = 0;
    let mut merged = Merged::new(sources)?;
    let mut last = None;
    while let Some((run, age)) = merged.next()? {
        if last == Some(run) {
            continue;
        }
        if page.rows.len() == filter.limit || looked == BUDGET {
            page.next = last;
            break;
        }
        looked += 1;
        let Some(table) = tables.get(age) else { continue };
        let Some(row) = row(*table, run)? else { continue };
        if age > 0 && !row.status.is_ended() {
            continue;
        }
        last = Some(run);
        if fits(&row, filter) {
            page.rows.push(row);
        }
    }
    Ok(page)
}

/// The oldest runs that a run started, over the table and its earlier periods.
pub(super) fn children(table: &dyn Table, parent: RunId, most: usize) -> Result<Vec<Row>> {
    let older = table.older()?;
    let mut found = BTreeMap::new();
    for (age, table) in iter::once(table).chain(older.iter().map(|table| &**table)).enumerate() {
        for pair in scan(table, &key::children(parent)).take(most) {
            let run = key::run_of(&pair?.0)?;
            if let btree_map::Entry::Vacant(place) = found.entry(run)
                && let Some(row) = row(table, run)?.filter(|row| age == 0 || row.status.is_ended())
            {
                place.insert(row);
            }
        }
    }
    Ok(found.into_values().take(most).collect())
}

/// The runs of one index, newest first.
struct Source<'a> {
    pairs: Pairs<'a>,
    table: &'a dyn Table,
    age: usize,
    /// Where a journal's range begins; an index has one key per run and needs no second range.
    journal: Option<Vec<u8>>,
}

impl<'a> Source<'a> {
    fn new(table: &'a dyn Table, age: usize, prefix: &[u8], filter: &Filter) -> Self {
        let bound = |run: RunId| [prefix, run.as_bytes()].concat();
        let from = filter.from.map_or_else(|| prefix.to_vec(), |at| bound(RunId::floor(at)));
        let ends = [filter.to.map(RunId::floor), filter.before].into_iter().flatten().min();
        let to = ends.map_or_else(|| after(prefix), bound);
        let pairs = table.range(&from, &to.max(from.clone()));
        Self { pairs, table, age, journal: (prefix == [key::JOURNAL]).then_some(from) }
    }

    fn next(&mut self) -> Result<Option<RunId>> {
        let Some((found, _)) = self.pairs.next_back().transpose()? else { return Ok(None) };
        let Some(from) = &self.journal else { return Ok(Some(key::run_of(&found)?)) };
        let (run, _) = key::read_journal(&found)?;
        let to = key::journal_of(run);
        self.pairs = self.table.range(from, (&to).max(from));
        Ok(Some(run))
    }
}

/// Sources, merged; of one run the newest table comes first.
struct Merged<'a> {
    sources: Vec<Source<'a>>,
    heads: BinaryHeap<(RunId, std::cmp::Reverse<usize>, usize)>,
}

impl<'a> Merged<'a> {
    fn new(sources: Vec<Source<'a>>) -> Result<Self> {
        let mut merged = Self { heads: BinaryHeap::with_capacity(sources.len()), sources };
        for index in 0..merged.sources.len() {
            merged.advance(index)?;
        }
        Ok(merged)
    }

    fn advance(&mut self, index: usize) -> Result<()> {
        if let Some(source) = self.sources.get_mut(index)
            && let Some(run) = source.next()?
        {
            self.heads.push((run, std::cmp::Reverse(source.age), index));
        }
        Ok(())
    }

    fn next(&mut self) -> Result<Option<(RunId, usize)>> {
        let Some((run, age, index)) = self.heads.pop() else { return Ok(None) };
        self.advance(index)?;
        Ok(Some((run, age.0)))
    }
}

/// The index prefixes that together hold every run that may fit.
fn prefixes(table: &dyn Table, filter: &Filter) -> Result<Vec<Vec<u8>>> {
    let by_status = !filter.statuses.is_empty() && filter.statuses.iter().all(|each| INDEXED.contains(each));
    let mut found = Vec::new();
    if filter.business_key.is_none() && !by_status && filter.flow.is_none() && filter.tenant.is_none() {
        return Ok(vec![vec![key::JOURNAL]]);
    }
    let tenants = match &filter.tenant {
        Some(tenant) => vec![tenant.clone()],
        None => tenants(table)?,
    };
    for tenant in &tenants {
        match (&filter.business_key, &filter.flow) {
            (Some(business_key), _) => found.push(key::business_of(tenant, business_key)),
            (None, _) if by_status => {
                found.extend(filter.statuses.iter().map(|status| key::status_of(tenant, *status)));
            }
            (None, Some(flow)) => found.push(key::flows(tenant, Some(flow))),
            (None, None) => found.extend(flows(table, tenant)?),
        }
    }
    Ok(found)
}

/// Every tenant with a run, hopping from one to the next.
fn tenants(table: &dyn Table) -> Result<Vec<Tenant>> {
    let mut tenants = Vec::new();
    let mut from = vec![key::FLOW];
    let end = after(&from);
    while let Some(pair) = table.range(&from, &end).next().transpose()? {
        let tenant = key::tenant_of(&pair.0)?;
        from = after(&key::flows(&tenant, None));
        tenants.push(tenant);
    }
    Ok(tenants)
}

/// The prefix of every flow of a tenant.
fn flows(table: &dyn Table, tenant: &Tenant) -> Result<Vec<Vec<u8>>> {
    let mut prefixes = Vec::new();
    let all = key::flows(tenant, None);
    let end = after(&all);
    let mut from = all.clone();
    while let Some(pair) = table.range(&from, &end).next().transpose()? {
        let (flow, _) = key::text_at(&pair.0, all.len())?;
        let prefix = key::flows(tenant, Some(flow));
        from = after(&prefix);
        prefixes.push(prefix);
    }
    Ok(prefixes)
}

/// A run as a row.
pub(super) fn row(table: &dyn Table, run: RunId) -> Result<Option<Row>> {
    let Some((_, value)) = scan(table, &key::journal_of(run)).next_back().transpose()? else {
        return Ok(None);
    };
    let (head, records) = frame::decode(&value, Detail::Outline)?;
    let Some((_, seq)) = ledger::last(table, run)? else { return Ok(None) };
    let Some(origin) = ledger::origin(table, run)? else { return Ok(None) };
    let mut row = Row {
        run,
        status: head.status,
        origin,
        seq,
        changed_at: head.at,
        ended_at: None,
        is_degraded: false,
        failure: None,
        address: None,
    };
    if let Some(last) = records.into_iter().next_back() {
        end(&mut row, last);
    }
    Ok(Some(row))
}

fn end(row: &mut Row, last: Record) {
    match last.entry {
        Entry::Ended { is_degraded, failure, address, .. } => {
            row.ended_at = Some(last.at);
            row.is_degraded = is_degraded;
            row.failure = failure.map(|failure| *failure);
            row.address = address;
        }
        Entry::Parked { address, failure } => {
            row.failure = Some(*failure);
            row.address = address;
        }
        _ => {}
    }
}

fn fits(row: &Row, filter: &Filter) -> bool {
    let origin = &row.origin;
    let is = |wanted: &Option<std::sync::Arc<str>>, found: Option<&str>| {
        wanted.as_deref().is_none_or(|wanted| found == Some(wanted))
    };
    is(&filter.flow, Some(&origin.flow))
        && filter.tenant.as_ref().is_none_or(|tenant| *tenant == origin.tenant())
        && is(&filter.use_case, Some(origin.identity.use_case.as_str()))
        && is(&filter.scenario, origin.identity.scenario.as_ref().map(sdk::Scenario::as_str))
        && (filter.triggers.is_empty() || filter.triggers.contains(&origin.trigger()))
        && is(&filter.business_key, origin.business_key.as_deref())
        && filter.from.is_none_or(|from| row.run.started_at() >= from)
        && filter.to.is_none_or(|to| row.run.started_at() < to)
        && (filter.statuses.is_empty() || filter.statuses.contains(&row.status))
}
