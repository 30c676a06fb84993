//! Cases from the designer: one as it is being written, or all of a flow, on a draft or on what serves.

use std::{collections::BTreeMap, sync::Arc};

use hyper::StatusCode;
use schemars::JsonSchema;
use sdk::{Identity, Shared, Value};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    drafted::{Drafted, Text, drafted},
    named, ok,
};
use crate::{
    flow::{
        document::{Case, Title},
        load::Source,
        plan::Plan,
        report::Finding,
    },
    recent::{About, Kept, Run},
    run::{
        Finished,
        case::{Difference, Given, compare, play},
    },
    serve::{
        Answer, Ask, Problem,
        openapi::{Header, Operation, Sent, Tag},
    },
    state::Trigger,
};

/// A draft to run, and the case to run it by.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "TestRequest")]
pub(in crate::serve) struct Test {
    /// The text of the draft; absent = what serves.
    #[serde(default)]
    text: Option<String>,
    /// The file the text is of.
    #[serde(default)]
    file: Option<String>,
    /// The case; one with only a `name` is the flow's own of that name.
    #[serde(default)]
    #[schemars(with = "Option<TestCase>")]
    case: Option<Value>,
    /// The run ends when this node has settled.
    #[serde(default)]
    until: Option<Arc<str>>,
    /// Nothing is mocked: every node calls its real service.
    #[serde(default)]
    live: bool,
    /// These nodes (`load`, `channels.theirs`) call their real services, with all that lies below them; every other
    /// one answers as the case says. The run takes real time.
    #[serde(default)]
    live_nodes: Vec<String>,
}

/// A case: what a flow is given, and what is to come of it. What is not stated is not compared.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "cases are read by the one reader of documents; this is what they look like")]
struct TestCase {
    /// What it shows: a text, or one for each language (`{zh, en}`).
    name: Option<Value>,
    /// The input.
    input: Option<Value>,
    /// For whom: `bizId`, `scenario`.
    identity: Option<BTreeMap<String, String>>,
    /// What stands in for calls, by node: a value, or `{fail: CODE}`.
    mocks: Option<BTreeMap<String, Value>>,
    /// What is expected: `output`, `status`, `error`, `http`, `ran`, `skipped`, `compensated`, `level`, `attempts`.
    expect: Option<BTreeMap<String, Value>>,
}

/// What became of a case.
#[derive(Serialize, JsonSchema)]
pub(in crate::serve) struct TestResult {
    /// The run; null when the draft does not load.
    #[schemars(with = "Option<Run<'static>>")]
    run: Value,
    /// Everything is as expected.
    passed: bool,
    /// What is not.
    differences: Vec<Difference>,
    /// Why the draft does not load.
    diagnostics: Vec<Finding>,
}

/// A draft whose cases are run.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "CasesRequest")]
pub(in crate::serve) struct Draft {
    /// The text of the draft; absent = what serves.
    text: Option<String>,
    /// The file the text is of.
    file: Option<String>,
}

/// What became of all cases of a flow.
#[derive(Serialize, JsonSchema)]
pub(in crate::serve) struct CasesResult {
    /// How many passed.
    passed: usize,
    /// How many did not.
    failed: usize,
    /// Each of them.
    cases: Vec<CaseResult>,
    /// Why the draft does not load.
    diagnostics: Vec<Finding>,
}

/// What became of one of them.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::serve) struct CaseResult {
    /// Its name.
    name: Option<String>,
    /// What it shows, for people.
    title: Option<Title>,
    /// Everything is as expected.
    passed: bool,
    /// What is not.
    differences: Vec<Difference>,
    /// How long it took.
    duration_ms: f64,
    /// The run.
    #[schemars(with = "Option<Run<'static>>")]
    run: Value,
}

