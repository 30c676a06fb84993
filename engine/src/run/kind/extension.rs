//! `extension`: the identity picks the implementation, by level, then by guard, then by priority.

use std::sync::Arc;

use sdk::{Call, Class, Context, Effect, Error, Identity, Outcome, Shared, Value};
use serde_json::Map;

use crate::{
    flow::{
        document::Reduce,
        plan::{Body, ExtensionPlan, Implementation, PointPlan},
        schema::Contract,
    },
    run::{
        frame::{Base, Frame, Parent, Part, segment},
        invocation::Invocation,
        mock,
        one::Run,
        report::{Answered, Level},
        view::View,
    },
};

/// Points that are asked for one another deeper than this are taken for an endless recursion.
const DEEPEST: u8 = 16;

/// Resolves the point for the run's identity and calls what answers.
pub(super) async fn call(invocation: &Invocation, point: &str, reduce: Reduce, attempt: u32) -> Outcome {
    let (run, around) = (&invocation.frame.run, &invocation.frame.base);
    let point = run.snapshot.point(point)?;
    let asked = around.asked + 1;
    if asked > DEEPEST {
        return Err(too_deep(&point));
    }
    let given = invocation.with.clone().unwrap_or_else(|| invocation.input());
    let input = accept(point.input.as_ref(), given, "EXTENSION_INPUT")?;
    let base = Base::asked(Arc::clone(&around.identity), input, Arc::clone(&around.saga), asked);
    let found = find(run, &base, &point, reduce)?;
    invocation.note(|notes| notes.extension = Some(found.answered(&point, &base.identity)));
    if let Some(answer) = mock::extension(invocation, &found.chosen) {
        return answer;
    }
    let mut outputs = Vec::with_capacity(found.chosen.len());
    for extension in &found.chosen {
        let part =
            if found.chosen.len() == 1 { Part::Whole } else { Part::Named(Arc::clone(&extension.name)) };
        let parent = invocation.parent(part, attempt, invocation.frame.halt());
        if invocation.is_past() {
            // How it ended is recorded: code is not called again, and nothing keeps the others from being looked at.
            if let Implementation::Body(_) = extension.implementation {
                let _known = one(invocation, extension, &base, parent).await;
            }
            continue;
        }
        let output = one(invocation, extension, &base, parent).await?;
        outputs.push(checked(run, &point, output)?);
    }
    // In a case a call without a mock answers `{}`.
    if run.mocks.is_none() {
        answered_truth(reduce, &outputs)?;
    }
    combine(reduce, outputs)
}

/// Calls a point for a component that asked for it.
pub(in crate::run) async fn answer_call(run: Arc<Run>, base: Arc<Base>, point: &str, call: &Call) -> Outcome {
    let point = run.snapshot.point(point)?;
    // No frame leads from the component to what stands around it, but its address tells how often this was asked.
    let own = segment(&point.name);
    if call.node.split('.').filter(|part| *part == own).count() >= usize::from(DEEPEST) {
        return Err(too_deep(&point));
    }
    let input = accept(point.input.as_ref(), Shared::clone(&base.input), "EXTENSION_INPUT")?;
    let base = Base::new(Arc::clone(&base.identity), input, Arc::clone(&base.saga));
    let found = find(&run, &base, &point, Reduce::First)?;
    let Some(extension) = found.chosen.first() else { return Err(not_found(&point, &base.identity)) };
    let output = match &extension.implementation {
        Implementation::Rust(code) => {
            let context = Context::new(call.clone(), run.host()?);
            code.run(&context, Shared::clone(&base.input)).await?
        }
        Implementation::Body(body) => {
            let caller = format!("{}.{}", call.node, segment(&point.name)).into();
            super::body(Frame::called(Arc::clone(&run), base, Arc::clone(body), caller)).await?
        }
    };
    checked(&run, &point, output)
}

async fn one(
    invocation: &Invocation,
    extension: &ExtensionPlan,
    base: &Arc<Base>,
    parent: Parent,
) -> Outcome {
    match &extension.implementation {
        Implementation::Body(body) => {
            super::body(Frame::within(parent, Arc::clone(base), Arc::clone(body), Vec::new())).await
        }
        Implementation::Rust(code) => {
            let run = &invocation.frame.run;
            let call = Call {
                run: Arc::clone(&run.id),
                flow: Arc::clone(&run.plan.flow),
                node: invocation.frame.address(invocation.slot),
                identity: Arc::clone(&base.identity),
                idempotency_key: invocation.idempotency_key(),
                attempt: parent.attempt,
                deadline: None,
            };
            let _busy = run.journal.as_ref().map(|journal| journal.occupy());
            code.run(&Context::new(call, run.host()?), Shared::clone(&base.input)).await
        }
    }
}

/// What answers a point.
struct Found {
    level: Level,
    chosen: Vec<Arc<ExtensionPlan>>,
}

impl Found {
    fn answered(&self, point: &PointPlan, identity: &Identity) -> Answered {
        let names: Vec<&str> = self.chosen.iter().map(|extension| &*extension.name).collect();
        let last = if let Level::Key(level) = self.level { level } else { 3 };
        let tried = (1..=last).filter_map(|level| key(identity, level)).collect();
        Answered { point: Arc::clone(&point.name), name: names.join(",").into(), level: self.level, tried }
    }
}

