//! Events that were refused for good: kept as documents until an operator has them delivered or drops them.

use sdk::{Error, Timestamp};
use serde::{Deserialize, Serialize};

use super::{courier, lanes::Lane};
use crate::{
    Engine,
    engine::Inside,
    run::Letter,
    state::{self, Damaged, Expected, Kept, OutEvent, OutId, RunId, Tenant},
};

/// Where they are kept.
const SECTION: &str = "parked";

/// An event that was refused for good.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Parked {
    /// The run it came from.
    pub(crate) run: String,
    /// The seq of the record it belongs to.
    pub(crate) seq: u64,
    /// The biz id it belongs to.
    pub(crate) biz_id: String,
    pub(crate) topic: String,
    pub(crate) key: String,
    /// What is to be called; none when it could not be read.
    pub(crate) letter: Option<Letter>,
    /// The row itself when it could not be read, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) row: Option<String>,
    pub(crate) attempts: u32,
    /// Why it was refused the last time.
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) parked_at: Timestamp,
}

/// What became of a parked event.
#[derive(Debug)]
pub(crate) enum Unparked {
    /// It was delivered, or dropped, and is gone.
    Gone,
    /// There is none of this id.
    Missing,
    /// It was refused again.
    Refused(Error),
}

/// Keeps an event for an operator; it may leave the outbox when this has answered.
pub(super) async fn park(
    inside: &Inside,
    event: &OutEvent,
    letter: Option<&Letter>,
    (attempts, error): (u32, &Error),
) -> state::Result<()> {
    let parked = Parked {
        run: event.run.to_string(),
        seq: event.seq,
        biz_id: event.tenant.as_str().to_owned(),
        topic: (*event.topic).to_owned(),
        key: (*event.key).to_owned(),
        letter: letter.cloned(),
        row: None,
        attempts,
        code: (*error.code).to_owned(),
        message: error.message.clone(),
        parked_at: inside.world.clock.now(),
    };
    tracing::error!(run = %event.run, code = %error.code, "an event is parked: {}", error.message);
    keep(inside, event.id, &parked).await
}

/// Keeps a row that cannot be read. Whose it was is not known, so it holds up nothing.
pub(super) async fn set_aside(inside: &Inside, damaged: &Damaged) -> state::Result<()> {
    tracing::error!(place = damaged.id.0, "a damaged event is parked: {}", damaged.why);
    let parked = Parked {
        run: String::new(),
        seq: 0,
        biz_id: String::new(),
        topic: String::new(),
        key: String::new(),
        letter: None,
        row: Some(damaged.bytes.iter().map(|byte| format!("{byte:02x}")).collect()),
        attempts: 0,
        code: "STORE_UNREADABLE".to_owned(),
        message: damaged.why.to_string(),
        parked_at: inside.world.clock.now(),
    };
    keep(inside, damaged.id, &parked).await
}

async fn keep(inside: &Inside, place: OutId, parked: &Parked) -> state::Result<()> {
    let body = serde_json::to_vec(parked).unwrap_or_default();
    inside.store.put(SECTION, &id(place), body.into(), Expected::Anything).await.map(drop)
}

/// Every parked event's place, and the lane that waits for it; the oldest first.
pub(super) async fn waited_for(inside: &Inside) -> state::Result<Vec<(OutId, Option<Lane>)>> {
    const PAGE: usize = 500;
    let mut all: Vec<(OutId, Option<Lane>)> = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = inside.store.documents(SECTION, after.as_deref(), PAGE).await?;
        let lane = |kept: &Kept| Parked::read(kept)?.lane();
        let place = |kept: &Kept| kept.key.parse().ok().map(OutId);
        all.extend(page.iter().filter_map(|kept| Some((place(kept)?, lane(kept)))));
        match page.last() {
            Some(last) if page.len() == PAGE => after = Some(last.key.clone()),
            _ => return Ok(all),
        }
    }
}

/// Ids sort as their events do.
fn id(place: OutId) -> String {
    format!("{:020}", place.0)
}

impl Parked {
    fn read(kept: &Kept) -> Option<Self> {
        serde_json::from_slice(&kept.body).ok()
    }

    fn lane(&self) -> Option<Lane> {
        let target = self.letter.as_ref()?.target.as_str().into();
        Some((Tenant::new(Some(&self.biz_id)).ok()?, target, self.key.as_str().into()))
    }

    fn event(&self) -> Option<OutEvent> {
        Some(OutEvent {
            id: OutId(0),
            tenant: Tenant::new(Some(&self.biz_id)).ok()?,
            run: self.run.parse::<RunId>().ok()?,
            seq: self.seq,
            topic: self.topic.as_str().into(),
            key: self.key.as_str().into(),
            payload: bytes::Bytes::new(),
        })
    }
}

impl Engine {
    /// Parked events by id, the oldest first.
    ///
    /// # Errors
    /// What the store says.
    pub(crate) async fn parked(
        &self,
        after: Option<&str>,
        most: usize,
    ) -> state::Result<Vec<(String, Parked)>> {
        let kept = self.0.store.documents(SECTION, after, most).await?;
        Ok(kept.iter().filter_map(|kept| Some((kept.key.clone(), Parked::read(kept)?))).collect())
    }

    /// Has a parked event delivered now.
    ///
    /// # Errors
    /// What the store says.
    pub(crate) async fn deliver_parked(&self, id: &str) -> state::Result<Unparked> {
        let Some(kept) = self.0.store.get(SECTION, id).await? else { return Ok(Unparked::Missing) };
        let parked = Parked::read(&kept);
        let Some((letter, event)) = parked.as_ref().and_then(|p| Some((p.letter.as_ref()?, p.event()?)))
        else {
            return Ok(Unparked::Refused(Error::internal("it cannot be read")));
        };
        let attempt = parked.as_ref().map_or(1, |parked| parked.attempts.saturating_add(1));
        match courier::deliver(&self.0, letter, &event, attempt).await {
            Ok(()) => self.drop_parked(id).await,
            Err(error) => Ok(Unparked::Refused(error)),
        }
    }

    /// Forgets a parked event.
    ///
    /// # Errors
    /// What the store says.
    pub(crate) async fn drop_parked(&self, id: &str) -> state::Result<Unparked> {
        if self.0.store.get(SECTION, id).await?.is_none() {
            return Ok(Unparked::Missing);
        }
        self.0.store.remove(SECTION, id).await?;
        // What waited behind it may go on.
        self.0.desk.unparked.notify_one();
        Ok(Unparked::Gone)
    }
}
