//! Messages for runs that wait.

use crate::{
    Engine,
    state::{Delivered, Inbound, Result},
};

impl Engine {
    /// Hands a message to the run that waits for it, wherever it is, or keeps it.
    ///
    /// # Errors
    /// What the store says: `Full`, `Busy`, a key that is too long.
    pub async fn deliver(&self, message: Inbound) -> Result<Delivered> {
        let delivered = self.0.store.deliver(message).await?;
        if let Delivered::New { run, .. } = &delivered
            && let Some(handle) = self.0.desk.handle(*run)
        {
            handle.nudge();
        }
        Ok(delivered)
    }
}