pub(in crate::serve) const CALL: Operation = Operation::of::<Value>(Tag::Flows, "callFlow")
    .says("Each flow's own entry says what it takes. The flow may answer with another status; `Prefer: respond-async` answers 202 with `Started`.")
    .reads(Header::CALL)
    .may_take::<Value>()
    .sends(&[Sent::RunId, Sent::PlanLevel, Sent::Replayed])
    .refuses(&[
        (400, "INPUT_INVALID"),
        (400, "IDENTITY_INVALID"),
        (404, "FLOW_NOT_FOUND"),
        (422, "IDEMPOTENCY_KEY_REUSED"),
        (429, "RATE_LIMITED"),
        (503, "OVERLOADED"),
        (504, "TIMEOUT"),
    ]);

pub(in crate::serve) const TEST: Operation = Operation::of::<TestResult>(Tag::Flows, "testFlow")
    .says("An extension runs by its own name: its input is the point's.")
    .takes::<Test>()
    .refuses(&[
        (400, "CASE_INVALID"),
        (400, "PATH_INVALID"),
        (400, "UNKNOWN_NODE"),
        (404, "FLOW_NOT_FOUND"),
        (404, "CASE_NOT_FOUND"),
    ]);

pub(in crate::serve) const CASES: Operation = Operation::of::<CasesResult>(Tag::Flows, "testCases")
    .may_take::<Draft>()
    .refuses(&[(400, "PATH_INVALID"), (404, "FLOW_NOT_FOUND")]);

/// A call by name never comes here: `front` answers it.
pub(in crate::serve) async fn elsewhere(ask: Ask) -> Answer {
    Err(super::flow::missing(ask.param("name")))
}

/// Runs a draft once, as a case says.
pub(in crate::serve) async fn test(mut ask: Ask) -> Answer {
    let Test { text, file, case, until, live, live_nodes } = ask.read()?;
    let drafted = match drafted(&ask.engine, ask.param("name"), Text { text, file }).await? {
        Ok(drafted) => drafted,
        Err(diagnostics) => {
            let (run, passed, differences) = (Value::Null, false, Vec::new());
            return ok(&TestResult { run, passed, differences, diagnostics });
        }
    };
    let case = this_case(&drafted, &case.unwrap_or_else(|| json!({"input": {}})))?;
    let is_whole = until.is_none();
    let mut given = Given { until, ..drafted.given(&case) };
    // Who is served by no plan is told so by the run.
    if let Some((identity, plan)) = drafted.planned(&given) {
        named::reached(&plan, given.until.as_deref())?;
        named::check(&drafted.served, &plan, &identity, &live_nodes)?;
    }
    if live {
        given.mocks = None;
    } else if !live_nodes.is_empty() {
        given.mocks = given.mocks.map(|mocks| mocks.with_live(live_nodes));
    }
    let mut played = drafted.play(given, &case).await;
    if let Some(output) = played.output.filter(|_| is_whole) {
        played.differences.extend(drafted.misfits(&output));
    }
    let Played { run, differences, .. } = played;
    ok(&TestResult { run, passed: differences.is_empty(), differences, diagnostics: Vec::new() })
}

/// Runs all cases of a flow.
pub(in crate::serve) async fn cases(mut ask: Ask) -> Answer {
    let Draft { text, file } = if ask.body.is_null() { Draft::default() } else { ask.read()? };
    let drafted = match drafted(&ask.engine, ask.param("name"), Text { text, file }).await? {
        Ok(drafted) => drafted,
        Err(diagnostics) => {
            return ok(&CasesResult { passed: 0, failed: 0, cases: Vec::new(), diagnostics });
        }
    };
    let clock = Arc::clone(&ask.engine.settings().clock);
    let (mut passed, mut all) = (0_usize, Vec::new());
    for case in drafted.cases(&[])?.0 {
        let begun = clock.monotonic_nanos();
        let Played { run, differences, .. } = drafted.play(Given::from(&case), &case).await;
        passed += usize::from(differences.is_empty());
        let micros = clock.monotonic_nanos().saturating_sub(begun) / 1_000;
        let duration_ms = f64::from(u32::try_from(micros).unwrap_or(u32::MAX)) / 1_000.0;
        all.push(CaseResult {
            name: case.name,
            title: case.title,
            passed: differences.is_empty(),
            differences,
            duration_ms,
            run,
        });
    }
    ok(&CasesResult { passed, failed: all.len() - passed, cases: all, diagnostics: Vec::new() })
}

