//! One delivery: the component that put a call off is called again, with the connections that serve now. Knows
//! neither order nor attempts.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use futures_util::future::{Either, select};
use sdk::{Call, Class, Clock, Context, Error, Evaluate, Host, Outcome, Resource, Secret, Shared, Value};

use crate::{
    Served,
    engine::Inside,
    run::{Letter, Snapshot as _},
    state::OutEvent,
};

/// A delivery that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// Makes the call once.
pub(super) async fn deliver(
    inside: &Inside,
    letter: &Letter,
    event: &OutEvent,
    attempt: u32,
) -> Result<(), Error> {
    let served = inside.served.load_full();
    let entry = inside.world.registry.component(&letter.component).ok_or_else(|| {
        let text = format!("there is no component `{}` any more", letter.component);
        Error::new(Class::NotFound, "UNKNOWN_COMPONENT", text)
    })?;
    let node = (entry.build_shared)(Shared::new(letter.with.clone()))?;
    let context = Context::new(letter.call(event, attempt), Arc::new(Courier { served }));
    let clock = &inside.world.clock;
    match select(node.run(&context, Shared::default()), clock.sleep(PATIENCE)).await {
        Either::Left((outcome, _)) => outcome.map(drop),
        Either::Right(_) => Err(Error::timeout("the event was not taken in time")),
    }
}

/// The engine's side of a delivery. It keeps nothing for later: what is called here is called now.
struct Courier {
    served: Arc<Served>,
}

#[async_trait]
impl Host for Courier {
    fn clock(&self) -> &dyn Clock {
        &**self.served.clock()
    }

    fn resource(&self, kind: &str, name: &str) -> Result<Arc<Resource>, Error> {
        self.served.resource(kind, name)
    }

    fn secret(&self, reference: &str) -> Result<Secret, Error> {
        self.served.secret(reference)
    }

    fn compile(&self, text: &str, names: &[&str]) -> Result<Arc<dyn Evaluate>, Error> {
        crate::run::Snapshot::compile(&*self.served, text, names)
    }

    fn inline(&self, kind: &str, body: &Value) -> Arc<Resource> {
        self.served.inline(kind, body)
    }

    fn is_development(&self) -> bool {
        self.served.is_development()
    }

    async fn extend(&self, _: &Call, point: &str, _: Shared) -> Outcome {
        Err(Error::internal(format!("extension point `{point}` is not called for an event")))
    }
}
