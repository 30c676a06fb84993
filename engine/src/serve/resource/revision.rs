//! `/v1/catalog/revisions`: the history of what serves.

use std::collections::BTreeMap;

use hyper::StatusCode;
use schemars::JsonSchema;
use sdk::{Timestamp, Value};
use serde::{Deserialize, Serialize};

use super::{Answer, Ask, Page, Problem, ok};
use crate::{
    clock::as_text,
    publish::{self, Change, Origin, PublishError},
    serve::openapi::{Operation, Tag},
};

/// One revision: never changed once it is there.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::serve) struct Revision {
    /// Its number, from 1.
    revision: u64,
    /// When it was published.
    #[serde(serialize_with = "as_text")]
    #[schemars(with = "String", extend("format" = "date-time"))]
    at: Timestamp,
    /// How it came about.
    origin: Origin,
    /// By whom.
    by: String,
    /// Why.
    note: String,
    /// How many files it has.
    file_count: usize,
    /// SHA-256 over its paths and texts, in hex.
    hash: String,
}

impl From<&publish::Revision> for Revision {
    fn from(revision: &publish::Revision) -> Self {
        Self {
            revision: revision.number,
            at: revision.at,
            origin: revision.origin,
            by: revision.by.clone(),
            note: revision.note.clone(),
            file_count: revision.files.len(),
            hash: revision.hash(),
        }
    }
}

/// A revision with its files.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RevisionWithFiles")]
pub(in crate::serve) struct Whole {
    /// What lists show of it.
    #[serde(flatten)]
    revision: Revision,
    /// SHA-256 of each text in hex, by path.
    files: BTreeMap<String, String>,
}

/// A file of a revision.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RevisionFile")]
pub(in crate::serve) struct Text {
    /// Its path.
    path: String,
    /// Its text.
    text: String,
}

/// Which other revision it is compared with.
#[derive(Deserialize, JsonSchema)]
pub(in crate::serve) struct Against {
    /// The number of the other one; the one before unless stated.
    #[schemars(range(min = 1))]
    against: Option<u64>,
}

/// What differs between two revisions.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RevisionDiff")]
pub(in crate::serve) struct Diff {
    /// The revision before.
    from: u64,
    /// The revision after.
    to: u64,
    /// The files that differ, by path.
    items: Vec<Change>,
}

pub(in crate::serve) const LIST: Operation = Operation::of::<Page<Revision>>(Tag::Catalog, "listRevisions");

pub(in crate::serve) const SHOW: Operation =
    Operation::of::<Whole>(Tag::Catalog, "getRevision").refuses(&[(404, "REVISION_NOT_FOUND")]);

pub(in crate::serve) const FILE: Operation = Operation::of::<Text>(Tag::Catalog, "getRevisionFile")
    .refuses(&[(404, "REVISION_NOT_FOUND"), (404, "FILE_NOT_FOUND")]);

pub(in crate::serve) const DIFF: Operation = Operation::of::<Diff>(Tag::Catalog, "diffRevision")
    .query::<Against>()
    .refuses(&[(400, "QUERY_INVALID"), (404, "REVISION_NOT_FOUND")]);

/// `GET /v1/catalog/revisions`, newest first.
pub(in crate::serve) async fn list(ask: Ask) -> Answer {
    let mut all = ask.engine.revisions().all().await.map_err(|fault| unreadable(&fault))?;
    all.reverse();
    ok(&Page::whole(all.iter().map(Revision::from).collect()))
}

fn number(ask: &Ask) -> Result<u64, Problem> {
    let text = ask.param("revision");
    text.parse()
        .map_err(|_| Problem::not_found("REVISION_NOT_FOUND", format!("`{text}` is no number of a revision")))
}

async fn asked(ask: &Ask) -> Result<publish::Revision, Problem> {
    ask.engine.revisions().get(number(ask)?).await.map_err(|fault| unreadable(&fault))
}

/// `GET /v1/catalog/revisions/{revision}`.
pub(in crate::serve) async fn show(ask: Ask) -> Answer {
    let revision = asked(&ask).await?;
    ok(&Whole { revision: Revision::from(&revision), files: revision.files })
}

/// `GET /v1/catalog/revisions/{revision}/files/{path}`.
pub(in crate::serve) async fn file(ask: Ask) -> Answer {
    let revision = asked(&ask).await?;
    let texts = ask.engine.revisions().texts(&revision).await.map_err(|fault| unreadable(&fault))?;
    let path = ask.param("path");
    let text = texts.get(path).ok_or_else(|| {
        Problem::not_found("FILE_NOT_FOUND", format!("revision {} has no file `{path}`", revision.number))
    })?;
    ok(&Text { path: path.to_owned(), text: text.to_string() })
}

/// `GET /v1/catalog/revisions/{revision}/diff?against=m`.
pub(in crate::serve) async fn diff(ask: Ask) -> Answer {
    let to = number(&ask)?;
    let from = ask.asked::<Against>()?.against.unwrap_or_else(|| to.saturating_sub(1).max(1));
    let items = ask.engine.revisions().diff(from, to).await.map_err(|fault| unreadable(&fault))?;
    ok(&Diff { from, to, items })
}

/// Why the history does not answer, as a problem.
pub(super) fn unreadable(fault: &PublishError) -> Problem {
    match fault {
        PublishError::Moved(number) => {
            Problem::refused(StatusCode::CONFLICT, "CATALOG_MOVED", fault.to_string())
                .with("revision", Value::from(*number))
        }
        PublishError::Missing(_) => Problem::not_found("REVISION_NOT_FOUND", fault.to_string()),
        PublishError::Unreadable(_) | PublishError::Store(_) => super::store(fault),
    }
}
