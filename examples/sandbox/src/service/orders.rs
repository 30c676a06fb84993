//! The standard order service: UNPAID, PAID, DELIVERED, CONFIRMED, CLOSED, CANCELLED. Every change raises `version`,
//! and a caller may say which version it saw.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::call::{Answer, Call, Endpoint, Handled, Verb, endpoint};
use crate::ledger;
use crate::world::{Transaction, text};

pub(crate) const ENDPOINTS: &[Endpoint] = &[
    endpoint("list", Verb::Get, "", list),
    endpoint("create", Verb::Post, "", create),
    endpoint("cancel-by-key", Verb::Post, "/cancel-by-key", cancel_by_key),
    endpoint("get", Verb::Get, "/{id}", get),
    endpoint("close", Verb::Post, "/{id}/close", close),
    endpoint("reopen", Verb::Post, "/{id}/reopen", reopen),
    endpoint("paid", Verb::Post, "/{id}/paid", paid),
    endpoint("payment-failed", Verb::Post, "/{id}/payment-failed", payment_failed),
    endpoint("deliver", Verb::Post, "/{id}/deliver", deliver),
    endpoint("confirm", Verb::Post, "/{id}/confirm", confirm),
];

/// Filters by `status`, `bizId`, `scenario` (`default` = none), `createdBefore`; at most `limit`, 100 by default.
fn list(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let before = match call.asked("createdBefore") {
        None => None,
        Some(time) => match DateTime::parse_from_rfc3339(time) {
            Ok(time) => Some(text(time.with_timezone(&Utc))),
            Err(_) => return Err(Answer::invalid("`createdBefore` must be an RFC 3339 time")),
        },
    };
    let limit = call.asked("limit").and_then(|limit| limit.parse().ok()).unwrap_or(100);
    let is_wanted = |order: &Value| {
        let fits = |field: &str| {
            call.asked(field).is_none_or(|wanted| order[field].as_str().unwrap_or("default") == wanted)
        };
        let is_older = || {
            before.as_deref().is_none_or(|before| order["createdAt"].as_str().is_some_and(|at| at < before))
        };
        fits("status") && fits("bizId") && fits("scenario") && is_older()
    };
    let orders: Vec<&Value> =
        tx.rows("orders").map(|(_, order)| order).filter(|order| is_wanted(order)).take(limit).collect();
    Ok(Answer::ok(json!({"orders": orders})))
}

fn get(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    tx.find("orders", "order", call.segment("id")).map(Answer::ok)
}

/// With a business `key` the same key is the same order, and a key cancelled before it was created stays refused.
fn create(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let user = call.body["userId"].as_str().or_else(|| call.body["buyer"].as_str());
    let Some(user) = user else {
        return Err(Answer::invalid("the body needs a text `userId` or `buyer`"));
    };
    let key = call.body["key"].as_str();
    if let Some(row) = key.and_then(|key| tx.get("order_keys", key)) {
        return match row["orderId"].as_str() {
            Some(id) if row["state"] == "LIVE" => tx.find("orders", "order", id).map(Answer::ok),
            _ => Err(Answer::conflict("ORDER_KEY_CANCELLED", "this key was cancelled")),
        };
    }
    let id = format!("O{}", 100_000 + tx.next("orders"));
    let lines = if call.body["lines"].is_array() { call.body["lines"].clone() } else { json!([]) };
    let order = json!({
        "id": id, "userId": user, "bizId": call.body["bizId"], "scenario": call.body["scenario"],
        "status": "UNPAID", "version": 1, "key": key, "totalFen": call.body["fen"].as_i64().unwrap_or(0),
        "paidFen": 0, "points": 0, "lines": lines, "createdAt": tx.stamp(),
    });
    tx.put("orders", &id, order.clone());
    if let Some(key) = key {
        tx.put("order_keys", key, json!({"orderId": id, "state": "LIVE"}));
        ledger::effect(tx, "order.create", key);
    }
    Ok(Answer::created(order))
}

