//! Where names lead: [`Root`] is what the compiler resolves a name to, [`Scope`] is what answers for it
//! when the expression is evaluated. Nothing here knows how a run keeps its values.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use sdk::Shared;
use serde_json::Value;
use uuid::Uuid;

/// Where a name leads when the expression is evaluated.
///
/// `depth` counts bodies outwards: 0 is the body the expression stands in (the flow, a `foreach` body, an
/// extension body), 1 the body around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Root {
    /// `input`
    Input,
    /// `vars`
    Vars,
    /// `config`
    Config,
    /// `identity`
    Identity,
    /// `run`
    Run,
    /// `trigger`
    Trigger,
    /// `request`
    Request,
    /// `message`
    Message,
    /// `claims`
    Claims,
    /// `nodes` as a whole, an object by id of the nodes that have an output.
    Nodes {
        /// Bodies outwards.
        depth: u8,
    },
    /// `nodes.<id>`
    Node {
        /// Bodies outwards.
        depth: u8,
        /// The place of the id among the ids of that body.
        slot: u16,
    },
    /// `status.<id>`
    Status {
        /// Bodies outwards.
        depth: u8,
        /// The place of the id among the ids of that body.
        slot: u16,
    },
    /// `errors.<id>`
    Errors {
        /// Bodies outwards.
        depth: u8,
        /// The place of the id among the ids of that body.
        slot: u16,
    },
    /// `item`, `index`, `last` or the name a `foreach` gives its item.
    Local {
        /// Bodies outwards.
        depth: u8,
        /// The place of the name among the locals of that body.
        index: u8,
    },
}

/// The values of one evaluation. Reading is lazy: only what the expression names is asked for.
pub trait Scope: Sync {
    /// The value behind a root; `None` when there is none (a node that did not run or has not settled, a
    /// root this place does not have).
    fn get(&self, root: Root) -> Option<Cow<'_, Value>>;

    /// The same as [`Scope::get`] when the value is kept shared: spares a copy of a whole output.
    fn shared(&self, root: Root) -> Option<Shared> {
        let _ = root;
        None
    }

    /// `now()`: the same answer when a run is replayed.
    fn now(&self) -> DateTime<Utc>;

    /// `uuid()`: a new id with each call, the same ones in the same order when a run is replayed.
    fn uuid(&self) -> Uuid;
}
