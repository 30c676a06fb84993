//! The way every call of a flow takes: body, identity, plan, run, answer. Runs in the connection's task.
//!
//! Kept apart from the router and free of extractors: this is the path whose cost counts.

use std::{
    future::{Future as _, poll_fn},
    pin::Pin,
    sync::{Arc, LazyLock},
    task::Poll,
};

use bytes::Bytes;
use chrono::DateTime;
use hyper::{HeaderMap, Response, StatusCode, header::HeaderName, http::request::Parts};
use sdk::{Class, Error, Shared, Value};
use serde_json::Map;
use tokio::sync::oneshot;

use super::{
    Body, IDENTITY_HEADERS, Limits, Problem, body,
    front::Inside,
    replay::{self, Key},
    reply::{answered, failed, started},
    request::Asked,
};
use crate::{
    Chosen,
    engine::CALL,
    flow::{
        document::HttpMode,
        expr::{self, Root, Scope, Template},
        plan::HttpPlan,
    },
    identify::Caller,
    recent::Running,
    run::{Answer, Failure, Request},
    worker::Given,
};

static IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
static PREFER: HeaderName = HeaderName::from_static("prefer");

/// What is called.
pub(super) struct Target<'t> {
    pub(super) flow: &'t str,
    /// The parameters of the flow's own route; `None` = called by name.
    pub(super) params: Option<&'t [(Arc<str>, &'t str)]>,
}

/// What is left of a request once its identity is known.
struct Call {
    chosen: Chosen,
    input: Shared,
    request: Option<Arc<Request>>,
    is_async: bool,
    key: Option<Box<str>>,
    digest: [u8; 32],
}

/// Answers a call of a flow.
pub(super) async fn answer<B>(
    inside: &Arc<Inside>,
    target: Target<'_>,
    parts: Parts,
    body: B,
) -> Response<Body>
where
    B: hyper::body::Body<Data = Bytes> + Unpin,
{
    match prepare(inside, &target, parts, body).await {
        Ok(call) => perform(inside, call).await,
        Err(problem) => problem.response(),
    }
}

