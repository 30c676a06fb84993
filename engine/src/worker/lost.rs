//! Runs the store would not go on with: given back, so that they do not stay with a process that does not drive them.

use std::time::Duration;

use sdk::{Class, Error};

use super::claim::give_back;
use crate::{
    engine::Inside,
    state::{self, Lease},
};

/// Before a run is tried again whose store failed.
const PAUSE: Duration = Duration::from_secs(1);

impl Inside {
    /// Gives a run back that cannot go on here.
    pub(super) async fn give_up(&self, lease: Lease, error: state::Error) {
        let (run, now) = (lease.run(), self.world.clock.now());
        match error {
            state::Error::Fenced(_) | state::Error::Closed => {}
            state::Error::Unknown | state::Error::Full | state::Error::Busy | state::Error::Files { .. } => {
                self.world.clock.sleep(PAUSE).await;
                give_back(self, vec![lease]).await;
            }
            // Driven again it would come to the same: somebody has to look.
            _ => {
                give_back(self, vec![lease]).await;
                let Ok(Some(mut lease)) = self.store.take(now, run).await else { return };
                match self.store.load(&mut lease).await {
                    Ok(_) => {
                        self.park(lease, Error::new(Class::Internal, error.code(), error.to_string())).await
                    }
                    // Nothing can be written to what cannot be read; it stays where it is.
                    Err(error) => tracing::error!(%run, %error, "a durable run cannot be read"),
                }
            }
        }
    }
}
