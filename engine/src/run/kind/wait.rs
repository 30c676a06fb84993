//! `wait`: for a time or a message. A durable run waits as a row; any other one holds a timer.

use sdk::{Class, Error, Outcome, Shared};

use crate::{
    flow::plan::WaitPlan,
    run::{invocation::Invocation, pause, view::View},
};

/// Waits.
pub(super) async fn call(invocation: &Invocation, wait: &WaitPlan) -> Outcome {
    let view = View::of(&invocation.frame);
    match wait {
        WaitPlan::For(duration) => {
            let text = view.value(duration)?;
            let duration: sdk::Duration = sdk::plain(&text).parse().map_err(|fault: sdk::UnitError| {
                Error::new(Class::Validation, "WAIT_INVALID", format!("`wait.for`: {fault}"))
            })?;
            pause::sleep(invocation, 0, duration.get()).await?;
        }
        WaitPlan::Until(time) => pause::until(invocation, pause::time_of(&*view.value(time)?)?).await?,
        WaitPlan::Callback(_) => {
            return Err(Error::new(
                Class::Internal,
                "WAIT_NOT_DURABLE",
                "only a durable run can wait for a message; write `durable: true`",
            ));
        }
    }
    Ok(Shared::default())
}
