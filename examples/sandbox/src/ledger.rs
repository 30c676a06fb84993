//! Money and effects. Every posting has two sides, so the sum of all accounts stays zero; a reserve ends once; every
//! effect a caller may want at most once is counted, so that `audit` can tell. It does not decide who may pay.

use serde_json::{Value, json};

use crate::call::Answer;
use crate::world::Transaction;

/// Accounts of the platform and the outside world; they may be negative, a customer's may not.
const UNLIMITED: [&str; 4] = ["bank", "merchant", "reserved", "opening"];

/// What an account holds, in fen.
pub(crate) fn balance(tx: &Transaction<'_>, account: &str) -> i64 {
    tx.get("accounts", account).and_then(Value::as_i64).unwrap_or(0)
}

/// Moves money; 409 where a customer has too little.
pub(crate) fn post(tx: &mut Transaction<'_>, from: &str, to: &str, fen: i64) -> Result<(), Answer> {
    let left = balance(tx, from) - fen;
    let may_owe = UNLIMITED.contains(&from) || from.starts_with("buyer:");
    if left < 0 && !may_owe {
        return Err(Answer::conflict("INSUFFICIENT_FUNDS", format!("`{from}` lacks {} fen", -left)));
    }
    tx.put("accounts", from, json!(left));
    let held = balance(tx, to) + fen;
    tx.put("accounts", to, json!(held));
    Ok(())
}

/// Sets money aside under `key`. The same key again is the same reserve; a key that was released before it was
/// reserved stays refused, so a late request cannot bring back what was undone.
pub(crate) fn reserve(tx: &mut Transaction<'_>, key: &str, account: &str, fen: i64) -> Result<Value, Answer> {
    if let Some(row) = tx.get("reserves", key) {
        let is_same = row["account"] == account && row["fen"] == fen;
        return match row["state"].as_str() {
            Some("OPEN" | "CONFIRMED") if is_same => Ok(row.clone()),
            Some("RELEASED") => {
                Err(Answer::conflict("RESERVE_RELEASED", format!("`{key}` is released already")))
            }
            _ => Err(Answer::conflict("RESERVE_DIFFERS", format!("`{key}` reserves something else"))),
        };
    }
    post(tx, account, "reserved", fen)?;
    let row =
        json!({"key": key, "account": account, "fen": fen, "state": "OPEN", "confirms": 0, "releases": 0});
    tx.put("reserves", key, row.clone());
    Ok(row)
}

/// Turns a reserve into a payment to the merchant.
pub(crate) fn confirm(tx: &mut Transaction<'_>, key: &str) -> Result<Value, Answer> {
    let mut row = tx.find("reserves", "reserve", key)?;
    match row["state"].as_str() {
        Some("OPEN") => {}
        Some("CONFIRMED") => return Ok(row),
        _ => return Err(Answer::conflict("RESERVE_RELEASED", format!("`{key}` is released already"))),
    }
    post(tx, "reserved", "merchant", row["fen"].as_i64().unwrap_or(0))?;
    row["state"] = json!("CONFIRMED");
    row["confirms"] = json!(row["confirms"].as_i64().unwrap_or(0) + 1);
    tx.put("reserves", key, row.clone());
    Ok(row)
}

/// Gives a reserve back. Releasing what was never reserved succeeds and is remembered: the caller undoes a call
/// whose outcome it does not know.
pub(crate) fn release(tx: &mut Transaction<'_>, key: &str) -> Result<Value, Answer> {
    let Some(mut row) = tx.get("reserves", key).cloned() else {
        let row = json!({"key": key, "fen": 0, "state": "RELEASED", "confirms": 0, "releases": 1, "neverReserved": true});
        tx.put("reserves", key, row.clone());
        return Ok(row);
    };
    match row["state"].as_str() {
        Some("OPEN") => {}
        Some("RELEASED") => return Ok(row),
        _ => return Err(Answer::conflict("RESERVE_CONFIRMED", format!("`{key}` is confirmed already"))),
    }
    let account = row["account"].as_str().unwrap_or("opening").to_owned();
    post(tx, "reserved", &account, row["fen"].as_i64().unwrap_or(0))?;
    row["state"] = json!("RELEASED");
    row["releases"] = json!(row["releases"].as_i64().unwrap_or(0) + 1);
    tx.put("reserves", key, row.clone());
    Ok(row)
}

/// Notes that an effect happened for a business key, such as (`points.return`, order).
pub(crate) fn effect(tx: &mut Transaction<'_>, name: &str, key: &str) {
    count(tx, name, key, "applied");
}

/// Notes that an effect was undone.
pub(crate) fn undo(tx: &mut Transaction<'_>, name: &str, key: &str) {
    count(tx, name, key, "undone");
}

fn count(tx: &mut Transaction<'_>, name: &str, key: &str, side: &str) {
    let id = format!("{name} {key}");
    let mut row = tx
        .get("effects", &id)
        .cloned()
        .unwrap_or_else(|| json!({"effect": name, "key": key, "applied": 0, "undone": 0}));
    row[side] = json!(row[side].as_i64().unwrap_or(0) + 1);
    tx.put("effects", &id, row);
}
