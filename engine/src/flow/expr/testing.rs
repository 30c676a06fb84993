//! A scope over one JSON object, for the tests of this folder: `{"input": …, "nodes": {"load": …}, …}`. The
//! nodes known are those under `nodes` and `skipped`.

use std::borrow::Cow;

use chrono::{DateTime, TimeZone, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Expression, Failure, Names, Root, Scope};

pub(super) struct World {
    values: Value,
    ids: Vec<String>,
}

impl World {
    pub(super) fn new(values: Value) -> Self {
        let running = values["nodes"].as_object().into_iter().flat_map(|nodes| nodes.keys().cloned());
        let skipped = values["skipped"].as_array().into_iter().flatten();
        let skipped = skipped.map(|id| id.as_str().unwrap().to_owned());
        let ids = running.chain(skipped).collect();
        Self { values, ids }
    }

    pub(super) fn names(&self) -> Names<'_> {
        Names::flow()
            .nodes(self.ids.iter().cloned())
            .locals(["item", "index"])
            .and(&[Root::Message, Root::Claims])
    }

    fn at(&self, path: &[&str]) -> Option<Cow<'_, Value>> {
        let found = path.iter().try_fold(&self.values, |value, key| value.get(key));
        found.map(Cow::Borrowed)
    }
}

impl Scope for World {
    fn shared(&self, root: Root) -> Option<sdk::Shared> {
        self.get(root).map(|value| sdk::Shared::new(value.into_owned()))
    }

    fn get(&self, root: Root) -> Option<Cow<'_, Value>> {
        let id = |slot: u16| self.ids[usize::from(slot)].as_str();
        match root {
            Root::Input => self.at(&["input"]),
            Root::Vars => self.at(&["vars"]),
            Root::Config => self.at(&["config"]),
            Root::Identity => self.at(&["identity"]),
            Root::Run => Some(Cow::Owned(json!({"id": "r1", "degraded": false}))),
            Root::Trigger => self.at(&["trigger"]),
            Root::Request => self.at(&["request"]),
            Root::Message => self.at(&["message"]),
            Root::Claims => self.at(&["claims"]),
            Root::Nodes { .. } => self.at(&["nodes"]),
            Root::Node { slot, .. } => self.at(&["nodes", id(slot)]),
            Root::Status { slot, .. } => self.at(&["status", id(slot)]),
            Root::Errors { slot, .. } => self.at(&["errors", id(slot)]),
            Root::Local { index: 0, .. } => self.at(&["item"]),
            Root::Local { .. } => self.at(&["index"]),
        }
    }

    fn now(&self) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 1, 5, 20, 30, 0).unwrap()
    }

    fn uuid(&self) -> Uuid {
        Uuid::from_u128(7)
    }
}

/// An order, as most tests want one.
pub(super) fn world() -> World {
    World::new(json!({
        "input": {"orderId": "O1", "amount": 9900, "rate": 0.5, "note": null, "big": 18_446_744_073_709_551_615_u64,
            "text": "a/b", "at": "2026-01-05T08:00:00Z", "channel": "bank",
            "lines": [{"sku": "S1", "n": 2, "tags": ["x", "y"]}, {"sku": "S2", "n": 1, "tags": []}],
            "empty": [], "map": {"b": 1, "a": 2}},
        "vars": {"limit": 5},
        "config": {"minutes": 30},
        "request": {"headers": {"x-entrance": "live"}, "path": "/page/1"},
        "message": {"body": {"bizId": null, "status": "SUCCESS"}},
        "nodes": {"load": {"status": "PAID", "lines": [1, 2, 3], "couponId": null}, "empty": null},
        "skipped": ["refund"],
        "status": {"load": "succeeded", "refund": "skipped"},
        "errors": {"load": []},
        "item": {"id": "I1"}, "index": 0,
    }))
}

/// The code of the first fault, or the value, or the code and cause of the failure.
pub(super) fn outcome(text: &str, world: &World) -> Result<Value, String> {
    let expression = Expression::compile(text, &world.names()).map_err(|faults| faults[0].code.to_owned())?;
    expression.evaluate(world).map_err(|failure: Failure| failure.cause)
}

/// Each text evaluates to its value.
pub(super) fn check(cases: &[(&str, Value)]) {
    let world = world();
    for (text, expected) in cases {
        assert_eq!(outcome(text, &world), Ok(expected.clone()), "{text}");
    }
}

/// Each text fails with its cause, or does not compile with its code.
pub(super) fn check_refused(cases: &[(&str, &str)]) {
    let world = world();
    for (text, expected) in cases {
        assert_eq!(outcome(text, &world), Err((*expected).to_owned()), "{text}");
    }
}
