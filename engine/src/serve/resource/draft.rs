//! `/v1/catalog/drafts`: texts not yet published. A draft is never overwritten unseen: `If-Match`.

use http_body_util::{Either, Full};
use hyper::{
    HeaderMap, Response, StatusCode,
    header::{ETAG, HeaderValue, IF_MATCH, IF_NONE_MATCH},
};
use sdk::Value;
use serde::Deserialize;
use serde_json::json;

use super::{Answer, Ask, Problem, ok, store};
use crate::{
    clock::text,
    publish::{Draft, DraftError},
};

fn view(draft: &Draft) -> Value {
    json!({"path": draft.path, "text": draft.text, "baseRevision": draft.base_revision,
           "updatedAt": text(draft.updated_at), "by": draft.by})
}

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
    let items: Vec<Value> = drafts
        .iter()
        .map(|(draft, version)| {
            let mut item = view(draft);
            item["etag"] = json!(format!("\"{version}\""));
            item
        })
        .collect();
    ok(&json!({"items": items, "next": null}))
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
        Some((draft, version)) => tagged(ok(&view(&draft)), version),
        None => Err(Problem::not_found("DRAFT_NOT_FOUND", format!("there is no draft of `{path}`"))),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Put {
    text: String,
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
fn expected(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let unconditional = || {
        let detail =
            "say which draft you have seen: `If-Match: \"version\"`, or `If-None-Match: *` for a new one";
        Problem::refused(StatusCode::PRECONDITION_REQUIRED, "DRAFT_UNCONDITIONAL", detail)
    };
    if headers.get(IF_NONE_MATCH).is_some_and(|value| value == "*") {
        return Ok(None);
    }
    let seen = headers.get(IF_MATCH).ok_or_else(unconditional)?;
    Ok(named(seen).next())
}

/// Somebody else was faster; tells what is there now.
async fn conflict(ask: &Ask, path: &str, version: u64) -> Problem {
    let current = match Draft::get(&ask.engine.documents(), path).await {
        Ok(current) => current.map_or(Value::Null, |(draft, _)| view(&draft)),
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
    let expected = expected(&ask.headers)?;
    let draft = Draft {
        path,
        text: put.text,
        base_revision: put.base_revision.unwrap_or_else(|| ask.engine.served().about.number),
        updated_at: ask.engine.settings().clock.now(),
        by: ask.principal.name.to_owned(),
    };
    let documents = ask.engine.documents();
    match draft.put(&documents, expected).await {
        Ok(version) => tagged(ok(&view(&draft)), version),
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
    ok(&json!({"removed": ask.param("path")}))
}

fn fault(fault: &DraftError) -> Problem {
    store(fault)
}
