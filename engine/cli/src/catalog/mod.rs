//! `bactrian catalog`: what was published, and its history. Works on a data directory that no server has open;
//! `export` also on a running server.

mod change;
mod export;
mod history;
mod remote;

use std::{path::Path, process::ExitCode, sync::Arc};

use engine::{
    publish::Revisions,
    state::{self, Sled},
};

use crate::{
    data::existing,
    opening,
    output::{Fault, Output},
};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Writes all texts that serve to a directory.
    Export(export::Arguments),
    /// Lists the revisions, newest first.
    List(history::ListArguments),
    /// Publishes the documents of a directory as a new revision.
    Publish(change::PublishArguments),
    /// Publishes an earlier revision again, as a new one.
    Rollback(change::RollbackArguments),
    /// Shows which files differ between two revisions.
    Diff(history::DiffArguments),
}

pub(crate) fn run(arguments: &Arguments, output: &Output) -> Result<ExitCode, Fault> {
    opening::runtime()?.block_on(async {
        match &arguments.what {
            What::Export(arguments) => export::run(arguments, output).await,
            What::List(arguments) => history::list(arguments, output).await,
            What::Publish(arguments) => change::publish(arguments, output).await,
            What::Rollback(arguments) => change::rollback(arguments, output).await,
            What::Diff(arguments) => history::diff(arguments, output).await,
        }
    })
}

/// The history in a data directory.
fn revisions(data: &Path) -> Result<Revisions, Fault> {
    let store = Sled::open(&state::Settings::new(existing(data)?), opening::now()).map_err(environment)?;
    Ok(Revisions::new(Arc::new(store)))
}

fn environment(fault: impl std::fmt::Display) -> Fault {
    Fault::Environment(fault.to_string())
}