/// The first level where a guard holds; there, all that hold if several are to be combined.
fn find(run: &Arc<Run>, base: &Arc<Base>, point: &PointPlan, reduce: Reduce) -> Result<Found, Error> {
    for level in 1..=3 {
        let mut chosen = Vec::new();
        for extension in run.snapshot.extensions(&point.name, &base.identity, level) {
            if holds(run, base, extension)? {
                chosen.push(Arc::clone(extension));
                if reduce == Reduce::First {
                    break;
                }
            }
        }
        if !chosen.is_empty() {
            return Ok(Found { level: Level::Key(level), chosen });
        }
    }
    match &point.default {
        Some(default) => Ok(Found { level: Level::Default, chosen: vec![Arc::clone(default)] }),
        None => Err(not_found(point, &base.identity)),
    }
}

fn holds(run: &Arc<Run>, base: &Arc<Base>, extension: &ExtensionPlan) -> Result<bool, Error> {
    let Some(when) = &extension.when else { return Ok(true) };
    let body = match &extension.implementation {
        Implementation::Body(body) => Arc::clone(body),
        Implementation::Rust(_) => Arc::new(nothing()),
    };
    View::of(&Frame::outermost(Arc::clone(run), Arc::clone(base), body)).test(when)
}

/// A guard of code stands in no body: it sees the point's input alone.
const fn nothing() -> Body {
    Body { nodes: Vec::new(), starts: Vec::new(), output: None, is_single: false, effect: Effect::Pure }
}

fn key(identity: &Identity, level: u8) -> Option<[String; 3]> {
    let text = |part: Option<&str>| part.unwrap_or("default").to_owned();
    let (biz_id, scenario) = match level {
        1 => (Some(identity.biz_id.as_ref()?), Some(identity.scenario.as_ref()?)),
        2 => (Some(identity.biz_id.as_ref()?), None),
        _ => (None, None),
    };
    let use_case = identity.use_case.as_str().to_owned();
    Some([use_case, text(biz_id.map(sdk::BizId::as_str)), text(scenario.map(sdk::Scenario::as_str))])
}

fn too_deep(point: &PointPlan) -> Error {
    let message = format!("`{}` is the last of more than {DEEPEST} points that ask one another", point.name);
    Error::new(Class::Internal, "EXTENSION_TOO_DEEP", message)
}

/// The keys tried are the error's data: callers are shown them as `tried`.
fn not_found(point: &PointPlan, identity: &Identity) -> Error {
    let tried: Vec<[String; 3]> = (1..=3).filter_map(|level| key(identity, level)).collect();
    let told: Vec<String> = tried.iter().map(|key| format!("({})", key.join(", "))).collect();
    let message =
        format!("no extension of `{}` answers for {identity}; tried {}", point.name, told.join(" "));
    Error::new(Class::NotFound, "EXTENSION_NOT_FOUND", message)
        .with_data(Shared::new(serde_json::json!(tried)))
}

/// The value as the contract takes it, its defaults filled.
fn accept(contract: Option<&Contract>, value: Shared, code: &'static str) -> Outcome {
    let Some(contract) = contract else { return Ok(value) };
    contract.accept(&value).map_err(|faults| {
        let words: Vec<String> = faults.iter().map(ToString::to_string).collect();
        Error::new(Class::Validation, code, words.join("; "))
    })
}

/// In a case a call without a mock answers `{}`, which fits no contract and is not meant to.
fn checked(run: &Run, point: &PointPlan, output: Shared) -> Outcome {
    match accept(point.output.as_ref(), Shared::clone(&output), "EXTENSION_OUTPUT") {
        Err(_) if run.mocks.is_some() => Ok(output),
        checked => checked,
    }
}

/// What is neither true nor false would count as false, in silence.
fn answered_truth(reduce: Reduce, outputs: &[Shared]) -> Result<(), Error> {
    let is_asked = matches!(reduce, Reduce::All | Reduce::Any | Reduce::None);
    if is_asked && !outputs.iter().all(|output| output.is_boolean()) {
        let message = "`reduce: all`, `any` and `none` need extensions that give true or false";
        return Err(Error::validation("EXTENSION_OUTPUT", message));
    }
    Ok(())
}

/// Combines what several answered; they stand by priority, the highest first.
fn combine(reduce: Reduce, mut outputs: Vec<Shared>) -> Outcome {
    let is_true = |output: &Shared| **output == Value::Bool(true);
    let combined = match reduce {
        Reduce::First => return outputs.pop().ok_or_else(|| Error::internal("no extension was called")),
        Reduce::All => Value::Bool(outputs.iter().all(is_true)),
        Reduce::Any => Value::Bool(outputs.iter().any(is_true)),
        Reduce::None => Value::Bool(!outputs.iter().any(is_true)),
        Reduce::Collect => Value::Array(outputs.into_iter().map(Arc::unwrap_or_clone).collect()),
        Reduce::Merge => {
            let mut merged = Map::new();
            for output in outputs.into_iter().rev() {
                let Value::Object(fields) = Arc::unwrap_or_clone(output) else {
                    return Err(Error::validation("EXTENSION_OUTPUT", "`reduce: merge` needs objects"));
                };
                merged.extend(fields);
            }
            Value::Object(merged)
        }
    };
    Ok(Shared::new(combined))
}
