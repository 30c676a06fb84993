//! `/v1/catalog`: what serves, its history, and changing it.

use std::collections::BTreeMap;

use hyper::StatusCode;
use sdk::Value;
use serde::Deserialize;
use serde_json::json;

use super::{Answer, Ask, Problem, created, ok};
use crate::{
    ChangeError, Edit,
    clock::text,
    flow::report::to_json,
    publish::{PublishError, Revision},
};

/// `GET /v1/catalog`.
pub(in crate::serve) async fn show(ask: Ask) -> Answer {
    let served = ask.engine.served();
    let documents: Vec<Value> = served
        .documents()
        .iter()
        .map(|document| {
            json!({"kind": document.kind, "name": document.name, "version": document.version,
                   "title": document.title, "owner": document.owner, "file": document.path,
                   "line": document.line, "hash": document.hash})
        })
        .collect();
    let warnings: Vec<Value> =
        served.warnings().iter().map(|found| to_json(found, &served.sources)).collect();
    let conflicts: Vec<String> =
        ask.engine.conflicts().iter().map(|conflict| conflict.path.clone()).collect();
    ok(&json!({
        "revision": served.about.number, "hash": served.hash(), "publishedAt": text(served.about.at),
        "by": served.about.by, "note": served.about.note, "documents": documents, "warnings": warnings,
        "files": served.sources.iter().map(|source| &*source.path).collect::<Vec<_>>(), "conflicts": conflicts,
    }))
}

/// `GET /v1/catalog/files/{path}`.
pub(in crate::serve) async fn file(ask: Ask) -> Answer {
    let served = ask.engine.served();
    let path = ask.param("path");
    let source = served.sources.iter().find(|source| &*source.path == path);
    let source =
        source.ok_or_else(|| Problem::not_found("FILE_NOT_FOUND", format!("no file `{path}` serves")))?;
    ok(&json!({"path": path, "text": &*source.text, "etag": format!("\"{}\"", served.about.number)}))
}

/// One text, or several.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Texts {
    path: Option<String>,
    text: Option<String>,
    #[serde(default)]
    files: Vec<Edit>,
}

impl Texts {
    fn edits(self) -> Vec<Edit> {
        let mut edits = self.files;
        edits.extend(self.path.map(|path| Edit { path, text: self.text }));
        edits
    }
}

