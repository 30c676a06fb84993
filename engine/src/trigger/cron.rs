//! Runs started by time: each fire of a flow's schedule starts one run per identity, by whatever serves then.
//! When a schedule fires is `schedule`'s.
//!
//! The last fire of each identity is kept in the store. A durable run is started under the fire's own
//! idempotency key, so a crash between the start and the note starts nothing twice; one that is not durable is
//! noted first, so it starts at most once.

use std::{borrow::Cow, sync::Arc, time::Duration};

use chrono::DateTime;
use sdk::{Identity, Shared, Timestamp, Value};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Schedule;
use crate::{
    Chosen, Engine, Served,
    clock::text,
    flow::{
        document::{CronIdentity, Overlap},
        expr::{Root, Scope},
        plan::CronPlan,
    },
    identify::Caller,
    run::Start,
    state::{Expected, RunId, Status},
    worker::{Given, Opened, Told},
};

/// Where the last fires are kept.
const SECTION: &str = "cron";
/// A fire that lies further back was missed.
const GRACE_MS: i64 = 30_000;
/// Schedules that were published since are seen after this.
const LOOK: Duration = Duration::from_secs(5);

/// What is known of one schedule and identity.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Note {
    /// The last fire that was seen to.
    at: Timestamp,
    /// The run it started.
    run: Option<String>,
}

/// Fires until the engine closes.
pub(crate) async fn fire(engine: Engine) {
    loop {
        let served = engine.served();
        let mut next = Timestamp::MAX;
        for (flow, entry) in served.flows() {
            let Some(cron) = entry.base().and_then(|plan| plan.cron.as_ref()) else { continue };
            let zone = cron.asked.timezone.as_ref().map(|zone| zone.value.as_str());
            // A schedule that does not exist was refused at load.
            let Ok(schedule) = Schedule::parse(&cron.asked.schedule.value, zone) else { continue };
            let nobody = [CronIdentity::default()];
            let asked = &cron.asked.identities;
            for who in if asked.is_empty() { &nobody } else { asked.as_slice() } {
                let one = One { engine: &engine, served: &served, flow, cron, who };
                next = next.min(one.see(&schedule).await);
            }
        }
        let clock = &engine.settings().clock;
        let left = u64::try_from(next.saturating_sub(clock.now()).max(1)).unwrap_or(1);
        clock.sleep(Duration::from_millis(left).min(LOOK)).await;
    }
}

/// The schedule of one flow for one identity.
struct One<'o> {
    engine: &'o Engine,
    served: &'o Arc<Served>,
    flow: &'o Arc<str>,
    cron: &'o CronPlan,
    who: &'o CronIdentity,
}

