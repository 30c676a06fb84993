//! What an operator does to a durable run: written into its journal first, then the run goes on from there.

use crate::{
    Engine,
    state::{self, Action, Address, Batch, Entry, Record, RunId, Status},
};

/// Why an operator's action was not taken.
#[derive(Debug, thiserror::Error)]
pub enum OperateError {
    /// There is no such durable run.
    #[error("there is no durable run {0}")]
    Missing(RunId),
    /// It stands otherwise than the action wants.
    #[error("the run is {}, and {why}", .status.word())]
    Status {
        /// How it stands.
        status: Status,
        /// What the action wants.
        why: &'static str,
    },
    /// It is being driven at this moment; try again.
    #[error("the run is being driven at this moment")]
    Driven,
    /// The store refused.
    #[error(transparent)]
    Store(#[from] state::Error),
}

/// What an operator asks for.
#[derive(Clone, Debug)]
pub struct Order<'o> {
    /// What is to be done.
    pub action: Action,
    /// At which node, if one is named.
    pub address: Option<Address>,
    /// Who asks.
    pub actor: &'o str,
    /// Why.
    pub reason: &'o str,
    /// Only tells whether it could be done.
    pub is_dry: bool,
}

impl Engine {
    /// Acts on a durable run.
    ///
    /// # Errors
    /// See [`OperateError`]; nothing has happened then.
    pub async fn operate(&self, run: RunId, order: Order<'_>) -> Result<(), OperateError> {
        let Order { action, address, actor, reason, is_dry } = order;
        let inside = &self.0;
        let known = inside.store.read(run).await?.ok_or(OperateError::Missing(run))?;
        let status = known.status;
        if status.is_ended() {
            return Err(OperateError::Status { status, why: "nothing can change it any more" });
        }
        if action != Action::Cancel && status != Status::Parked {
            return Err(OperateError::Status { status, why: "only a parked run takes this" });
        }
        if is_dry {
            return Ok(());
        }
        tracing::info!(%run, ?action, actor, "an operator acts");
        if action == Action::Cancel
            && let Some(handle) = inside.desk.handle(run)
        {
            handle.cancel_by(actor, reason);
            return Ok(());
        }
        let now = inside.world.clock.now();
        let mut lease = inside.store.take(now, run).await?.ok_or(OperateError::Driven)?;
        // A compensation that is stuck is skipped where it is stuck, unless another place is named.
        let address = address.or_else(|| (action == Action::Skip).then(|| stuck(&known)).flatten());
        let entry = Entry::Resumed { action, address, reason: reason.into(), actor: actor.into() };
        let batch = Batch { now, records: vec![Record::new(now, entry)], ..Batch::default() };
        let written = match inside.store.load(&mut lease).await {
            Ok(_) => inside.store.append(&mut lease, batch).await.map(drop),
            Err(error) => Err(error),
        };
        inside.store.release(now, vec![lease]).await?;
        Ok(written?)
    }
}

/// Where a parked run is stuck.
fn stuck(snapshot: &state::Snapshot) -> Option<Address> {
    snapshot.records.iter().rev().find_map(|record| match &record.entry {
        Entry::Parked { address, .. } => address.clone(),
        _ => None,
    })
}
