//! What must hold whatever the callers did: the books balance, every reserve ends once, no effect twice, no lot half
//! settled. It reads and judges; it mends nothing.

use serde_json::{Value, json};

use crate::world::Transaction;

/// The findings as one document. `openReserves` and `halfSettledLots` are findings only once every run has ended,
/// so they stand apart from `violations`.
pub(crate) fn audit(tx: &Transaction<'_>) -> Value {
    let sum: i64 = tx.rows("accounts").filter_map(|(_, balance)| balance.as_i64()).sum();
    let mut violations = Vec::new();
    if sum != 0 {
        violations.push(
            json!({"code": "BOOKS_DIFFER", "message": format!("all accounts sum to {sum} fen, not 0")}),
        );
    }
    let reserves = reserves(tx, &mut violations);
    effects(tx, &mut violations);
    let half_settled = half_settled_lots(tx);
    json!({
        "ok": violations.is_empty(),
        "violations": violations,
        "sumFen": sum,
        "openReserves": reserves.open,
        "reserves": {"open": reserves.open.len(), "confirmed": reserves.confirmed, "released": reserves.released},
        "halfSettledLots": half_settled,
    })
}

#[derive(Default)]
struct Reserves {
    open: Vec<String>,
    confirmed: u64,
    released: u64,
}

fn reserves(tx: &Transaction<'_>, violations: &mut Vec<Value>) -> Reserves {
    let mut seen = Reserves::default();
    let mut open_fen = 0;
    for (key, row) in tx.rows("reserves") {
        let ends = row["confirms"].as_i64().unwrap_or(0) + row["releases"].as_i64().unwrap_or(0);
        match row["state"].as_str() {
            Some("CONFIRMED") => seen.confirmed += 1,
            Some("RELEASED") => seen.released += 1,
            _ => {
                open_fen += row["fen"].as_i64().unwrap_or(0);
                seen.open.push(key.clone());
            }
        }
        if ends > 1 {
            violations.push(
                json!({"code": "RESERVE_ENDED_TWICE", "key": key, "message": format!("ended {ends} times")}),
            );
        }
    }
    let held = tx.get("accounts", "reserved").and_then(Value::as_i64).unwrap_or(0);
    if held != open_fen {
        let message = format!("open reserves sum to {open_fen} fen, the account holds {held}");
        violations.push(json!({"code": "RESERVES_DIFFER", "message": message}));
    }
    seen
}

fn effects(tx: &Transaction<'_>, violations: &mut Vec<Value>) {
    for (_, row) in tx.rows("effects") {
        let (applied, undone) = (row["applied"].as_i64().unwrap_or(0), row["undone"].as_i64().unwrap_or(0));
        let code = match applied - undone {
            0 | 1 => continue,
            net if net > 1 => "EFFECT_TWICE",
            _ => "UNDONE_TWICE",
        };
        let message = format!("{} for `{}`: applied {applied}, undone {undone}", row["effect"], row["key"]);
        violations
            .push(json!({"code": code, "effect": row["effect"], "key": row["key"], "message": message}));
    }
}

/// Lots of which some effects stand and others do not: lock, order and receivable go together.
fn half_settled_lots(tx: &Transaction<'_>) -> Vec<Value> {
    let stands = |effect: &str, lot: &str| {
        tx.get("effects", &format!("{effect} {lot}"))
            .is_some_and(|row| row["applied"].as_i64().unwrap_or(0) > row["undone"].as_i64().unwrap_or(0))
    };
    let mut found = Vec::new();
    for (lot, _) in tx.rows("lots") {
        let has = [stands("vehicle.lock", lot), stands("order.create", lot), stands("receivable.open", lot)];
        if has.contains(&true) && has.contains(&false) {
            found.push(json!({"lot": lot, "locked": has[0], "order": has[1], "receivable": has[2]}));
        }
    }
    found
}
