//! Travel suppliers: hotel bookings, flight orders with a cancellation fee, flight and train tickets.

use serde_json::json;

use crate::call::{Answer, Call, Endpoint, Handled, Verb, endpoint};
use crate::ledger;
use crate::world::Transaction;

pub(crate) const ENDPOINTS: &[Endpoint] = &[
    endpoint("hotel", Verb::Get, "/hotels/bookings/{id}", hotel),
    endpoint("hotel-cancel", Verb::Delete, "/hotels/bookings/{id}", hotel_cancel),
    endpoint("flight", Verb::Get, "/flights/orders/{id}", flight),
    endpoint("flight-fee", Verb::Get, "/flights/orders/{id}/fee", flight_fee),
    endpoint("flight-cancel", Verb::Post, "/flights/orders/{id}/cancel", flight_cancel),
    endpoint("ticket-void", Verb::Post, "/flights/tickets/{id}/void", ticket_void),
    endpoint("train", Verb::Get, "/trains/tickets/{id}", train),
    endpoint("train-refund", Verb::Post, "/trains/tickets/{id}/refund", train_refund),
];

fn hotel(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    tx.find("hotels", "booking", call.segment("id")).map(Answer::ok)
}

fn hotel_cancel(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    end(tx, "hotels", "booking", call.segment("id"), "CANCELLED")
}

fn flight(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    tx.find("flights", "flight order", call.segment("id")).map(Answer::ok)
}

fn flight_fee(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let flight = tx.find("flights", "flight order", call.segment("id"))?;
    Ok(Answer::ok(json!({"feeFen": flight["feeFen"]})))
}

/// The caller must accept the fee as it is now.
fn flight_cancel(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let id = call.segment("id");
    let flight = tx.find("flights", "flight order", id)?;
    if flight["feeFen"] != call.number("acceptFeeFen")? {
        return Err(Answer::conflict("FEE_CHANGED", format!("the fee is {} fen", flight["feeFen"])));
    }
    end(tx, "flights", "flight order", id, "CANCELLED")
}

fn ticket_void(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    end(tx, "tickets", "ticket", call.segment("id"), "VOID")
}

fn train(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    tx.find("trains", "train ticket", call.segment("id")).map(Answer::ok)
}

/// The railway keeps what the caller computed as its fee; more than the fare is refused.
fn train_refund(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let id = call.segment("id");
    let ticket = tx.find("trains", "train ticket", id)?;
    let fee = call.number("feeFen")?;
    if fee < 0 || ticket["fareFen"].as_i64().is_some_and(|fare| fee > fare) {
        return Err(Answer::invalid("`feeFen` must lie between 0 and the fare"));
    }
    end(tx, "trains", "train ticket", id, "REFUNDED")
}

fn end(tx: &mut Transaction<'_>, table: &str, what: &str, id: &str, state: &str) -> Handled {
    let mut row = tx.find(table, what, id)?;
    if row["state"] == state {
        return Err(Answer::conflict("ALREADY_ENDED", format!("{what} `{id}` is {state} already")));
    }
    row["state"] = json!(state);
    tx.put(table, id, row.clone());
    ledger::effect(tx, &format!("{table}.end"), id);
    Ok(Answer::ok(row))
}
