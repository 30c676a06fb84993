//! What a component may ask of the engine while it runs. It cannot reach the run's state.

use std::{future::Future, pin::Pin, sync::Arc};

use async_trait::async_trait;
use serde_json::Value;

use crate::{Clock, Error, Identity, Outcome, Resource, Secret, Shared, Timestamp};

/// One call of one node: who calls, on whose behalf, until when.
#[derive(Clone, Debug)]
pub struct Call {
    /// The run's id.
    pub run: Arc<str>,
    /// The flow's name.
    pub flow: Arc<str>,
    /// The node's address within the run, such as `lock` or `close[3].lock`.
    pub node: Arc<str>,
    /// For whom the run works.
    pub identity: Arc<Identity>,
    /// Stable over retries, crashes and owners: pass it on to whatever is written to.
    pub idempotency_key: Option<Arc<str>>,
    /// 1 for the first try.
    pub attempt: u32,
    /// When the call will be given up, in the clock's milliseconds.
    pub deadline: Option<Timestamp>,
}

/// What a component would rather do once its node's result is kept: then nobody is told of what is lost in a
/// crash, and nothing that is kept goes untold.
#[derive(Clone, Debug, PartialEq)]
pub struct Deferred {
    /// The component to call then, by name: usually itself.
    pub component: &'static str,
    /// Its configuration then.
    pub with: Value,
    /// Where it goes, such as the connection's name: one that is down holds up no other.
    pub target: Arc<str>,
    /// What kind of event it is.
    pub topic: Arc<str>,
    /// What orders it: calls of one key to one target are made one after the other.
    pub key: Arc<str>,
}

/// An expression compiled by the engine, for components that take expressions as data (rule tables).
pub trait Evaluate: Send + Sync {
    /// Evaluates with the fields of `names` (an object) in scope.
    ///
    /// # Errors
    /// `EXPR_FAILED` when the expression cannot be evaluated on these values.
    fn evaluate(&self, names: &Value) -> Result<Value, Error>;
}

/// The engine's side of a [`Context`].
#[async_trait]
pub trait Host: Send + Sync + 'static {
    /// The clock.
    fn clock(&self) -> &dyn Clock;

    /// A published document by kind and name.
    ///
    /// # Errors
    /// `RESOURCE_NOT_FOUND` when there is none.
    fn resource(&self, kind: &str, name: &str) -> Result<Arc<Resource>, Error>;

    /// The text behind a `secret://name` reference.
    ///
    /// # Errors
    /// `SECRET_NOT_FOUND` when there is none; the message names the reference, never a value.
    fn secret(&self, reference: &str) -> Result<Secret, Error>;

    /// Compiles an expression whose free names are `names`.
    ///
    /// # Errors
    /// The load-time code of the fault, such as `EXPR_SYNTAX`.
    fn compile(&self, text: &str, names: &[&str]) -> Result<Arc<dyn Evaluate>, Error>;

    /// A resource of a kind that has no name because it stands in the flow itself, such as the table in a
    /// node's `with:`. The same body gives the same resource, so what is derived from it is built once;
    /// hosts keep an [`crate::Inline`] for this.
    fn inline(&self, kind: &str, body: &Value) -> Arc<Resource> {
        Arc::new(Resource::new(kind, "inline", body.clone()))
    }

    /// Whether this is a developer's machine, where connections may lead to loopback.
    fn is_development(&self) -> bool {
        false
    }

    /// Keeps a call for later, with the result of the node; false when there is nothing to keep it in. Whoever is
    /// refused makes the call now.
    fn defer(&self, call: &Call, deferred: Deferred) -> bool {
        let _ = (call, deferred);
        false
    }

    /// Calls an extension point for the call's identity.
    ///
    /// # Errors
    /// `EXTENSION_NOT_FOUND` with the three keys tried, or what the extension answered.
    async fn extend(&self, call: &Call, point: &str, input: Shared) -> Outcome;
}

/// Handed to every component with each call.
pub struct Context {
    call: Call,
    host: Arc<dyn Host>,
}

impl Context {
    /// A context for one call.
    #[must_use]
    pub fn new(call: Call, host: Arc<dyn Host>) -> Self {
        Self { call, host }
    }

    /// The call this context belongs to.
    #[must_use]
    pub const fn call(&self) -> &Call {
        &self.call
    }

    /// For whom the run works.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.call.identity
    }

    /// Stable over retries, crashes and owners; `None` when the node writes nothing.
    #[must_use]
    pub fn idempotency_key(&self) -> Option<&str> {
        self.call.idempotency_key.as_deref()
    }

    /// The wall clock, in milliseconds since 1970.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.host.clock().now()
    }

    /// Ends after `duration` of the engine's clock. Cancel safe.
    pub fn sleep(&self, duration: crate::Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.host.clock().sleep(duration.get())
    }

    /// The connection of that name.
    ///
    /// # Errors
    /// `RESOURCE_NOT_FOUND` when none is published.
    pub fn connection(&self, name: &str) -> Result<Arc<Resource>, Error> {
        self.host.resource("Connection", name)
    }

    /// A published document by kind and name.
    ///
    /// # Errors
    /// `RESOURCE_NOT_FOUND` when none is published.
    pub fn resource(&self, kind: &str, name: &str) -> Result<Arc<Resource>, Error> {
        self.host.resource(kind, name)
    }

    /// A resource that stands in the flow itself, such as the table in a node's `with:`. Equal bodies give
    /// the same resource, so that [`Resource::derived`] builds once.
    #[must_use]
    pub fn inline(&self, kind: &str, body: &Value) -> Arc<Resource> {
        self.host.inline(kind, body)
    }

    /// Whether this is a developer's machine, where connections may lead to loopback.
    #[must_use]
    pub fn is_development(&self) -> bool {
        self.host.is_development()
    }

    /// The text behind a `secret://name` reference.
    ///
    /// # Errors
    /// `SECRET_NOT_FOUND` when there is none.
    pub fn secret(&self, reference: &str) -> Result<Secret, Error> {
        self.host.secret(reference)
    }

    /// Compiles an expression whose free names are `names`. Do it once, not per call: see
    /// [`Resource::derived`].
    ///
    /// # Errors
    /// The load-time code of the fault.
    pub fn compile(&self, text: &str, names: &[&str]) -> Result<Arc<dyn Evaluate>, Error> {
        self.host.compile(text, names)
    }

    /// Keeps a call for later: it is made, at least once and with this call's idempotency key, after the node's
    /// result is kept. False when the run is not durable, and in the later call itself: then make it now.
    #[must_use]
    pub fn defer(&self, deferred: Deferred) -> bool {
        self.host.defer(&self.call, deferred)
    }

    /// Calls an extension point for this run's identity.
    ///
    /// # Errors
    /// `EXTENSION_NOT_FOUND`, or what the extension answered.
    pub async fn extend(&self, point: &str, input: Shared) -> Outcome {
        self.host.extend(&self.call, point, input).await
    }
}
