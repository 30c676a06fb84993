//! The ledger's face: refunds, reserves, receivables, bookings of payments, and the queue for reconciliation.

use serde_json::json;

use crate::call::{Answer, Call, Endpoint, Handled, Verb, endpoint};
use crate::ledger;
use crate::world::Transaction;

pub(crate) const ENDPOINTS: &[Endpoint] = &[
    endpoint("balance", Verb::Get, "/balances/{account}", balance),
    endpoint("refund", Verb::Post, "/refunds", refund),
    endpoint("reserve", Verb::Post, "/reserves", reserve),
    endpoint("reserve-get", Verb::Get, "/reserves/{key}", reserve_get),
    endpoint("reserve-confirm", Verb::Post, "/reserves/{key}/confirm", reserve_confirm),
    endpoint("reserve-release", Verb::Post, "/reserves/{key}/release", reserve_release),
    endpoint("receivable", Verb::Post, "/receivables", receivable),
    endpoint("receivable-confirm", Verb::Post, "/receivables/confirm", receivable_confirm),
    endpoint("receivable-void", Verb::Post, "/receivables/void", receivable_void),
    endpoint("book", Verb::Post, "/ledger", book),
    endpoint("recon-queue", Verb::Post, "/recon/queue", recon_queue),
    endpoint("recon-list", Verb::Get, "/recon/queue", recon_list),
];

fn balance(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let account = call.segment("account");
    Ok(Answer::ok(json!({"account": account, "fen": ledger::balance(tx, account)})))
}

/// Pays back to the buyer, never more than was paid.
fn refund(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let (id, fen) = (call.text("orderId")?, call.fen("fen")?);
    let mut order = tx.find("orders", "order", id)?;
    let refunded = order["refundedFen"].as_i64().unwrap_or(0) + fen;
    if refunded > order["paidFen"].as_i64().unwrap_or(0) {
        return Err(Answer::conflict("REFUND_EXCEEDS", "more than was paid"));
    }
    let account = format!("customer:{}", order["userId"].as_str().unwrap_or_default());
    ledger::post(tx, "merchant", &account, fen)?;
    order["refundedFen"] = json!(refunded);
    tx.put("orders", id, order);
    let number = format!("R{}", tx.next("refunds"));
    ledger::effect(tx, "finance.refund", id);
    Ok(Answer::created(json!({"refundNo": number, "orderId": id, "fen": fen})))
}

fn reserve(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    ledger::reserve(tx, call.text("key")?, call.text("account")?, call.fen("fen")?).map(Answer::created)
}

fn reserve_get(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    tx.find("reserves", "reserve", call.segment("key")).map(Answer::ok)
}

fn reserve_confirm(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    ledger::confirm(tx, call.segment("key")).map(Answer::ok)
}

fn reserve_release(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    ledger::release(tx, call.segment("key")).map(Answer::ok)
}

/// What a buyer owes, held until it is confirmed or void.
fn receivable(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let (key, fen, order) = (call.text("key")?, call.fen("fen")?, call.text("orderId")?);
    let reserve = format!("receivable:{key}");
    let is_new = tx.get("reserves", &reserve).is_none();
    let order = tx.find("orders", "order", order)?;
    let account = format!("buyer:{}", order["userId"].as_str().unwrap_or_default());
    let row = ledger::reserve(tx, &reserve, &account, fen)?;
    if is_new {
        ledger::effect(tx, "receivable.open", key);
    }
    Ok(Answer::created(row))
}

fn receivable_confirm(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    ledger::confirm(tx, &format!("receivable:{}", call.text("key")?)).map(Answer::ok)
}

/// Undoes `receivable` by its key alone, whether it happened or not.
fn receivable_void(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let key = call.text("key")?;
    let reserve = format!("receivable:{key}");
    let was_open = tx.get("reserves", &reserve).is_some_and(|row| row["state"] == "OPEN");
    let row = ledger::release(tx, &reserve)?;
    if was_open {
        ledger::undo(tx, "receivable.open", key);
    }
    Ok(Answer::ok(row))
}

/// Books a payment that the bank has confirmed, and marks the order paid.
fn book(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let (key, id, fen) = (call.text("key")?, call.text("orderId")?, call.fen("fen")?);
    ledger::post(tx, "bank", "merchant", fen)?;
    ledger::effect(tx, "finance.book", key);
    if let Some(mut order) = tx.get("orders", id).cloned() {
        order["paidFen"] = json!(order["paidFen"].as_i64().unwrap_or(0) + fen);
        order["paymentNo"] = json!(key);
        if order["status"] == "UNPAID" {
            order["status"] = json!("PAID");
        }
        order["version"] = json!(order["version"].as_i64().unwrap_or(0) + 1);
        tx.put("orders", id, order);
    }
    Ok(Answer::created(json!({"key": key, "fen": fen})))
}

fn recon_queue(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let number = call.text("no")?;
    let row = json!({"no": number, "why": call.body["why"], "at": tx.stamp()});
    tx.put("recon", number, row.clone());
    Ok(Answer::created(row))
}

fn recon_list(tx: &mut Transaction<'_>, _: &Call) -> Handled {
    let rows: Vec<_> = tx.rows("recon").map(|(_, row)| row).collect();
    Ok(Answer::ok(json!({"queue": rows})))
}
