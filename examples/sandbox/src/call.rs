//! One call to a service, its answer, and the table row that joins them. It does not know HTTP beyond that.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::world::Transaction;

/// A call as a service's handler sees it.
pub(crate) struct Call {
    /// Parameters of the path, decoded.
    pub(crate) path: BTreeMap<String, String>,
    /// Parameters of the query, decoded; the last of equal names wins.
    pub(crate) query: BTreeMap<String, String>,
    /// The body where it is JSON, else null.
    pub(crate) body: Value,
    /// The body as it came.
    pub(crate) text: String,
}

/// What a service says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

/// An answer either way; the second is a refusal, whose changes are dropped.
pub(crate) type Handled = Result<Answer, Answer>;

/// How a handler looks.
pub(crate) type Handle = fn(&mut Transaction<'_>, &Call) -> Handled;

/// The methods the services use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

/// One row of a service's table.
pub(crate) struct Endpoint {
    /// The name its switches go by.
    pub(crate) name: &'static str,
    pub(crate) verb: Verb,
    /// Below the service's prefix.
    pub(crate) path: &'static str,
    pub(crate) handle: Handle,
}

/// A row, in the order people read it.
pub(crate) const fn endpoint(name: &'static str, verb: Verb, path: &'static str, handle: Handle) -> Endpoint {
    Endpoint { name, verb, path, handle }
}

/// A service: its prefix and its rows.
pub(crate) struct Service {
    pub(crate) name: &'static str,
    pub(crate) endpoints: &'static [Endpoint],
}

impl Answer {
    /// 200 with a body.
    pub(crate) fn ok(body: Value) -> Self {
        Self { status: 200, body }
    }

    /// 201 with a body.
    pub(crate) fn created(body: Value) -> Self {
        Self { status: 201, body }
    }

    /// A refusal with a code a caller can act on.
    pub(crate) fn refused(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self { status, body: json!({"code": code, "message": message.into()}) }
    }

    /// 404.
    pub(crate) fn missing(what: &str, id: &str) -> Self {
        Self::refused(404, "NOT_FOUND", format!("no {what} `{id}`"))
    }

    /// 409.
    pub(crate) fn conflict(code: &str, message: impl Into<String>) -> Self {
        Self::refused(409, code, message)
    }

    /// 400.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::refused(400, "INVALID", message)
    }
}

impl Call {
    /// A parameter of the path.
    pub(crate) fn segment(&self, name: &str) -> &str {
        self.path.get(name).map_or("", String::as_str)
    }

    /// A parameter of the query; empty counts as absent.
    pub(crate) fn asked(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A required text field of the body.
    pub(crate) fn text(&self, field: &str) -> Result<&str, Answer> {
        self.body[field].as_str().ok_or_else(|| Answer::invalid(format!("the body needs a text `{field}`")))
    }

    /// A required whole number of the body.
    pub(crate) fn number(&self, field: &str) -> Result<i64, Answer> {
        self.body[field]
            .as_i64()
            .ok_or_else(|| Answer::invalid(format!("the body needs a whole number `{field}`")))
    }

    /// A required amount of the body, in fen, above zero.
    pub(crate) fn fen(&self, field: &str) -> Result<i64, Answer> {
        match self.number(field)? {
            fen if fen > 0 => Ok(fen),
            fen => Err(Answer::invalid(format!("`{field}` must be above 0, not {fen}"))),
        }
    }
}
