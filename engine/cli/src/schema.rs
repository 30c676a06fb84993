//! `bactrian schema`: the JSON Schema of the language, so that an editor completes and checks.

use std::process::ExitCode;

use engine::flow::language::schema;
use sdk::Registry;

use crate::output::{Fault, Output};

pub(crate) fn run(output: &Output) -> Result<ExitCode, Fault> {
    let registry = Registry::collect().map_err(|fault| Fault::Environment(fault.to_string()))?;
    output.json(&schema(&registry));
    Ok(ExitCode::SUCCESS)
}
