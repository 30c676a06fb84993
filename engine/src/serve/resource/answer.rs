//! What several resources answer alike: created things, refusing stores, and whom a query names.

use http_body_util::Either;
use hyper::StatusCode;
use sdk::{Class, Identity};
use serde::Serialize;

use crate::serve::{Answer, Ask, Problem, json};

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
    let use_case = use_case.or_else(|| ask.query.get("useCase")).unwrap_or_default();
    Identity::new(use_case, ask.query.get("bizId"), ask.query.get("scenario"))
        .map_err(|fault| Problem::refused(StatusCode::BAD_REQUEST, "IDENTITY_INVALID", fault.to_string()))
}
