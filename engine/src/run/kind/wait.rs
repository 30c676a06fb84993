//! `wait`: for a time or a message. A durable run waits as a row; any other one holds a timer.

use std::sync::Arc;

use sdk::{Class, Error, Outcome, Shared};

use crate::{
    flow::plan::{CallbackPlan, WaitPlan},
    run::{
        invocation::{Invocation, cancelled},
        journal::Tag,
        pause,
        view::View,
    },
    state::Correlation,
};

/// Waits.
pub(super) async fn call(invocation: &Invocation, wait: &WaitPlan) -> Outcome {
    let view = View::at(&invocation.frame, invocation.slot);
    match wait {
        WaitPlan::For(duration) => {
            let text = view.value(duration)?;
            let duration: sdk::Duration = sdk::plain(&text).parse().map_err(|fault: sdk::UnitError| {
                Error::new(Class::Validation, "WAIT_INVALID", format!("`wait.for`: {fault}"))
            })?;
            pause::sleep(invocation, Tag::Wait, duration.get()).await;
        }
        WaitPlan::Until(time) => pause::until(invocation, pause::time_of(&*view.value(time)?)?).await,
        WaitPlan::Callback(callback) => return message(invocation, callback).await,
    }
    Ok(Shared::default())
}

/// The body of the first message that counts.
async fn message(invocation: &Invocation, callback: &CallbackPlan) -> Outcome {
    let frame = &invocation.frame;
    let Some(journal) = &frame.run.journal else {
        return Err(Error::new(
            Class::Internal,
            "WAIT_NOT_DURABLE",
            "only a durable run can wait for a message; write `durable: true`",
        ));
    };
    if invocation.is_past() {
        return Err(cancelled());
    }
    let view = View::at(frame, invocation.slot);
    let key = sdk::plain(&*view.value(&callback.key)?).into();
    let correlation = Correlation { channel: Arc::clone(&callback.channel), key };
    let counts = |message: &sdk::Value| match &callback.matches {
        Some(matches) => view.with_message(message).test(matches),
        None => Ok(true),
    };
    let asked = invocation.node().asked.as_ref();
    let within = asked.and_then(|asked| asked.timeout).and_then(|timeout| timeout.total);
    let within = within.map(sdk::Duration::get);
    let message = journal.message(frame.address(invocation.slot), correlation, within, counts).await?;
    Ok(message.get("body").map_or_else(|| Shared::clone(&message), |body| Shared::new(body.clone())))
}
