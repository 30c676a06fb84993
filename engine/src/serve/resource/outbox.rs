//! `/v1/outbox`: events on their way to other systems, and those that were refused for good.

use sdk::Class;
use serde_json::{Value, json};

use super::{ok, store};
use crate::{
    clock::text,
    serve::{Answer, Ask, Problem},
    state,
    worker::Unparked,
};

/// Events of a page at the most.
const MOST: u64 = 500;

/// How many events wait, and which are parked.
pub(in crate::serve) async fn show(ask: Ask) -> Answer {
    let most = usize::try_from(ask.number("limit")?.unwrap_or(MOST).clamp(1, MOST)).unwrap_or(1);
    let parked = ask.engine.parked(ask.query.get("cursor"), most).await.map_err(|fault| store(&fault))?;
    let next = parked.last().filter(|_| parked.len() == most).map(|(id, _)| id.clone());
    let told = |(id, parked): (String, crate::worker::Parked)| {
        let mut told = json!(parked);
        told["id"] = json!(id);
        told["parkedAt"] = json!(told["parkedAt"].as_i64().map(text));
        told
    };
    let depth = ask.engine.store().outbox().borrow().depth;
    let parked: Vec<Value> = parked.into_iter().map(told).collect();
    ok(&json!({"depth": depth, "parked": parked, "next": next}))
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

fn answer(id: &str, word: &str, unparked: state::Result<Unparked>) -> Answer {
    match unparked.map_err(|fault| store(&fault))? {
        Unparked::Gone => ok(&json!({"id": id, "status": word})),
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
