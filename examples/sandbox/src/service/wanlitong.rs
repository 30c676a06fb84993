//! Wanlitong, a partner's points: members have numbers of their own and 500 units are one of our points.

use serde_json::json;

use crate::call::{Answer, Call, Endpoint, Handled, Verb, endpoint};
use crate::ledger;
use crate::world::Transaction;

pub(crate) const ENDPOINTS: &[Endpoint] = &[
    endpoint("member", Verb::Get, "/members/{user}", member),
    endpoint("refund", Verb::Post, "/points/refund", refund),
];

fn member(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let user = call.segment("user");
    let id = format!("W-{user}");
    let amount = tx.get("wanlitong", &id).cloned().unwrap_or(json!(0));
    Ok(Answer::ok(json!({"id": id, "userId": user, "amount": amount})))
}

fn refund(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let (member, bill, amount) = (call.text("member")?, call.text("bill")?, call.number("amount")?);
    if amount < 0 || amount % 500 != 0 {
        return Err(Answer::invalid("`amount` must be a multiple of 500"));
    }
    let held = tx.get("wanlitong", member).and_then(serde_json::Value::as_i64).unwrap_or(0) + amount;
    tx.put("wanlitong", member, json!(held));
    ledger::effect(tx, "wanlitong.refund", bill);
    Ok(Answer::ok(json!({"member": member, "bill": bill, "amount": amount})))
}
