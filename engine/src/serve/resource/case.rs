//! Cases of a flow from the designer: one as it is being written, or all of them, on a draft or on what serves.

use std::sync::Arc;

use hyper::StatusCode;
use sdk::{Identity, Value};
use serde::Deserialize;
use serde_json::json;

use super::ok;
use crate::{
    ChangeError, Edit, Engine, Rejected, Served,
    flow::{
        diagnostic::Severity,
        document::{Case, Document},
        load::Source,
        nearest::nearest,
        parse::parse,
        report::to_json,
    },
    recent::{About, Kept},
    run::{
        Finished,
        case::{Difference, Given, compare},
    },
    serve::{Answer, Ask, Problem},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Test {
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    file: Option<String>,
    #[serde(default)]
    case: Option<Value>,
    #[serde(default)]
    until: Option<Arc<str>>,
    #[serde(default)]
    live: bool,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Drafted {
    text: Option<String>,
    file: Option<String>,
}

/// Runs the draft of a flow once, as a case says.
pub(in crate::serve) async fn test(mut ask: Ask) -> Answer {
    let Test { text, file, case, until, live } = ask.read()?;
    let flow = ask.param("name");
    let served = match drafted(&ask.engine, flow, text, file).await? {
        Ok(served) => served,
        Err(refused) => {
            return ok(
                &json!({"run": null, "passed": false, "differences": [], "diagnostics": refused.findings()}),
            );
        }
    };
    let case = this_case(&served, flow, &case.unwrap_or_else(|| json!({"input": {}})))?;
    if let Some(until) = &until {
        reached(&served, flow, &case, until)?;
    }
    let mut given = Given { until, ..Given::from(&case) };
    if live {
        given.mocks = None;
    }
    let played = play(&ask.engine, served, flow, given, &case).await;
    ok(
        &json!({"run": played.run, "passed": played.differences.is_empty(), "differences": played.differences, "diagnostics": []}),
    )
}

/// Whether the flow has the node up to which it is to run, as the case's business sees it.
fn reached(served: &Served, flow: &str, case: &Case, until: &str) -> Result<(), Problem> {
    let given = Given::from(case);
    let identity = Identity::new(flow, given.biz_id.as_deref(), given.scenario.as_deref()).ok();
    // Who is served by no plan is told so by the run.
    let Some(plan) = identity.and_then(|identity| served.flow(flow, None, &identity).ok()) else {
        return Ok(());
    };
    let ids = || plan.body.nodes.iter().map(|node| &*node.id);
    if ids().any(|id| id == until) {
        return Ok(());
    }
    let meant = nearest(until, ids()).map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
    let detail = format!("`until`: `{flow}` has no node `{until}`{meant}");
    Err(Problem::refused(StatusCode::BAD_REQUEST, "CASE_INVALID", detail))
}

/// Runs all cases of a flow.
pub(in crate::serve) async fn cases(mut ask: Ask) -> Answer {
    let Drafted { text, file } = if ask.body.is_null() { Drafted::default() } else { ask.read()? };
    let flow = ask.param("name");
    let served = match drafted(&ask.engine, flow, text, file).await? {
        Ok(served) => served,
        Err(refused) => {
            return ok(&json!({"passed": 0, "failed": 0, "cases": [], "diagnostics": refused.findings()}));
        }
    };
    let clock = Arc::clone(&ask.engine.settings().clock);
    let (mut passed, mut all) = (0_usize, Vec::new());
    for case in all_cases(&served, flow, &[])?.0 {
        let begun = clock.monotonic_nanos();
        let played = play(&ask.engine, Arc::clone(&served), flow, Given::from(&case), &case).await;
        passed += usize::from(played.differences.is_empty());
        let micros = clock.monotonic_nanos().saturating_sub(begun) / 1_000;
        all.push(json!({
            "name": case.name,
            "title": case.title,
            "passed": played.differences.is_empty(),
            "differences": played.differences,
            "durationMs": f64::from(u32::try_from(micros).unwrap_or(u32::MAX)) / 1_000.0,
            "run": played.run,
        }));
    }
    ok(&json!({"passed": passed, "failed": all.len() - passed, "cases": all, "diagnostics": []}))
}

/// What serves with the draft in place; inside, what is wrong with the draft.
async fn drafted(
    engine: &Engine,
    flow: &str,
    text: Option<String>,
    file: Option<String>,
) -> Result<Result<Arc<Served>, Rejected>, Problem> {
    let served = engine.served();
    let Some(text) = text else { return Ok(Ok(served)) };
    let known = served.entry(flow).map(|entry| entry.document.path.as_ref().to_owned());
    let path = file.or(known).unwrap_or_else(|| format!("{flow}.yaml"));
    match engine.try_out(&[Edit { path, text: Some(text) }]).await {
        Ok(served) => Ok(Ok(Arc::new(served))),
        Err(ChangeError::Refused(rejected)) => Ok(Err(rejected)),
        Err(fault) => Err(Problem::refused(StatusCode::BAD_REQUEST, "PATH_INVALID", fault.to_string())),
    }
}

/// The cases of a flow, and what is wrong with texts added to what serves.
fn all_cases(served: &Served, flow: &str, more: &[Source]) -> Result<(Vec<Case>, Vec<Value>), Problem> {
    let sources: Vec<Source> = served.sources.iter().chain(more).cloned().collect();
    let (parsed, found) = parse(&sources);
    let added = |source| more.iter().any(|more| more.id == source);
    let wrong = found
        .iter()
        .filter(|found| found.severity == Severity::Error && added(found.span.source))
        .map(|found| to_json(found, &sources))
        .collect();
    let cases = parsed.into_iter().find_map(|parsed| match parsed.document {
        Document::Flow(document) if document.header.name.value == flow => Some(document.cases),
        _ => None,
    });
    let missing = || Problem::not_found("FLOW_NOT_FOUND", format!("there is no flow `{flow}`"));
    Ok((cases.ok_or_else(missing)?, wrong))
}

/// The case of a request, read as one of a file is; one that is only named is the flow's own.
fn this_case(served: &Served, flow: &str, case: &Value) -> Result<Case, Problem> {
    if case.get("input").is_none()
        && let Some(name) = case.get("name").and_then(Value::as_str)
    {
        let cases = all_cases(served, flow, &[])?.0;
        let missing = || Problem::not_found("CASE_NOT_FOUND", format!("`{flow}` has no case `{name}`"));
        return cases.into_iter().find(|case| case.name.as_deref() == Some(name)).ok_or_else(missing);
    }
    // JSON is YAML: the one reader of cases reads this one too.
    let text = json!({"flow": flow, "cases": [case]}).to_string();
    let id = u32::try_from(served.sources.len()).unwrap_or(u32::MAX);
    let (mut cases, wrong) = all_cases(served, flow, &[Source::new(id, "request.cases.yaml", text)])?;
    if !wrong.is_empty() {
        let problem = Problem::refused(StatusCode::BAD_REQUEST, "CASE_INVALID", "the case cannot be read");
        return Err(problem.with("diagnostics", Value::Array(wrong)));
    }
    let unreadable = || Problem::refused(StatusCode::BAD_REQUEST, "CASE_INVALID", "the case cannot be read");
    cases.pop().ok_or_else(unreadable)
}

struct Played {
    run: Value,
    differences: Vec<Difference>,
}

async fn play(engine: &Engine, served: Arc<Served>, flow: &str, given: Given, case: &Case) -> Played {
    let (input, biz_id, scenario) = (given.input.clone(), given.biz_id.clone(), given.scenario.clone());
    let (finished, level) = engine.play(Arc::clone(&served), flow, given).await;
    let identity = Identity::new(flow, biz_id.as_deref(), scenario.as_deref()).ok();
    let plan = identity.as_ref().and_then(|identity| served.flow(flow, None, identity).ok());
    let run = match identity.zip(plan) {
        Some((identity, plan)) => shown(&finished, &identity, plan, input),
        None => Value::Null,
    };
    Played { run, differences: compare(&case.expect, &finished, level) }
}

/// The run of a case, as any run is shown.
fn shown(
    finished: &Finished,
    identity: &Identity,
    plan: Arc<crate::flow::plan::Plan>,
    input: sdk::Shared,
) -> Value {
    let identity = Arc::new(identity.in_use_case(plan.use_case.clone()));
    let about = About {
        id: "case".into(),
        plan,
        identity,
        started_at: finished.report.started_at,
        input,
        is_traced: true,
    };
    let text = Kept::new(&about, finished, 64 << 10).to_json();
    serde_json::from_slice(&text).unwrap_or_default()
}
