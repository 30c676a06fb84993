//! One caller: begins sagas one after the other, asks again until it knows how each ended, and notes all it hears.
//! It does not judge.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use engine::clock::SystemClock;
use hyper::Method;
use sdk::Clock as _;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::call::{Answer, Http};
use crate::{
    dice::Dice,
    history::{Event, Fate, Line, Recorder},
};

/// Before a call is made again.
const AGAIN: Duration = Duration::from_millis(20);

/// What all callers share.
#[derive(Clone, Debug)]
pub(super) struct Town {
    pub(super) http: Http,
    /// Where the program listens while it lives.
    pub(super) place: watch::Receiver<Option<SocketAddr>>,
    pub(super) recorder: Arc<Recorder>,
    pub(super) clock: Arc<SystemClock>,
    /// True once no more sagas are to begin.
    pub(super) is_over: watch::Receiver<bool>,
    /// Up to so many milliseconds between two sagas of one caller.
    pub(super) pause_ms: u64,
}

/// One saga.
#[derive(Clone, Debug)]
struct Saga {
    tenant: String,
    key: String,
    fate: Fate,
    fen: u64,
}

/// A caller.
pub(super) struct Caller {
    pub(super) town: Town,
    pub(super) dice: Dice,
    pub(super) name: String,
}

impl Caller {
    /// Until it is over, and the last saga has its answer.
    pub(super) async fn live(mut self) -> std::io::Result<()> {
        let mut count = 0_u32;
        while !*self.town.is_over.borrow() {
            let saga = self.draw(count);
            count += 1;
            self.see_through(&saga).await?;
            let pause = self.dice.below(self.town.pause_ms.max(1));
            self.town.clock.sleep(Duration::from_millis(pause)).await;
        }
        Ok(())
    }

    fn draw(&mut self, count: u32) -> Saga {
        let fate = match self.dice.below(10) {
            0..4 => Fate::Confirm,
            4..7 => Fate::Reject,
            7..8 => Fate::Rest,
            _ => Fate::Paid,
        };
        let tenant = ["default", "red", "blue"][usize::try_from(self.dice.below(3)).unwrap_or(0)].to_owned();
        Saga { tenant, key: format!("{}-{count}", self.name), fate, fen: 1 + self.dice.below(500) }
    }

    async fn see_through(&mut self, saga: &Saga) -> std::io::Result<()> {
        if saga.fate == Fate::Paid {
            if self.dice.hits(30) {
                self.pay(saga, "early").await;
            }
            self.ask(saga, true).await?;
            if self.dice.hits(30) {
                self.tell(saga, "no", false).await;
            }
            self.pay(saga, "once").await;
            if self.dice.hits(50) {
                self.pay(saga, "once").await;
                self.pay(saga, "twice").await;
            }
        } else if self.dice.hits(20) {
            // Several callers with one key at once.
            let (first, second, third) =
                tokio::join!(self.ask(saga, false), self.ask(saga, true), self.ask(saga, false));
            first.and(second).and(third)?;
        }
        self.ask(saga, false).await?;
        if self.dice.hits(40) {
            self.ask(saga, false).await?;
        }
        if self.dice.hits(10) {
            self.reuse(saga).await?;
        }
        Ok(())
    }

    /// Calls until it is known that the run is there or, unless `is_begun` is enough, how it ended.
    async fn ask(&self, saga: &Saga, is_begun: bool) -> std::io::Result<()> {
        let prefer = if is_begun { "respond-async" } else { "wait" };
        loop {
            self.note(saga, Event::Invoke { fate: saga.fate })?;
            let event = match self.call(saga, saga.fen, prefer).await {
                Err(why) => Event::Unknown { why },
                Ok(Answer { status: 202, run: Some(run), .. }) => Event::Accepted { run },
                Ok(Answer { status, run: Some(run), body }) => Event::Answered { run, status, body },
                Ok(answer) => {
                    let code = answer.json()["code"].as_str().unwrap_or_default().to_owned();
                    Event::Refused { status: answer.status, code }
                }
            };
            self.note(saga, event.clone())?;
            match event {
                Event::Answered { .. } => return Ok(()),
                Event::Accepted { .. } if is_begun => return Ok(()),
                _ => self.town.clock.sleep(AGAIN).await,
            }
        }
    }

    async fn reuse(&self, saga: &Saga) -> std::io::Result<()> {
        match self.call(saga, saga.fen + 1, "wait").await {
            Ok(answer) if answer.status < 500 => self.note(saga, Event::Reused { status: answer.status }),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    async fn call(&self, saga: &Saga, fen: u64, prefer: &str) -> Result<Answer, String> {
        let address = self.address().await;
        let account = format!("buyer:{}", self.name);
        let input = json!({"key": saga.key, "account": account, "fen": fen, "fate": saga.fate.word()});
        let mut headers = vec![("idempotency-key", saga.key.as_str()), ("prefer", prefer)];
        if saga.tenant != "default" {
            headers.push(("x-biz-id", &saga.tenant));
        }
        self.town.http.call(Method::POST, address, "/v1/flows/chaos.reserve", &headers, &input).await
    }

    async fn pay(&self, saga: &Saga, event: &str) {
        self.tell(saga, event, true).await;
    }

    /// Sends a message until it is taken.
    async fn tell(&self, saga: &Saga, event: &str, is_ok: bool) {
        let (id, path) = (format!("{}-{event}", saga.key), format!("/v1/callbacks/chaos?key={}", saga.key));
        let mut headers = vec![("webhook-id", id.as_str())];
        if saga.tenant != "default" {
            headers.push(("x-biz-id", &saga.tenant));
        }
        loop {
            let address = self.address().await;
            let body = json!({"ok": is_ok});
            match self.town.http.call(Method::POST, address, &path, &headers, &body).await {
                Ok(answer) if answer.status == 202 => return,
                Ok(_) | Err(_) => self.town.clock.sleep(AGAIN).await,
            }
        }
    }

    async fn address(&self) -> SocketAddr {
        let mut place = self.town.place.clone();
        loop {
            if let Ok(found) = place.wait_for(Option::is_some).await
                && let Some(address) = *found
            {
                return address;
            }
            self.town.clock.sleep(AGAIN).await;
        }
    }

    fn note(&self, saga: &Saga, event: Event) -> std::io::Result<()> {
        let (tenant, key) = (saga.tenant.clone(), saga.key.clone());
        self.town.recorder.add(Line { at: self.town.clock.now(), tenant, key, event })
    }
}

/// What a problem says, for the log.
pub(super) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
