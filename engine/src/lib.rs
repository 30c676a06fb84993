//! Bactrian's engine: flows by business identity, from YAML to answers.
//!
//! ```text
//! files --load--> Source --parse--> Document --validate--> Checked --plan--> Plan
//! request --identify--> Identity + Plan --step/drive--> Run (--resolve--> Extension, --append--> Record) --reply--> Response
//! ```

pub mod catalog;
pub mod clock;
mod engine;
pub mod error;
pub mod flow;
pub mod identify;
pub mod publish;
pub mod recent;
pub mod run;
pub mod scoped;
pub mod secrets;
pub mod serve;
pub mod state;
pub mod telemetry;
pub mod trigger;
pub mod worker;

use std::sync::Arc;

pub use engine::{
    About, ChangeError, Chosen, Edit, Imported, Invocation, OpenError, Rejected, Served, Settings, WatchError,
};

/// The whole engine. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Engine(Arc<engine::Inside>);

impl Engine {
    /// Opens the store, loads and compiles the documents, and is ready to be called.
    ///
    /// # Errors
    /// All that is wrong with the documents, at once; or why the store or the catalog cannot be read.
    pub async fn open(settings: Settings) -> Result<Self, OpenError> {
        let engine = Self::empty(settings).await?;
        engine.reload().await?;
        Ok(engine)
    }

    /// Runs a flow to its end and gives its answer.
    ///
    /// # Errors
    /// What the caller is told: `FLOW_NOT_FOUND`, `IDENTITY_INVALID`, `INPUT_INVALID`, or how the run failed.
    pub async fn invoke(&self, invocation: Invocation<'_>) -> Result<run::Answer, Box<run::Failure>> {
        let chosen = self.identify(&invocation)?;
        if chosen.plan.is_durable {
            return self.invoke_durable(&chosen, invocation.input).await;
        }
        let (run, _early) = self.begin(&chosen, invocation.input, None)?;
        run.await.answer.map_err(Box::new)
    }

    /// Reads the directories again and serves what they hold; what does not fit together leaves the old set
    /// serving.
    ///
    /// # Errors
    /// All that is wrong with the new set.
    pub async fn reload(&self) -> Result<Imported, OpenError> {
        let _one_change_at_a_time = self.0.changing.lock().await;
        let merged = self.load().await?;
        if merged.is_serving {
            return Ok(merged.imported);
        }
        let served =
            self.compile(&merged.texts, merged.about.clone()).await.map_err(|bad| self.refuse(bad))?;
        self.swap(served, merged).await
    }
}
