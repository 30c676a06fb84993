//! Runs started by time: each fire of a flow's schedule starts one run per identity, by whatever serves then.
//! When a schedule fires is `schedule`'s.
//!
//! What was seen to for each identity, and what waits in its queue, is kept in the store. A durable run is started
//! under the fire's own idempotency key, so a crash between the start and the note starts nothing twice; one that is
//! not durable is noted first, so it starts at most once. A schedule that was changed, or was away, is a new one.

use std::{borrow::Cow, collections::BTreeSet, sync::Arc, time::Duration};

use chrono::DateTime;
use sdk::{Identity, Shared, Timestamp, Value};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Schedule;
use crate::{
    Chosen, Engine, Served,
    clock::text,
    flow::{
        document::{CatchUp, CronIdentity, Overlap},
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

/// Fires that wait for the run before, at the most.
const MOST_QUEUED: usize = 1_000;

/// What is known of one schedule and identity.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Note {
    /// Fires up to here were seen to.
    at: Timestamp,
    /// The run that was started last.
    run: Option<String>,
    /// Fires that are to start a run, oldest first.
    #[serde(default)]
    queue: Vec<Timestamp>,
    /// The schedule that it was, in its zone.
    #[serde(default)]
    schedule: Option<String>,
}

/// Fires until the engine closes.
pub(crate) async fn fire(engine: Engine) {
    let mut tidied = None;
    loop {
        let served = engine.served();
        let (mut next, mut known) = (Timestamp::MAX, BTreeSet::new());
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
                known.insert(one.key());
            }
        }
        if tidied != Some(served.about.number) {
            tidy(&engine, &known).await;
            tidied = Some(served.about.number);
        }
        let clock = &engine.settings().clock;
        let left = u64::try_from(next.saturating_sub(clock.now()).max(1)).unwrap_or(1);
        clock.sleep(Duration::from_millis(left).min(LOOK)).await;
    }
}

/// Forgets the schedules that are not there any more: when one of them comes back, it has missed nothing.
async fn tidy(engine: &Engine, known: &BTreeSet<String>) {
    let mut after: Option<String> = None;
    while let Ok(part) = engine.store().documents(SECTION, after.as_deref(), 200).await {
        let Some(last) = part.last() else { return };
        after = Some(last.key.clone());
        for gone in part.iter().filter(|kept| !known.contains(&kept.key)) {
            if let Err(error) = engine.store().remove(SECTION, &gone.key).await {
                tracing::warn!(schedule = %gone.key, %error, "forgetting a schedule");
            }
        }
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
        let (overlap, catch_up) = (self.cron.asked.overlap, self.cron.asked.catch_up);
        if schedule.next_after(note.at).is_some_and(|fire| fire <= now) {
            note.queue.extend(schedule.due(note.at, now, GRACE_MS, catch_up));
            note.at = now;
            if note.queue.len() > MOST_QUEUED {
                tracing::warn!(flow = %self.flow, "the queue of a schedule is full, fires are left out");
                note.queue.truncate(MOST_QUEUED);
            }
            self.keep(&note).await;
        }
        while let Some((at, rest)) = note.queue.split_first() {
            let (at, mut then) = (*at, Note { queue: rest.to_vec(), ..note.clone() });
            let is_busy = overlap != Overlap::Allow && self.goes_on(note.run.as_deref()).await;
            if is_busy && overlap == Overlap::Queue {
                return next.min(now + 1_000);
            }
            // What waits for its turn is not missed; what the store would not take for long is.
            let is_missed = overlap != Overlap::Queue && catch_up == CatchUp::None && now - at > GRACE_MS;
            if is_busy || is_missed {
                tracing::info!(flow = %self.flow, at = %text(at), is_busy, is_missed, "a fire is left out");
            } else {
                match self.start(at, &then).await {
                    Some(run) => then.run = Some(run),
                    // The store refused: it is tried again soon, under the same key.
                    None => return next.min(now + 1_000),
                }
            }
            note = then;
            self.keep(&note).await;
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

    /// The schedule as it is told from another one.
    fn schedule(&self) -> String {
        let asked = &self.cron.asked;
        let zone = asked.timezone.as_ref().map_or("UTC", |zone| zone.value.as_str());
        format!("{} {zone}", asked.schedule.value)
    }

    /// What is known; a schedule that is new, or another one than before, fires from now on.
    async fn note(&self, now: Timestamp) -> Option<Note> {
        let known: Option<Note> = match self.engine.store().get(SECTION, &self.key()).await {
            Ok(Some(kept)) => serde_json::from_slice(&kept.body).ok(),
            Ok(None) => None,
            Err(error) => {
                tracing::warn!(flow = %self.flow, %error, "reading when a schedule fired last");
                return None;
            }
        };
        let schedule = self.schedule();
        let is_same = |note: &Note| note.schedule.as_ref().is_none_or(|was| *was == schedule);
        let note = match known {
            Some(note) if is_same(&note) => return Some(Note { schedule: Some(schedule), ..note }),
            Some(note) => Note { at: now, schedule: Some(schedule), ..note },
            None => Note { at: now, run: None, queue: Vec::new(), schedule: Some(schedule) },
        };
        self.keep(&note).await;
        Some(note)
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

    /// Starts the run of one fire and gives its id; none when it has to be tried again. `then` is what is known after
    /// that, the run aside.
    async fn start(&self, at: Timestamp, then: &Note) -> Option<String> {
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
        self.keep(then).await;
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
