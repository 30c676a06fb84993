//! The layout of keys. The tenant leads every index; a journal is found by its run, whose id is unique.
//!
//! | key | value |
//! |---|---|
//! | `j` run seq | a frame: all records of one append |
//! | `x` tenant flow run | none: runs of a flow |
//! | `s` tenant status run | none: runs that wait, are parked or did not succeed |
//! | `y` tenant business-key run | none |
//! | `p` parent run | none: runs that a run started |
//! | `i` tenant flow idempotency-key | body hash, run, end of the window |
//! | `d` tenant ready-at run | how many owners died with it, and since when |
//! | `w` tenant channel key run address | open, or closed and when |
//! | `q` run channel event | a message to be taken in |
//! | `b` tenant channel event | what became of a message |
//! | `e` tenant channel key event | a message nobody waits for yet |
//! | `v` run channel event | a late message |
//! | `u` place | an event for the outbox |
//! | `k` section key | a document |
//! | `m` name | about the store itself |

use sdk::Timestamp;

use super::{
    encode::{Reader, Undecodable},
    id::{Address, Correlation, RunId, Tenant},
    record::Status,
};

fn part(out: &mut Vec<u8>, text: &str) {
    let size = u16::try_from(text.len()).unwrap_or(u16::MAX);
    out.extend_from_slice(&size.to_be_bytes());
    out.extend_from_slice(text.as_bytes());
}

fn of(prefix: u8, parts: &[&str]) -> Vec<u8> {
    let mut out = Vec::with_capacity(40 + parts.iter().map(|text| text.len() + 2).sum::<usize>());
    out.push(prefix);
    for text in parts {
        part(&mut out, text);
    }
    out
}

fn of_run(prefix: u8, run: RunId) -> Vec<u8> {
    let mut out = Vec::with_capacity(24);
    out.push(prefix);
    out.extend_from_slice(run.as_bytes());
    out
}

fn with_run(mut out: Vec<u8>, run: RunId) -> Vec<u8> {
    out.extend_from_slice(run.as_bytes());
    out
}

pub(crate) const JOURNAL: u8 = b'j';
pub(crate) const DUE: u8 = b'd';
pub(crate) const FLOW: u8 = b'x';
pub(crate) const STATUS: u8 = b's';
pub(crate) const OUTBOX: u8 = b'u';

/// Five bytes of seq: a run of 10¹² records is out of reach.
pub(crate) fn journal(run: RunId, seq: u64) -> Vec<u8> {
    let mut out = of_run(JOURNAL, run);
    out.extend(seq.to_be_bytes().iter().skip(3));
    out
}

pub(crate) fn journal_of(run: RunId) -> Vec<u8> {
    of_run(JOURNAL, run)
}

pub(crate) fn read_journal(key: &[u8]) -> Result<(RunId, u64), Undecodable> {
    let mut input = Reader::new(key);
    input.byte()?;
    let run = input.run()?;
    let seq = input.raw(5)?.iter().fold(0, |seq, byte| (seq << 8) | u64::from(*byte));
    Ok((run, seq))
}

pub(crate) fn flow(tenant: &Tenant, flow: &str, run: RunId) -> Vec<u8> {
    with_run(of(FLOW, &[tenant.as_str(), flow]), run)
}

pub(crate) fn flows(tenant: &Tenant, flow: Option<&str>) -> Vec<u8> {
    match flow {
        Some(flow) => of(FLOW, &[tenant.as_str(), flow]),
        None => of(FLOW, &[tenant.as_str()]),
    }
}

pub(crate) fn status_of(tenant: &Tenant, status: Status) -> Vec<u8> {
    let mut out = of(STATUS, &[tenant.as_str()]);
    out.push(status.code());
    out
}

pub(crate) fn status(tenant: &Tenant, status: Status, run: RunId) -> Vec<u8> {
    with_run(status_of(tenant, status), run)
}

pub(crate) fn business_of(tenant: &Tenant, key: &str) -> Vec<u8> {
    of(b'y', &[tenant.as_str(), key])
}

pub(crate) fn business(tenant: &Tenant, key: &str, run: RunId) -> Vec<u8> {
    with_run(business_of(tenant, key), run)
}

pub(crate) fn children(parent: RunId) -> Vec<u8> {
    of_run(b'p', parent)
}

pub(crate) fn child(parent: RunId, run: RunId) -> Vec<u8> {
    with_run(children(parent), run)
}

pub(crate) fn idempotency(tenant: &Tenant, flow: &str, key: &str) -> Vec<u8> {
    of(b'i', &[tenant.as_str(), flow, key])
}

