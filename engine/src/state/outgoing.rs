//! A part of the outbox as it is read: what is whole, and what is not. Promises nothing; `Store` does.

use bytes::Bytes;

use super::{
    contract::{OutEvent, OutId},
    encode::Undecodable,
};

/// A row of the outbox that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damaged {
    /// Where it stands in the outbox.
    pub id: OutId,
    /// What is wrong with it.
    pub why: Undecodable,
    /// The row as it is.
    pub bytes: Bytes,
}

/// A part of the outbox.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outgoing {
    /// The events, in the order in which they were committed.
    pub events: Vec<OutEvent>,
    /// What lies between them and cannot be read: it holds up nobody.
    pub damaged: Vec<Damaged>,
    /// The last row of this part, when more may follow.
    pub next: Option<OutId>,
}
