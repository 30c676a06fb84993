//! The platform's own loyalty points.

use serde_json::json;

use crate::call::{Answer, Call, Endpoint, Handled, Verb, endpoint};
use crate::ledger;
use crate::world::Transaction;

pub(crate) const ENDPOINTS: &[Endpoint] = &[
    endpoint("get", Verb::Get, "/accounts/{user}", get),
    endpoint("return", Verb::Post, "/accounts/{user}/return", give_back),
];

fn get(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let user = call.segment("user");
    let points = tx.get("points", user).cloned().unwrap_or(json!(0));
    Ok(Answer::ok(json!({"userId": user, "points": points})))
}

fn give_back(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let (user, order, points) = (call.segment("user"), call.text("order")?, call.number("points")?);
    if points < 0 {
        return Err(Answer::invalid("`points` must not be below 0"));
    }
    let held = tx.get("points", user).and_then(serde_json::Value::as_i64).unwrap_or(0) + points;
    tx.put("points", user, json!(held));
    ledger::effect(tx, "points.return", order);
    Ok(Answer::ok(json!({"returned": points, "points": held})))
}
