//! What the fixed routes answer: one file per resource, each with the types that it reads and writes and, beside
//! its handlers, what `/openapi.json` says of them. Which path leads to which is `route`'s table.

pub(super) mod action;
mod answer;
pub(super) mod callback;
pub(super) mod case;
pub(super) mod catalog;
pub(super) mod component;
pub(super) mod config;
pub(super) mod draft;
mod drafted;
pub(super) mod effective;
pub(super) mod extension;
pub(super) mod flow;
pub(super) mod follow;
pub(super) mod history;
mod journal;
pub(super) mod language;
pub(super) mod layout;
pub(super) mod live;
mod named;
pub(super) mod outbox;
mod place;
pub(super) mod publish;
pub(super) mod rerun;
mod retold;
pub(super) mod revision;
pub(super) mod run;
pub(super) mod status;

use answer::{Business, Page, Who, created, identity, store};

use http_body_util::Either;
use hyper::StatusCode;
use serde::Serialize;

use super::{Answer, Ask, Problem, json};

/// 200 with JSON.
pub(super) fn ok(value: &impl Serialize) -> Answer {
    Ok(json(StatusCode::OK, value).map(Either::Left))
}
