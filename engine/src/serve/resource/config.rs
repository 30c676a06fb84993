//! `/v1/config`: business settings with the level each came from.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use super::{Answer, Ask, Who, identity, ok};
use crate::{
    catalog::SettingView,
    serve::openapi::{Operation, Tag},
};

/// One setting as an identity sees it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::serve) struct Setting {
    /// Whose setting.
    use_case: String,
    /// What it is, and why.
    #[serde(flatten)]
    view: SettingView,
}

/// Settings with their levels.
#[derive(Serialize, JsonSchema)]
pub(in crate::serve) struct Settings {
    /// By use case and key.
    settings: Vec<Setting>,
}

pub(in crate::serve) const LIST: Operation = Operation::of::<Settings>(Tag::Settings, "listSettings")
    .says("Without `useCase`, of every use case.")
    .query::<Who>()
    .refuses(&[(400, "IDENTITY_INVALID")]);

/// `GET /v1/config?useCase&bizId&scenario`; without a use case, of every use case.
pub(in crate::serve) async fn list(ask: Ask) -> Answer {
    let served = ask.engine.served();
    let named = ask.asked::<Who>()?.use_case;
    let use_cases: BTreeSet<String> = match named {
        Some(one) => [one].into(),
        None => served.settings().places().map(|place| place.use_case.as_str().to_owned()).collect(),
    };
    let mut settings: Vec<Setting> = Vec::new();
    for use_case in use_cases {
        let who = identity(&ask, Some(&use_case))?;
        let views = served.settings().explain(&who).into_iter();
        settings.extend(views.map(|view| Setting { use_case: use_case.clone(), view }));
    }
    ok(&Settings { settings })
}
