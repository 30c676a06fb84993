//! `/v1/catalog/drafts`: texts not yet published. A draft is never overwritten unseen: `If-Match`.

use http_body_util::{Either, Full};
use hyper::{
    HeaderMap, Response, StatusCode,
    header::{ETAG, HeaderValue, IF_MATCH, IF_NONE_MATCH},
};
use schemars::JsonSchema;
use sdk::{Timestamp, Value};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Answer, Ask, Page, Problem, ok, store};
use crate::{
    clock::as_text,
    publish::{Draft, DraftError},
    serve::openapi::{Header, Operation, Sent, Tag},
};

/// A text not yet published.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Draft")]
pub(in crate::serve) struct View {
    /// The file's path.
    path: String,
    /// Its text.
    text: String,
    /// The revision it was begun on.
    base_revision: u64,
    /// When it was written.
    #[serde(serialize_with = "as_text")]
    #[schemars(with = "String", extend("format" = "date-time"))]
    updated_at: Timestamp,
    /// By whom.
    by: String,
    /// Its version, in lists; elsewhere the header `ETag` says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
}

fn view(draft: Draft) -> View {
    let Draft { path, text, base_revision, updated_at, by } = draft;
    View { path, text, base_revision, updated_at, by, etag: None }
}

/// What was thrown away.
#[derive(Serialize, JsonSchema)]
pub(in crate::serve) struct Removed {
    /// The file's path.
    removed: String,
}

pub(in crate::serve) const LIST: Operation = Operation::of::<Page<View>>(Tag::Catalog, "listDrafts");

pub(in crate::serve) const SHOW: Operation = Operation::of::<View>(Tag::Catalog, "getDraft")
    .reads(&[Header::IfNoneMatch])
    .sends(&[Sent::Etag])
    .refuses(&[(404, "DRAFT_NOT_FOUND")]);

pub(in crate::serve) const PUT: Operation = Operation::of::<View>(Tag::Catalog, "putDraft")
    .says("Never overwrites what was not seen. `DRAFT_CONFLICT` has the draft that is there as `current` and its `etag`.")
    .reads(&[Header::IfMatch, Header::IfNoneMatchAny])
    .takes::<Put>()
    .sends(&[Sent::Etag])
    .refuses(&[(400, "PATH_REFUSED"), (412, "DRAFT_CONFLICT"), (428, "DRAFT_UNCONDITIONAL")]);

pub(in crate::serve) const REMOVE: Operation = Operation::of::<Removed>(Tag::Catalog, "deleteDraft")
    .says("With `If-Match` only the draft that was seen.")
    .reads(&[Header::IfMatch])
    .refuses(&[(404, "DRAFT_NOT_FOUND"), (412, "DRAFT_CONFLICT")]);

fn tagged(answer: Answer, version: u64) -> Answer {
    answer.map(|mut response| {
        if let Ok(tag) = HeaderValue::from_str(&format!("\"{version}\"")) {
            response.headers_mut().insert(ETAG, tag);
        }
        response
    })
}

/// `GET /v1/catalog/drafts`.
pub(in crate::serve) async fn list(ask: Ask) -> Answer {
    let drafts = Draft::all(&ask.engine.documents()).await.map_err(|unread| fault(&unread))?;
    let tagged = |(draft, version)| View { etag: Some(format!("\"{version}\"")), ..view(draft) };
    ok(&Page::whole(drafts.into_iter().map(tagged).collect()))
}

/// Whether the reader has this version already (RFC 9110 §13.1.2).
fn has_seen(headers: &HeaderMap, version: u64) -> bool {
    headers.get(IF_NONE_MATCH).is_some_and(|seen| seen == "*" || named(seen).any(|seen| seen == version))
}

/// `GET /v1/catalog/drafts/{path}`.
pub(in crate::serve) async fn show(ask: Ask) -> Answer {
    let path = ask.param("path");
    match Draft::get(&ask.engine.documents(), path).await.map_err(|unread| fault(&unread))? {
        Some((_, version)) if has_seen(&ask.headers, version) => {
            let mut unchanged = Response::new(Either::Left(Full::default()));
            *unchanged.status_mut() = StatusCode::NOT_MODIFIED;
            tagged(Ok(unchanged), version)
        }
        Some((draft, version)) => tagged(ok(&view(draft)), version),
        None => Err(Problem::not_found("DRAFT_NOT_FOUND", format!("there is no draft of `{path}`"))),
    }
}

