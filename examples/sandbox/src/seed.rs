//! The rows a fresh sandbox starts with: the orders, vehicles and products that the README and the flows' examples
//! name. Money enters here and nowhere else, from `opening`.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::ledger;
use crate::world::{Transaction, text};

/// More rows, for load.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Extra {
    /// Orders `X1`…
    pub(crate) orders: u32,
    /// Lots `LX1`… with vehicles `VX1`…
    pub(crate) lots: u32,
}

/// Fills an empty world.
pub(crate) fn plant(tx: &mut Transaction<'_>, extra: Extra) {
    orders(tx);
    travel(tx);
    trains(tx);
    vehicles(tx);
    products(tx);
    legacy(tx);
    for user in ["U1", "U2", "U3", "U4"] {
        fund(tx, &format!("customer:{user}"), 10_000_000);
        tx.put("points", user, json!(100));
        tx.put("wanlitong", &format!("W-{user}"), json!(50_000));
    }
    tx.put("lost_cards", "110105194912310021", json!(true));
    for n in 1..=extra.orders {
        let id = format!("X{n}");
        order(tx, json!({"id": id, "userId": "U1", "status": "PAID", "paidFen": 100, "points": 1}));
    }
    for n in 1..=extra.lots {
        lot(tx, &format!("LX{n}"), &format!("VX{n}"));
    }
}

fn orders(tx: &mut Transaction<'_>) {
    for n in 1001..=1009 {
        let coupon = format!("C{n}");
        tx.put("coupons", &coupon, json!({"id": coupon, "state": "USED", "worthFen": 500}));
        let lines = json!([{"sku": "S1", "n": 1}, {"sku": "S2", "n": 2}]);
        order(
            tx,
            json!({
                "id": format!("O{n}"), "userId": "U1", "status": "PAID", "couponId": coupon, "points": 20,
                "paidFen": 9900, "lines": lines,
            }),
        );
        order(
            tx,
            json!({
                "id": format!("U{}", n + 1000), "userId": "U2", "bizId": "used-car", "status": "PAID", "points": 50,
                "paidFen": 200_000, "lines": [{"sku": "V1", "n": 1}],
            }),
        );
    }
    order(tx, json!({"id": "O1101", "userId": "U1", "status": "UNPAID"}));
    order(tx, json!({"id": "O1102", "userId": "U1", "status": "DELIVERED", "paidFen": 9900}));
    order(tx, json!({"id": "U2101", "userId": "U2", "bizId": "used-car", "status": "UNPAID"}));
}

fn travel(tx: &mut Transaction<'_>) {
    for n in [3001, 3003, 3005, 3007, 3009] {
        let booking = format!("H{n}");
        tx.put("hotels", &booking, json!({"ref": booking, "state": "BOOKED", "nights": 2}));
        order(
            tx,
            json!({
                "id": format!("T{n}"), "userId": "U3", "bizId": "travel", "scenario": "hotel", "status": "PAID",
                "points": 30, "paidFen": 68_000, "supplierRef": booking,
            }),
        );
        let (flight, pnr) = (format!("F{}", n + 1), format!("PNR{}", n + 1));
        tx.put("flights", &flight, json!({"ref": flight, "state": "ISSUED", "feeFen": 12_000}));
        tx.put("tickets", &pnr, json!({"pnr": pnr, "state": "ISSUED"}));
        order(
            tx,
            json!({
                "id": format!("T{}", n + 1), "userId": "U3", "bizId": "travel", "scenario": "flight", "status": "PAID",
                "points": 80, "paidFen": 150_000, "supplierRef": flight, "pnr": pnr,
            }),
        );
    }
}