impl One<'_> {
    /// Starts what is due; says when to look again.
    async fn see(&self, schedule: &Schedule) -> Timestamp {
        let now = self.engine.settings().clock.now();
        let next = schedule.next_after(now).unwrap_or(Timestamp::MAX);
        let Some(mut note) = self.note(now).await else { return next };
        let overlap = self.cron.asked.overlap;
        // What waits in the queue is not missed.
        let grace = if overlap == Overlap::Queue { Timestamp::MAX } else { GRACE_MS };
        for at in schedule.due(note.at, now, grace, self.cron.asked.catch_up) {
            let is_busy = overlap != Overlap::Allow && self.goes_on(note.run.as_deref()).await;
            match overlap {
                Overlap::Queue if is_busy => return now + 1_000,
                Overlap::Skip if is_busy => {
                    tracing::info!(flow = %self.flow, at = %text(at), "left out: the run before goes on");
                    note.at = at;
                }
                _ => match self.start(at, &note).await {
                    Some(run) => note = Note { at, run: Some(run) },
                    // The store refused: it is tried again soon, under the same key.
                    None => return now + 1_000,
                },
            }
            self.keep(&note).await;
        }
        if schedule.next_after(note.at).is_some_and(|missed| missed <= now) {
            self.keep(&Note { at: now, run: note.run }).await;
        }
        next
    }

    fn parts(&self) -> [Option<&str>; 2] {
        [&self.who.biz_id, &self.who.scenario].map(|part| part.as_ref().map(|part| part.value.as_str()))
    }

    fn key(&self) -> String {
        let [biz_id, scenario] = self.parts().map(Option::unwrap_or_default);
        format!("{}/{biz_id}/{scenario}", self.flow)
    }

    /// What is known; a schedule that is new fires from now on.
    async fn note(&self, now: Timestamp) -> Option<Note> {
        match self.engine.store().get(SECTION, &self.key()).await {
            Ok(Some(kept)) => serde_json::from_slice(&kept.body).ok(),
            Ok(None) => {
                let note = Note { at: now, run: None };
                self.keep(&note).await;
                Some(note)
            }
            Err(error) => {
                tracing::warn!(flow = %self.flow, %error, "reading when a schedule fired last");
                None
            }
        }
    }

    async fn keep(&self, note: &Note) {
        let body = serde_json::to_vec(note).unwrap_or_default();
        let kept = self.engine.store().put(SECTION, &self.key(), body.into(), Expected::Anything).await;
        if let Err(error) = kept {
            tracing::warn!(flow = %self.flow, %error, "noting when a schedule fired");
        }
    }

    /// Whether a run has not ended. One that is parked holds nothing up.
    async fn goes_on(&self, run: Option<&str>) -> bool {
        let Some(id) = run else { return false };
        if self.engine.runs().live(id).is_some() {
            return true;
        }
        let Ok(run) = id.parse::<RunId>() else { return false };
        let known = self.engine.store().read(run).await.ok().flatten();
        known.is_some_and(|known| !known.status.is_ended() && known.status != Status::Parked)
    }

    /// Starts the run of one fire and gives its id; none when it has to be tried again.
    async fn start(&self, at: Timestamp, before: &Note) -> Option<String> {
        let [biz_id, scenario] = self.parts();
        let (nothing, now) = (Value::Null, DateTime::from_timestamp_millis(at).unwrap_or_default());
        let caller = Caller { biz_id, scenario, request: &nothing, claims: &nothing, now };
        let given = self.engine.choose(Arc::clone(self.served), self.flow, &caller).map(|chosen| {
            let trigger = json!({"kind": "cron", "scheduledAt": text(at)});
            self.input(&trigger, &chosen.identity, now).map(|input| (chosen, input, Shared::new(trigger)))
        });
        let (chosen, input, trigger) = match given {
            Ok(Ok(given)) => given,
            Ok(Err(fault)) => return Some(self.refused(&fault)),
            Err(failure) => return Some(self.refused(&failure.detail)),
        };
        if chosen.plan.is_durable {
            return self.durable(chosen, input, trigger, at).await;
        }
        self.keep(&Note { at, run: before.run.clone() }).await;
        let id = self.engine.0.ids.next(self.engine.settings().clock.now()).to_string();
        let start = Start::new(id.as_str().into(), chosen.plan, chosen.identity, input, chosen.served);
        let start = Start { trigger: Some(trigger), ..start };
        match self.engine.0.launch(start).await {
            Ok(()) => Some(id),
            Err(error) => Some(self.refused(&error.message)),
        }
    }

    async fn durable(&self, chosen: Chosen, input: Shared, trigger: Shared, at: Timestamp) -> Option<String> {
        let key = format!("cron/{}/{at}", self.key());
        let given = Given { input, trigger: Some(trigger), request: None, key: Some((key.into(), [0; 32])) };
        let begun = match self.engine.begin_durable(&chosen, given) {
            Ok(begun) => begun,
            Err(failure) if failure.retriable => return None,
            Err(failure) => return Some(self.refused(&failure.detail)),
        };
        match begun.opened().await {
            Opened::Started(run) | Opened::Told(Told::Same(run, _) | Told::OtherBody(run)) => {
                Some(run.to_string())
            }
            Opened::Told(_) => None,
        }
    }

    /// A fire that cannot be started is left out; the next one is tried again.
    fn refused(&self, why: &str) -> String {
        tracing::warn!(flow = %self.flow, why, "a schedule fired and nothing was started");
        String::new()
    }

    fn input(
        &self,
        trigger: &Value,
        identity: &Identity,
        now: DateTime<chrono::Utc>,
    ) -> Result<Shared, String> {
        let Some(input) = &self.cron.input else { return Ok(Shared::new(json!({}))) };
        let identity = serde_json::to_value(identity).unwrap_or_default();
        input.evaluate(&Fired { trigger, identity, now }).map_err(|fault| fault.to_string())
    }
}

/// What `triggers.cron.input` sees.
struct Fired<'f> {
    trigger: &'f Value,
    identity: Value,
    now: DateTime<chrono::Utc>,
}

impl Scope for Fired<'_> {
    fn get(&self, root: Root) -> Option<Cow<'_, Value>> {
        match root {
            Root::Trigger => Some(Cow::Borrowed(self.trigger)),
            Root::Identity => Some(Cow::Borrowed(&self.identity)),
            _ => None,
        }
    }

    fn now(&self) -> DateTime<chrono::Utc> {
        self.now
    }

    fn uuid(&self) -> uuid::Uuid {
        uuid::Uuid::nil()
    }
}
