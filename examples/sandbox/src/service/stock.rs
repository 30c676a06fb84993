//! Stock by SKU or vehicle: released by order, deducted and restored by business key.

use serde_json::{Value, json};

use crate::call::{Answer, Call, Endpoint, Handled, Verb, endpoint};
use crate::ledger;
use crate::world::Transaction;

pub(crate) const ENDPOINTS: &[Endpoint] = &[
    endpoint("release", Verb::Post, "/release", release),
    endpoint("deduct", Verb::Post, "/deduct", deduct),
    endpoint("restore", Verb::Post, "/restore", restore),
    endpoint("get", Verb::Get, "/{sku}", get),
];

fn get(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let sku = call.segment("sku");
    let available = tx.find("stock", "stock of", sku)?;
    Ok(Answer::ok(json!({"sku": sku, "available": available})))
}

/// Gives an order's lines (`sku`, `n`) back.
fn release(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let order = call.text("orderId")?;
    for line in call.body["lines"].as_array().into_iter().flatten() {
        let (Some(sku), Some(n)) = (line["sku"].as_str(), line["n"].as_i64()) else {
            return Err(Answer::invalid("every line needs `sku` and `n`"));
        };
        add(tx, sku, n);
    }
    ledger::effect(tx, "stock.release", order);
    Ok(Answer::ok(json!({"orderId": order, "released": true})))
}

/// The same key is the same deduction; a key restored before it was deducted stays refused.
fn deduct(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let (key, sku, n) = (call.text("key")?, call.text("vehicle")?, call.fen("n")?);
    match tx.get("deductions", key).map(|row| row["state"].clone()) {
        Some(state) if state == "DEDUCTED" => return Ok(Answer::ok(json!({"key": key, "state": state}))),
        Some(_) => return Err(Answer::conflict("DEDUCTION_RESTORED", "this key was restored")),
        None => {}
    }
    if available(tx, sku) < n {
        return Err(Answer::conflict("OUT_OF_STOCK", format!("`{sku}` has {} left", available(tx, sku))));
    }
    add(tx, sku, -n);
    tx.put("deductions", key, json!({"state": "DEDUCTED", "sku": sku, "n": n}));
    ledger::effect(tx, "stock.deduct", key);
    Ok(Answer::ok(json!({"key": key, "state": "DEDUCTED"})))
}

/// Undoes `deduct` by its key alone, whether it happened or not.
fn restore(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let key = call.text("key")?;
    if let Some(row) = tx.get("deductions", key).cloned()
        && row["state"] == "DEDUCTED"
    {
        add(tx, row["sku"].as_str().unwrap_or_default(), row["n"].as_i64().unwrap_or(0));
        ledger::undo(tx, "stock.deduct", key);
    }
    tx.put("deductions", key, json!({"state": "RESTORED"}));
    Ok(Answer::ok(json!({"key": key, "state": "RESTORED"})))
}

fn available(tx: &Transaction<'_>, sku: &str) -> i64 {
    tx.get("stock", sku).and_then(Value::as_i64).unwrap_or(0)
}

fn add(tx: &mut Transaction<'_>, sku: &str, n: i64) {
    let left = available(tx, sku) + n;
    tx.put("stock", sku, json!(left));
}