/// The case of a request, read as one of a file is; one that is only named is the flow's own.
fn this_case(drafted: &Drafted, case: &Value) -> Result<Case, Problem> {
    let flow = &drafted.flow;
    if case.get("input").is_none()
        && let Some(name) = case.get("name").and_then(Value::as_str)
    {
        let cases = drafted.cases(&[])?.0;
        let missing = || Problem::not_found("CASE_NOT_FOUND", format!("`{flow}` has no case `{name}`"));
        return cases.into_iter().find(|case| case.name.as_deref() == Some(name)).ok_or_else(missing);
    }
    // JSON is YAML: the one reader of cases reads this one too.
    let text = json!({"flow": flow, "cases": [case]}).to_string();
    let id = u32::try_from(drafted.served.sources.len()).unwrap_or(u32::MAX);
    let (mut cases, wrong) = drafted.cases(&[Source::new(id, "request.cases.yaml", text)])?;
    let unreadable = || Problem::refused(StatusCode::BAD_REQUEST, "CASE_INVALID", "the case cannot be read");
    if !wrong.is_empty() {
        return Err(unreadable().with("diagnostics", json!(wrong)));
    }
    cases.pop().ok_or_else(unreadable)
}

struct Played {
    run: Value,
    differences: Vec<Difference>,
    /// What it answered, when it did.
    output: Option<Shared>,
}

impl Drafted {
    /// What the case starts from; an extension's runs where the extension is stated, unless it says for whom.
    fn given(&self, case: &Case) -> Given {
        let given = Given::from(case);
        let place = self.extension.as_ref().and_then(|extension| extension.place.as_ref());
        match place.filter(|_| given.biz_id.is_none() && given.scenario.is_none()) {
            Some(place) => Given {
                biz_id: place.biz_id.as_ref().map(|text| text.as_str().to_owned()),
                scenario: place.scenario.as_ref().map(|text| text.as_str().to_owned()),
                ..given
            },
            None => given,
        }
    }

    /// For whom a case runs, and what.
    fn planned(&self, given: &Given) -> Option<(Identity, Arc<Plan>)> {
        let identity = Identity::new(&self.flow, given.biz_id.as_deref(), given.scenario.as_deref()).ok()?;
        let plan = self.served.flow(&self.flow, None, &identity).ok()?;
        Some((identity.in_use_case(plan.use_case.clone()), plan))
    }

    async fn play(&self, given: Given, case: &Case) -> Played {
        let (input, planned) = (given.input.clone(), self.planned(&given));
        let (finished, level) = play(&self.flow, given, Arc::clone(&self.served) as Arc<_>).await;
        let output = finished.answer.as_ref().ok().map(|answer| Shared::clone(answer.value.whole()));
        let run = planned.map_or(Value::Null, |(identity, plan)| shown(&finished, identity, plan, input));
        Played { run, differences: compare(&case.expect, &finished, level), output }
    }
}

/// The run of a case, as any run is shown.
fn shown(finished: &Finished, identity: Identity, plan: Arc<Plan>, input: Shared) -> Value {
    let about = About {
        id: "case".into(),
        plan,
        identity: Arc::new(identity),
        started_at: finished.report.started_at,
        trigger: Trigger::Call,
        parent: None,
        input,
        is_traced: true,
    };
    let text = Kept::new(&about, finished, 64 << 10).to_json(&[]);
    serde_json::from_slice(&text).unwrap_or_default()
}
