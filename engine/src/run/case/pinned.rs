//! A revision as a case sees it: the same documents, but its own clock, and nothing is launched beside it.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use sdk::{Clock, Error, Evaluate, Identity, Resource, Secret, Shared, Value};

use super::{Snapshot, Start, clock::Leaping};
use crate::flow::plan::{ExtensionPlan, Plan, PointPlan};

/// A revision with another clock.
pub(super) struct Pinned {
    inner: Arc<dyn Snapshot>,
    clock: Arc<dyn Clock>,
}

impl Pinned {
    pub(super) fn new(inner: Arc<dyn Snapshot>, clock: Arc<Leaping>) -> Self {
        Self { inner, clock }
    }
}

impl Snapshot for Pinned {
    fn flow(&self, name: &str, version: Option<u32>, identity: &Identity) -> Result<Arc<Plan>, Error> {
        self.inner.flow(name, version, identity)
    }

    fn point(&self, name: &str) -> Result<Arc<PointPlan>, Error> {
        self.inner.point(name)
    }

    fn extensions(&self, point: &str, identity: &Identity, level: u8) -> &[Arc<ExtensionPlan>] {
        self.inner.extensions(point, identity, level)
    }

    fn config(&self, identity: &Identity) -> Shared {
        self.inner.config(identity)
    }

    fn resource(&self, kind: &str, name: &str) -> Result<Arc<Resource>, Error> {
        self.inner.resource(kind, name)
    }

    fn secret(&self, reference: &str) -> Result<Secret, Error> {
        self.inner.secret(reference)
    }

    fn compile(&self, text: &str, names: &[&str]) -> Result<Arc<dyn Evaluate>, Error> {
        self.inner.compile(text, names)
    }

    fn inline(&self, kind: &str, body: &Value) -> Arc<Resource> {
        self.inner.inline(kind, body)
    }

    fn is_development(&self) -> bool {
        self.inner.is_development()
    }

    fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    fn launch(&self, _: Start) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async { Ok(()) })
    }
}
