//! Coupons: USED goes back to USABLE.

use serde_json::json;

use crate::call::{Answer, Call, Endpoint, Handled, Verb, endpoint};
use crate::ledger;
use crate::world::Transaction;

pub(crate) const ENDPOINTS: &[Endpoint] =
    &[endpoint("get", Verb::Get, "/{id}", get), endpoint("return", Verb::Post, "/{id}/return", give_back)];

fn get(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    tx.find("coupons", "coupon", call.segment("id")).map(Answer::ok)
}

fn give_back(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let id = call.segment("id");
    let mut coupon = tx.find("coupons", "coupon", id)?;
    if coupon["state"] != "USED" {
        return Err(Answer::conflict("COUPON_NOT_USED", format!("the coupon is {}", coupon["state"])));
    }
    coupon["state"] = json!("USABLE");
    tx.put("coupons", id, coupon.clone());
    ledger::effect(tx, "coupon.return", id);
    Ok(Answer::ok(coupon))
}
