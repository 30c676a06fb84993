//! The names state goes by: run, tenant, address and message keys. Holds no records and no storage.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};
use uuid::{Builder, Uuid};

use sdk::Timestamp;

/// Text that is no address, run id or tenant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no {what}: {reason}")]
pub struct Malformed {
    what: &'static str,
    text: String,
    reason: &'static str,
}

fn malformed(what: &'static str, text: &str, reason: &'static str) -> Malformed {
    Malformed { what, text: text.chars().take(80).collect(), reason }
}

/// Keys go into indexes, so their length is bounded.
pub(super) fn check_key(what: &'static str, text: &str) -> Result<(), Malformed> {
    if text.len() > 1024 {
        return Err(malformed(what, text, "at most 1024 bytes are allowed"));
    }
    Ok(())
}

/// One run. A UUID of version 7, so that runs sort by the time they started.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(Uuid);

impl RunId {
    /// The id of a run that starts at `now`; `random` makes it differ from its neighbours.
    #[must_use]
    pub fn new(now: Timestamp, random: [u8; 10]) -> Self {
        let millis = u64::try_from(now).unwrap_or(0);
        Self(Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    /// When the run started, in milliseconds since 1970, as its id says.
    #[must_use]
    pub fn started_at(self) -> Timestamp {
        let bytes = self.0.as_bytes();
        bytes.iter().take(6).fold(0, |time, byte| (time << 8) | Timestamp::from(*byte))
    }

    /// The smallest id a run that starts at `now` may have: a bound for ranges.
    #[must_use]
    pub fn floor(now: Timestamp) -> Self {
        let mut bytes = [0; 16];
        let millis = u64::try_from(now).unwrap_or(0).to_be_bytes();
        for (to, from) in bytes.iter_mut().zip(millis.into_iter().skip(2)) {
            *to = from;
        }
        Self(Uuid::from_bytes(bytes))
    }

    /// The sixteen bytes used in keys.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// The run these sixteen bytes name.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl fmt::Debug for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for RunId {
    type Err = Malformed;
    fn from_str(text: &str) -> Result<Self, Malformed> {
        Uuid::try_parse(text).map(Self).map_err(|_| malformed("run id", text, "a UUID is expected"))
    }
}

/// Whose run it is: the biz id of the run's identity, or nothing for the default business.
///
/// It leads every index, so one tenant's data never answers another's question (I13) and tenants can
/// be split over stores later.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Tenant(Arc<str>);

impl Tenant {
    /// The tenant of a biz id; `None` is the default business.
    ///
    /// # Errors
    /// Text longer than 128 bytes.
    pub fn new(biz_id: Option<&str>) -> Result<Self, Malformed> {
        let text = biz_id.unwrap_or_default();
        if text.len() > 128 {
            return Err(malformed("tenant", text, "at most 128 bytes are allowed"));
        }
        Ok(Self(text.into()))
    }

    /// The biz id, empty for the default business.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Tenant {
    fn default() -> Self {
        Self(Arc::from(""))
    }
}

impl From<&sdk::Identity> for Tenant {
    fn from(identity: &sdk::Identity) -> Self {
        Self(identity.biz_id.as_ref().map_or("", sdk::BizId::as_str).into())
    }
}

impl fmt::Debug for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// Where in a run something happened: `lock`, `close[3].lock`, `outcome.query[2]`.
///
/// A dot leads into a body, a bracket chooses the item of a `foreach` or the round of a `loop`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Address(Arc<str>);

impl Address {
    /// The longest address, in bytes.
    pub const LONGEST: usize = 1024;

    /// A node of the flow itself.
    ///
    /// # Errors
    /// Text that is no node id.
    pub fn node(id: &str) -> Result<Self, Malformed> {
        check_node(id).map(|()| Self(id.into())).map_err(|reason| malformed("node id", id, reason))
    }

    /// A node in the body of this one.
    ///
    /// # Errors
    /// Text that is no node id, or an address that grows too long.
    pub fn inside(&self, id: &str) -> Result<Self, Malformed> {
        check_node(id).map_err(|reason| malformed("node id", id, reason))?;
        Self::checked(format!("{}.{id}", self.0))
    }

    /// Item or round `index` of this node.
    ///
    /// # Errors
    /// An address that grows too long.
    pub fn item(&self, index: u64) -> Result<Self, Malformed> {
        Self::checked(format!("{}[{index}]", self.0))
    }

    fn checked(text: String) -> Result<Self, Malformed> {
        if text.len() > Self::LONGEST {
            return Err(malformed("address", &text, "at most 1024 bytes are allowed"));
        }
        Ok(Self(text.into()))
    }

    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id of the node in its innermost body: `lock` for `close[3].lock`.
    #[must_use]
    pub fn id(&self) -> &str {
        let last = self.0.rsplit('.').next().unwrap_or_default();
        last.split('[').next().unwrap_or_default()
    }

    /// Whether this address lies in the body (or is an item) of `outer`.
    #[must_use]
    pub fn is_within(&self, outer: &Self) -> bool {
        self.0.strip_prefix(outer.as_str()).is_some_and(|rest| rest.starts_with(['.', '[']))
    }
}

fn check_node(id: &str) -> Result<(), &'static str> {
    if !id.starts_with(|c: char| c.is_ascii_lowercase()) {
        return Err("it must begin with a small letter");
    }
    if !id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') {
        return Err("only small letters, digits and `_` are allowed");
    }
    Ok(())
}

