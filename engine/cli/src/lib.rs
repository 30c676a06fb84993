//! What the `bactrian` binary does: one file per subcommand. The only place outside tests that links the built-in
//! components and the designer. A library, so that the crash harness runs the very same program.
//!
//! Exit codes: 0 done · 1 the answer is no (documents refused, cases failed, run failed) · 2 called wrongly ·
//! 3 the environment refused (port taken, file or store unreadable).

mod catalog;
mod check;
mod data;
mod explain;
mod explain_code;
mod graph;
mod new;
mod opening;
mod output;
mod run;
mod schema;
mod serve;
mod test;

use components as _;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use output::Output;

/// Flows by business identity, from YAML to answers.
#[derive(Parser)]
#[command(name = "bactrian", version = VERSION, propagate_version = true, after_help = EXIT_CODES)]
struct Arguments {
    /// Prints JSON for programs instead of text for people.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), ", with the designer as this build embedded it");

const EXIT_CODES: &str = "Exit codes: 0 done; 1 the answer is no (documents refused, cases failed, the run failed); \
    2 called wrongly (a path or name that is not there); 3 the environment refused (port taken, file or store unreadable)";

#[derive(Subcommand)]
enum Command {
    /// What was published: exports, lists, publishes, rolls back, compares.
    Catalog(catalog::Arguments),
    /// Reports everything that is wrong with documents, without running anything.
    Check(check::Arguments),
    /// Rewrites a data directory without what was deleted; no server may have it open.
    Compact(data::CompactArguments),
    /// Shows what runs for an identity: where each node came from, who answers each extension point.
    Explain(explain::Arguments),
    /// Prints the page of an error code.
    ExplainCode(explain_code::Arguments),
    /// Writes everything a data directory holds to one file, also when it needs another release or machine.
    Export(data::ExportArguments),
    /// Draws a flow.
    Graph(graph::Arguments),
    /// Makes a data directory from an export.
    Import(data::ImportArguments),
    /// Writes the skeleton of a component or a flow.
    New(new::Arguments),
    /// Runs a flow once, here, against the real services.
    Run(run::Arguments),
    /// Prints the JSON Schema of the language, for editors.
    Schema,
    /// Serves flows over HTTP, with the designer.
    Serve(serve::Arguments),
    /// Runs the cases of flows.
    Test(test::Arguments),
}

/// The whole program: reads its arguments, does what they ask, tells how it went.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let output = Output::new(arguments.json);
    let done = match arguments.command {
        Command::Catalog(arguments) => catalog::run(&arguments, &output),
        Command::Check(arguments) => check::run(&arguments, &output),
        Command::Compact(arguments) => data::compact(&arguments, &output),
        Command::Export(arguments) => data::export(&arguments, &output),
        Command::Import(arguments) => data::import(&arguments, &output),
        Command::Explain(arguments) => explain::run(&arguments, &output),
        Command::Graph(arguments) => graph::run(&arguments, &output),
        Command::ExplainCode(arguments) => explain_code::run(&arguments, &output),
        Command::New(arguments) => new::run(&arguments, &output),
        Command::Run(arguments) => run::run(&arguments, &output),
        Command::Schema => schema::run(&output),
        Command::Serve(arguments) => serve::run(arguments, &output),
        Command::Test(arguments) => test::run(&arguments, &output),
    };
    match done {
        Ok(code) => code,
        Err(fault) => {
            output.fault(&fault);
            ExitCode::from(fault.exit_code())
        }
    }
}
