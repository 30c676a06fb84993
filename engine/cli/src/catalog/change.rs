//! `catalog publish` and `catalog rollback`: a new revision in a store, checked as a server would check it.

use std::{collections::BTreeSet, path::PathBuf, process::ExitCode};

use engine::{
    ChangeError, Edit, Engine,
    flow::load::load,
    publish::{PublishError, Revision},
};
use serde_json::json;

use super::environment;
use crate::{
    check,
    data::existing,
    opening,
    output::{Fault, Output},
};

/// Where, by whom, why.
#[derive(clap::Args)]
struct Change {
    /// The data directory.
    #[arg(long)]
    data: PathBuf,
    /// Why; kept with the revision.
    #[arg(long, default_value = "")]
    note: String,
    /// Who; kept with the revision.
    #[arg(long, default_value = "cli")]
    by: String,
}

#[derive(clap::Args)]
pub(crate) struct PublishArguments {
    #[command(flatten)]
    change: Change,
    /// The directory of documents.
    directory: PathBuf,
    /// Also takes away what is published and not in the directory.
    #[arg(long)]
    prune: bool,
}

#[derive(clap::Args)]
pub(crate) struct RollbackArguments {
    #[command(flatten)]
    change: Change,
    /// The revision whose texts are published again.
    revision: u64,
}

pub(super) async fn publish(arguments: &PublishArguments, output: &Output) -> Result<ExitCode, Fault> {
    let directory = &arguments.directory;
    if !directory.is_dir() {
        return Err(Fault::Usage(format!("{} is no directory", directory.display())));
    }
    let (sources, unread) = load(std::slice::from_ref(directory));
    if !unread.is_empty() {
        check::print(&unread, &sources, output);
        return Ok(ExitCode::FAILURE);
    }
    let Some(engine) = open(&arguments.change, output).await? else { return Ok(ExitCode::FAILURE) };
    let published = engine.served().texts();
    let (mut edits, mut here) = (Vec::new(), BTreeSet::new());
    for source in &sources {
        let path = std::path::Path::new(&*source.path);
        let path = path.strip_prefix(directory).unwrap_or(path).to_string_lossy().into_owned();
        if published.get(&path) != Some(&source.text) {
            edits.push(Edit { path: path.clone(), text: Some(source.text.to_string()) });
        }
        here.insert(path);
    }
    if arguments.prune {
        let gone = published.keys().filter(|path| !here.contains(*path));
        edits.extend(gone.map(|path| Edit { path: path.clone(), text: None }));
    }
    if edits.is_empty() {
        let number = engine.served().about.number;
        if output.is_json() {
            output.json(&json!({"revision": number, "changed": []}));
        } else {
            output.line(&format!("nothing differs from revision {number}"));
        }
        return Ok(ExitCode::SUCCESS);
    }
    let Change { note, by, .. } = &arguments.change;
    let changed: Vec<String> = edits.iter().map(|edit| edit.path.clone()).collect();
    tell(engine.publish(&edits, None, by, note).await, &changed, output)
}

pub(super) async fn rollback(arguments: &RollbackArguments, output: &Output) -> Result<ExitCode, Fault> {
    let Some(engine) = open(&arguments.change, output).await? else { return Ok(ExitCode::FAILURE) };
    let Change { note, by, .. } = &arguments.change;
    tell(engine.roll_back(arguments.revision, by, note).await, &[], output)
}

/// What was published, with everything that is linked; no directory is imported.
async fn open(change: &Change, output: &Output) -> Result<Option<Engine>, Fault> {
    let mut settings = opening::settings(&[])?;
    settings.data = Some(existing(&change.data)?);
    opening::open(settings, output).await
}

fn tell(
    outcome: Result<Revision, ChangeError>,
    changed: &[String],
    output: &Output,
) -> Result<ExitCode, Fault> {
    match outcome {
        Ok(revision) if output.is_json() => {
            output.json(&json!({"revision": revision.number, "changed": changed}));
            Ok(ExitCode::SUCCESS)
        }
        Ok(revision) => {
            changed.iter().for_each(|path| output.line(&format!("  {path}")));
            output.line(&format!("published revision {}", revision.number));
            Ok(ExitCode::SUCCESS)
        }
        Err(ChangeError::Refused(rejected)) => {
            opening::refused(&rejected, output);
            Ok(ExitCode::FAILURE)
        }
        Err(fault @ (ChangeError::Path(_) | ChangeError::Catalog(PublishError::Missing(_)))) => {
            Err(Fault::Usage(fault.to_string()))
        }
        Err(fault) => Err(environment(fault)),
    }
}
