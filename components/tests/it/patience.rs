//! A host whose clock runs out only once the server has been asked: for what a timeout means then.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use async_trait::async_trait;
use sdk::{
    Call, Clock, Context, Error, Evaluate, Host, Outcome, Resource, Secret, Shared, Timestamp, testing::Bench,
};

use crate::server::Server;

/// Waits for the server, not for time.
pub(crate) struct Patience {
    pub(crate) bench: Arc<Bench>,
    pub(crate) server: Arc<Server>,
}

impl Patience {
    /// A context like the bench's, on this clock.
    pub(crate) fn context(self) -> Context {
        let call = self.bench.context().unwrap().call().clone();
        Context::new(call, Arc::new(self))
    }
}

impl Clock for Patience {
    fn now(&self) -> Timestamp {
        0
    }

    fn monotonic_nanos(&self) -> u64 {
        0
    }

    fn sleep(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async {
            while self.server.seen().is_empty() {
                tokio::task::yield_now().await;
            }
        })
    }
}

#[async_trait]
impl Host for Patience {
    fn clock(&self) -> &dyn Clock {
        self
    }

    fn resource(&self, kind: &str, name: &str) -> Result<Arc<Resource>, Error> {
        self.bench.resource(kind, name)
    }

    fn secret(&self, reference: &str) -> Result<Secret, Error> {
        self.bench.secret(reference)
    }

    fn compile(&self, text: &str, names: &[&str]) -> Result<Arc<dyn Evaluate>, Error> {
        self.bench.compile(text, names)
    }

    async fn extend(&self, call: &Call, point: &str, input: Shared) -> Outcome {
        self.bench.extend(call, point, input).await
    }
}
