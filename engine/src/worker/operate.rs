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
    /// What is asked for is not where it is stuck.
    #[error("{asked}; {remedy}")]
    Elsewhere {
        /// What was asked for, and how it stands.
        asked: String,
        /// What to do instead.
        remedy: String,
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
        let address = match action {
            Action::Cancel => None,
            Action::Retry | Action::Resume | Action::Skip => place(&known, action, address)?,
        };
        if is_dry {
            return Ok(());
        }
        tracing::info!(%run, ?action, actor, "an operator acts");
        if action == Action::Cancel
            && let Some(handle) = inside.desk.handle(run)
        {
            handle.cancel_by(actor, reason);
            handle.settled().await;
            // It may have become a row in the moment it was told.
            if self.is_told(run, known.records.len()).await? {
                return Ok(());
            }
        }
        let now = inside.world.clock.now();
        let mut lease = inside.store.take(now, run).await?.ok_or(OperateError::Driven)?;
        let entry = Entry::Resumed { action, address, reason: reason.into(), actor: actor.into() };
        let batch = Batch { now, records: vec![Record::new(now, entry)], ..Batch::default() };
        let written = match inside.store.load(&mut lease).await {
            Ok(_) => inside.store.append(&mut lease, batch).await.map(drop),
            Err(error) => Err(error),
        };
        inside.store.release(now, vec![lease]).await?;
        Ok(written?)
    }

    /// Whether a run has ended or been cancelled since it had so many records.
    async fn is_told(&self, run: RunId, since: usize) -> state::Result<bool> {
        let Some(known) = self.0.store.read(run).await? else { return Ok(false) };
        let is_cancel =
            |record: &Record| matches!(record.entry, Entry::Resumed { action: Action::Cancel, .. });
        Ok(known.status.is_ended() || known.records.iter().skip(since).any(is_cancel))
    }
}

/// Where the action on a parked run takes place. Whatever else it has done or undone is not for an operator to
/// change: undone twice, or never, is what a saga must not be.
fn place(
    known: &state::Snapshot,
    action: Action,
    asked: Option<Address>,
) -> Result<Option<Address>, OperateError> {
    let stuck = stuck(known);
    let all = stuck.iter().map(|at| format!("`{at}`")).collect::<Vec<_>>().join(", ");
    match asked {
        Some(at) if stuck.contains(&at) => Ok(Some(at)),
        Some(at) if stuck.is_empty() => Err(OperateError::Elsewhere {
            asked: format!("nothing is stuck at `{at}`"),
            remedy: "the run stands as a whole: `resume` it without a `node`, or `cancel` it".to_owned(),
        }),
        Some(at) => Err(OperateError::Elsewhere {
            asked: format!("nothing is stuck at `{at}`"),
            remedy: format!("the run cannot undo {all}: say this as `node`, or none"),
        }),
        None if action != Action::Skip => Ok(None),
        None => match <[Address; 1]>::try_from(stuck) {
            Ok([at]) => Ok(Some(at)),
            Err(none) if none.is_empty() => Err(OperateError::Elsewhere {
                asked: "there is nothing to skip: no undo has failed".to_owned(),
                remedy: "`resume` the run, or `cancel` it".to_owned(),
            }),
            Err(_) => Err(OperateError::Elsewhere {
                asked: format!("the run cannot undo {all}"),
                remedy: "say as `node` which of them is to be skipped".to_owned(),
            }),
        },
    }
}

/// What a parked run could not undo, also in its child flows, in the order in which it was tried: a process may die
/// while it undoes something, so a failure need not be recorded.
fn stuck(known: &state::Snapshot) -> Vec<Address> {
    let mut stuck: Vec<Address> = Vec::new();
    for record in &known.records {
        match &record.entry {
            Entry::CompensationStarted { address, .. } if !stuck.contains(address) => {
                stuck.push(address.clone())
            }
            Entry::CompensationSucceeded { address }
            | Entry::Resumed { action: Action::Skip, address: Some(address), .. } => {
                stuck.retain(|at| at != address);
            }
            _ => {}
        }
    }
    stuck
}