/// `POST /v1/catalog/validate`: all diagnostics with these texts in place.
pub(in crate::serve) async fn validate(mut ask: Ask) -> Answer {
    let edits = ask.read::<Texts>()?.edits();
    let (diagnostics, flows) = match ask.engine.try_out(&edits).await {
        Ok(served) => {
            let warnings = served.warnings().iter().map(|found| to_json(found, &served.sources)).collect();
            (warnings, served.flows().map(|(name, _)| name.to_string()).collect::<Vec<_>>())
        }
        Err(ChangeError::Refused(rejected)) => (rejected.findings(), Vec::new()),
        Err(fault) => return Err(refused(fault)),
    };
    let errors = diagnostics.iter().filter(|found| found["severity"] == "error").count();
    let summary = json!({"errors": errors, "warnings": diagnostics.len() - errors});
    ok(&json!({"diagnostics": diagnostics, "summary": summary, "flows": flows}))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Publish {
    files: Vec<Edit>,
    #[serde(default)]
    note: String,
    base_revision: Option<u64>,
}

/// `POST /v1/catalog/publish`.
pub(in crate::serve) async fn publish(mut ask: Ask) -> Answer {
    let publish = ask.read::<Publish>()?;
    let by = ask.principal.name;
    let revision = ask
        .engine
        .publish(&publish.files, publish.base_revision, by, &publish.note)
        .await
        .map_err(refused)?;
    created(&view(&revision))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rollback {
    revision: u64,
    #[serde(default)]
    note: String,
}

/// `POST /v1/catalog/rollback`.
pub(in crate::serve) async fn rollback(mut ask: Ask) -> Answer {
    let rollback = ask.read::<Rollback>()?;
    let by = ask.principal.name;
    let revision = ask.engine.roll_back(rollback.revision, by, &rollback.note).await.map_err(refused)?;
    created(&view(&revision))
}

/// `GET /v1/catalog/revisions`, newest first.
pub(in crate::serve) async fn revisions(ask: Ask) -> Answer {
    let mut all = ask.engine.revisions().all().await.map_err(|fault| unreadable(&fault))?;
    all.reverse();
    ok(&json!({"items": all.iter().map(view).collect::<Vec<_>>(), "next": null}))
}

fn number(ask: &Ask) -> Result<u64, Problem> {
    let text = ask.param("revision");
    text.parse()
        .map_err(|_| Problem::not_found("REVISION_NOT_FOUND", format!("`{text}` is no number of a revision")))
}

/// `GET /v1/catalog/revisions/{revision}`.
pub(in crate::serve) async fn revision(ask: Ask) -> Answer {
    let revision = ask.engine.revisions().get(number(&ask)?).await.map_err(|fault| unreadable(&fault))?;
    let mut shown = view(&revision);
    shown["files"] = json!(revision.files);
    ok(&shown)
}

/// `GET /v1/catalog/revisions/{revision}/files/{path}`.
pub(in crate::serve) async fn old_file(ask: Ask) -> Answer {
    let revision = ask.engine.revisions().get(number(&ask)?).await.map_err(|fault| unreadable(&fault))?;
    let texts = ask.engine.revisions().texts(&revision).await.map_err(|fault| unreadable(&fault))?;
    let path = ask.param("path");
    let text = texts.get(path).ok_or_else(|| {
        Problem::not_found("FILE_NOT_FOUND", format!("revision {} has no file `{path}`", revision.number))
    })?;
    ok(&json!({"path": path, "text": &**text}))
}

/// `GET /v1/catalog/revisions/{revision}/diff?against=m`.
pub(in crate::serve) async fn diff(ask: Ask) -> Answer {
    let to = number(&ask)?;
    let from = ask.number("against")?.unwrap_or_else(|| to.saturating_sub(1).max(1));
    let changes = ask.engine.revisions().diff(from, to).await.map_err(|fault| unreadable(&fault))?;
    ok(&json!({"from": from, "to": to, "items": changes}))
}

fn view(revision: &Revision) -> Value {
    json!({"revision": revision.number, "at": text(revision.at), "origin": revision.origin, "by": revision.by,
           "note": revision.note, "fileCount": revision.files.len(), "hash": revision.hash()})
}

/// Why a change was not made, as a problem.
fn refused(fault: ChangeError) -> Problem {
    match fault {
        ChangeError::Refused(rejected) => {
            let detail = format!("{} errors; nothing has changed", rejected.errors());
            Problem::refused(StatusCode::UNPROCESSABLE_ENTITY, "CATALOG_REFUSED", detail)
                .with("diagnostics", Value::Array(rejected.findings()))
        }
        ChangeError::Path(_) => Problem::refused(StatusCode::BAD_REQUEST, "PATH_REFUSED", fault.to_string()),
        ChangeError::Catalog(fault) => unreadable(&fault),
    }
}

fn unreadable(fault: &PublishError) -> Problem {
    match fault {
        PublishError::Moved(number) => {
            Problem::refused(StatusCode::CONFLICT, "CATALOG_MOVED", fault.to_string())
                .with("revision", Value::from(*number))
        }
        PublishError::Missing(_) => Problem::not_found("REVISION_NOT_FOUND", fault.to_string()),
        PublishError::Unreadable(_) | PublishError::Store(_) => super::store(fault),
    }
}

/// How often each component, point and flow is named by the flows that serve.
pub(super) fn uses(ask: &Ask) -> BTreeMap<(&'static str, String), Vec<String>> {
    let mut uses: BTreeMap<(&'static str, String), Vec<String>> = BTreeMap::new();
    for (name, entry) in ask.engine.served().flows() {
        for (_, plan) in entry.plans.sorted() {
            crate::catalog::named(plan, &mut |kind, used| {
                let flows = uses.entry((kind, used.to_owned())).or_default();
                if flows.last().map(String::as_str) != Some(name) {
                    flows.push(name.to_string());
                }
            });
        }
    }
    uses
}
