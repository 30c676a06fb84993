//! Runs one component by itself: a clock that stands still, resources given by hand, no engine.

use std::{
    collections::BTreeMap,
    future::Future,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use serde_json::Value;

use crate::{
    Call, Class, Clock, Component, Context, Error, Evaluate, Host, Identity, Inline, Outcome, Resource,
    Secret, Shared, Timestamp, UseCase,
};

/// A clock that moves only when something sleeps on it.
#[derive(Default)]
pub struct StillClock {
    now_ms: AtomicI64,
    slept_ms: AtomicU64,
}

impl StillClock {
    /// Sets the time of day.
    pub fn set(&self, now: Timestamp) {
        self.now_ms.store(now, Ordering::Relaxed);
    }

    /// How long was slept on this clock altogether, in milliseconds.
    pub fn slept_ms(&self) -> u64 {
        self.slept_ms.load(Ordering::Relaxed)
    }
}

impl Clock for StillClock {
    fn now(&self) -> Timestamp {
        self.now_ms.load(Ordering::Relaxed)
    }

    fn monotonic_nanos(&self) -> u64 {
        self.slept_ms() * 1_000_000
    }

    fn sleep(&self, duration: std::time::Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        self.slept_ms.fetch_add(ms, Ordering::Relaxed);
        self.now_ms.fetch_add(i64::try_from(ms).unwrap_or(i64::MAX), Ordering::Relaxed);
        Box::pin(std::future::ready(()))
    }
}

/// Answers an extension point in a test.
pub type Answer = Box<dyn Fn(Shared) -> Outcome + Send + Sync>;

/// Compiles an expression in a test; the sdk itself knows none.
pub type Compile = Box<dyn Fn(&str, &[&str]) -> Result<Arc<dyn Evaluate>, Error> + Send + Sync>;

/// A stand-in for the engine.
#[derive(Default)]
pub struct Bench {
    /// The clock.
    pub clock: StillClock,
    resources: Mutex<BTreeMap<(String, String), Arc<Resource>>>,
    secrets: Mutex<BTreeMap<String, String>>,
    points: Mutex<BTreeMap<String, Answer>>,
    compile: Mutex<Option<Compile>>,
    inline: Inline,
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Bench {
    /// Publishes a resource.
    pub fn publish(&self, resource: Resource) {
        let key = (resource.kind.clone(), resource.name.clone());
        locked(&self.resources).insert(key, Arc::new(resource));
    }

    /// Sets the secret behind `secret://name`.
    pub fn set_secret(&self, name: &str, text: &str) {
        locked(&self.secrets).insert(name.to_owned(), text.to_owned());
    }

    /// Answers extension point `point` with `answer`.
    pub fn answer(&self, point: &str, answer: Answer) {
        locked(&self.points).insert(point.to_owned(), answer);
    }

    /// Compiles expressions with `compile`.
    pub fn compile_with(&self, compile: Compile) {
        *locked(&self.compile) = Some(compile);
    }

    /// A context for one call on this bench.
    ///
    /// # Errors
    /// Never in practice: the fixed use case is valid.
    pub fn context(self: &Arc<Self>) -> Result<Context, Error> {
        let use_case = UseCase::new("test").map_err(|fault| Error::internal(fault.to_string()))?;
        let call = Call {
            run: "run-1".into(),
            flow: "test".into(),
            node: "node".into(),
            identity: Arc::new(Identity::of(use_case)),
            idempotency_key: Some("key-1".into()),
            attempt: 1,
            deadline: None,
        };
        Ok(Context::new(call, Arc::clone(self) as Arc<dyn Host>))
    }

    /// Builds component `C` from `with` and runs it on `input`.
    ///
    /// # Errors
    /// What building, checking or running it answered.
    pub async fn run<C: Component>(self: &Arc<Self>, with: Value, input: Value) -> Outcome {
        let component = C::build(with)?;
        component.validate()?;
        component.run(&self.context()?, Shared::new(input)).await
    }
}

#[async_trait]
impl Host for Bench {
    fn clock(&self) -> &dyn Clock {
        &self.clock
    }

    fn resource(&self, kind: &str, name: &str) -> Result<Arc<Resource>, Error> {
        locked(&self.resources)
            .get(&(kind.to_owned(), name.to_owned()))
            .cloned()
            .ok_or_else(|| Error::internal(format!("no {kind} named `{name}` on this bench")))
    }

    fn secret(&self, reference: &str) -> Result<Secret, Error> {
        let name = reference.strip_prefix("secret://").unwrap_or(reference);
        locked(&self.secrets)
            .get(name)
            .map(|text| Secret::new(text))
            .ok_or_else(|| Error::internal(format!("no secret `{reference}` on this bench")))
    }

    fn compile(&self, text: &str, names: &[&str]) -> Result<Arc<dyn Evaluate>, Error> {
        match &*locked(&self.compile) {
            Some(compile) => compile(text, names),
            None => Err(Error::internal(format!("this bench has no expressions: `{text}`"))),
        }
    }

    fn inline(&self, kind: &str, body: &Value) -> Arc<Resource> {
        self.inline.get(kind, body)
    }

    async fn extend(&self, _call: &Call, point: &str, input: Shared) -> Outcome {
        match locked(&self.points).get(point) {
            Some(answer) => answer(input),
            None => {
                Err(Error::new(Class::NotFound, "EXTENSION_NOT_FOUND", format!("no answer for `{point}`")))
            }
        }
    }
}
