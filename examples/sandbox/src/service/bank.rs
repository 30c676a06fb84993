//! A bank's transfer channel. A transfer is PENDING until the payer pays, which happens by itself after the time of
//! the switch `bank/settle`; the bank then calls back. An amount ending in 44 fen is refused by the payer's bank.
//! Codes are the bank's own: 0000 done, 1001 in progress, 2002 refused, 2003 closed or unknown.

use serde_json::{Value, json};

use crate::call::{Answer, Call, Endpoint, Handled, Verb, endpoint};
use crate::ledger;
use crate::outbound;
use crate::world::Transaction;

pub(crate) const ENDPOINTS: &[Endpoint] = &[
    endpoint("create", Verb::Post, "/transfers", create),
    endpoint("query", Verb::Get, "/transfers/{no}", query),
    endpoint("close", Verb::Delete, "/transfers/{no}", close),
    endpoint("pay", Verb::Post, "/transfers/{no}/pay", pay),
];

/// Takes `<transfer><no>…</no><fen>…</fen></transfer>`, or the same as JSON. The same number is the same transfer.
fn create(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let number = call.body["no"].as_str().map(str::to_owned).or_else(|| element(&call.text, "no"));
    let fen = call.body["fen"].as_i64().or_else(|| element(&call.text, "fen")?.parse().ok());
    let (Some(number), Some(fen)) = (number, fen) else {
        return Err(Answer::invalid("a transfer needs `no` and `fen`"));
    };
    if let Some(row) = tx.get("transfers", &number) {
        return if row["fen"] == fen {
            Ok(Answer::ok(view(row)))
        } else {
            Err(Answer::conflict("TRANSFER_DIFFERS", "this number stands for another amount"))
        };
    }
    let serial = format!("B{:010}", tx.next("transfers"));
    let row = json!({
        "no": number, "fen": fen, "serial": serial, "state": "PENDING", "account": format!("6228{:012}", fen),
    });
    tx.put("transfers", &number, row.clone());
    outbound::settle_later(tx, "bank", &number);
    Ok(Answer::created(view(&row)))
}

fn query(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let number = call.segment("no");
    Ok(Answer::ok(tx.get("transfers", number).map_or_else(|| json!({"no": number, "code": "2003"}), view)))
}

/// Makes the bank refuse a late payment; one already paid stays paid.
fn close(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let number = call.segment("no");
    let mut row =
        tx.get("transfers", number).cloned().unwrap_or_else(|| json!({"no": number, "state": "CLOSED"}));
    match row["state"].as_str() {
        Some("SUCCESS") => {
            return Ok(Answer::ok(json!({"no": number, "code": "2004", "serial": row["serial"]})));
        }
        Some("PENDING") => row["state"] = json!("CLOSED"),
        _ => {}
    }
    tx.put("transfers", number, row);
    Ok(Answer::ok(json!({"no": number, "code": "0000"})))
}

/// Plays the payer: `status` SUCCESS or FAIL, at once.
fn pay(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let number = call.segment("no");
    tx.find("transfers", "transfer", number)?;
    let is_refused = call.body["status"] == "FAIL";
    let row = settle(tx, number, is_refused).unwrap_or(Value::Null);
    Ok(Answer::ok(row))
}

/// Ends a pending transfer and queues the callback; a transfer that is closed or ended stays as it is.
pub(crate) fn settle(tx: &mut Transaction<'_>, number: &str, is_refused: bool) -> Option<Value> {
    let mut row = tx.get("transfers", number)?.clone();
    if row["state"] != "PENDING" {
        return Some(view(&row));
    }
    let fen = row["fen"].as_i64().unwrap_or(0);
    let state = if is_refused || fen % 100 == 44 { "FAIL" } else { "SUCCESS" };
    row["state"] = json!(state);
    tx.put("transfers", number, row.clone());
    if state == "SUCCESS" {
        ledger::effect(tx, "bank.transfer", number);
    }
    let notice = json!({
        "paymentNo": number, "txnId": row["serial"], "status": state, "fen": fen, "at": tx.stamp(),
    });
    outbound::call_back(tx, "bank", &notice);
    Some(view(&row))
}

fn view(row: &Value) -> Value {
    let code = match row["state"].as_str() {
        Some("SUCCESS") => "0000",
        Some("PENDING") => "1001",
        Some("FAIL") => "2002",
        _ => "2003",
    };
    json!({"no": row["no"], "code": code, "serial": row["serial"], "account": row["account"], "fen": row["fen"]})
}

/// The text of the first `<name>…</name>`; enough for the one flat message this bank takes.
fn element(xml: &str, name: &str) -> Option<String> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once(&format!("</{name}>"))?;
    Some(
        text.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&#x27;", "'")
            .replace("&amp;", "&"),
    )
}

#[cfg(test)]
mod tests {
    use super::element;

    #[test]
    fn an_element_is_read_and_unescaped() {
        let xml = "<transfer><no>P&amp;1</no><fen>100</fen></transfer>";
        assert_eq!(element(xml, "no").as_deref(), Some("P&1"));
        assert_eq!(element(xml, "fen").as_deref(), Some("100"));
        assert_eq!(element(xml, "currency"), None);
    }
}
