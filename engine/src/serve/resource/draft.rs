//! `/v1/catalog/drafts`: texts not yet published. A draft is never overwritten unseen: `If-Match`.

use hyper::{
    HeaderMap, StatusCode,
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

/// `GET /v1/catalog/drafts/{path}`.
pub(in crate::serve) async fn show(ask: Ask) -> Answer {
    let path = ask.param("path");
    match Draft::get(&ask.engine.documents(), path).await.map_err(|unread| fault(&unread))? {
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
    let seen = headers.get(IF_MATCH).and_then(|value| value.to_str().ok()).ok_or_else(unconditional)?;
    seen.trim_matches('"').parse().map(Some).map_err(|_| unconditional())
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
        Err(DraftError::Conflict(version)) => {
            let current = Draft::get(&documents, &draft.path).await.map_err(|unread| fault(&unread))?;
            let detail = "somebody else has written this draft; merge and try again";
            Err(Problem::refused(StatusCode::PRECONDITION_FAILED, "DRAFT_CONFLICT", detail)
                .with("etag", Value::from(format!("\"{version}\"")))
                .with("current", current.map_or(Value::Null, |(draft, _)| view(&draft))))
        }
        Err(other) => Err(fault(&other)),
    }
}

/// `DELETE /v1/catalog/drafts/{path}`.
pub(in crate::serve) async fn remove(ask: Ask) -> Answer {
    let (documents, path) = (ask.engine.documents(), ask.param("path"));
    if Draft::get(&documents, path).await.map_err(|unread| fault(&unread))?.is_none() {
        return Err(Problem::not_found("DRAFT_NOT_FOUND", format!("there is no draft of `{path}`")));
    }
    Draft::remove(&documents, path).await.map_err(|unread| fault(&unread))?;
    ok(&json!({"removed": ask.param("path")}))
}

fn fault(fault: &DraftError) -> Problem {
    store(fault)
}
