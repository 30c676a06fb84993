//! The alert webhook: keeps what it is told.

use serde_json::json;

use crate::call::{Answer, Call, Endpoint, Handled, Verb, endpoint};
use crate::world::Transaction;

pub(crate) const ENDPOINTS: &[Endpoint] =
    &[endpoint("list", Verb::Get, "", list), endpoint("raise", Verb::Post, "", raise)];

fn list(tx: &mut Transaction<'_>, _: &Call) -> Handled {
    let alerts: Vec<_> = tx.rows("alerts").map(|(_, alert)| alert).collect();
    Ok(Answer::ok(json!({"alerts": alerts})))
}

fn raise(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let id = format!("{:08}", tx.next("alerts"));
    let row = json!({"id": id, "at": tx.stamp(), "alert": call.body});
    tx.put("alerts", &id, row.clone());
    Ok(Answer::created(row))
}
