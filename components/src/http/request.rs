//! From the node's `with:` to path, headers and body. Whatever came from data is escaped or refused here.

use bytes::Bytes;
use hyper::{
    HeaderMap,
    header::{CONTENT_TYPE, HeaderName, HeaderValue},
};
use sdk::{Effect, Error, Piece, Template, Value, plain, schemars};
use serde::Deserialize;
use serde_json::Map;

use super::Http;
use crate::percent::{decode, encode, is_unreserved};

/// An HTTP method.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Reads.
    #[default]
    Get,
    /// Reads status and headers only.
    Head,
    /// Changes something.
    Post,
    /// Replaces something.
    Put,
    /// Changes a part of something.
    Patch,
    /// Removes something.
    Delete,
}

impl Method {
    /// Whether a call changes nothing and may be repeated.
    pub(super) const fn is_read(self) -> bool {
        matches!(self, Self::Get | Self::Head)
    }

    /// As hyper names it.
    pub(super) const fn wire(self) -> hyper::Method {
        match self {
            Self::Get => hyper::Method::GET,
            Self::Head => hyper::Method::HEAD,
            Self::Post => hyper::Method::POST,
            Self::Put => hyper::Method::PUT,
            Self::Patch => hyper::Method::PATCH,
            Self::Delete => hyper::Method::DELETE,
        }
    }

    /// The effect of a node whose `method` is written so. An expression may turn out to be anything.
    pub(super) fn effect(written: Option<&Value>) -> Effect {
        match written {
            None => Effect::Read,
            Some(Value::String(method)) if method == "GET" || method == "HEAD" => Effect::Read,
            Some(_) => Effect::Write,
        }
    }
}

/// Headers that frame the message or belong to the engine.
const FRAMING: [&str; 10] = [
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "keep-alive",
    "te",
    "trailer",
    "upgrade",
    "expect",
    "idempotency-key",
];

fn invalid(message: impl Into<String>) -> Error {
    Error::validation("REQUEST_INVALID", message)
}

/// What the schema cannot say about a constant `with:`.
pub(super) fn validate(http: &Http) -> Result<(), Error> {
    path(&http.path)?;
    headers(http)?;
    query(&http.query)?;
    fits(http)
}

/// Whether the settings go together.
pub(super) fn fits(http: &Http) -> Result<(), Error> {
    if http.method.is_read() && http.body.is_some() {
        return Err(invalid("a GET or HEAD carries no `body`: use `query`, or another method"));
    }
    if let Some(status) = http.accept.iter().find(|status| !(100..600).contains(*status)) {
        return Err(invalid(format!("`accept` holds {status}, which is no HTTP status")));
    }
    Ok(())
}

/// Path and query as they go on the wire.
pub(super) fn target(http: &Http) -> Result<String, Error> {
    let mut target = path(&http.path)?;
    let query = query(&http.query)?;
    if !query.is_empty() {
        target.push('?');
        target.push_str(&query);
    }
    Ok(target)
}

fn path(template: &Template) -> Result<String, Error> {
    let mut path = String::new();
    for piece in template.pieces() {
        match piece {
            Piece::Text(text) if text.contains(['?', '#']) => {
                return Err(invalid("`path` holds `?` or `#`: put what follows into `query`"));
            }
            Piece::Text(text) => encode(text, is_authored, &mut path),
            Piece::Value(value) => encode(&segment(value)?, is_unreserved, &mut path),
        }
    }
    if !path.starts_with('/') {
        return Err(invalid("`path` must start with `/`"));
    }
    if climbs(&path) {
        return Err(invalid("`path` holds `.` or `..` between slashes"));
    }
    Ok(path)
}

/// A value as text for one path segment. An empty one would turn `DELETE /orders/${id}` into a call on
/// all orders.
fn segment(value: &Value) -> Result<std::borrow::Cow<'_, str>, Error> {
    match value {
        Value::Null => Err(invalid("a value in `path` is null")),
        Value::String(text) if text.is_empty() => Err(invalid("a value in `path` is empty")),
        Value::String(text) if text.chars().any(char::is_control) => {
            Err(invalid("a value in `path` holds a control character"))
        }
        Value::Array(_) | Value::Object(_) => Err(invalid("a value in `path` is a list or an object")),
        scalar => Ok(plain(scalar)),
    }
}

/// Whether a server could read the path as leading upwards, however often it decodes and whichever
/// separator it believes in.
fn climbs(path: &str) -> bool {
    let mut bytes = path.as_bytes().to_vec();
    for _ in 0..4 {
        let is_dots = |segment: &[u8]| {
            let name = segment.split(|byte| *byte == b';').next().unwrap_or_default();
            name == b"." || name == b".."
        };
        if bytes.split(|byte| matches!(byte, b'/' | b'\\')).any(is_dots) {
            return true;
        }
        bytes = decode(&bytes);
    }
    false
}