/// Undoes `create` by its key alone; succeeds where nothing was created, and keeps the key refused.
fn cancel_by_key(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let key = call.text("key")?;
    let Some(row) = tx.get("order_keys", key).cloned() else {
        tx.put("order_keys", key, json!({"orderId": null, "state": "CANCELLED"}));
        return Ok(Answer::ok(json!({"cancelled": false, "reason": "never created"})));
    };
    let id = row["orderId"].as_str().unwrap_or_default();
    if row["state"] == "LIVE" {
        let mut order = tx.find("orders", "order", id)?;
        change(&mut order, "CANCELLED");
        tx.put("orders", id, order);
        tx.put("order_keys", key, json!({"orderId": id, "state": "CANCELLED"}));
        ledger::undo(tx, "order.create", key);
    }
    Ok(Answer::ok(json!({"cancelled": true, "orderId": row["orderId"]})))
}

fn close(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let id = call.segment("id");
    let mut order = tx.find("orders", "order", id)?;
    if let Some(expected) = call.body["expectVersion"].as_i64()
        && order["version"] != expected
    {
        return Err(Answer::conflict(
            "VERSION_CHANGED",
            format!("the order is at version {}", order["version"]),
        ));
    }
    let before = order["status"].clone();
    if before != "UNPAID" && before != "PAID" {
        return Err(Answer::conflict("ORDER_NOT_CLOSABLE", format!("the order is {before}")));
    }
    order["before"] = before;
    order["closeReason"] = call.body["reason"].clone();
    change(&mut order, "CLOSED");
    tx.put("orders", id, order.clone());
    ledger::effect(tx, "order.close", id);
    Ok(Answer::ok(order))
}

/// Undoes `close`. The version rises even when the order was open: a late `close` then finds another version.
fn reopen(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let id = call.segment("id");
    let mut order = tx.find("orders", "order", id)?;
    let is_closed = order["status"] == "CLOSED";
    let status = order[if is_closed { "before" } else { "status" }].as_str().unwrap_or("UNPAID").to_owned();
    change(&mut order, &status);
    tx.put("orders", id, order.clone());
    if is_closed {
        ledger::undo(tx, "order.close", id);
    }
    Ok(Answer::ok(order))
}

fn paid(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let fen = call.fen("fen")?;
    let id = call.segment("id");
    let mut order = tx.find("orders", "order", id)?;
    if order["status"] != "UNPAID" {
        return Err(Answer::conflict("ORDER_NOT_PAYABLE", format!("the order is {}", order["status"])));
    }
    order["paidFen"] = json!(fen);
    order["paymentNo"] = call.body["paymentNo"].clone();
    change(&mut order, "PAID");
    tx.put("orders", id, order.clone());
    ledger::effect(tx, "order.paid", id);
    Ok(Answer::ok(order))
}

fn payment_failed(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let id = call.segment("id");
    let mut order = tx.find("orders", "order", id)?;
    order["failedPayment"] = call.body["no"].clone();
    let status = order["status"].as_str().unwrap_or("UNPAID").to_owned();
    change(&mut order, &status);
    tx.put("orders", id, order.clone());
    Ok(Answer::ok(order))
}

fn deliver(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    advance(tx, call.segment("id"), "PAID", "DELIVERED")
}

fn confirm(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    advance(tx, call.segment("id"), "DELIVERED", "CONFIRMED")
}

fn advance(tx: &mut Transaction<'_>, id: &str, from: &str, to: &str) -> Handled {
    let mut order = tx.find("orders", "order", id)?;
    if order["status"] != from {
        return Err(Answer::conflict(
            "ORDER_STATUS",
            format!("the order is {}, not {from}", order["status"]),
        ));
    }
    change(&mut order, to);
    tx.put("orders", id, order.clone());
    Ok(Answer::ok(order))
}

fn change(order: &mut Value, status: &str) {
    order["status"] = json!(status);
    order["version"] = json!(order["version"].as_i64().unwrap_or(0) + 1);
}
