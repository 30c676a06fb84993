//! Receives what flows announce: a topic, a key, a body. Stands in for the consumers behind a broker, so it counts an
//! event id it has seen before instead of storing it again.

use serde_json::json;

use crate::call::{Answer, Call, Endpoint, Handled, Verb, endpoint};
use crate::world::Transaction;

pub(crate) const ENDPOINTS: &[Endpoint] =
    &[endpoint("list", Verb::Get, "", list), endpoint("send", Verb::Post, "", send)];

fn list(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let is_wanted = |row: &serde_json::Value| call.asked("topic").is_none_or(|topic| row["topic"] == topic);
    let notices: Vec<_> = tx.rows("notices").map(|(_, row)| row).filter(|row| is_wanted(row)).collect();
    Ok(Answer::ok(json!({"notices": notices})))
}

fn send(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let given = call.body["id"].as_str().map(str::to_owned);
    if let Some(mut row) = given.as_deref().and_then(|id| tx.get("notices", id).cloned()) {
        row["deliveries"] = json!(row["deliveries"].as_i64().unwrap_or(1) + 1);
        tx.put("notices", given.as_deref().unwrap_or_default(), row.clone());
        return Ok(Answer::ok(row));
    }
    let id = given.unwrap_or_else(|| format!("{:08}", tx.next("notices")));
    let row = json!({
        "id": id, "topic": call.body["topic"], "key": call.body["key"], "body": call.body["body"],
        "at": tx.stamp(), "deliveries": 1,
    });
    tx.put("notices", &id, row.clone());
    Ok(Answer::created(row))
}
