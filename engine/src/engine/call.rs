//! Stage 5 for a call, and its begin: who is served by which plan.

use std::sync::{Arc, LazyLock};

use chrono::DateTime;
use sdk::{Class, Error, Identity, Shared, Value};
use tokio::sync::oneshot;

use super::Served;
use crate::{
    Engine,
    flow::plan::Plan,
    identify::Caller,
    recent::Running,
    run::{Answer, Failure, Request, Start},
};

/// One call of a flow.
#[derive(Clone, Debug, Default)]
pub struct Invocation<'i> {
    /// The flow's name.
    pub flow: &'i str,
    /// Its input.
    pub input: Shared,
    /// For which business; `None` = the default.
    pub biz_id: Option<&'i str>,
    /// In which circumstances; `None` = the default.
    pub scenario: Option<&'i str>,
}

/// Who is served, by what.
#[derive(Clone)]
pub struct Chosen {
    /// The revision.
    pub served: Arc<Served>,
    /// The flow as this identity sees it.
    pub plan: Arc<Plan>,
    /// Who.
    pub identity: Arc<Identity>,
}

/// `trigger` of a run that a call started; as of those that time started, its `kind` tells which it is.
pub(crate) static CALL: LazyLock<Shared> = LazyLock::new(|| Shared::new(serde_json::json!({"kind": "call"})));

impl Engine {
    /// Stage 5 for a call from within the process: no request, no claims, what it says is believed.
    pub(crate) fn identify(&self, invocation: &Invocation<'_>) -> Result<Chosen, Box<Failure>> {
        let nothing = Value::Null;
        let caller = Caller {
            biz_id: invocation.biz_id,
            scenario: invocation.scenario,
            request: &nothing,
            claims: &nothing,
            now: DateTime::from_timestamp_millis(self.0.world.clock.now()).unwrap_or_default(),
        };
        self.choose(self.served(), invocation.flow, &caller)
    }

    /// Stage 5: the identity of a caller, and the plan that serves it.
    ///
    /// # Errors
    /// `FLOW_NOT_FOUND` (404), `IDENTITY_INVALID` (400).
    pub fn choose(
        &self,
        served: Arc<Served>,
        flow: &str,
        caller: &Caller<'_>,
    ) -> Result<Chosen, Box<Failure>> {
        let refused = |error: Error, status| Box::new(Failure::of(error, status));
        let Some(entry) = served.entry(flow) else {
            let missing =
                Identity::new("unknown", None, None).map(|identity| served.flow(flow, None, &identity));
            let error = match missing {
                Ok(Err(error)) => error,
                _ => Error::new(Class::NotFound, "FLOW_NOT_FOUND", "there is no such flow"),
            };
            return Err(refused(error, 404));
        };
        let identified = served
            .identify(&entry.use_case, caller)
            .map_err(|fault| refused(Error::validation(fault.code(), fault.to_string()), 400))?;
        for (document, rule, cause) in &identified.failed {
            tracing::debug!(%document, rule, %cause, "an identity rule could not be evaluated");
        }
        let plan = match entry.plans.get(&identified.identity) {
            Some(hit) => Arc::clone(hit.value),
            None => return Err(refused(Error::internal("a flow without a plan at level 3"), 500)),
        };
        Ok(Chosen { plan, identity: Arc::new(identified.identity), served })
    }

    /// Begins a run. Nothing has happened until the run is awaited; `respond` answers on the receiver.
    ///
    /// # Errors
    /// `INPUT_INVALID` (400).
    pub fn begin(
        &self,
        chosen: &Chosen,
        input: Shared,
        request: Option<Arc<Request>>,
    ) -> Result<(Running, oneshot::Receiver<Answer>), Box<Failure>> {
        let now = self.0.world.clock.now();
        let id = self.0.ids.next(now).to_string().into();
        let snapshot = Arc::clone(&chosen.served);
        let (plan, identity) = (Arc::clone(&chosen.plan), Arc::clone(&chosen.identity));
        let trigger = Some(Shared::clone(&CALL));
        let start = Start { request, trigger, ..Start::new(id, plan, identity, input, snapshot) };
        self.0.runs.begin(start, now, &self.0.tasks)
    }

    /// Runs a case of a flow on a revision, with its mocks, or against real services when it has none.
    pub async fn play(
        &self,
        served: Arc<Served>,
        flow: &str,
        given: crate::run::case::Given,
    ) -> (crate::run::Finished, u8) {
        crate::run::case::play(flow, given, served).await
    }
}
