//! Stage 8 of 8, its last step: outcome → HTTP. Every refusal is problem JSON (RFC 9457).
//!
//! `detail` is text by the author of a flow or fixed by the engine; a far side's text never reaches a
//! caller (SECURITY rule 23).

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Response, StatusCode,
    header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER},
};
use sdk::{Class, Value};
use serde::Serialize;

/// A body that is there at once.
pub type Reply = Response<Full<Bytes>>;

/// One failed node behind a failure; never its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// The node's address.
    pub node: String,
    /// Its code.
    pub code: String,
    /// Its class.
    pub class: &'static str,
}

/// A refusal or a failure, ready to be sent. One pointer wide, because most results hold none.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct Problem(Box<Details>);

impl std::ops::Deref for Problem {
    type Target = Details;
    fn deref(&self) -> &Details {
        &self.0
    }
}

impl std::ops::DerefMut for Problem {
    fn deref_mut(&mut self) -> &mut Details {
        &mut self.0
    }
}

/// RFC 9457 problem details with our members.
#[derive(Clone, Debug, Serialize)]
pub struct Details {
    /// The page of the code.
    #[serde(rename = "type")]
    pub page: String,
    /// What the code means.
    pub title: String,
    /// The HTTP status, also in the body.
    pub status: u16,
    /// The code.
    pub code: String,
    /// This occurrence.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// The run, when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// The node that failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// The class.
    pub class: &'static str,
    /// Whether the same call may succeed later.
    pub retriable: bool,
    /// All failed nodes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<Cause>,
    /// More members, such as `tried` of a missing extension or `diagnostics` of a refused document.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub more: Option<serde_json::Map<String, Value>>,
    #[serde(skip)]
    retry_after_s: Option<u64>,
}

impl Problem {
    /// A problem of `class` with its own HTTP status.
    #[must_use]
    pub fn new(status: StatusCode, class: Class, code: &str, detail: impl Into<String>) -> Self {
        Self(Box::new(Details {
            page: format!("/errors/{code}"),
            title: title(code),
            status: status.as_u16(),
            code: code.to_owned(),
            detail: detail.into(),
            run: None,
            node: None,
            class: class.word(),
            retriable: class.is_retriable(),
            causes: Vec::new(),
            more: None,
            retry_after_s: None,
        }))
    }

    /// The caller sent something wrong.
    #[must_use]
    pub fn refused(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        Self::new(status, Class::Validation, code, detail)
    }

    /// There is no such thing.
    #[must_use]
    pub fn not_found(code: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, Class::NotFound, code, detail)
    }

    /// The same problem with another member.
    #[must_use]
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.more.get_or_insert_default().insert(name.to_owned(), value);
        self
    }

    /// The same problem, asking to come back after so many seconds.
    #[must_use]
    pub fn after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// The response.
    #[must_use]
    pub fn reply(&self) -> Reply {
        let body = serde_json::to_vec(&self.0).unwrap_or_default();
        let mut response = Response::new(Full::new(Bytes::from(body)));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// `ORDER_NOT_FOUND` → `order not found`: every code is written so that it reads.
fn title(code: &str) -> String {
    code.to_lowercase().replace('_', " ")
}

/// A JSON answer.
#[must_use]
pub fn json(status: StatusCode, value: &impl Serialize) -> Reply {
    match serde_json::to_vec(value) {
        Ok(body) => bytes(status, "application/json", body),
        Err(_) => Problem::new(StatusCode::INTERNAL_SERVER_ERROR, Class::Internal, "INTERNAL", "").reply(),
    }
}

/// An answer of ready bytes.
#[must_use]
pub fn bytes(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Reply {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

#[cfg(test)]
mod tests {
    use hyper::StatusCode;

    use super::Problem;

    #[test]
    fn a_problem_names_its_code_and_its_page() {
        let problem = Problem::not_found("FLOW_NOT_FOUND", "no flow `x`")
            .with("tried", serde_json::json!([1]))
            .after(2);
        let reply = problem.reply();
        assert_eq!(reply.status(), StatusCode::NOT_FOUND);
        assert_eq!(reply.headers()["retry-after"], "2");
        let text = serde_json::to_value(&problem).unwrap();
        assert_eq!(text["type"], "/errors/FLOW_NOT_FOUND");
        assert_eq!(text["tried"], serde_json::json!([1]));
    }
}