/// Everything before the run.
async fn prepare<B>(inside: &Arc<Inside>, target: &Target<'_>, parts: Parts, body: B) -> Result<Call, Problem>
where
    B: hyper::body::Body<Data = Bytes> + Unpin,
{
    let engine = &inside.engine;
    let (limits, clock) = (&engine.settings().limits, &*engine.settings().clock);
    let bytes = body::collect(body, &parts.headers, limits.body_bytes, limits, clock).await?;
    let given = input(&bytes, &parts.headers, limits)?;
    let key = parts.headers.get(&IDEMPOTENCY_KEY).map(|value| value.to_str().unwrap_or_default());
    let key = key.map(replay::check).transpose()?;
    let prefers_async = parts.headers.get_all(&PREFER).iter().any(is_async);
    let digest = if key.is_some() { digest_of(&parts, &bytes) } else { [0; 32] };
    let asked = Asked::new(parts, target.params.unwrap_or_default());
    let (chosen, given) = identify(inside, target.flow, &asked, given)?;
    let mut call = Call { input: given, request: None, is_async: prefers_async, key, digest, chosen };
    let plan = Arc::clone(&call.chosen.plan);
    match plan.http.as_ref().filter(|_| target.params.is_some()) {
        Some(http) => route(&mut call, http, asked, &bytes, now(clock))?,
        None => call.request = Some(asked.lazily(Shared::clone(&call.input))),
    }
    Ok(call)
}

/// What the flow's own route makes of the request.
fn route(
    call: &mut Call,
    http: &HttpPlan,
    asked: Asked,
    bytes: &Bytes,
    now: DateTime<chrono::Utc>,
) -> Result<(), Problem> {
    call.is_async |= http.mode == HttpMode::Async;
    if http.input.is_none() && http.idempotency_key.is_none() {
        call.request = Some(asked.lazily(Shared::clone(&call.input)));
        return Ok(());
    }
    // The body moves into the request: the route's template takes out of it what the flow is given.
    let body = Arc::unwrap_or_clone(std::mem::take(&mut call.input));
    let request = Shared::new(asked.to_value(body));
    let scope = Routed { request: &request, now };
    call.input = match &http.input {
        // With a contract what is missing is filled in, or told of by its path.
        Some(template) if call.chosen.plan.input.is_some() => {
            shaped(template, &scope)?.unwrap_or_else(|| Shared::new(Value::Object(Map::new())))
        }
        Some(template) => template.evaluate(&scope).map_err(|fault| unshaped(&fault))?,
        None => Shared::new(request["body"].clone()),
    };
    if let Some(template) = &http.idempotency_key {
        call.key = shaped(template, &scope)?.map_or(Ok(None), |key| keyed(&key))?;
        call.digest = digest_of(&asked.parts, bytes);
    }
    call.request = Some(Arc::new(LazyLock::new(Box::new(move || request))));
    Ok(())
}

/// The body's value; an empty object when there is none.
fn input(bytes: &Bytes, headers: &HeaderMap, limits: &Limits) -> Result<Value, Problem> {
    Ok(body::parse(bytes, headers, limits)?.unwrap_or_else(|| Value::Object(Map::new())))
}

fn is_async(prefer: &hyper::header::HeaderValue) -> bool {
    let text = prefer.to_str().unwrap_or_default();
    text.split(',')
        .any(|part| part.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("respond-async"))
}

fn digest_of(parts: &Parts, bytes: &Bytes) -> [u8; 32] {
    let target = parts.uri.path_and_query().map_or("", |target| target.as_str());
    replay::digest(&[parts.method.as_str().as_bytes(), target.as_bytes(), bytes])
}

fn now(clock: &dyn sdk::Clock) -> DateTime<chrono::Utc> {
    DateTime::from_timestamp_millis(clock.now()).unwrap_or_default()
}

/// Stage 5. The request is only built when rules will read it, and the body only moves through it.
fn identify(
    inside: &Arc<Inside>,
    flow: &str,
    asked: &Asked,
    body: Value,
) -> Result<(Chosen, Shared), Problem> {
    let engine = &inside.engine;
    let served = engine.served();
    let [biz_id, scenario] = [header(asked, 0)?, header(asked, 1)?];
    let needs_rules = biz_id.is_none() && scenario.is_none() && served.has_rules();
    let (mut request, body) =
        if needs_rules { (asked.to_value(body), None) } else { (Value::Null, Some(body)) };
    let now = if needs_rules { now(&*engine.settings().clock) } else { DateTime::UNIX_EPOCH };
    let caller = Caller { biz_id, scenario, request: &request, claims: &Value::Null, now };
    let chosen = engine.choose(served, flow, &caller).map_err(|failure| failed(&failure, None))?;
    let body = body.unwrap_or_else(|| request["body"].take());
    Ok((chosen, Shared::new(body)))
}

/// A header that names a part of the identity; it is there once or not at all.
fn header(asked: &Asked, which: usize) -> Result<Option<&str>, Problem> {
    let name = &IDENTITY_HEADERS[which];
    let refused = |detail: String| Problem::refused(StatusCode::BAD_REQUEST, "IDENTITY_INVALID", detail);
    let mut values = asked.parts.headers.get_all(name).iter();
    let Some(first) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(refused(format!("there are two `{name}` headers")));
    }
    // Names may be of any script: the bytes are UTF-8, which `to_str` would refuse.
    let text = std::str::from_utf8(first.as_bytes()).map_err(|_| refused(format!("`{name}` is no UTF-8")))?;
    Ok(Some(text))
}

/// What templates of a flow's own route see.
struct Routed<'r> {
    request: &'r Shared,
    now: DateTime<chrono::Utc>,
}

impl Scope for Routed<'_> {
    fn get(&self, root: Root) -> Option<std::borrow::Cow<'_, Value>> {
        (root == Root::Request).then_some(std::borrow::Cow::Borrowed(&**self.request))
    }

    fn now(&self) -> DateTime<chrono::Utc> {
        self.now
    }

    fn uuid(&self) -> uuid::Uuid {
        uuid::Uuid::nil()
    }
}

fn shaped(template: &Template, scope: &Routed<'_>) -> Result<Option<Shared>, Problem> {
    template.evaluate_given(scope).map_err(|fault| unshaped(&fault))
}

