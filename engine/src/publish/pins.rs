//! Positions that somebody gave to nodes by hand. They live here and never in the YAML.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::state::{self, Documents, Expected};

const SECTION: &str = "layout";

/// A place on the canvas, in its pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Pin {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
}

/// The pins of one flow, by node id.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Layout")]
pub struct Pins {
    /// By node id.
    pub pins: BTreeMap<String, Pin>,
}

impl Pins {
    /// The pins of `flow`; none when nobody moved anything.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn get(documents: &Arc<dyn Documents + Send + Sync>, flow: &str) -> Result<Self, state::Error> {
        let kept = documents.get(SECTION, flow).await?;
        Ok(kept.and_then(|kept| serde_json::from_slice(&kept.body).ok()).unwrap_or_default())
    }

    /// Keeps the pins of `flow`; the last writer wins, since only looks are at stake.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn put(
        &self,
        documents: &Arc<dyn Documents + Send + Sync>,
        flow: &str,
    ) -> Result<(), state::Error> {
        let body = serde_json::to_vec(self).unwrap_or_default();
        documents.put(SECTION, flow, body.into(), Expected::Anything).await?;
        Ok(())
    }
}
