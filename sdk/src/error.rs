//! What a component gives back: a shared value, or an error whose class decides what happens next.
//!
//! The class is set where the error is born and never guessed from its text afterwards.

use std::{fmt, sync::Arc};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A value that many nodes may read without copying it.
pub type Shared = Arc<Value>;

/// The result of one call.
pub type Outcome = Result<Shared, Error>;

/// What kind of failure it was. Retries, fallbacks, breakers and HTTP statuses go by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// The caller's data does not fit. HTTP 400 or 422; never retried.
    Validation,
    /// The business said no: expired coupon, order already shipped. HTTP 422; never retried.
    Business,
    /// The thing asked for does not exist. HTTP 404; never retried.
    NotFound,
    /// Somebody else changed it first. HTTP 409; never retried by default.
    Conflict,
    /// No answer in time. The outcome of a write is unknown. HTTP 504; retried.
    Timeout,
    /// The far side is down or overloaded. HTTP 503; retried.
    Unavailable,
    /// A limit was reached. HTTP 429; retried, honouring `retry_after`.
    RateLimited,
    /// The run was cancelled. HTTP 499.
    Cancelled,
    /// A fault of the engine or of a component. HTTP 500; details stay in the log.
    Internal,
}

impl Class {
    /// Whether a retry may help, unless the flow says otherwise.
    #[must_use]
    pub const fn is_retriable(self) -> bool {
        matches!(self, Self::Timeout | Self::Unavailable | Self::RateLimited)
    }

    /// The HTTP status that fits the class. A failed node of a flow is 500 to the caller unless `errors` says otherwise.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Validation | Self::Business => 422,
            Self::NotFound => 404,
            Self::Conflict => 409,
            Self::Timeout => 504,
            Self::Unavailable => 503,
            Self::RateLimited => 429,
            Self::Cancelled => 499,
            Self::Internal => 500,
        }
    }

    /// The word used in flows, records and problem JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Validation => "validation",
            Self::Business => "business",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::Timeout => "timeout",
            Self::Unavailable => "unavailable",
            Self::RateLimited => "rate_limited",
            Self::Cancelled => "cancelled",
            Self::Internal => "internal",
        }
    }

    /// The class of a well-known code (`TIMEOUT`, `UNAVAILABLE`, `NOT_FOUND`, `CONFLICT`); any other
    /// code is a business refusal.
    #[must_use]
    pub fn of_code(code: &str) -> Self {
        match code {
            "TIMEOUT" => Self::Timeout,
            "UNAVAILABLE" => Self::Unavailable,
            "NOT_FOUND" => Self::NotFound,
            "CONFLICT" => Self::Conflict,
            _ => Self::Business,
        }
    }
}

/// A failure with a class, a code for programs and a message for people.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Error {
    /// What kind of failure it was.
    pub class: Class,
    /// A stable code in capitals, such as `ORDER_NOT_FOUND`.
    pub code: Arc<str>,
    /// A lowercase fragment: what, which value, where. Safe to show to an author, not to a caller.
    pub message: String,
    /// How long the far side asked to wait, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// True when a write may have happened although no answer came.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_outcome_unknown: bool,
    /// Data for the flow's `errors` rules (`when:`), such as the far side's decoded answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Shared>,
}

impl Error {
    /// An error of `class` with `code` and `message`.
    pub fn new(class: Class, code: impl Into<Arc<str>>, message: impl Into<String>) -> Self {
        Self {
            class,
            code: code.into(),
            message: message.into(),
            retry_after_ms: None,
            is_outcome_unknown: matches!(class, Class::Timeout),
            data: None,
        }
    }

    /// The caller's data does not fit.
    pub fn validation(code: impl Into<Arc<str>>, message: impl Into<String>) -> Self {
        Self::new(Class::Validation, code, message)
    }

    /// The business said no.
    pub fn business(code: impl Into<Arc<str>>, message: impl Into<String>) -> Self {
        Self::new(Class::Business, code, message)
    }

    /// No answer in time.
    pub fn timeout(message: impl Into<String>) -> Self {
        Self::new(Class::Timeout, "TIMEOUT", message)
    }

    /// The far side is down.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(Class::Unavailable, "UNAVAILABLE", message)
    }

    /// A broken invariant: a bug of ours. Never shown in detail to a caller.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(Class::Internal, "INTERNAL", message)
    }

    /// The same error, with the far side's wish to be left alone for a while.
    #[must_use]
    pub fn retry_after(mut self, wait: std::time::Duration) -> Self {
        self.retry_after_ms = u64::try_from(wait.as_millis()).ok();
        self
    }

    /// The same error, saying whether a write may have happened.
    #[must_use]
    pub const fn outcome_unknown(mut self, is_unknown: bool) -> Self {
        self.is_outcome_unknown = is_unknown;
        self
    }

    /// The same error, with data that the flow's `errors` rules may read.
    #[must_use]
    pub fn with_data(mut self, data: Shared) -> Self {
        self.data = Some(data);
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.code, self.class.word(), self.message)
    }
}

impl std::error::Error for Error {}
