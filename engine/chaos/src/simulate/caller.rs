//! The simulation's callers: HTTP without sockets. A caller whose engine died asks again in the next life.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use engine::{
    serve::Service,
    state::{Filter, Memory, Status, Store as _},
};
use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use sdk::{
    Clock, Value,
    serde_json::{self, json},
};
use tower::ServiceExt as _;

use crate::{
    dice::Dice,
    history::{Event, Fate, Line},
};

/// Before a call is made again.
const AGAIN: Duration = Duration::from_millis(30);

/// One saga, over all lives.
pub(super) struct Saga {
    tenant: &'static str,
    key: String,
    fate: Fate,
    begins_after: u64,
    seed: u64,
    is_done: AtomicBool,
}

impl Saga {
    pub(super) fn new(tenant: &'static str, key: String, fate: Fate, begins_after: u64, seed: u64) -> Self {
        Self { tenant, key, fate, begins_after, seed, is_done: AtomicBool::new(false) }
    }
}

/// Where callers of one life call.
pub(super) struct Desk {
    /// What they call.
    pub(super) flow: &'static str,
    /// Whether they change their minds.
    pub(super) cancels: bool,
    pub(super) service: Service,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) history: Arc<Mutex<Vec<Line>>>,
}

impl Desk {
    /// Retries what is parked, again and again, as an operator would.
    pub(super) async fn operate(&self, store: &Memory) {
        let parked = Filter { statuses: vec![Status::Parked], limit: 100, ..Filter::default() };
        loop {
            self.clock.sleep(Duration::from_millis(400)).await;
            let Ok(page) = store.list(&parked).await else { continue };
            for row in page.rows {
                let saga = Saga::new("default", String::new(), Fate::Confirm, 0, 0);
                self.call(&saga, &format!("/v1/runs/{}/retry", row.run), &[], &json!({})).await;
            }
        }
    }

    /// Until the saga's answer is known, or the life is over.
    pub(super) async fn see_through(&self, saga: &Saga) {
        if saga.is_done.load(Ordering::SeqCst) {
            return;
        }
        let mut dice = Dice::new(saga.seed, 7);
        self.clock.sleep(Duration::from_millis(saga.begins_after)).await;
        if saga.fate == Fate::Paid {
            if dice.hits(30) {
                self.tell(saga, "early-no", false).await;
                self.tell(saga, "early", true).await;
            }
            self.ask(saga, true).await;
            if dice.hits(40) {
                self.tell(saga, "no", false).await;
            }
            if dice.hits(30) {
                // The race's timer may come first.
                self.clock.sleep(Duration::from_secs(dice.below(25))).await;
            }
            if dice.hits(80) {
                self.tell(saga, "once", true).await;
                self.tell(saga, "once", true).await;
                self.tell(saga, "twice", true).await;
            }
        } else if dice.hits(30) {
            tokio::join!(self.ask(saga, false), self.ask(saga, true), self.ask(saga, false));
        }
        if self.cancels && dice.hits(35) {
            let run = self.ask(saga, true).await;
            self.clock.sleep(Duration::from_millis(dice.below(4_000))).await;
            self.call(saga, &format!("/v1/runs/{run}/cancel"), &[], &json!({})).await;
        }
        self.ask(saga, false).await;
        self.ask(saga, false).await;
        saga.is_done.store(true, Ordering::SeqCst);
    }

    /// Asks until there is an answer, or the run is there; which run it is.
    async fn ask(&self, saga: &Saga, is_begun: bool) -> String {
        let input = json!({"key": saga.key, "fate": saga.fate.word()});
        let prefer = if is_begun { "respond-async" } else { "wait" };
        loop {
            self.note(saga, Event::Invoke { fate: saga.fate });
            let headers = [("idempotency-key", saga.key.as_str()), ("prefer", prefer)];
            let (status, run, body) =
                self.call(saga, &format!("/v1/flows/{}", self.flow), &headers, &input).await;
            let code = |body: &str| {
                let problem: Value = serde_json::from_str(body).unwrap_or_default();
                problem["code"].as_str().unwrap_or_default().to_owned()
            };
            let event = match (status, run) {
                (202, Some(run)) => Event::Accepted { run },
                (_, Some(run)) => Event::Answered { run, status, body },
                (_, None) => Event::Refused { status, code: code(&body) },
            };
            self.note(saga, event.clone());
            match event {
                Event::Answered { run, .. } => return run,
                Event::Accepted { run } if is_begun => return run,
                _ => self.clock.sleep(AGAIN).await,
            }
        }
    }

    async fn tell(&self, saga: &Saga, event: &str, is_ok: bool) {
        let (id, path) = (format!("{}-{event}", saga.key), format!("/v1/callbacks/chaos?key={}", saga.key));
        let headers = [("webhook-id", id.as_str())];
        while self.call(saga, &path, &headers, &json!({"ok": is_ok})).await.0 != 202 {
            self.clock.sleep(AGAIN).await;
        }
    }

    async fn call(
        &self,
        saga: &Saga,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> (u16, Option<String>, String) {
        let mut request = Request::post(format!("http://localhost{path}")).header("host", "localhost");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if saga.tenant != "default" {
            request = request.header("x-biz-id", saga.tenant);
        }
        let bytes = Full::new(Bytes::from(body.to_string()));
        let Ok(request) = request.header("content-type", "application/json").body(bytes) else {
            return (0, None, "no request".to_owned());
        };
        let Ok(response) = self.service.clone().oneshot(request).await;
        let status = response.status().as_u16();
        let run = response.headers().get("x-run-id").and_then(|run| run.to_str().ok()).map(str::to_owned);
        let body = response.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        (status, run, String::from_utf8_lossy(&body).into_owned())
    }

    fn note(&self, saga: &Saga, event: Event) {
        let line =
            Line { at: self.clock.now(), tenant: saga.tenant.to_owned(), key: saga.key.clone(), event };
        self.history.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }
}
