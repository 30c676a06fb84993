//! `loop`: rounds of one body until a condition holds. Each round has a frame of its own, so nothing of the
//! round before can be taken for this one's.

use std::pin::pin;

use futures_util::future::select;
use sdk::{Class, Error, Outcome, Shared, Value};

use crate::{
    flow::plan::LoopPlan,
    run::{
        frame::Part,
        invocation::{Invocation, cancelled},
        journal::Tag,
        pause,
        view::View,
    },
};

/// Runs rounds until `until` holds; the output is the last round's.
pub(super) async fn call(invocation: &Invocation, plan: &LoopPlan, attempt: u32) -> Outcome {
    let mut last = Shared::default();
    for round in 0..plan.max {
        let pause = if round == 0 { plan.after } else { plan.every };
        if let Some(pause) = pause {
            // A loop that may write is waited for when its body halts, but the next round is not: the pause
            // before it may be minutes.
            let halted = invocation.frame.halt().cancelled();
            select(pin!(pause::sleep(invocation, Tag::Round(round), pause)), pin!(halted)).await;
        }
        if invocation.frame.is_halting() {
            return Err(cancelled());
        }
        let index = usize::try_from(round).unwrap_or(usize::MAX);
        let parent = invocation.parent(Part::Nth(index), attempt, invocation.frame.halt());
        let locals = vec![last, Shared::new(Value::from(round))];
        let frame = invocation.inside(parent, &plan.body, locals);
        last = super::body(std::sync::Arc::clone(&frame)).await?;
        if View::of(&frame).with_local(&last).test(&plan.until)? {
            return Ok(last);
        }
    }
    let message = format!("`until` did not hold after {} rounds", plan.max);
    Err(Error::new(Class::Timeout, "LOOP_EXHAUSTED", message).outcome_unknown(false))
}
