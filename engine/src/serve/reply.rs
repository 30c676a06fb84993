//! Stage 8 of 8, its last step: outcome → HTTP. Every refusal is problem JSON (RFC 9457).
//!
//! `detail` is text by the author of a flow or fixed by the engine; a far side's text never reaches a
//! caller (SECURITY rule 23).

use bytes::Bytes;
use http_body_util::{Either, Full};
use hyper::{
    HeaderMap, Response, StatusCode,
    header::{
        CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, RETRY_AFTER,
        X_CONTENT_TYPE_OPTIONS,
    },
};
use sdk::{Class, Value};
use serde::Serialize;

use super::Body;
use crate::run::{Answer, Failure};

/// A body that is there at once.
pub type Reply = Response<Full<Bytes>>;

/// One failed node behind a failure; never its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[schemars(rename = "ProblemCause")]
pub struct Cause {
    /// The node's address.
    pub node: String,
    /// Its code.
    pub code: String,
    /// Its class.
    #[schemars(with = "Class")]
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
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
#[schemars(rename = "Problem")]
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
    #[schemars(with = "Class")]
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

impl Problem {
    /// The response as the server sends it.
    #[must_use]
    pub fn response(&self) -> Response<Body> {
        self.reply().map(Either::Left)
    }
}

/// `ORDER_NOT_FOUND` → `order not found`: every code is written so that it reads.
fn title(code: &str) -> String {
    code.to_lowercase().replace('_', " ")
}

/// A failed call as its caller sees it. Causes give node, code and class: their texts stay with the author.
pub(super) fn failed(failure: &Failure, run: Option<&str>) -> Problem {
    let status = StatusCode::from_u16(failure.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut problem = Problem::new(status, failure.class, &failure.code, failure.detail.as_str());
    problem.run = run.map(str::to_owned);
    problem.node = failure.node.as_deref().map(str::to_owned);
    problem.retriable = failure.retriable;
    problem.causes = failure
        .causes
        .iter()
        .map(|cause| Cause {
            node: cause.node.as_ref().to_owned(),
            code: cause.error.code.as_ref().to_owned(),
            class: cause.error.class.word(),
        })
        .collect();
    if let Some(wait_ms) = failure.error.retry_after_ms.filter(|_| failure.retriable) {
        problem = problem.after(wait_ms.div_ceil(1_000));
    }
    match failure.told() {
        Some((name, data)) => problem.with(name, data.clone()),
        None => problem,
    }
}

/// A failed call as it was told before, from what the store has kept of it: the same bytes as [`failed`] gives.
pub(super) fn failed_before(failure: &Value, run: &str) -> Problem {
    let text = |value: &Value, name: &str| value[name].as_str().map(str::to_owned);
    let status = failure["status"].as_u64().and_then(|status| u16::try_from(status).ok());
    let status = status.and_then(|status| StatusCode::from_u16(status).ok());
    let class = |value: &Value| serde_json::from_value(value["class"].clone()).unwrap_or(Class::Internal);
    let code = text(failure, "code").unwrap_or_default();
    let detail = text(failure, "detail").unwrap_or_default();
    let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut problem = Problem::new(status, class(failure), &code, detail);
    problem.run = Some(run.to_owned());
    problem.node = text(failure, "node");
    problem.retriable = failure["retriable"].as_bool().unwrap_or(false);
    problem.causes = failure["causes"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|cause| Cause {
            node: text(cause, "node").unwrap_or_default(),
            code: text(&cause["error"], "code").unwrap_or_default(),
            class: class(&cause["error"]).word(),
        })
        .collect();
    if let Some(wait_ms) = failure["retryAfterMs"].as_u64().filter(|_| problem.retriable) {
        problem = problem.after(wait_ms.div_ceil(1_000));
    }
    match failure["told"][0].as_str() {
        Some(name) => problem.with(name, failure["told"][1].clone()),
        None => problem,
    }
}

/// The answer of a run.
pub(super) fn answered(answer: &Answer, run: &str, level: u8) -> Response<Body> {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut headers = HeaderMap::with_capacity(4 + answer.headers.len());
    let mut raw = None;
    for (name, value) in &answer.headers {
        let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value))
        else {
            tracing::debug!(run, header = ?name, "a header that cannot be sent is left out");
            continue;
        };
        if name == CONTENT_TYPE {
            raw = answer.value.as_str().filter(|_| !is_json(&value));
        }
        if !is_ours(&name) && (name != CONTENT_TYPE || raw.is_some()) {
            headers.insert(name, value);
        }
    }
    let body = match raw {
        _ if status == StatusCode::NO_CONTENT || status == StatusCode::NOT_MODIFIED => Bytes::new(),
        Some(text) => {
            // What a flow made of data may be a page: it gets no rights on this origin.
            headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
            headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
            Bytes::copy_from_slice(text.as_bytes())
        }
        None => {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            let mut body = Vec::with_capacity(1024);
            // Writing a value to memory fails for no value.
            serde_json::to_writer(&mut body, &answer.value).unwrap_or_default();
            body.into()
        }
    };
    mark(&mut headers, run, level);
    let mut response = Response::new(Either::Left(Full::new(body)));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

fn is_json(value: &HeaderValue) -> bool {
    value.to_str().is_ok_and(|text| text.contains("json"))
}

/// Headers whose meaning is the engine's or the connection's; data does not set them.
fn is_ours(name: &HeaderName) -> bool {
    let name = name.as_str();
    name.starts_with("access-control-")
        || matches!(
            name,
            "connection"
                | "content-length"
                | "content-security-policy"
                | "date"
                | "idempotency-replayed"
                | "keep-alive"
                | "proxy-authenticate"
                | "set-cookie"
                | "te"
                | "trailer"
                | "transfer-encoding"
                | "upgrade"
                | "x-content-type-options"
                | "x-plan-level"
                | "x-request-id"
                | "x-run-id"
        )
}

/// Says which run answered, and from which level.
pub(super) fn mark(headers: &mut HeaderMap, run: &str, level: u8) {
    if let Ok(run) = HeaderValue::from_str(run) {
        headers.insert(HeaderName::from_static("x-run-id"), run);
    }
    let level = match level {
        1 => "1",
        2 => "2",
        _ => "3",
    };
    headers.insert(HeaderName::from_static("x-plan-level"), HeaderValue::from_static(level));
}

/// The run goes on in the background.
#[derive(Serialize, schemars::JsonSchema)]
pub(super) struct Started<'s> {
    /// The run: `GET /v1/runs/{id}`.
    pub(super) id: &'s str,
    /// How it stands.
    pub(super) status: &'s str,
}