/// What the author may write as it is: path characters of RFC 3986 §3.3 and escapes of his own.
fn is_authored(byte: u8) -> bool {
    is_unreserved(byte) || b"/%!$&'()*+,;=:@".contains(&byte)
}

/// `name=value` pairs, also the form of `application/x-www-form-urlencoded`.
fn query(pairs: &Map<String, Value>) -> Result<String, Error> {
    let mut out = String::new();
    for (name, value) in pairs {
        let values = match value {
            Value::Array(items) => items.as_slice(),
            one => std::slice::from_ref(one),
        };
        for value in values {
            match value {
                Value::Null => {}
                Value::Array(_) | Value::Object(_) => {
                    return Err(invalid(format!("`{name}` of the query holds a list or an object within")));
                }
                scalar => {
                    if !out.is_empty() {
                        out.push('&');
                    }
                    encode(name, is_unreserved, &mut out);
                    out.push('=');
                    encode(&plain(scalar), is_unreserved, &mut out);
                }
            }
        }
    }
    Ok(out)
}

/// The flow's own headers.
pub(super) fn headers(http: &Http) -> Result<HeaderMap, Error> {
    let mut headers = HeaderMap::new();
    for (name, value) in &http.headers {
        let header: HeaderName =
            name.parse().map_err(|_| invalid(format!("`{}` is no header name", name.escape_default())))?;
        if FRAMING.contains(&header.as_str()) {
            return Err(invalid(format!("header `{header}` is set by the engine, not by the flow")));
        }
        let text = match value {
            Value::Null => continue,
            Value::Array(_) | Value::Object(_) => {
                return Err(invalid(format!("header `{header}` is a list or an object")));
            }
            scalar => plain(scalar),
        };
        if text.starts_with("secret://") {
            return Err(invalid(format!(
                "header `{header}` holds a secret: give it to the connection instead"
            )));
        }
        let value = HeaderValue::from_str(&text)
            .map_err(|_| invalid(format!("header `{header}` holds a character it may not")))?;
        headers.insert(header, value);
    }
    Ok(headers)
}

/// The body's bytes; adds the content type when the flow names none.
pub(super) fn body(http: &Http, headers: &mut HeaderMap) -> Result<Bytes, Error> {
    let Some(body) = &http.body else { return Ok(Bytes::new()) };
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    match body {
        Value::String(text) if !kind.is_empty() => return Ok(Bytes::from(text.clone())),
        Value::Object(pairs) if kind.starts_with("application/x-www-form-urlencoded") => {
            return Ok(Bytes::from(query(pairs)?));
        }
        _ => {}
    }
    if kind.is_empty() {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    serde_json::to_vec(body).map(Bytes::from).map_err(|fault| Error::internal(format!("body: {fault}")))
}

#[cfg(test)]
mod tests {
    use sdk::Template;
    use serde_json::json;

    use super::{path, query};

    fn check(value: &serde_json::Value, expected: Option<&str>) {
        let given = json!({"$pieces": [{"text": "/orders/"}, {"value": value}, {"text": "/close"}]});
        let template: Template = serde_json::from_value(given).unwrap();
        assert_eq!(path(&template).ok().as_deref(), expected, "{value}");
    }

    #[test]
    fn a_value_stays_one_segment_of_the_path() {
        check(&json!("O1"), Some("/orders/O1/close"));
        check(&json!(7), Some("/orders/7/close"));
        check(&json!("a/b?c#d%"), Some("/orders/a%2Fb%3Fc%23d%25/close"));
        check(&json!("二手 车"), Some("/orders/%E4%BA%8C%E6%89%8B%20%E8%BD%A6/close"));
        check(&json!("a..b"), Some("/orders/a..b/close"));
    }

    #[test]
    fn a_value_that_leads_elsewhere_is_refused() {
        for value in [
            "..",
            ".",
            "../../admin",
            "..\\x",
            "x/../../y",
            "%2e%2e",
            "%252e%252e",
            "..;a",
            ".%2e",
            "..%2f",
            "",
            "a\nb",
            "\u{0}",
        ] {
            check(&json!(value), None);
        }
        check(&json!(null), None);
        check(&json!({"a": 1}), None);
    }

    #[test]
    fn a_path_that_is_all_value_is_refused() {
        let template: Template = serde_json::from_value(json!({"$pieces": [{"value": "/admin"}]})).unwrap();
        assert!(path(&template).is_err());
        assert!(path(&Template::from("/a/../b")).is_err());
        assert!(path(&Template::from("/a?b=1")).is_err());
    }

    #[test]
    fn nulls_are_left_out_and_lists_repeated() {
        let given = json!({"a": 1, "b": null, "c": ["x", null, "y&z"], "d": ""});
        assert_eq!(query(given.as_object().unwrap()).unwrap(), "a=1&c=x&c=y%26z&d=");
        assert!(query(json!({"a": {"b": 1}}).as_object().unwrap()).is_err());
    }
}
