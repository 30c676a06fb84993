//! `bactrian check PATH…`: everything that is wrong, at once. 0 = nothing, 1 = refused.

use std::{path::PathBuf, process::ExitCode};

use engine::{
    catalog::{Snapshot, Sources, compile},
    flow::{
        diagnostic::{Diagnostic, Severity},
        load::{Source, load},
        policy::States,
        report::{Report, to_json},
    },
};
use sdk::Registry;
use serde_json::json;

use crate::output::{Fault, Ink, Output};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Files and folders.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
}

/// A set that was read, and what became of it.
pub(crate) struct Set {
    pub(crate) sources: Vec<Source>,
    pub(crate) snapshot: Option<Snapshot>,
    pub(crate) found: Vec<Diagnostic>,
}

impl Set {
    /// Reads and compiles everything below `paths`.
    ///
    /// # Errors
    /// When a path does not exist, or no component is linked.
    pub(crate) fn read(paths: &[PathBuf]) -> Result<Self, Fault> {
        if let Some(missing) = paths.iter().find(|path| !path.exists()) {
            return Err(Fault::Usage(format!("{} does not exist", missing.display())));
        }
        let registry = Registry::collect().map_err(|fault| Fault::Environment(fault.to_string()))?;
        let (sources, mut found) = load(paths);
        let states = States::default();
        let compiled = compile(Sources { texts: &sources, registry: &registry, states: &states }, None);
        let (snapshot, more) = match compiled {
            Ok(snapshot) => {
                let warnings = snapshot.warnings().to_vec();
                (Some(snapshot), warnings)
            }
            Err(more) => (None, more),
        };
        found.extend(more);
        let is_refused = found.iter().any(|found| found.severity == Severity::Error);
        Ok(Self { sources, snapshot: snapshot.filter(|_| !is_refused), found })
    }

    /// The snapshot, or the findings printed and exit code 1.
    pub(crate) fn accepted(self, output: &Output) -> Result<(Snapshot, Vec<Source>), ExitCode> {
        match self.snapshot {
            Some(snapshot) => Ok((snapshot, self.sources)),
            None => {
                print(&self.found, &self.sources, output);
                Err(ExitCode::FAILURE)
            }
        }
    }

    fn count(&self, severity: Severity) -> usize {
        self.found.iter().filter(|found| found.severity == severity).count()
    }
}

pub(crate) fn run(arguments: &Arguments, output: &Output) -> Result<ExitCode, Fault> {
    let set = Set::read(&arguments.paths)?;
    let (errors, warnings) = (set.count(Severity::Error), set.count(Severity::Warning));
    if output.is_json() {
        let diagnostics: Vec<_> = set.found.iter().map(|found| to_json(found, &set.sources)).collect();
        output
            .json(&json!({"diagnostics": diagnostics, "summary": {"errors": errors, "warnings": warnings}}));
    } else {
        print(&set.found, &set.sources, output);
        let documents = set.snapshot.as_ref().map_or(0, |snapshot| snapshot.documents().len());
        let verdict = if errors > 0 {
            output.ink(Ink::Bad, "refused")
        } else {
            output.ink(Ink::Good, &format!("{documents} documents are good"))
        };
        output
            .line(&format!("{verdict}: {errors} errors, {warnings} warnings in {} files", set.sources.len()));
    }
    Ok(if errors > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Prints findings as people read them.
pub(crate) fn print(found: &[Diagnostic], sources: &[Source], output: &Output) {
    for finding in found {
        let report = Report::new(finding, sources);
        let ink = if finding.severity == Severity::Error { Ink::Bad } else { Ink::Strong };
        let text = report.to_text();
        let (head, rest) = text.split_once('\n').unwrap_or((&text, ""));
        output.line(&output.ink(ink, head));
        output.line(rest);
    }
}