/// One train leaves in three days, one in thirty hours, one in six: the fee differs.
fn trains(tx: &mut Transaction<'_>) {
    for (id, hours) in [("3011", 72), ("3013", 30), ("3015", 6)] {
        let ticket = format!("E{id}");
        let departs = text(tx.now() + TimeDelta::hours(hours));
        tx.put(
            "trains",
            &ticket,
            json!({"ref": ticket, "state": "ISSUED", "fareFen": 55_300, "departsAt": departs}),
        );
        order(
            tx,
            json!({
                "id": format!("T{id}"), "userId": "U3", "bizId": "travel", "scenario": "train", "status": "PAID",
                "points": 55, "paidFen": 55_300, "supplierRef": ticket,
            }),
        );
    }
}

fn vehicles(tx: &mut Transaction<'_>) {
    for n in 1..=9 {
        lot(tx, &format!("L{n}"), &format!("V{n}"));
    }
    let hidden = json!({"id": "V100", "priceFen": 30_000_000, "hidePrice": true, "lock": null});
    tx.put("vehicles", "V100", hidden);
}

fn lot(tx: &mut Transaction<'_>, lot: &str, vehicle: &str) {
    tx.put(
        "vehicles",
        vehicle,
        json!({"id": vehicle, "priceFen": 8_800_000, "hidePrice": false, "lock": null}),
    );
    tx.put("lots", lot, json!({"id": lot, "vehicleId": vehicle, "priceFen": 8_800_000, "pooled": true}));
    tx.put("stock", vehicle, json!(1));
}

fn products(tx: &mut Transaction<'_>) {
    let rows = [
        ("S1", "Dash camera", 29_900, ["S2", "S3"]),
        ("S2", "Floor mats", 19_900, ["S1", "S3"]),
        ("S3", "Roof box", 159_900, ["S1", "S2"]),
    ];
    for (id, name, fen, similar) in rows {
        tx.put(
            "products",
            id,
            json!({"id": id, "name": name, "categoryId": "K1", "similarIds": similar, "priceFen": fen}),
        );
        tx.put("stock", id, json!(40));
        tx.put("reviews", id, json!([
            {"stars": 5, "text": "as described"}, {"stars": 4, "text": "quick"}, {"stars": 5, "text": "fits"},
            {"stars": 2, "text": "late"},
        ]));
    }
    tx.put("products", "V1", json!({
        "id": "V1", "name": "Used estate car", "categoryId": "K2", "similarIds": ["V100"], "priceFen": 8_800_000,
    }));
    tx.put("products", "V100", json!({
        "id": "V100", "name": "Used coupé", "categoryId": "K2", "similarIds": ["V1"], "priceFen": 30_000_000,
    }));
    tx.put("promotions", "K1", json!([{"id": "P1", "text": "two for one"}]));
}

fn legacy(tx: &mut Transaction<'_>) {
    for n in 9001..=9004 {
        let id = format!("L{n}");
        let row = json!({"order_no": id, "buyer_id": "U4", "order_state": 20, "amount": "99.00", "memo": ""});
        tx.put("legacy_orders", &id, row);
    }
}

/// An order, a day old, with what was left out filled in, and its payment with the merchant.
fn order(tx: &mut Transaction<'_>, given: Value) {
    let mut row = json!({
        "id": null, "userId": null, "bizId": null, "scenario": null, "status": "UNPAID", "version": 1,
        "couponId": null, "points": 0, "paidFen": 0, "lines": [], "createdAt": text(tx.now() - TimeDelta::days(1)),
    });
    if let (Some(row), Value::Object(given)) = (row.as_object_mut(), given) {
        row.extend(given);
    }
    let paid = row["paidFen"].as_i64().unwrap_or(0);
    let id = row["id"].as_str().unwrap_or_default().to_owned();
    tx.put("orders", &id, row);
    fund(tx, "merchant", paid);
}

fn fund(tx: &mut Transaction<'_>, account: &str, fen: i64) {
    for (name, change) in [("opening", -fen), (account, fen)] {
        let held = ledger::balance(tx, name) + change;
        tx.put("accounts", name, json!(held));
    }
}
