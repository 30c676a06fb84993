//! Customer accounts: opened PENDING under a business key, then activated, or cancelled by the key.

use serde_json::json;

use crate::call::{Answer, Call, Endpoint, Handled, Verb, endpoint};
use crate::ledger;
use crate::world::Transaction;

pub(crate) const ENDPOINTS: &[Endpoint] = &[
    endpoint("open", Verb::Post, "", open),
    endpoint("get", Verb::Get, "/{key}", get),
    endpoint("activate", Verb::Post, "/{key}/activate", activate),
    endpoint("cancel", Verb::Post, "/{key}/cancel", cancel),
];

fn get(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    tx.find("customer_accounts", "account", call.segment("key")).map(Answer::ok)
}

fn open(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let key = call.text("key")?;
    match tx.get("customer_accounts", key) {
        Some(row) if row["state"] == "CANCELLED" => {
            return Err(Answer::conflict("ACCOUNT_CANCELLED", "this key was cancelled"));
        }
        Some(row) => return Ok(Answer::ok(row.clone())),
        None => {}
    }
    let number = format!("62{:014}", tx.next("customer_accounts"));
    let row = json!({"key": key, "number": number, "name": call.body["name"], "state": "PENDING", "at": tx.stamp()});
    tx.put("customer_accounts", key, row.clone());
    ledger::effect(tx, "account.open", key);
    Ok(Answer::created(row))
}

fn activate(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let key = call.segment("key");
    let mut row = tx.find("customer_accounts", "account", key)?;
    if row["state"] == "CANCELLED" {
        return Err(Answer::conflict("ACCOUNT_CANCELLED", "this account was cancelled"));
    }
    row["state"] = json!("ACTIVE");
    tx.put("customer_accounts", key, row.clone());
    Ok(Answer::ok(row))
}

/// Undoes `open` by its key alone, whether it happened or not.
fn cancel(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let key = call.segment("key");
    let row = tx.get("customer_accounts", key).cloned();
    if row.as_ref().is_some_and(|row| row["state"] != "CANCELLED") {
        ledger::undo(tx, "account.open", key);
    }
    let mut row = row.unwrap_or_else(|| json!({"key": key}));
    row["state"] = json!("CANCELLED");
    tx.put("customer_accounts", key, row.clone());
    Ok(Answer::ok(row))
}