fn unshaped(fault: &expr::Failure) -> Problem {
    // A cause names what the author wrote, and types: never a value of the caller's.
    let detail = format!("the request lacks what the route of this flow reads: {fault}");
    Problem::refused(StatusCode::BAD_REQUEST, "REQUEST_INVALID", detail)
}

fn keyed(value: &Value) -> Result<Option<Box<str>>, Problem> {
    match value {
        Value::Null => Ok(None),
        value => replay::check(&sdk::plain(value)).map(Some),
    }
}

/// The run and its answer. With an idempotency key it goes on when the caller leaves, so that the caller's next
/// try finds its answer; without one it is cancelled then.
async fn perform(inside: &Arc<Inside>, mut call: Call) -> Response<Body> {
    // Durable flows keep their keys in the store: there the key is part of the run's start.
    if call.chosen.plan.is_durable {
        let Call { chosen, input, request, is_async, key, digest } = call;
        let key = key.map(|key| (Arc::from(key), digest));
        let given = Given { input, request, trigger: Some(Shared::clone(&CALL)), key };
        return Box::pin(super::durable::call(&inside.engine, chosen, given, is_async)).await;
    }
    let Some(key) = call.key.take() else { return run(inside, call).await };
    let key =
        Key { flow: Arc::clone(&call.chosen.plan.flow), identity: Arc::clone(&call.chosen.identity), key };
    let (worker, digest) = (Arc::clone(inside), call.digest);
    let answer = async move { worker.replay.answer(key, digest, run(&worker, call)).await };
    inside.engine.0.tasks.spawn(answer).await.unwrap_or_else(|fault| {
        tracing::error!(%fault, "a call with an idempotency key");
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Problem::new(status, Class::Internal, "INTERNAL", "").response()
    })
}

async fn run(inside: &Arc<Inside>, call: Call) -> Response<Body> {
    let engine = &inside.engine;
    let Call { chosen, input, request, is_async, .. } = call;
    let (running, early) = match engine.begin(&chosen, input, request) {
        Ok(begun) => begun,
        Err(failure) => return failed(&failure, None).response(),
    };
    drop(chosen);
    if is_async {
        return in_background(inside, running);
    }
    let (id, level) = (Arc::clone(running.id()), running.plan().level);
    match first(inside, running, early).await {
        Ok(answer) => answered(&answer, &id, level),
        Err(failure) => {
            let mut response = failed(&failure, Some(&id)).response();
            super::reply::mark(response.headers_mut(), &id, level);
            response
        }
    }
}

fn in_background(inside: &Arc<Inside>, mut running: Running) -> Response<Body> {
    let place = match inside.engine.0.place() {
        Ok(place) => place,
        Err(error) => return overloaded(&error),
    };
    running.list();
    let response = started(running.id(), running.plan().level);
    inside.engine.0.tasks.spawn(async move {
        running.await;
        drop(place);
    });
    response
}

fn overloaded(error: &Error) -> Response<Body> {
    let status = StatusCode::SERVICE_UNAVAILABLE;
    Problem::new(status, Class::Unavailable, "OVERLOADED", error.message.as_str()).after(1).response()
}

/// The run's answer: what `respond` gave, else its end. After an early answer the run goes on in the background.
async fn first(
    inside: &Arc<Inside>,
    mut running: Running,
    mut early: oneshot::Receiver<Answer>,
) -> Result<Answer, Failure> {
    enum First {
        Ended(Result<Answer, Failure>),
        Early(Answer),
    }
    let first = poll_fn(|cx| {
        if let Poll::Ready(finished) = Pin::new(&mut running).poll(cx) {
            return Poll::Ready(First::Ended(finished.answer));
        }
        match Pin::new(&mut early).poll(cx) {
            Poll::Ready(Ok(answer)) => Poll::Ready(First::Early(answer)),
            Poll::Ready(Err(_)) | Poll::Pending => Poll::Pending,
        }
    });
    match first.await {
        First::Ended(ended) => match early.try_recv() {
            Ok(answer) => Ok(answer),
            Err(_) => ended,
        },
        First::Early(answer) => {
            inside.engine.0.tasks.spawn(async move { drop(running.await) });
            Ok(answer)
        }
    }
}
