//! `bactrian explain-code CODE`: the page of an error code, as compiled in.

use std::process::ExitCode;

use serde_json::json;

use crate::output::{Fault, Output};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The code, such as `NO_CASE`; without one, all codes are listed.
    code: Option<String>,
}

pub(crate) fn run(arguments: &Arguments, output: &Output) -> Result<ExitCode, Fault> {
    let Some(code) = &arguments.code else {
        if output.is_json() {
            output.json(&engine::error::codes().collect::<Vec<_>>());
            return Ok(ExitCode::SUCCESS);
        }
        for code in engine::error::codes() {
            output.line(code);
        }
        return Ok(ExitCode::SUCCESS);
    };
    let page = engine::error::page(&code.to_uppercase()).ok_or_else(|| {
        let near = engine::flow::nearest::nearest(&code.to_uppercase(), engine::error::codes());
        let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        Fault::Usage(format!("there is no code `{code}`{hint}"))
    })?;
    if output.is_json() {
        output.json(&json!({"code": code.to_uppercase(), "page": page.trim_end()}));
    } else {
        output.line(page.trim_end());
    }
    Ok(ExitCode::SUCCESS)
}