/// 202: the run goes on in the background.
pub(super) fn started(run: &str, level: u8) -> Response<Body> {
    let mut reply = json(StatusCode::ACCEPTED, &Started { id: run, status: "running" });
    if let Ok(place) = HeaderValue::from_str(&format!("/v1/runs/{run}")) {
        reply.headers_mut().insert(LOCATION, place);
    }
    mark(reply.headers_mut(), run, level);
    reply.map(Either::Left)
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

    use sdk::{Class, Error, Shared};
    use serde_json::json;

    use super::{Problem, failed, failed_before};
    use crate::run::{Failure, seal, unseal};

    #[test]
    fn a_failure_is_told_again_in_the_same_bytes() {
        let full = Error::new(Class::RateLimited, "RATE_LIMITED", "full");
        let tried = Error::new(Class::NotFound, "EXTENSION_NOT_FOUND", "none");
        for error in [
            full.retry_after(std::time::Duration::from_millis(1_500)),
            tried.with_data(Shared::new(json!([["a", "b", "c"]]))),
        ] {
            let failure = Failure::of(error, 500);
            let first = failed(&failure, Some("r"));
            let again = failed_before(&unseal(&seal(&Err(failure))).unwrap().unwrap_err(), "r");
            assert_eq!(json!(first), json!(again));
            assert_eq!(first.reply().headers(), again.reply().headers());
        }
    }

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
