//! `bactrian test PATH…`: runs the cases of flows, inline and from `NAME.cases.yaml`. 0 = all passed.

mod junit;
mod tell;

use std::{fs, path::PathBuf, process::ExitCode, sync::Arc};

use engine::{
    Served,
    flow::{document::Case, load::load, parse::parse, validate::validate},
    run::{self, case::Verdict, case::judge},
};

use crate::{
    opening,
    output::{Fault, Output},
};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Files and folders.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Runs only cases whose flow or name holds this text.
    #[arg(long)]
    only: Option<String>,
    /// Also writes the results as JUnit XML.
    #[arg(long)]
    junit: Option<PathBuf>,
}

/// One case with what became of it.
struct Result {
    flow: String,
    case: String,
    differences: Vec<String>,
    seconds: f64,
}

pub(crate) fn run(arguments: &Arguments, output: &Output) -> std::result::Result<ExitCode, Fault> {
    let settings = opening::settings(&arguments.paths)?;
    let registry = Arc::clone(&settings.registry);
    let (sources, _) = load(&arguments.paths);
    let (parsed, _) = parse(&sources);
    let (checked, _) = validate(parsed, &registry);
    let results = opening::runtime()?.block_on(async {
        let Some(engine) = opening::open(settings, output).await? else { return Ok(None) };
        let mut results = Vec::new();
        for flow in checked.flows.iter().filter(|flow| flow.level == 3) {
            let name = &flow.flow.header.name.value;
            for (number, case) in flow.flow.cases.iter().enumerate() {
                let title = case.name.clone().unwrap_or_else(|| format!("case {}", number + 1));
                if is_wanted(arguments.only.as_deref(), name, &title) {
                    results.push(one(name, title, case, engine.served()).await);
                }
            }
        }
        Ok(Some(results))
    })?;
    let Some(results) = results else { return Ok(ExitCode::FAILURE) };
    if let Some(path) = &arguments.junit {
        fs::write(path, junit::xml(&results)).map_err(|fault| Fault::file("write", path, &fault))?;
    }
    Ok(tell::tell(&results, output))
}

fn is_wanted(only: Option<&str>, flow: &str, case: &str) -> bool {
    only.is_none_or(|text| flow.contains(text) || case.contains(text))
}

async fn one(flow: &str, title: String, case: &Case, served: Arc<Served>) -> Result {
    let Verdict { differences, finished, .. } = judge(flow, case, served as Arc<dyn run::Snapshot>).await;
    Result {
        flow: flow.to_owned(),
        case: title,
        differences: differences.iter().map(ToString::to_string).collect(),
        seconds: finished.report.duration_ms / 1_000.0,
    }
}
