//! Vehicles: their price, the lock of the lot that sells them, their golden record; and the lots of the auction.

use serde_json::{Value, json};

use crate::call::{Answer, Call, Endpoint, Handled, Verb, endpoint};
use crate::ledger;
use crate::world::Transaction;

pub(crate) const ENDPOINTS: &[Endpoint] = &[
    endpoint("lot", Verb::Get, "/lots/{id}", lot),
    endpoint("get", Verb::Get, "/{id}", get),
    endpoint("price", Verb::Get, "/{id}/price", price),
    endpoint("lock", Verb::Put, "/{id}/lock", lock),
    endpoint("unlock", Verb::Delete, "/{id}/lock", unlock),
    endpoint("record", Verb::Get, "/{id}/record", record),
    endpoint("change-record", Verb::Patch, "/{id}/record", change_record),
];

fn get(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    tx.find("vehicles", "vehicle", call.segment("id")).map(Answer::ok)
}

fn lot(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    tx.find("lots", "lot", call.segment("id")).map(Answer::ok)
}

fn price(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let vehicle = tx.find("vehicles", "vehicle", call.segment("id"))?;
    let fen = vehicle["priceFen"].as_i64().unwrap_or(0);
    let is_hidden = vehicle["hidePrice"].as_bool().unwrap_or(false);
    Ok(Answer::ok(
        json!({"text": format!("{}.{:02}", fen / 100, fen % 100), "fen": fen, "hidden": is_hidden}),
    ))
}

/// One owner at a time. An owner that has unlocked stays refused, so a late request cannot lock again.
fn lock(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let id = call.segment("id");
    let owner = call.text("owner")?;
    let mut vehicle = tx.find("vehicles", "vehicle", id)?;
    let ended = format!("{id} {owner}");
    if tx.get("ended_locks", &ended).is_some() {
        return Err(Answer::conflict("LOCK_ENDED", format!("`{owner}` has given up its lock on `{id}`")));
    }
    match vehicle["lock"]["owner"].as_str() {
        Some(holder) if holder == owner => return Ok(Answer::ok(vehicle)),
        Some(holder) => return Err(Answer::conflict("VEHICLE_LOCKED", format!("locked by `{holder}`"))),
        None => {}
    }
    vehicle["lock"] = json!({"owner": owner, "state": call.body["state"], "since": tx.stamp()});
    tx.put("vehicles", id, vehicle.clone());
    ledger::effect(tx, "vehicle.lock", owner);
    Ok(Answer::ok(vehicle))
}

/// Succeeds where the owner holds no lock: it undoes a call whose outcome is unknown.
fn unlock(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let id = call.segment("id");
    let Some(owner) = call.asked("owner") else {
        return Err(Answer::invalid("the query needs `owner`"));
    };
    let mut vehicle = tx.find("vehicles", "vehicle", id)?;
    tx.put("ended_locks", &format!("{id} {owner}"), json!(true));
    if vehicle["lock"]["owner"] == owner {
        vehicle["lock"] = Value::Null;
        tx.put("vehicles", id, vehicle.clone());
        ledger::undo(tx, "vehicle.lock", owner);
    }
    Ok(Answer::ok(vehicle))
}

/// A vehicle never seen answers an empty record.
fn record(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let empty = || json!({"version": 0, "seqs": {}, "fields": {}, "trail": []});
    Ok(Answer::ok(tx.get("records", call.segment("id")).cloned().unwrap_or_else(empty)))
}

fn change_record(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let mut record = record(tx, call)?.body;
    let expected = call.number("expectVersion")?;
    if record["version"] != expected {
        return Err(Answer::conflict(
            "VERSION_CHANGED",
            format!("the record is at version {}", record["version"]),
        ));
    }
    for (field, value) in call.body["changes"].as_object().into_iter().flatten() {
        record["fields"][field] = value.clone();
    }
    let trail = &call.body["trail"];
    if let (Some(event), Some(seq)) = (trail["event"].as_str(), trail["seq"].as_i64()) {
        record["seqs"][event] = json!(seq);
    }
    if let Some(entries) = record["trail"].as_array_mut() {
        entries.push(trail.clone());
    }
    record["version"] = json!(expected + 1);
    tx.put("records", call.segment("id"), record.clone());
    Ok(Answer::ok(record))
}
