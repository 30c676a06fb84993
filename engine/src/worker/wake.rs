//! Messages for runs that wait.

use crate::{
    Engine,
    state::{Delivered, Filter, Inbound, Result, Status, Tenant},
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

    /// Whether a run of this tenant may be on its way that began before what serves now.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) async fn has_earlier(&self, tenant: &Tenant) -> Result<bool> {
        let before = self.served().about.at;
        if self.0.desk.has_earlier(before) {
            return Ok(true);
        }
        let filter = Filter {
            tenant: Some(tenant.clone()),
            statuses: vec![Status::Waiting, Status::Parked],
            to: Some(before),
            limit: 1,
            ..Filter::default()
        };
        Ok(!self.store().list(&filter).await?.rows.is_empty())
    }
}
