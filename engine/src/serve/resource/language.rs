//! `/v1/schema` and `/openapi.json`: the language and this surface, as schemas. Both are made when somebody asks,
//! and say in an `ETag` whether they are still what the caller has.

use http_body_util::Either;
use hyper::{
    StatusCode,
    header::{ETAG, HeaderValue, IF_NONE_MATCH},
};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{Answer, Ask};
use crate::{
    flow::language::schema,
    serve::{
        bytes,
        openapi::{Header, Operation, Sent, Tag},
    },
};

pub(in crate::serve) const SHOW: Operation = Operation::of::<Value>(Tag::Components, "getSchema")
    .says("What `bactrian schema` prints, with what every component and connection takes: for editors.")
    .reads(&[Header::IfNoneMatch])
    .sends(&[Sent::Etag]);

pub(in crate::serve) const OPENAPI: Operation =
    Operation::of::<Value>(Tag::Service, "getOpenapi").reads(&[Header::IfNoneMatch]).sends(&[Sent::Etag]);

/// `GET /v1/schema`.
pub(in crate::serve) async fn show(ask: Ask) -> Answer {
    tagged(&ask, &schema(&ask.engine.settings().registry))
}

/// `GET /openapi.json`: the fixed routes, and every flow that serves.
pub(in crate::serve) async fn openapi(ask: Ask) -> Answer {
    let served = ask.engine.served();
    let plans = served.flows().filter_map(|(_, entry)| entry.base()).map(|plan| &**plan);
    let document = crate::serve::openapi(&ask.engine.settings().version, crate::serve::rows(), plans);
    tagged(&ask, &document)
}

/// The document, or 304 when the caller has it.
fn tagged(ask: &Ask, document: &Value) -> Answer {
    let text = document.to_string();
    let digest = Sha256::digest(text.as_bytes());
    let tag: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let tag = format!("\"{tag}\"");
    let known = ask.headers.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_known = known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag);
    let (status, text) =
        if is_known { (StatusCode::NOT_MODIFIED, String::new()) } else { (StatusCode::OK, text) };
    let mut reply = bytes(status, "application/json", text);
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        reply.headers_mut().insert(ETAG, tag);
    }
    Ok(reply.map(Either::Left))
}
