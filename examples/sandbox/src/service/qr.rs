//! QR code payments: a code is shown, the buyer scans it, the channel calls back. An amount ending in 44 fen is
//! closed by the buyer instead.

use serde_json::{Value, json};

use crate::call::{Answer, Call, Endpoint, Handled, Verb, endpoint};
use crate::ledger;
use crate::outbound;
use crate::world::Transaction;

pub(crate) const ENDPOINTS: &[Endpoint] = &[
    endpoint("create", Verb::Post, "/codes", create),
    endpoint("query", Verb::Get, "/codes/{no}", query),
    endpoint("close", Verb::Post, "/codes/{no}/close", close),
    endpoint("pay", Verb::Post, "/codes/{no}/pay", pay),
];

fn create(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let (number, fen) = (call.text("outTradeNo")?, call.fen("amount")?);
    if let Some(row) = tx.get("codes", number) {
        return if row["fen"] == fen {
            Ok(Answer::ok(row.clone()))
        } else {
            Err(Answer::conflict("CODE_DIFFERS", "this number stands for another amount"))
        };
    }
    let url = format!("https://qr.example/{number}");
    let row = json!({"outTradeNo": number, "fen": fen, "state": "WAITING", "codeUrl": url, "ttl": call.body["ttl"]});
    tx.put("codes", number, row.clone());
    outbound::settle_later(tx, "qr", number);
    Ok(Answer::created(row))
}

fn query(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    tx.find("codes", "code", call.segment("no")).map(Answer::ok)
}

fn close(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let number = call.segment("no");
    let mut row = tx.find("codes", "code", number)?;
    if row["state"] == "PAID" {
        return Err(Answer::conflict("CODE_PAID", "the code is paid already"));
    }
    row["state"] = json!("CLOSED");
    tx.put("codes", number, row.clone());
    Ok(Answer::ok(row))
}

fn pay(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let number = call.segment("no");
    tx.find("codes", "code", number)?;
    let is_refused = call.body["status"] == "FAIL";
    let row = settle(tx, number, is_refused).unwrap_or(Value::Null);
    Ok(Answer::ok(row))
}

/// Ends a waiting code and queues the callback.
pub(crate) fn settle(tx: &mut Transaction<'_>, number: &str, is_refused: bool) -> Option<Value> {
    let mut row = tx.get("codes", number)?.clone();
    if row["state"] != "WAITING" {
        return Some(row);
    }
    let fen = row["fen"].as_i64().unwrap_or(0);
    let is_refused = is_refused || fen % 100 == 44;
    row["state"] = json!(if is_refused { "CLOSED" } else { "PAID" });
    tx.put("codes", number, row.clone());
    if !is_refused {
        ledger::effect(tx, "qr.payment", number);
    }
    let status = if is_refused { "FAIL" } else { "SUCCESS" };
    let txn = format!("Q{:010}", tx.next("codes"));
    let notice = json!({"paymentNo": number, "txnId": txn, "status": status, "fen": fen, "at": tx.stamp()});
    outbound::call_back(tx, "qr", &notice);
    Some(row)
}
