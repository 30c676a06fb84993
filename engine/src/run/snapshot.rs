//! What a run asks of the world it is pinned to: the documents of one catalog revision, and the clock.
//!
//! The catalog implements it; the runtime knows no files and no stores of documents.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use sdk::{Clock, Error, Evaluate, Identity, Resource, Secret, Shared, Value};

use super::Start;
use crate::flow::plan::{ExtensionPlan, Plan, PointPlan};

/// One immutable revision of everything that is published. A run keeps the one it started with.
pub trait Snapshot: Send + Sync + 'static {
    /// The plan of a flow for an identity; its use case is the flow's own, whatever the identity says.
    ///
    /// # Errors
    /// `FLOW_NOT_FOUND` when there is no such flow, or not in that version.
    fn flow(&self, name: &str, version: Option<u32>, identity: &Identity) -> Result<Arc<Plan>, Error>;

    /// An extension point.
    ///
    /// # Errors
    /// `EXTENSION_POINT_NOT_FOUND` when it is not declared.
    fn point(&self, name: &str) -> Result<Arc<PointPlan>, Error>;

    /// The implementations of a point registered at exactly the key that answers for `identity` at `level`
    /// (1 exact, 2 business, 3 use case), higher priority first.
    fn extensions(&self, point: &str, identity: &Identity, level: u8) -> &[Arc<ExtensionPlan>];

    /// The business configuration of an identity: an object, each key looked up on its own.
    fn config(&self, identity: &Identity) -> Shared;

    /// A published document that components use by name.
    ///
    /// # Errors
    /// `RESOURCE_NOT_FOUND` when there is none.
    fn resource(&self, kind: &str, name: &str) -> Result<Arc<Resource>, Error>;

    /// The text behind a `secret://name` reference.
    ///
    /// # Errors
    /// `SECRET_NOT_FOUND` when there is none.
    fn secret(&self, reference: &str) -> Result<Secret, Error>;

    /// Compiles an expression whose free names are `names`.
    ///
    /// # Errors
    /// The load-time code of the fault.
    fn compile(&self, text: &str, names: &[&str]) -> Result<Arc<dyn Evaluate>, Error>;

    /// A resource that stands in the flow itself; equal bodies give the same one.
    fn inline(&self, kind: &str, body: &Value) -> Arc<Resource> {
        Arc::new(Resource::new(kind, "inline", body.clone()))
    }

    /// Its number among the published revisions; none for one that was never published.
    fn revision(&self) -> Option<u64> {
        None
    }

    /// Whether this is a developer's machine, where connections may lead to loopback.
    fn is_development(&self) -> bool {
        false
    }

    /// The clock.
    fn clock(&self) -> &Arc<dyn Clock>;

    /// Starts a run that nobody waits for (a flow with `mode: detached`): a durable one is on disk when this answers.
    /// Started again under its id, it is the same run. Fails when it cannot be started now.
    fn launch(&self, start: Start) -> BoxFuture<'_, Result<(), Error>>;
}
