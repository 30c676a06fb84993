//! What the fixed routes answer: one file per resource. Which path leads to which is `route`'s table.

pub(super) mod action;
pub(super) mod case;
pub(super) mod live;
pub(super) mod run;
pub(super) mod status;

use http_body_util::Either;
use hyper::StatusCode;
use serde::Serialize;

use super::{Answer, json};

/// 200 with JSON.
pub(super) fn ok(value: &impl Serialize) -> Answer {
    Ok(json(StatusCode::OK, value).map(Either::Left))
}
