//! Hears of the nodes of one traced run, for its flow's statistics and for those who look on.

use std::sync::{Arc, OnceLock};

use tokio::sync::broadcast;

use super::Statistics;
use crate::run::{NodeReport, Observer};

/// What an onlooker is told, written once for all of them.
pub type Seen = Arc<str>;

/// More than these that an onlooker has not read yet are lost to it.
const BEHIND: usize = 256;

/// Hears of the nodes of one run.
pub struct Watch {
    statistics: Arc<Statistics>,
    onlookers: OnceLock<broadcast::Sender<Seen>>,
}

impl Watch {
    pub(super) const fn new(statistics: Arc<Statistics>) -> Self {
        Self { statistics, onlookers: OnceLock::new() }
    }

    /// Tells of every node from now on, as JSON.
    pub fn look_on(&self) -> broadcast::Receiver<Seen> {
        self.onlookers.get_or_init(|| broadcast::Sender::new(BEHIND)).subscribe()
    }
}

impl Observer for Watch {
    fn node(&self, report: &NodeReport) {
        self.statistics.node(report);
        let Some(onlookers) = self.onlookers.get().filter(|onlookers| onlookers.receiver_count() > 0) else {
            return;
        };
        if let Ok(text) = serde_json::to_string(report) {
            // The last onlooker may have just left.
            onlookers.send(text.into()).ok();
        }
    }
}
