//! Watches the directories and reloads when they change. Reads nothing itself.

use std::{sync::Arc, time::Duration};

use notify::{Event, RecursiveMode, Watcher as _};
use tokio::sync::Notify;

use crate::{Engine, OpenError};

/// Editors write a file in several steps; all of them are one change.
const SETTLE: Duration = Duration::from_millis(80);

/// Why the directories cannot be watched.
#[derive(Debug, thiserror::Error)]
#[error("cannot watch `{path}`: {fault}")]
pub struct WatchError {
    path: String,
    fault: notify::Error,
}

impl Engine {
    /// Reloads whenever something in the directories changes, until the engine closes.
    ///
    /// # Errors
    /// When a directory cannot be watched.
    pub async fn watch(&self) -> Result<(), WatchError> {
        let changed = Arc::new(Notify::new());
        let tell = Arc::clone(&changed);
        let heard = move |event: notify::Result<Event>| {
            if event.is_ok_and(|event| !event.kind.is_access()) {
                tell.notify_one();
            }
        };
        let refused = |path: &str| {
            let path = path.to_owned();
            move |fault| WatchError { path, fault }
        };
        let mut watcher = notify::recommended_watcher(heard).map_err(refused(""))?;
        for root in &self.0.settings.flows {
            let name = root.to_string_lossy();
            watcher.watch(root, RecursiveMode::Recursive).map_err(refused(&name))?;
        }
        loop {
            tokio::select! {
                () = changed.notified() => {}
                () = self.0.closing.cancelled() => return Ok(()),
            }
            self.0.world.clock.sleep(SETTLE).await;
            match self.reload().await {
                Ok(imported) => tracing::info!(?imported, "reloaded"),
                Err(OpenError::Refused(rejected)) => tracing::warn!("{}", rejected.to_text()),
                Err(fault) => tracing::error!(%fault, "reloading"),
            }
        }
    }
}
