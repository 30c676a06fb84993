//! A call of a durable flow, from its begin to its answer. The run goes on whatever becomes of its caller: who
//! waits too long is told where to look, and who asks again with the same key gets the same answer.

use std::time::Duration;

use hyper::{
    Response, StatusCode,
    header::{HeaderName, HeaderValue},
};
use sdk::Class;
use tokio::sync::oneshot;

use super::{
    Body, Problem,
    reply::{answered, failed, failed_before, mark, started},
};
use crate::{
    Chosen, Engine,
    run::unseal,
    state::{self, Reply, RunId},
    worker::{Begun, Given, Opened, Sealed, Told},
};

/// How long a caller is kept waiting before the answer is where to look.
const PATIENCE: Duration = Duration::from_secs(30);

/// Begins a durable run and answers for it.
pub(super) async fn call(engine: &Engine, chosen: Chosen, given: Given, is_async: bool) -> Response<Body> {
    let level = chosen.plan.level;
    let begun = match engine.begin_durable(&chosen, given) {
        Ok(begun) => begun,
        Err(failure) => return failed(&failure, None).response(),
    };
    drop(chosen);
    let waiter = Waiter { engine, level };
    let run = begun.run;
    if is_async {
        return match begun.opened().await {
            Opened::Started(run) => started(&run.to_string(), level),
            Opened::Told(told) => waiter.told(run, told, false).await,
        };
    }
    let Begun { told, handle, .. } = begun;
    match waiter.wait(told).await {
        Some(told) => waiter.told(run, told, true).await,
        None => {
            // Where to look must not be told before something is there.
            handle.born().await;
            started(&run.to_string(), level)
        }
    }
}

struct Waiter<'e> {
    engine: &'e Engine,
    level: u8,
}

impl Waiter<'_> {
    /// What is told within the caller's patience.
    async fn wait(&self, told: oneshot::Receiver<Told>) -> Option<Told> {
        let clock = &self.engine.settings().clock;
        tokio::select! {
            biased;
            told = told => told.ok(),
            () = clock.sleep(PATIENCE) => None,
        }
    }

    async fn told(&self, run: RunId, told: Told, waits: bool) -> Response<Body> {
        match told {
            Told::Answered(answer) => self.answer(run, &answer),
            Told::Same(run, reply) => replayed(self.same(run, reply, waits).await),
            Told::OtherBody(_) => {
                let detail = "this idempotency key was used with another body";
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                Problem::refused(status, "IDEMPOTENCY_KEY_REUSED", detail).response()
            }
            Told::Parked => started(&run.to_string(), self.level),
            Told::Lost(error) => match self.engine.store().read(run).await {
                // It is on disk, and whoever takes it over brings it to its end.
                Ok(Some(_)) => started(&run.to_string(), self.level),
                Ok(None) | Err(_) => refused(&error).response(),
            },
        }
    }

    /// The answer of the run that the key has already; while it goes on it is waited for.
    async fn same(&self, run: RunId, reply: Option<Reply>, waits: bool) -> Response<Body> {
        if let Some(answer) = reply.as_ref().and_then(unseal) {
            return self.answer(run, &answer);
        }
        if !waits {
            return started(&run.to_string(), self.level);
        }
        // First listen, then look: it may end in between.
        let told = self.engine.0.desk.listen(run);
        let known = self.engine.store().read(run).await.ok().flatten();
        if let Some(answer) = known.as_ref().and_then(state::Snapshot::reply).and_then(unseal) {
            return self.answer(run, &answer);
        }
        match self.wait(told).await {
            Some(Told::Answered(answer)) => self.answer(run, &answer),
            _ => started(&run.to_string(), self.level),
        }
    }

    fn answer(&self, run: RunId, answer: &Sealed) -> Response<Body> {
        let id = run.to_string();
        match answer {
            Ok(answer) => answered(answer, &id, self.level),
            Err(failure) => {
                let mut response = failed_before(failure, &id).response();
                mark(response.headers_mut(), &id, self.level);
                response
            }
        }
    }
}

fn replayed(mut response: Response<Body>) -> Response<Body> {
    let name = HeaderName::from_static("idempotency-replayed");
    response.headers_mut().insert(name, HeaderValue::from_static("true"));
    response
}

/// Why the store does not take it.
pub(super) fn refused(error: &state::Error) -> Problem {
    let (status, detail) = match error {
        state::Error::Full => (StatusCode::INSUFFICIENT_STORAGE, "there is no space left to keep it"),
        state::Error::Malformed(_) => {
            return Problem::refused(StatusCode::BAD_REQUEST, error.code(), error.to_string());
        }
        _ => (StatusCode::SERVICE_UNAVAILABLE, "it cannot be kept at this moment"),
    };
    Problem::new(status, Class::Unavailable, error.code(), detail).after(1)
}
