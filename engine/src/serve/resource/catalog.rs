//! `/v1/catalog`: what serves.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use sdk::Timestamp;
use serde::Serialize;

use super::{Answer, Ask, Problem, ok};
use crate::{
    clock::as_text,
    flow::{document::Title, report::Finding},
    serve::openapi::{Operation, Tag},
};

/// What serves.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::serve) struct Catalog {
    /// The number of the revision; 0 = nothing was ever published.
    revision: u64,
    /// SHA-256 over all documents, in hex.
    hash: String,
    /// When it was published.
    #[serde(serialize_with = "as_text")]
    #[schemars(with = "String", extend("format" = "date-time"))]
    published_at: Timestamp,
    /// By whom.
    by: String,
    /// Why.
    note: String,
    /// All documents, by kind and name.
    documents: Vec<CatalogDocument>,
    /// What is likely wrong though it serves.
    warnings: Vec<Finding>,
    /// The paths of all files.
    files: Vec<String>,
    /// Files that both the directory and a publish have changed: the directory's were not taken.
    conflicts: Vec<String>,
}

/// One document.
#[derive(Serialize, JsonSchema)]
pub(in crate::serve) struct CatalogDocument {
    /// What it is.
    #[schemars(extend("enum" = ["Config", "Connection", "Decision", "Extension", "ExtensionPoint", "Flow", "Identity", "Variant"]))]
    kind: &'static str,
    /// `metadata.name`.
    name: String,
    /// `metadata.version`.
    version: u32,
    /// `metadata.title`.
    title: Option<Title>,
    /// `metadata.owner`.
    owner: Option<String>,
    /// The file that states it.
    file: String,
    /// Where it begins there, from 1.
    line: u32,
    /// SHA-256 of it, in hex.
    hash: String,
}

/// A file of what serves.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CatalogFile")]
pub(in crate::serve) struct File {
    /// Its path.
    path: String,
    /// Its text.
    text: String,
    /// The revision it is of, in quotes.
    etag: String,
}

pub(in crate::serve) const SHOW: Operation = Operation::of::<Catalog>(Tag::Catalog, "getCatalog");

pub(in crate::serve) const FILE: Operation =
    Operation::of::<File>(Tag::Catalog, "getFile").refuses(&[(404, "FILE_NOT_FOUND")]);

/// `GET /v1/catalog`.
pub(in crate::serve) async fn show(ask: Ask) -> Answer {
    let served = ask.engine.served();
    let document = |document: &crate::catalog::DocumentView| CatalogDocument {
        kind: document.kind,
        name: document.name.to_string(),
        version: document.version,
        title: document.title.clone(),
        owner: document.owner.clone(),
        file: document.path.to_string(),
        line: document.line,
        hash: document.hash.to_string(),
    };
    ok(&Catalog {
        revision: served.about.number,
        hash: served.hash().to_string(),
        published_at: served.about.at,
        by: served.about.by.clone(),
        note: served.about.note.clone(),
        documents: served.documents().iter().map(document).collect(),
        warnings: served.warnings().iter().map(|found| Finding::new(found, &served.sources)).collect(),
        files: served.sources.iter().map(|source| source.path.to_string()).collect(),
        conflicts: ask.engine.conflicts().iter().map(|conflict| conflict.path.clone()).collect(),
    })
}

/// `GET /v1/catalog/files/{path}`.
pub(in crate::serve) async fn file(ask: Ask) -> Answer {
    let served = ask.engine.served();
    let path = ask.param("path");
    let source = served.sources.iter().find(|source| &*source.path == path);
    let source =
        source.ok_or_else(|| Problem::not_found("FILE_NOT_FOUND", format!("no file `{path}` serves")))?;
    let etag = format!("\"{}\"", served.about.number);
    ok(&File { path: path.to_owned(), text: source.text.to_string(), etag })
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
