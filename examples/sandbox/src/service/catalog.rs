//! Products, prices, reviews and promotions, for the product page. Only reads.

use serde_json::{Value, json};

use crate::call::{Answer, Call, Endpoint, Handled, Verb, endpoint};
use crate::world::Transaction;

pub(crate) const ENDPOINTS: &[Endpoint] = &[
    endpoint("product", Verb::Get, "/products/{id}", product),
    endpoint("brief", Verb::Get, "/products/{id}/brief", brief),
    endpoint("price", Verb::Get, "/products/{id}/price", price),
    endpoint("reviews", Verb::Get, "/products/{id}/reviews", reviews),
    endpoint("promotions", Verb::Get, "/promotions", promotions),
];

fn product(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let mut product = tx.find("products", "product", call.segment("id"))?;
    if let Some(fields) = product.as_object_mut() {
        fields.remove("priceFen");
    }
    Ok(Answer::ok(product))
}

fn brief(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let product = tx.find("products", "product", call.segment("id"))?;
    Ok(Answer::ok(json!({"id": product["id"], "name": product["name"]})))
}

fn price(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let product = tx.find("products", "product", call.segment("id"))?;
    let fen = product["priceFen"].as_i64().unwrap_or(0);
    Ok(Answer::ok(json!({"text": format!("{}.{:02}", fen / 100, fen % 100)})))
}

fn reviews(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let top = call.asked("top").and_then(|top| top.parse().ok()).unwrap_or(10);
    let all = tx.get("reviews", call.segment("id")).and_then(Value::as_array).cloned().unwrap_or_default();
    Ok(Answer::ok(all.into_iter().take(top).collect()))
}

fn promotions(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let category = call.asked("category").unwrap_or_default();
    Ok(Answer::ok(tx.get("promotions", category).cloned().unwrap_or_else(|| json!([]))))
}