fn check_segment(segment: &str) -> Result<(), &'static str> {
    let mut parts = segment.split('[');
    check_node(parts.next().unwrap_or_default())?;
    for part in parts {
        let digits = part.strip_suffix(']').ok_or("a `[` needs its `]`")?;
        if digits.is_empty() || !digits.chars().all(|c| c.is_ascii_digit()) {
            return Err("only a number may stand in brackets");
        }
    }
    Ok(())
}

impl FromStr for Address {
    type Err = Malformed;
    fn from_str(text: &str) -> Result<Self, Malformed> {
        for segment in text.split('.') {
            check_segment(segment).map_err(|reason| malformed("address", text, reason))?;
        }
        Self::checked(text.to_owned())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Names a message that came for a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageId {
    /// Its channel.
    pub channel: Arc<str>,
    /// Its event id.
    pub event: Arc<str>,
}

/// What a waiting node and a message meet by: a channel and a correlation key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Correlation {
    /// The channel the message comes in by, such as `bank`.
    pub channel: Arc<str>,
    /// What both sides know, such as a payment number.
    pub key: Arc<str>,
}

#[cfg(test)]
mod tests {
    use super::{Address, RunId, Tenant};

    #[test]
    fn a_run_id_tells_when_the_run_started_and_sorts_by_it() {
        let early = RunId::new(1_700_000_000_123, [0xff; 10]);
        let late = RunId::new(1_700_000_000_124, [0; 10]);
        assert_eq!(early.started_at(), 1_700_000_000_123);
        assert!(early < late && RunId::floor(1_700_000_000_123) <= early);
        assert!(RunId::floor(1_700_000_000_124) > early);
        assert_eq!(early.to_string().parse::<RunId>().unwrap(), early);
    }

    #[test]
    fn addresses_are_built_and_read_back() {
        let lock = Address::node("close").unwrap().item(3).unwrap().inside("lock").unwrap();
        assert_eq!(lock.as_str(), "close[3].lock");
        assert_eq!(lock, "close[3].lock".parse().unwrap());
        assert_eq!(lock.id(), "lock");
        assert!(lock.is_within(&"close".parse().unwrap()) && lock.is_within(&"close[3]".parse().unwrap()));
        assert!(!lock.is_within(&"clos".parse().unwrap()) && !lock.is_within(&lock));
        for text in ["", "A", "a-b", "a[", "a[]", "a[x]", "a..b", ".a", "a[1]b", "a]"] {
            assert!(text.parse::<Address>().is_err(), "{text:?} was accepted");
        }
    }

    #[test]
    fn an_overlong_tenant_is_refused() {
        assert!(Tenant::new(Some(&"x".repeat(129))).is_err());
        assert_eq!(Tenant::new(None).unwrap(), Tenant::default());
    }
}
