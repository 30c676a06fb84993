//! `use`: a component, called with what it needs to know of the call.

use std::sync::Arc;

use sdk::{Call, Context, Error, Node, Outcome, Shared, Timestamp};

use crate::run::invocation::Invocation;

/// Calls the component once.
pub(super) async fn call(
    invocation: &Invocation,
    built: Option<&Arc<dyn Node>>,
    build: fn(Shared) -> Result<Arc<dyn Node>, Error>,
    attempt: u32,
    deadline: Option<Timestamp>,
) -> Outcome {
    let made;
    let component = match built {
        Some(built) => built,
        None => {
            made = build(
                invocation
                    .with
                    .clone()
                    .unwrap_or_else(|| Shared::new(sdk::Value::Object(Default::default()))),
            )?;
            &made
        }
    };
    let (run, frame) = (&invocation.frame.run, &invocation.frame);
    let call = Call {
        run: Arc::clone(&run.id),
        flow: Arc::clone(&run.plan.flow),
        node: frame.address(invocation.slot),
        identity: Arc::clone(&frame.base.identity),
        idempotency_key: invocation.idempotency_key(),
        attempt,
        deadline,
    };
    component.run(&Context::new(call, run.host()?), invocation.input()).await
}
