//! Durable runs begun by calls, by time and by other flows: always in a task of their own, because no caller who
//! leaves takes a durable run along.

use std::sync::Arc;

use sdk::{Class, Error, Shared};
use tokio::sync::oneshot;

use super::Told;
use crate::{
    Chosen, Engine,
    engine::{CALL, Inside},
    run::{Answer, Failure, Handle, Opening, Request, Start, open},
    state::{Idempotency, Origin, Parent, RunId},
};

/// How long an idempotency key is remembered.
const WINDOW_MS: i64 = 24 * 60 * 60 * 1_000;

/// How long the fire of a schedule is: a process may have been down for that long between the start and its note.
const FIRE_WINDOW_MS: i64 = 400 * WINDOW_MS;

/// What a durable run is begun with.
#[derive(Clone, Default)]
pub struct Given {
    /// Its input.
    pub input: Shared,
    /// The request it came by.
    pub request: Option<Arc<Request>>,
    /// What started it.
    pub trigger: Option<Shared>,
    /// The caller's key, and the hash of the request to know it again.
    pub key: Option<(Arc<str>, [u8; 32])>,
}

/// A durable run that was begun.
pub(crate) struct Begun {
    /// Its id; nobody finds it there if the key has a run already.
    pub(crate) run: RunId,
    pub(crate) handle: Handle,
    /// Its answer, or why it never began.
    pub(crate) told: oneshot::Receiver<Told>,
}

/// What became of a start that nobody waits for to end.
#[derive(Debug)]
pub(crate) enum Opened {
    /// It is on disk.
    Started(RunId),
    /// It never began, or is lost.
    Told(Told),
}

impl Engine {
    /// Begins a durable run of a plan.
    ///
    /// # Errors
    /// `INPUT_INVALID` (400), `OVERLOADED` (503).
    pub(crate) fn begin_durable(&self, chosen: &Chosen, given: Given) -> Result<Begun, Box<Failure>> {
        let id = self.0.ids.next(self.0.world.clock.now());
        let (plan, identity) = (Arc::clone(&chosen.plan), Arc::clone(&chosen.identity));
        let snapshot = Arc::clone(&chosen.served);
        // People look a run up by the key its caller knows it by, such as an order's number; a schedule's is no such.
        let is_called = given.trigger.is_none() || given.request.is_some();
        let start = Start {
            request: given.request,
            trigger: given.trigger,
            ..Start::new(id.to_string().into(), plan, identity, given.input, snapshot)
        };
        let business_key = given.key.as_ref().filter(|_| is_called).map(|(key, _)| Arc::clone(key));
        let window_ms = if is_called { WINDOW_MS } else { FIRE_WINDOW_MS };
        let idempotency = given.key.map(|(key, body)| Idempotency { key, body, window_ms });
        self.0.begin(id, start, Opening { idempotency, business_key })
    }
}

impl Engine {
    /// Begins a durable run as another one began, with this input. It names the other one, and is found by its
    /// business key as well.
    ///
    /// # Errors
    /// `INPUT_INVALID` (400), `OVERLOADED` (503).
    pub(crate) fn begin_again(
        &self,
        chosen: &Chosen,
        (run, origin): (RunId, &Origin),
        input: Shared,
    ) -> Result<Begun, Box<Failure>> {
        let id = self.0.ids.next(self.0.world.clock.now());
        let (plan, identity) = (Arc::clone(&chosen.plan), Arc::clone(&chosen.identity));
        let start = Start::new(id.to_string().into(), plan, identity, input, Arc::clone(&chosen.served) as _);
        let (parent, business_key) = (Some(Parent { run, address: None }), origin.business_key.clone());
        let start = Start { parent, trigger: Some(Shared::clone(&CALL)), ..start };
        self.0.begin(id, start, Opening { business_key, ..Opening::default() })
    }

    /// Begins a durable run and waits for its answer, however long it takes.
    pub(crate) async fn invoke_durable(
        &self,
        chosen: &Chosen,
        input: Shared,
    ) -> Result<Answer, Box<Failure>> {
        let begun = self.begin_durable(chosen, Given { input, ..Given::default() })?;
        let lost = |text: String| Box::new(Failure::of(Error::unavailable(text), 503));
        match begun.told.await {
            Ok(Told::Answered(Ok(answer))) => Ok(answer),
            Ok(Told::Answered(Err(failure))) => Err(Box::new(Failure::before(&failure))),
            Ok(Told::Lost(error)) => Err(lost(error.to_string())),
            Ok(Told::Same(..) | Told::OtherBody(_) | Told::Parked) | Err(_) => {
                Err(lost("the run goes on without this process".to_owned()))
            }
        }
    }
}

impl Inside {
    /// Begins a durable run and drives it in a task of its own.
    pub(crate) fn begin(
        self: &Arc<Self>,
        run: RunId,
        mut start: Start,
        opening: Opening,
    ) -> Result<Begun, Box<Failure>> {
        let place = self.place().map_err(|error| {
            let error = Error::new(Class::Unavailable, "OVERLOADED", error.message);
            Box::new(Failure::of(error, 503))
        })?;
        let watched = self.runs.observe(&mut start, self.world.clock.now());
        let durable = open(start, opening, Arc::clone(&self.store))?;
        let (handle, told) = (durable.handle.clone(), self.desk.listen(run));
        let inside = Arc::clone(self);
        self.tasks.spawn(async move {
            inside.attend(run, durable, watched).await;
            drop(place);
        });
        Ok(Begun { run, handle, told })
    }
}

impl Begun {
    /// Waits until the run is on disk, or has been told something.
    pub(crate) async fn opened(self) -> Opened {
        let Self { run, handle, told } = self;
        tokio::select! {
            biased;
            told = told => match told {
                Ok(Told::Answered(_)) | Err(_) => Opened::Started(run),
                Ok(told) => Opened::Told(told),
            },
            () = handle.born() => Opened::Started(run),
        }
    }
}
