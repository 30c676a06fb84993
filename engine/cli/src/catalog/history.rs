//! `catalog list` and `catalog diff`: reads the history, changes nothing.

use std::{path::PathBuf, process::ExitCode};

use engine::{
    clock::text,
    publish::{PublishError, Revision},
};
use serde_json::json;

use super::{environment, revisions};
use crate::output::{Fault, Ink, Output};

#[derive(clap::Args)]
pub(crate) struct ListArguments {
    /// The data directory.
    #[arg(long)]
    data: PathBuf,
}

#[derive(clap::Args)]
pub(crate) struct DiffArguments {
    /// The data directory.
    #[arg(long)]
    data: PathBuf,
    /// The earlier revision.
    from: u64,
    /// The later revision; without it, the newest.
    to: Option<u64>,
}

pub(super) async fn list(arguments: &ListArguments, output: &Output) -> Result<ExitCode, Fault> {
    let mut all = revisions(&arguments.data)?.all().await.map_err(environment)?;
    all.reverse();
    if output.is_json() {
        output.json(&json!({"items": all}));
        return Ok(ExitCode::SUCCESS);
    }
    for Revision { number, at, origin, by, note, files } in &all {
        let word = json!(origin).as_str().unwrap_or_default().to_owned();
        let number = output.ink(Ink::Strong, &format!("{number:>5}"));
        output.line(&format!("{number}  {}  {word:<8}  {} files  {by}: {note}", text(*at), files.len()));
    }
    if all.is_empty() {
        output.line("nothing was published");
    }
    Ok(ExitCode::SUCCESS)
}

/// 0 = they are the same, 1 = they differ, as `diff` does it.
pub(super) async fn diff(arguments: &DiffArguments, output: &Output) -> Result<ExitCode, Fault> {
    let revisions = revisions(&arguments.data)?;
    let to = match arguments.to {
        Some(to) => to,
        None => revisions.newest().await.map_err(environment)?.map_or(0, |newest| newest.number),
    };
    let changes = revisions.diff(arguments.from, to).await.map_err(missing)?;
    if output.is_json() {
        output.json(&json!({"from": arguments.from, "to": to, "items": changes}));
    } else {
        for change in &changes {
            let ink = if change.change == "removed" { Ink::Bad } else { Ink::Good };
            output.line(&format!("{}  {}", output.ink(ink, &format!("{:<8}", change.change)), change.path));
        }
    }
    Ok(if changes.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A number that was never published is the caller's mistake.
pub(super) fn missing(fault: PublishError) -> Fault {
    match fault {
        PublishError::Missing(_) => Fault::Usage(fault.to_string()),
        other => environment(other),
    }
}
