//! `/v1/catalog/validate`, `publish` and `rollback`: changing what serves.

use hyper::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Answer, Ask, Problem, created, ok,
    revision::{Revision, unreadable},
};
use crate::{
    ChangeError, Edit,
    flow::report::Finding,
    serve::openapi::{Operation, Tag},
};

/// One text, or several.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Validate")]
pub(in crate::serve) struct Texts {
    /// The path of one file.
    path: Option<String>,
    /// Its text; absent = it is taken away.
    text: Option<String>,
    /// Several files.
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

/// All that is wrong with texts.
#[derive(Serialize, JsonSchema)]
pub(in crate::serve) struct Diagnosis {
    /// Everything found.
    diagnostics: Vec<Finding>,
    /// How much that is.
    summary: Summary,
    /// The flows that would serve; none when there is an error.
    flows: Vec<String>,
}

/// How much was found.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DiagnosisSummary")]
pub(in crate::serve) struct Summary {
    /// These must be mended.
    errors: usize,
    /// These are likely wrong.
    warnings: usize,
}

pub(in crate::serve) const VALIDATE: Operation = Operation::of::<Diagnosis>(Tag::Catalog, "validate")
    .says("All diagnostics of the catalog with these texts in place; nothing is changed.")
    .takes::<Texts>()
    .refuses(&[(400, "PATH_REFUSED")]);

/// `POST /v1/catalog/validate`: all diagnostics with these texts in place.
pub(in crate::serve) async fn validate(mut ask: Ask) -> Answer {
    let edits = ask.read::<Texts>()?.edits();
    let (diagnostics, flows): (Vec<Finding>, _) = match ask.engine.try_out(&edits).await {
        Ok(served) => {
            let warnings = served.warnings().iter().map(|found| Finding::new(found, &served.sources));
            (warnings.collect(), served.flows().map(|(name, _)| name.to_string()).collect())
        }
        Err(ChangeError::Refused(rejected)) => (rejected.findings(), Vec::new()),
        Err(fault) => return Err(refused(fault)),
    };
    let errors = diagnostics.iter().filter(|found| found.severity == "error").count();
    let summary = Summary { errors, warnings: diagnostics.len() - errors };
    ok(&Diagnosis { diagnostics, summary, flows })
}

/// Texts to be published.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(in crate::serve) struct Publish {
    /// Files as they are to be; the others stay.
    files: Vec<Edit>,
    /// Why.
    #[serde(default)]
    note: String,
    /// The revision they were made on: another one by now is `CATALOG_MOVED`.
    base_revision: Option<u64>,
}

pub(in crate::serve) const PUBLISH: Operation = Operation::of::<Revision>(Tag::Catalog, "publish")
    .says("`CATALOG_REFUSED` has the `diagnostics`, `CATALOG_MOVED` the `revision` that serves; nothing has changed then.")
    .takes::<Publish>()
    .status(201)
    .refuses(&[(400, "PATH_REFUSED"), (409, "CATALOG_MOVED"), (422, "CATALOG_REFUSED")]);

/// `POST /v1/catalog/publish`.
pub(in crate::serve) async fn publish(mut ask: Ask) -> Answer {
    let publish = ask.read::<Publish>()?;
    let by = ask.principal.name;
    let revision = ask
        .engine
        .publish(&publish.files, publish.base_revision, by, &publish.note)
        .await
        .map_err(refused)?;
    created(&Revision::from(&revision))
}

/// Which revision is to serve again.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::serve) struct Rollback {
    /// Its number.
    revision: u64,
    /// Why.
    #[serde(default)]
    note: String,
}

pub(in crate::serve) const ROLLBACK: Operation = Operation::of::<Revision>(Tag::Catalog, "rollBack")
    .says("Publishes that revision's texts again, as a new one.")
    .takes::<Rollback>()
    .status(201)
    .refuses(&[(404, "REVISION_NOT_FOUND"), (422, "CATALOG_REFUSED")]);

/// `POST /v1/catalog/rollback`.
pub(in crate::serve) async fn rollback(mut ask: Ask) -> Answer {
    let rollback = ask.read::<Rollback>()?;
    let by = ask.principal.name;
    let revision = ask.engine.roll_back(rollback.revision, by, &rollback.note).await.map_err(refused)?;
    created(&Revision::from(&revision))
}

/// Why a change was not made, as a problem.
fn refused(fault: ChangeError) -> Problem {
    match fault {
        ChangeError::Refused(rejected) => {
            let detail = format!("{} errors; nothing has changed", rejected.errors());
            Problem::refused(StatusCode::UNPROCESSABLE_ENTITY, "CATALOG_REFUSED", detail)
                .with("diagnostics", json!(rejected.findings()))
        }
        ChangeError::Path(_) => Problem::refused(StatusCode::BAD_REQUEST, "PATH_REFUSED", fault.to_string()),
        ChangeError::Catalog(fault) => unreadable(&fault),
    }
}
