//! `foreach`: one body per item, so many at once, outputs in input order.

use std::sync::Arc;

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use sdk::{Class, Error, Outcome, Shared, Value};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::{
    flow::{document::OnItemError, plan::ForeachPlan},
    run::{
        frame::Part,
        invocation::{Invocation, cancelled},
        mock,
        report::Items,
        view::{View, failed},
    },
};

/// Runs the body for every item of the list.
pub(super) async fn call(invocation: &Invocation, foreach: &ForeachPlan, attempt: u32) -> Outcome {
    let items = items(invocation, foreach)?;
    let total = items.len();
    let stop = invocation.frame.halt().child_token();
    let mut results: Vec<Option<Outcome>> = Vec::new();
    results.resize_with(total, || None);
    let mut items = items.into_iter().enumerate();
    let mut in_flight = FuturesUnordered::new();
    let mut first_failure = None;
    loop {
        while in_flight.len() < foreach.concurrency && !stop.is_cancelled() {
            let Some((index, item)) = items.next() else { break };
            in_flight.push(one(invocation, foreach, attempt, (index, Shared::new(item)), stop.clone()));
        }
        let Some((index, outcome)) = in_flight.next().await else { break };
        if let Err(error) = &outcome
            && foreach.on_item_error == OnItemError::Fail
            && first_failure.is_none()
        {
            first_failure = Some(error.clone());
            // Gone through once more, items are not told in their order: each is looked at.
            if !invocation.is_past() {
                stop.cancel();
            }
        }
        results[index] = Some(outcome);
    }
    let failed = results.iter().flatten().filter(|outcome| outcome.is_err()).count();
    invocation.note(|notes| notes.items = Some(Items { total, failed }));
    // To leave every item out is no success: somebody must learn of it.
    if foreach.on_item_error == OnItemError::Drop && total > 0 && failed == total {
        first_failure = results.iter().flatten().find_map(|outcome| outcome.as_ref().err().cloned());
    }
    match first_failure {
        Some(error) => Err(error),
        None if stop.is_cancelled() => Err(cancelled()),
        None => Ok(gather(invocation, foreach, results)),
    }
}

fn items(invocation: &Invocation, foreach: &ForeachPlan) -> Result<Vec<Value>, Error> {
    let refuse = |code: &'static str, message: String| Err(Error::new(Class::Validation, code, message));
    match foreach
        .over
        .evaluate(&View::at(&invocation.frame, invocation.slot))
        .map_err(|failure| failed(&failure))?
    {
        Value::Array(items) if items.len() > foreach.max => {
            refuse("TOO_MANY_ITEMS", format!("{} items, `max` is {}", items.len(), foreach.max))
        }
        Value::Array(items) => Ok(items),
        Value::Null => {
            refuse("NOT_A_LIST", String::from("`in` is null; write `orDefault(…, [])` if it may be"))
        }
        other => refuse("NOT_A_LIST", format!("`in` gives {}", kind_of(&other))),
    }
}

const fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

async fn one(
    invocation: &Invocation,
    foreach: &ForeachPlan,
    attempt: u32,
    (index, item): (usize, Shared),
    stop: CancellationToken,
) -> (usize, Outcome) {
    if let Some(answer) = mock::item(invocation, index) {
        return (index, answer);
    }
    let parent = invocation.parent(Part::Nth(index), attempt, &stop);
    let locals = vec![item, Shared::new(Value::from(index))];
    (index, super::body(invocation.inside(parent, &foreach.body, locals)).await)
}

/// The outputs in input order, and what `errors.<id>` shows of the items that failed.
fn gather(invocation: &Invocation, foreach: &ForeachPlan, results: Vec<Option<Outcome>>) -> Shared {
    let mut outputs = Vec::with_capacity(results.len());
    let mut errors = Vec::new();
    for (index, outcome) in results.into_iter().flatten().enumerate() {
        match outcome {
            // The item's frame is gone, so its output has no other owner and is not copied.
            Ok(output) => outputs.push(Arc::unwrap_or_clone(output)),
            Err(error) => {
                errors.push(json!({
                    "index": index, "code": &*error.code, "class": error.class, "message": error.message,
                }));
                if foreach.on_item_error == OnItemError::Collect {
                    outputs.push(Value::Null);
                }
            }
        }
    }
    invocation.note(|notes| notes.errors = Some(Shared::new(Value::Array(errors))));
    Shared::new(Value::Array(outputs))
}
