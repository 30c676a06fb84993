//! `bactrian schema`: the JSON Schema of the language, so that an editor completes and checks.

use std::process::ExitCode;

use crate::output::{Fault, Output};

pub(crate) fn run(_output: &Output) -> Result<ExitCode, Fault> {
    Ok(ExitCode::SUCCESS)
}
