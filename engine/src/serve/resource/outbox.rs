//! `/v1/outbox`: events on their way to other systems, and those that were refused for good.

use schemars::JsonSchema;
use sdk::{Class, Timestamp};
use serde::{Deserialize, Serialize};

use super::{ok, store};
use crate::{
    clock::as_text,
    run::Letter,
    serve::{
        Answer, Ask, Problem,
        openapi::{Operation, Tag},
    },
    state,
    worker::{Parked, Unparked},
};

/// Events of a page at the most.
const MOST: u64 = 500;

const fn most() -> u64 {
    MOST
}

/// Which events are wanted.
#[derive(Deserialize, JsonSchema)]
pub(in crate::serve) struct Wanted {
    /// At most so many parked events.
    #[serde(default = "most")]
    #[schemars(range(min = 1, max = MOST))]
    limit: u64,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// Events on their way to other systems.
#[derive(Serialize, JsonSchema)]
pub(in crate::serve) struct Outbox {
    /// How many wait to be delivered.
    depth: u64,
    /// Those that were refused for good.
    parked: Vec<ParkedEvent>,
    /// The cursor of the next page; null = this is all.
    next: Option<String>,
}

/// An event that was refused for good.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::serve) struct ParkedEvent {
    /// Its id.
    id: String,
    /// The run it came from.
    run: String,
    /// The number of the record it belongs to.
    seq: u64,
    /// The business it belongs to.
    biz_id: String,
    /// What it is about.
    topic: String,
    /// What keeps it in order.
    key: String,
    /// What is to be called; null when it could not be read.
    letter: Option<Letter>,
    /// The row itself when it could not be read, in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<String>,
    /// How often it was tried.
    attempts: u32,
    /// Why it was refused the last time.
    code: String,
    /// The same in words.
    message: String,
    /// When it was parked.
    #[serde(serialize_with = "as_text")]
    #[schemars(with = "String", extend("format" = "date-time"))]
    parked_at: Timestamp,
}

impl ParkedEvent {
    fn new(id: String, parked: Parked) -> Self {
        let Parked { run, seq, biz_id, topic, key, letter, row, attempts, code, message, parked_at } = parked;
        Self { id, run, seq, biz_id, topic, key, letter, row, attempts, code, message, parked_at }
    }
}

/// What became of an event.
#[derive(Serialize, JsonSchema)]
pub(in crate::serve) struct EventStatus {
    /// Its id.
    id: String,
    /// What was done.
    #[schemars(extend("enum" = ["delivered", "dropped"]))]
    status: &'static str,
}

pub(in crate::serve) const SHOW: Operation =
    Operation::of::<Outbox>(Tag::Events, "getOutbox").query::<Wanted>().refuses(&[(400, "QUERY_INVALID")]);

pub(in crate::serve) const RETRY: Operation = Operation::of::<EventStatus>(Tag::Events, "retryEvent")
    .says("Refused again, it is 502 with the far side's code.")
    .refuses(&[(404, "EVENT_NOT_FOUND")]);

pub(in crate::serve) const REMOVE: Operation =
    Operation::of::<EventStatus>(Tag::Events, "dropEvent").refuses(&[(404, "EVENT_NOT_FOUND")]);

/// How many events wait, and which are parked.
pub(in crate::serve) async fn show(ask: Ask) -> Answer {
    let Wanted { limit, cursor } = ask.asked()?;
    let most = usize::try_from(limit.clamp(1, MOST)).unwrap_or(1);
    let parked = ask.engine.parked(cursor.as_deref(), most).await.map_err(|fault| store(&fault))?;
    let next = parked.last().filter(|_| parked.len() == most).map(|(id, _)| id.clone());
    let depth = ask.engine.store().outbox().borrow().depth;
    let parked = parked.into_iter().map(|(id, parked)| ParkedEvent::new(id, parked)).collect();
    ok(&Outbox { depth, parked, next })
}

/// Has a parked event delivered now.
pub(in crate::serve) async fn retry(ask: Ask) -> Answer {
    let id = ask.param("id");
    answer(id, "delivered", ask.engine.deliver_parked(id).await)
}

/// Forgets a parked event.
pub(in crate::serve) async fn remove(ask: Ask) -> Answer {
    let id = ask.param("id");
    answer(id, "dropped", ask.engine.drop_parked(id).await)
}

fn answer(id: &str, status: &'static str, unparked: state::Result<Unparked>) -> Answer {
    match unparked.map_err(|fault| store(&fault))? {
        Unparked::Gone => ok(&EventStatus { id: id.to_owned(), status }),
        Unparked::Missing => {
            let id: String = id.chars().take(64).collect();
            Err(Problem::not_found("EVENT_NOT_FOUND", format!("no event `{id}` is parked")))
        }
        Unparked::Refused(error) => {
            let status = hyper::StatusCode::BAD_GATEWAY;
            Err(Problem::new(status, Class::Unavailable, &error.code, error.message.as_str()))
        }
    }
}