/// A draft as it is to be.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "DraftPut")]
pub(in crate::serve) struct Put {
    /// The text.
    text: String,
    /// The revision it was begun on; the one that serves unless stated.
    base_revision: Option<u64>,
}

/// No draft has this version: whoever names one we never gave has seen another draft.
const NEVER: u64 = u64::MAX;

/// Versions of drafts in a condition; an `ETag` may be marked weak, and several may stand there.
fn named(value: &HeaderValue) -> impl Iterator<Item = u64> {
    let tags = value.to_str().unwrap_or_default().split(',');
    tags.map(|tag| tag.trim().trim_start_matches("W/").trim_matches('"').parse().unwrap_or(NEVER))
}

/// The version a writer believes to be there: `None` = there is none.
fn expected(headers: &HeaderMap, there: Option<u64>) -> Result<Option<u64>, Problem> {
    let unconditional = || {
        let detail =
            "say which draft you have seen: `If-Match: \"version\"`, or `If-None-Match: *` for a new one";
        Problem::refused(StatusCode::PRECONDITION_REQUIRED, "DRAFT_UNCONDITIONAL", detail)
    };
    if headers.get(IF_NONE_MATCH).is_some_and(|value| value == "*") {
        return Ok(None);
    }
    let seen = headers.get(IF_MATCH).ok_or_else(unconditional)?;
    // `*` is whatever draft there is.
    let any = there.filter(|_| seen == "*");
    Ok(any.or_else(|| named(seen).next()))
}

/// Somebody else was faster; tells what is there now.
async fn conflict(ask: &Ask, path: &str, version: u64) -> Problem {
    let current = match Draft::get(&ask.engine.documents(), path).await {
        Ok(current) => current.map_or(Value::Null, |(draft, _)| json!(view(draft))),
        Err(unread) => return fault(&unread),
    };
    let detail = "somebody else has written this draft; merge and try again";
    Problem::refused(StatusCode::PRECONDITION_FAILED, "DRAFT_CONFLICT", detail)
        .with("etag", Value::from(format!("\"{version}\"")))
        .with("current", current)
}

/// `PUT /v1/catalog/drafts/{path}`.
pub(in crate::serve) async fn put(mut ask: Ask) -> Answer {
    let put = ask.read::<Put>()?;
    let path = ask.param("path").to_owned();
    crate::engine::check_path(&path)
        .map_err(|fault| Problem::refused(StatusCode::BAD_REQUEST, "PATH_REFUSED", fault.to_string()))?;
    let there = Draft::get(&ask.engine.documents(), &path).await.map_err(|unread| fault(&unread))?;
    let expected = expected(&ask.headers, there.map(|(_, version)| version))?;
    let draft = Draft {
        path,
        text: put.text,
        base_revision: put.base_revision.unwrap_or_else(|| ask.engine.served().about.number),
        updated_at: ask.engine.settings().clock.now(),
        by: ask.principal.name.to_owned(),
    };
    let documents = ask.engine.documents();
    match draft.put(&documents, expected).await {
        Ok(version) => tagged(ok(&view(draft)), version),
        Err(DraftError::Conflict(version)) => Err(conflict(&ask, &draft.path, version).await),
        Err(other) => Err(fault(&other)),
    }
}

/// `DELETE /v1/catalog/drafts/{path}`; with `If-Match` only the draft that was seen.
pub(in crate::serve) async fn remove(ask: Ask) -> Answer {
    let (documents, path) = (ask.engine.documents(), ask.param("path"));
    let Some((_, version)) = Draft::get(&documents, path).await.map_err(|unread| fault(&unread))? else {
        return Err(Problem::not_found("DRAFT_NOT_FOUND", format!("there is no draft of `{path}`")));
    };
    let is_other = |seen: &HeaderValue| seen != "*" && !named(seen).any(|seen| seen == version);
    if ask.headers.get(IF_MATCH).is_some_and(is_other) {
        return Err(conflict(&ask, path, version).await);
    }
    Draft::remove(&documents, path).await.map_err(|unread| fault(&unread))?;
    ok(&Removed { removed: path.to_owned() })
}

fn fault(fault: &DraftError) -> Problem {
    store(fault)
}
