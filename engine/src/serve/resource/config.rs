//! `/v1/config`: business settings with the level each came from.

use std::collections::BTreeSet;

use sdk::Value;
use serde_json::json;

use super::{Answer, Ask, identity, ok};

/// `GET /v1/config?useCase&bizId&scenario`; without a use case, of every use case.
pub(in crate::serve) async fn list(ask: Ask) -> Answer {
    let served = ask.engine.served();
    let named = ask.query.get("useCase").map(ToOwned::to_owned);
    let use_cases: BTreeSet<String> = match named {
        Some(one) => [one].into(),
        None => served.settings().places().map(|place| place.use_case.as_str().to_owned()).collect(),
    };
    let mut settings: Vec<Value> = Vec::new();
    for use_case in use_cases {
        let who = identity(&ask, Some(&use_case))?;
        for view in served.settings().explain(&who) {
            let mut setting = json!(view);
            setting["useCase"] = json!(use_case);
            settings.push(setting);
        }
    }
    ok(&json!({"settings": settings}))
}
