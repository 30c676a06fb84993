//! `request` as identity rules and flows see it: data, made only when somebody asks for it.
//!
//! Credentials are left out, and so are the headers that name an identity: nothing after stage 5 reads them.

use std::sync::{Arc, LazyLock};

use hyper::{
    HeaderMap,
    header::{AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION},
    http::request::Parts,
};
use sdk::{Shared, Value};
use serde_json::{Map, json};

use super::{IDENTITY_HEADERS, Query, query::decode};
use crate::run::Request;

/// A request without its body.
pub(super) struct Asked {
    pub(super) parts: Parts,
    /// The path's parameters, decoded.
    pub(super) params: Vec<(Arc<str>, String)>,
}

impl Asked {
    pub(super) fn new(parts: Parts, params: &[(Arc<str>, &str)]) -> Self {
        let params = params.iter().map(|(name, value)| (Arc::clone(name), decode(value, false))).collect();
        Self { parts, params }
    }

    /// `{method, path, host, headers, query, params, body}`.
    pub(super) fn to_value(&self, body: Value) -> Value {
        let Parts { method, uri, headers, .. } = &self.parts;
        let host = headers.get("host").map_or("", |host| host.to_str().unwrap_or_default());
        let params: Map<String, Value> = self
            .params
            .iter()
            .map(|(name, value)| ((**name).to_owned(), Value::from(value.as_str())))
            .collect();
        let mut value = json!({
            "method": method.as_str(),
            "path": uri.path(),
            "host": uri.host().unwrap_or(host),
            "headers": headers_of(headers),
            "query": Query::parse(uri.query().unwrap_or_default()).to_value(),
            "params": params,
        });
        value["body"] = body;
        value
    }

    /// The request for a run, made when an expression first asks for it.
    pub(super) fn lazily(self, body: Shared) -> Arc<Request> {
        Arc::new(LazyLock::new(Box::new(move || Shared::new(self.to_value(Value::clone(&body))))))
    }
}

/// Lower-case names; several of one name are joined by a comma (RFC 9110 §5.3).
fn headers_of(headers: &HeaderMap) -> Map<String, Value> {
    let mut all = Map::new();
    for name in headers.keys() {
        let is_hidden =
            [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION].contains(name) || IDENTITY_HEADERS.contains(name);
        if !is_hidden {
            let values: Vec<_> =
                headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
            all.insert(name.as_str().to_owned(), Value::from(values.join(", ")));
        }
    }
    all
}
