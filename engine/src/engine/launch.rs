//! Runs and work that outlive the connection of their caller: counted, bounded, waited for at the end.

use std::{sync::Arc, time::Duration};

use sdk::{Error, Timestamp};
use tokio::sync::OwnedSemaphorePermit;

use super::Inside;
use crate::{
    Engine,
    run::{Opening, Start},
    worker::{Opened, Told},
};

impl Inside {
    /// Starts a run that nobody waits for; a durable one is on disk when this answers.
    pub(crate) async fn launch(self: &Arc<Self>, start: Start) -> Result<(), Error> {
        if start.plan.is_durable {
            let run = start.id.parse().map_err(|_| Error::internal("the id of a run is no UUID"))?;
            let begun = self.begin(run, start, Opening::default());
            return match begun.map_err(|refused| refused.into_error())?.opened().await {
                Opened::Told(Told::Lost(error)) => Err(Error::unavailable(error.to_string())),
                Opened::Started(_) | Opened::Told(_) => Ok(()),
            };
        }
        let place = self.place()?;
        let now: Timestamp = self.world.clock.now();
        let (mut running, _early) =
            self.runs.begin(start, now, &self.tasks).map_err(|refused| refused.into_error())?;
        running.list();
        self.tasks.spawn(async move {
            running.await;
            drop(place);
        });
        Ok(())
    }

    /// A place for a run outside of a connection.
    pub(crate) fn place(&self) -> Result<OwnedSemaphorePermit, Error> {
        let full = |_| Error::unavailable("too many runs go on in the background");
        Arc::clone(&self.places).try_acquire_owned().map_err(full)
    }
}

impl Engine {
    /// Tells everything to come to its end: streams stop, `/readyz` says no.
    pub fn close(&self) {
        self.0.closing.cancel();
    }

    /// Waits until the runs in the background have ended, at most for `time`. False when some have not.
    pub async fn drained(&self, time: Duration) -> bool {
        self.0.tasks.close();
        let ended = self.0.tasks.wait();
        tokio::select! {
            () = ended => true,
            () = self.0.world.clock.sleep(time) => false,
        }
    }
}
