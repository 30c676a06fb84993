//! What is printed of results: a line per case, its differences below, the sum at the end.

use std::process::ExitCode;

use serde_json::{Value, json};

use super::Result;
use crate::output::{Ink, Output};

/// Prints results; gives the exit code.
pub(super) fn tell(results: &[Result], output: &Output) -> ExitCode {
    let failed = results.iter().filter(|result| !result.differences.is_empty()).count();
    let passed = results.len() - failed;
    if output.is_json() {
        let cases: Vec<Value> = results
            .iter()
            .map(|result| json!({"flow": result.flow, "name": result.case, "passed": result.differences.is_empty(), "differences": result.differences}))
            .collect();
        output.json(&json!({"passed": passed, "failed": failed, "cases": cases}));
    } else {
        for result in results {
            let is_good = result.differences.is_empty();
            let mark = if is_good { output.ink(Ink::Good, "ok  ") } else { output.ink(Ink::Bad, "FAIL") };
            output.line(&format!("{mark} {}: {}", output.ink(Ink::Strong, &result.flow), result.case));
            result.differences.iter().for_each(|difference| output.line(&format!("       {difference}")));
        }
        if results.is_empty() {
            output
                .line("no cases were found: write them under `tests:` or in NAME.cases.yaml beside the flow");
        }
        output.line(&format!("{passed} passed, {failed} failed"));
    }
    if failed > 0 || results.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
