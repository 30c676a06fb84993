//! `bactrian graph FLOW`: the effective flow as Mermaid, Graphviz or SVG.

mod picture;
mod svg;
mod text;

use std::{path::PathBuf, process::ExitCode};

use clap::ValueEnum;
use picture::Picture;

use crate::{
    check::Set,
    explain::Who,
    output::{Fault, Output},
};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The flow's name.
    flow: String,
    /// Where the documents are.
    #[arg(long, default_value = "flows")]
    flows: Vec<PathBuf>,
    #[command(flatten)]
    who: Who,
    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Mermaid)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// For documents and issues.
    Mermaid,
    /// For Graphviz.
    Dot,
    /// A picture.
    Svg,
}

pub(crate) fn run(arguments: &Arguments, output: &Output) -> Result<ExitCode, Fault> {
    let (snapshot, _) = match Set::read(&arguments.flows)?.accepted(output) {
        Ok(accepted) => accepted,
        Err(refused) => return Ok(refused),
    };
    let identity = arguments.who.identity(&arguments.flow)?;
    let plan =
        snapshot.flow(&arguments.flow, None, &identity).map_err(|error| Fault::Usage(error.message))?;
    let picture = Picture::of(&plan);
    if output.is_json() {
        output.json(&picture.to_json());
        return Ok(ExitCode::SUCCESS);
    }
    let text = match arguments.format {
        Format::Mermaid => text::mermaid(&picture),
        Format::Dot => text::dot(&picture),
        Format::Svg => svg::svg(&picture),
    };
    output.line(text.trim_end());
    Ok(ExitCode::SUCCESS)
}
