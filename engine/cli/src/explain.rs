//! `bactrian explain FLOW`: what runs for an identity, where each node came from, who answers each point.

use std::{path::PathBuf, process::ExitCode};

use engine::{
    catalog::PointView,
    flow::{
        document::CompensationOrder,
        variant::{Change, Origin},
    },
};
use sdk::Identity;
use serde_json::json;

use crate::{
    check::Set,
    output::{Fault, Ink, Output},
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
    /// Shows what would be undone if the last node failed, in that order; `[]` is every item or round.
    #[arg(long)]
    undo: bool,
}

/// For whom.
#[derive(clap::Args)]
pub(crate) struct Who {
    /// The business line; without it, the default.
    #[arg(long)]
    pub(crate) biz_id: Option<String>,
    /// The circumstances; without it, the default.
    #[arg(long)]
    pub(crate) scenario: Option<String>,
}

impl Who {
    /// The identity, in the use case of a flow.
    pub(crate) fn identity(&self, flow: &str) -> Result<Identity, Fault> {
        Identity::new(flow, self.biz_id.as_deref(), self.scenario.as_deref())
            .map_err(|fault| Fault::Usage(fault.to_string()))
    }
}

pub(crate) fn run(arguments: &Arguments, output: &Output) -> Result<ExitCode, Fault> {
    let (snapshot, _) = match Set::read(&arguments.flows)?.accepted(output) {
        Ok(accepted) => accepted,
        Err(refused) => return Ok(refused),
    };
    let identity = arguments.who.identity(&arguments.flow)?;
    let usage = |error: sdk::Error| Fault::Usage(error.message);
    let plan = snapshot.flow(&arguments.flow, None, &identity).map_err(usage)?;
    let view = snapshot.explain(&arguments.flow, &identity).map_err(usage)?;
    if output.is_json() {
        let nodes: Vec<_> = plan.body.nodes.iter().zip(&plan.origins).map(|(node, origin)| {
            json!({"id": node.id, "origin": origin_word(origin.as_ref()), "changedBy": touched(origin.as_ref()), "undoable": node.compensate.is_some()})
        }).collect();
        output.json(&json!({"plan": view, "nodes": nodes, "undo": snapshot.undo(&plan, &identity)}));
        return Ok(ExitCode::SUCCESS);
    }
    let variants =
        if view.variants.is_empty() { "as written".to_owned() } else { view.variants.join(" on ") };
    output.line(
        &output
            .ink(Ink::Strong, &format!("{} for {}", plan.flow, identity.in_use_case(plan.use_case.clone()))),
    );
    output.line(&format!("level {}, {variants}, plan {}", view.level, &view.hash[..12]));
    for (node, origin) in plan.body.nodes.iter().zip(&plan.origins) {
        let word = output.ink(Ink::Quiet, &origin_word(origin.as_ref()));
        let touched =
            touched(origin.as_ref()).iter().map(|by| format!(", changed by {by}")).collect::<String>();
        output.line(&format!("  {:<24}{word}{touched}", node.id));
    }
    view.points.iter().for_each(|point| print_point(point, output));
    if arguments.undo {
        let undone = snapshot.undo(&plan, &identity);
        output.line(match plan.compensation.order {
            _ if undone.is_empty() => "nothing can be undone",
            CompensationOrder::Reverse => "undone in this order:",
            CompensationOrder::Parallel => "undone side by side:",
        });
        undone.iter().for_each(|address| output.line(&format!("  {address}")));
    }
    Ok(ExitCode::SUCCESS)
}

fn origin_word(origin: Option<&Origin>) -> String {
    let Some((origin, variant)) = origin.and_then(|origin| Some((origin, origin.variant.as_ref()?))) else {
        return "the flow itself".to_owned();
    };
    match origin.change {
        Change::Added => format!("added by {variant}"),
        Change::Replaced => format!("replaced by {variant}"),
        Change::None => format!("variant {variant}"),
    }
}

fn touched(origin: Option<&Origin>) -> &[std::sync::Arc<str>] {
    origin.map_or(&[], |origin| &origin.touched)
}

fn print_point(point: &PointView, output: &Output) {
    let mut before = point.tried.iter().filter(|tried| point.level.is_none_or(|level| tried.level <= level));
    let is_guarded = before.any(|tried| tried.candidates.iter().any(|candidate| candidate.when.is_some()));
    let level = match (point.level, &point.default) {
        (Some(level), _) if is_guarded => format!("level {level}, unless a guard holds before"),
        (None, Some(_)) if is_guarded => "its own default, unless a guard holds".to_owned(),
        (Some(level), _) => format!("level {level}"),
        (None, Some(_)) => "its own default".to_owned(),
        (None, None) => output.ink(Ink::Bad, "nothing: EXTENSION_NOT_FOUND unless a guard holds"),
    };
    output.line(&format!("point {}: {level}", output.ink(Ink::Strong, &point.point)));
    for tried in &point.tried {
        let names: Vec<String> = tried
            .candidates
            .iter()
            .map(|candidate| match &candidate.when {
                Some(when) => format!("{} when {when}", candidate.name),
                None => candidate.name.to_string(),
            })
            .collect();
        let found = if names.is_empty() { "-".to_owned() } else { names.join(", ") };
        output.line(&format!("  {} {:<48}{found}", tried.level, tried.key));
    }
    for near in &point.near {
        output.line(&format!("  nearly: {near}"));
    }
}
