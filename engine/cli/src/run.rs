//! `bactrian run FLOW`: runs a flow once, in this process, against the real services.

use std::{fs, path::PathBuf, process::ExitCode};

use engine::Invocation;
use sdk::Shared;
use serde_json::{Value, json};

use crate::{
    explain::Who,
    opening,
    output::{Fault, Ink, Output},
};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The flow's name.
    flow: String,
    /// Its input as JSON; `@FILE` reads a file.
    #[arg(long, default_value = "{}")]
    input: String,
    /// Where the documents are.
    #[arg(long, default_value = "flows")]
    flows: Vec<PathBuf>,
    /// A JSON file of secrets by name.
    #[arg(long, env = "BACTRIAN_SECRETS")]
    secrets: Option<PathBuf>,
    #[command(flatten)]
    who: Who,
}

pub(crate) fn run(arguments: &Arguments, output: &Output) -> Result<ExitCode, Fault> {
    let text = match arguments.input.strip_prefix('@') {
        Some(path) => fs::read_to_string(path).map_err(|fault| Fault::file("read", path.as_ref(), &fault))?,
        None => arguments.input.clone(),
    };
    let input: Value = serde_json::from_str(&text)
        .map_err(|fault| Fault::Usage(format!("the input is no JSON: {fault}")))?;
    let mut settings = opening::settings(&arguments.flows)?;
    settings.secrets = opening::secrets(arguments.secrets.as_deref())?;
    opening::runtime()?.block_on(async {
        let Some(engine) = opening::open(settings, output).await? else { return Ok(ExitCode::FAILURE) };
        let invocation = Invocation {
            flow: &arguments.flow,
            input: Shared::new(input),
            biz_id: arguments.who.biz_id.as_deref(),
            scenario: arguments.who.scenario.as_deref(),
        };
        match engine.invoke(invocation).await {
            Ok(answer) => {
                output.json(&*answer.value);
                Ok(ExitCode::SUCCESS)
            }
            Err(failure) => {
                if output.is_json() {
                    output.json(&json!({"error": &*failure}));
                } else {
                    output.line(&output.ink(
                        Ink::Bad,
                        &format!("{} ({}): {}", failure.code, failure.class.word(), failure.detail),
                    ));
                    for cause in &failure.causes {
                        output.line(&format!(
                            "  at {}: {} {}",
                            cause.node, cause.error.code, cause.error.message
                        ));
                    }
                }
                Ok(ExitCode::FAILURE)
            }
        }
    })
}
