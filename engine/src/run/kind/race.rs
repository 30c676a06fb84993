//! `race`: branches side by side; the first success wins and the others are cancelled.

use std::sync::Arc;

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use sdk::{Class, Error, Outcome, Shared, Value};

use crate::{
    flow::plan::Body,
    run::{
        drive::told,
        frame::Part,
        invocation::{Invocation, cancelled},
    },
};

/// Runs the branches. The losers have ended when this answers: a write of theirs is waited for.
pub(super) async fn call(
    invocation: &Invocation,
    branches: &[(Arc<str>, Arc<Body>)],
    attempt: u32,
) -> Outcome {
    let stop = invocation.frame.halt().child_token();
    let mut in_flight: FuturesUnordered<_> = branches
        .iter()
        .map(|(name, body)| {
            let parent = invocation.parent(Part::Branch(Arc::clone(name)), attempt, &stop);
            let branch = super::body(invocation.inside(parent, body, Vec::new()));
            async move { (name, branch.await) }
        })
        .collect();
    let mut winner = None;
    let mut failures = Vec::new();
    while let Some((name, outcome)) = in_flight.next().await {
        match outcome {
            Ok(output) if winner.is_none() => {
                winner = Some(output);
                if !invocation.is_past() {
                    stop.cancel();
                }
            }
            Ok(_) => {}
            Err(error) => failures.push((name, error)),
        }
    }
    match winner {
        Some(output) => Ok(output),
        None if stop.is_cancelled() => Err(cancelled()),
        None => Err(all_failed(&failures)),
    }
}

fn all_failed(failures: &[(&Arc<str>, Error)]) -> Error {
    let class = match failures {
        [(_, first), rest @ ..] if rest.iter().all(|(_, error)| error.class == first.class) => first.class,
        _ => Class::Business,
    };
    let names: Vec<String> = failures.iter().map(|(name, error)| format!("{name}: {}", error.code)).collect();
    let data =
        failures.iter().map(|(name, error)| (String::from(&***name), Value::clone(&told(error)))).collect();
    Error::new(class, "RACE_ALL_FAILED", format!("every branch failed ({})", names.join(", ")))
        .outcome_unknown(failures.iter().any(|(_, error)| error.is_outcome_unknown))
        .with_data(Shared::new(Value::Object(data)))
}
