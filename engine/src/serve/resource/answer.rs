//! What several resources answer alike: pages, created things, refusing stores, and whom a query names.

use http_body_util::Either;
use hyper::StatusCode;
use schemars::JsonSchema;
use sdk::{Class, Identity};
use serde::{Deserialize, Serialize};

use crate::serve::{Answer, Ask, Problem, json};

/// A part of a list.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "{T}Page")]
pub(in crate::serve) struct Page<T> {
    /// The things.
    pub(super) items: Vec<T>,
    /// The cursor of the next page; null = this is all.
    pub(super) next: Option<String>,
}

impl<T> Page<T> {
    /// All there is.
    pub(super) const fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }
}

/// An identity; absent parts are the default.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub(in crate::serve) struct Who {
    /// Level one of the identity: what is being done.
    pub(super) use_case: Option<String>,
    /// The business line.
    pub(super) biz_id: Option<String>,
    /// The circumstances within it.
    pub(super) scenario: Option<String>,
}

/// An identity whose use case the resource gives; absent parts are the default.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub(in crate::serve) struct Business {
    /// The business line.
    pub(super) biz_id: Option<String>,
    /// The circumstances within it.
    pub(super) scenario: Option<String>,
}

/// 201 with JSON.
pub(super) fn created(value: &impl Serialize) -> Answer {
    Ok(json(StatusCode::CREATED, value).map(Either::Left))
}

/// A store that does not answer. What it said is logged, and told to nobody.
pub(super) fn store(fault: &dyn std::error::Error) -> Problem {
    tracing::error!(%fault, "the store");
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        Class::Unavailable,
        "STORE_UNAVAILABLE",
        "the store does not answer",
    )
}

/// The identity that the query names; the use case may be given by the resource.
pub(super) fn identity(ask: &Ask, use_case: Option<&str>) -> Result<Identity, Problem> {
    let who: Who = ask.asked()?;
    let refused = |detail| Problem::refused(StatusCode::BAD_REQUEST, "IDENTITY_INVALID", detail);
    let Some(use_case) = use_case.or(who.use_case.as_deref()) else {
        return Err(refused(
            "name the use case, which is a flow's name unless it states another: `?useCase=NAME`".to_owned(),
        ));
    };
    Identity::new(use_case, who.biz_id.as_deref(), who.scenario.as_deref())
        .map_err(|fault| refused(fault.to_string()))
}
