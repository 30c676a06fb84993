//! From the far side's answer to the node's outcome. The class of a failure is decided here, where its
//! cause is known; the text names the connection and the status, never an address or a credential.

use bytes::Bytes;
use hyper::{
    HeaderMap, StatusCode,
    header::{CONTENT_TYPE, RETRY_AFTER},
};
use sdk::{Class, Context, Error, Outcome, Shared, Value, schemars};
use serde::Deserialize;
use serde_json::{Map, json};

use super::Http;

/// What a call's result holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Output {
    /// The answer's body: decoded if it is JSON, else as text.
    #[default]
    Body,
    /// `status`, `headers` and `body`.
    Full,
}

/// Why an answer's body is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    /// It is larger than the flow takes.
    TooLarge,
    /// The far side hung up before its end.
    CutOff,
}

/// An answer as it came.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Result<Bytes, Missing>,
}

impl Answer {
    /// What the node gives back.
    pub(super) fn outcome(self, http: &Http, cx: &Context) -> Outcome {
        let status = self.status.as_u16();
        let headers = self.headers.clone();
        let bytes = self.success(http, cx)?;
        let body = decode(&headers, &bytes).ok_or_else(|| {
            unusable(http, "RESPONSE_INVALID", "answered a body that is not what its type says")
        })?;
        Ok(Shared::new(match http.output {
            Output::Body => body,
            Output::Full => json!({"status": status, "headers": shown(&headers), "body": body}),
        }))
    }

    /// The body's bytes, if the answer counts as success.
    pub(super) fn success(self, http: &Http, cx: &Context) -> Result<Bytes, Error> {
        if !self.status.is_success() && !http.accept.contains(&self.status.as_u16()) {
            return Err(self.failure(http, cx));
        }
        match self.body {
            Ok(bytes) => Ok(bytes),
            Err(Missing::TooLarge) => {
                let message = format!("answered more than {}: raise `maxResponse`", http.max_response);
                Err(unusable(http, "RESPONSE_TOO_LARGE", &message))
            }
            Err(Missing::CutOff) => {
                Err(Error::unavailable(format!("`{}` broke off its answer", http.connection))
                    .outcome_unknown(!http.method.is_read()))
            }
        }
    }

    fn failure(self, http: &Http, cx: &Context) -> Error {
        let body = self.body.as_ref().ok().and_then(|bytes| decode(&self.headers, bytes)).unwrap_or_default();
        let status = self.status.as_u16();
        let code_of_body = body.get("code").and_then(Value::as_str).filter(|code| is_code(code));
        let (class, code) = match status {
            404 => (Class::NotFound, "NOT_FOUND".to_owned()),
            409 => (Class::Conflict, code_of_body.unwrap_or("CONFLICT").to_owned()),
            408 | 504 => (Class::Timeout, "TIMEOUT".to_owned()),
            429 => (Class::RateLimited, "RATE_LIMITED".to_owned()),
            500.. => (Class::Unavailable, "UNAVAILABLE".to_owned()),
            _ => (Class::Business, code_of_body.map_or_else(|| format!("HTTP_{status}"), str::to_owned)),
        };
        // 501 and 503 say that nothing was done; any other fault of the far side may have struck late.
        let is_unknown =
            !http.method.is_read() && (status == 408 || status >= 500 && status != 501 && status != 503);
        let mut error = Error::new(class, code, format!("`{}` answered {status}", http.connection))
            .outcome_unknown(is_unknown)
            .with_data(Shared::new(json!({"status": status, "body": body})));
        if let Some(wait) = retry_after(&self.headers, cx.now()) {
            error = error.retry_after(wait);
        }
        error
    }
}

/// The far side has done the work: a write whose answer is unusable did happen, as far as we know.
fn unusable(http: &Http, code: &str, message: &str) -> Error {
    Error::new(Class::Internal, code, format!("`{}` {message}", http.connection))
        .outcome_unknown(!http.method.is_read())
}

fn decode(headers: &HeaderMap, bytes: &Bytes) -> Option<Value> {
    if bytes.is_empty() {
        return Some(Value::Null);
    }
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind == "application/json" || kind.ends_with("+json") {
        return serde_json::from_slice(bytes).ok();
    }
    std::str::from_utf8(bytes).ok().map(Value::from)
}

/// Whether a text is a code as we write them: a word in capitals.
fn is_code(text: &str) -> bool {
    text.len() <= 64
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// RFC 9110 §10.2.3: seconds, or a date.
fn retry_after(headers: &HeaderMap, now_ms: i64) -> Option<std::time::Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(std::time::Duration::from_secs(seconds));
    }
    let until_ms = chrono::DateTime::parse_from_rfc2822(text).ok()?.timestamp_millis();
    u64::try_from(until_ms.saturating_sub(now_ms)).ok().map(std::time::Duration::from_millis)
}

fn shown(headers: &HeaderMap) -> Map<String, Value> {
    let mut map: Map<String, Value> = Map::new();
    for name in headers.keys() {
        let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        map.insert(name.as_str().to_owned(), Value::from(values.collect::<Vec<_>>().join(", ")));
    }
    map
}

#[cfg(test)]
mod tests {
    use hyper::{HeaderMap, header::RETRY_AFTER};

    use super::{is_code, retry_after};

    #[test]
    fn retry_after_reads_seconds_and_dates() {
        for (text, ms) in [
            ("3", Some(3_000)),
            ("Thu, 01 Jan 1970 00:00:05 GMT", Some(4_000)),
            ("Thu, 01 Jan 1970 00:00:00 GMT", None),
            ("soon", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, text.parse().unwrap());
            assert_eq!(retry_after(&headers, 1_000).map(|wait| wait.as_millis()), ms, "{text}");
        }
    }

    #[test]
    fn only_words_in_capitals_become_codes() {
        assert!(is_code("ORDER_SHIPPED") && is_code("E42"));
        assert!(!is_code("order") && !is_code("") && !is_code("<b>") && !is_code("42") && !is_code("A B"));
    }
}
