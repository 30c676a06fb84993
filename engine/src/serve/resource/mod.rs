//! What the fixed routes answer: one file per resource. Which path leads to which is `route`'s table.

pub(super) mod action;
mod answer;
pub(super) mod callback;
pub(super) mod case;
pub(super) mod catalog;
pub(super) mod component;
pub(super) mod config;
pub(super) mod draft;
pub(super) mod extension;
pub(super) mod flow;
pub(super) mod follow;
pub(super) mod history;
mod journal;
pub(super) mod layout;
pub(super) mod live;
pub(super) mod outbox;
pub(super) mod run;
pub(super) mod status;

use answer::{created, identity, store};

use http_body_util::Either;
use hyper::StatusCode;
use serde::Serialize;

use super::{Answer, Ask, Problem, json};

/// 200 with JSON.
pub(super) fn ok(value: &impl Serialize) -> Answer {
    Ok(json(StatusCode::OK, value).map(Either::Left))
}