/// The run at the end of an index key.
pub(crate) fn run_of(key: &[u8]) -> Result<RunId, Undecodable> {
    let (_, run) = key.split_last_chunk::<16>().ok_or(Undecodable("an index key that is too short"))?;
    Ok(RunId::from_bytes(*run))
}

/// The tenant an index key begins with.
pub(crate) fn tenant_of(key: &[u8]) -> Result<Tenant, Undecodable> {
    text_at(key, 1).and_then(|(tenant, _)| {
        Tenant::new(Some(tenant)).map_err(|_| Undecodable("an index key without a tenant"))
    })
}

/// The text at `at` in an index key, and where the next part begins.
pub(crate) fn text_at(key: &[u8], at: usize) -> Result<(&str, usize), Undecodable> {
    let short = Undecodable("an index key that is too short");
    let (size, rest) = key.get(at..).and_then(<[u8]>::split_first_chunk::<2>).ok_or(short)?;
    let size = usize::from(u16::from_be_bytes(*size));
    let text = rest.get(..size).ok_or(short)?;
    Ok((std::str::from_utf8(text).map_err(|_| short)?, at + 2 + size))
}

pub(crate) fn due_of(tenant: &Tenant) -> Vec<u8> {
    of(DUE, &[tenant.as_str()])
}

pub(crate) fn due(tenant: &Tenant, ready_at: Timestamp, run: RunId) -> Vec<u8> {
    let mut out = due_of(tenant);
    out.extend_from_slice(&(ready_at ^ Timestamp::MIN).to_be_bytes());
    with_run(out, run)
}

pub(crate) fn read_due(key: &[u8]) -> Result<(Timestamp, RunId), Undecodable> {
    let run = run_of(key)?;
    let (head, _) = key.split_at(key.len().saturating_sub(16));
    let (_, time) = head.split_last_chunk::<8>().ok_or(Undecodable("an index key that is too short"))?;
    Ok((Timestamp::from_be_bytes(*time) ^ Timestamp::MIN, run))
}

pub(crate) fn waits(tenant: &Tenant, on: &Correlation) -> Vec<u8> {
    of(b'w', &[tenant.as_str(), &on.channel, &on.key])
}

pub(crate) fn wait(tenant: &Tenant, on: &Correlation, run: RunId, address: &Address) -> Vec<u8> {
    let mut out = with_run(waits(tenant, on), run);
    out.extend_from_slice(address.as_str().as_bytes());
    out
}

/// The run and the address after the prefix that `waits` gives.
pub(crate) fn read_wait(key: &[u8], prefix: usize) -> Result<(RunId, Address), Undecodable> {
    let mut input = Reader::new(key);
    input.raw(prefix)?;
    let run = input.run()?;
    let rest = key.get(prefix + 16..).unwrap_or_default();
    let text = std::str::from_utf8(rest).map_err(|_| Undecodable("a wait without an address"))?;
    Ok((run, text.parse().map_err(|_| Undecodable("a wait without an address"))?))
}

pub(crate) fn queue_of(run: RunId) -> Vec<u8> {
    of_run(b'q', run)
}

pub(crate) fn queue(run: RunId, channel: &str, event: &str) -> Vec<u8> {
    let mut out = of_run(b'q', run);
    part(&mut out, channel);
    part(&mut out, event);
    out
}

pub(crate) fn late_of(run: RunId) -> Vec<u8> {
    of_run(b'v', run)
}

pub(crate) fn late(run: RunId, channel: &str, event: &str) -> Vec<u8> {
    let mut out = of_run(b'v', run);
    part(&mut out, channel);
    part(&mut out, event);
    out
}

pub(crate) fn inbox(tenant: &Tenant, channel: &str, event: &str) -> Vec<u8> {
    of(b'b', &[tenant.as_str(), channel, event])
}

pub(crate) fn earlies(tenant: &Tenant, on: &Correlation) -> Vec<u8> {
    of(b'e', &[tenant.as_str(), &on.channel, &on.key])
}

pub(crate) fn early(tenant: &Tenant, on: &Correlation, event: &str) -> Vec<u8> {
    of(b'e', &[tenant.as_str(), &on.channel, &on.key, event])
}

pub(crate) fn outbox(place: u64) -> Vec<u8> {
    let mut out = vec![OUTBOX];
    out.extend_from_slice(&place.to_be_bytes());
    out
}

pub(crate) fn section(section: &str) -> Vec<u8> {
    of(b'k', &[section])
}

/// A document's key stands bare at the end, so that documents come in the order of their keys.
pub(crate) fn document(name: &str, key: &str) -> Vec<u8> {
    let mut out = section(name);
    out.extend_from_slice(key.as_bytes());
    out
}

pub(crate) fn about(name: &str) -> Vec<u8> {
    of(b'm', &[name])
}
