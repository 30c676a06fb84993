//! The old order service: every call is a POST, fields are snake case, amounts are yuan as text, states are numbers,
//! and a failure is a 200 with a `retcode`. It holds the orders of regions that have not moved yet.

use serde_json::{Value, json};

use crate::call::{Answer, Call, Endpoint, Handled, Verb, endpoint};
use crate::ledger;
use crate::world::Transaction;

pub(crate) const ENDPOINTS: &[Endpoint] = &[
    endpoint("query", Verb::Post, "/order/query", query),
    endpoint("cancel", Verb::Post, "/order/cancel", cancel),
];

/// States: 10 unpaid, 20 paid, 90 cancelled.
const CANCELLED: i64 = 90;

fn query(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    Ok(Answer::ok(match order(tx, call)? {
        Some(order) => json!({"retcode": 0, "retmsg": "ok", "data": order}),
        None => json!({"retcode": 1004, "retmsg": "order not exist", "data": null}),
    }))
}

fn cancel(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let Some(mut order) = order(tx, call)? else {
        return Ok(Answer::ok(json!({"retcode": 1004, "retmsg": "order not exist", "data": null})));
    };
    if order["order_state"] == CANCELLED {
        return Ok(Answer::ok(json!({"retcode": 2001, "retmsg": "state not allowed", "data": order})));
    }
    order["order_state"] = json!(CANCELLED);
    order["memo"] = call.body["memo"].clone();
    let id = call.text("order_no")?;
    tx.put("legacy_orders", id, order.clone());
    ledger::effect(tx, "legacy.cancel", id);
    Ok(Answer::ok(json!({"retcode": 0, "retmsg": "ok", "data": order})))
}

fn order(tx: &Transaction<'_>, call: &Call) -> Result<Option<Value>, Answer> {
    Ok(tx.get("legacy_orders", call.text("order_no")?).cloned())
}
