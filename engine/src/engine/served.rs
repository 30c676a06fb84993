//! One revision that serves: the compiled snapshot with its texts, and what a run asks of them.

use std::{ops::Deref, sync::Arc};

use futures_util::future::BoxFuture;
use sdk::{Class, Clock, Error, Evaluate, Identity, Resource, Secret, Shared, Timestamp, Value};

use super::World;
use crate::{
    catalog::Snapshot,
    flow::{
        expr::Cell,
        load::Source,
        plan::{ExtensionPlan, Plan, PointPlan},
    },
    publish::Texts,
    run,
};

/// Where a revision came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// Its number; 0 = nothing was ever published.
    pub number: u64,
    /// When it was published.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// Why.
    pub note: String,
}

/// What serves. A run keeps the one it started with.
pub struct Served {
    /// The compiled documents.
    pub snapshot: Snapshot,
    /// Their texts, as diagnostics point into them.
    pub sources: Arc<[Source]>,
    /// Where they came from.
    pub about: About,
    pub(super) world: Arc<World>,
}

impl Deref for Served {
    type Target = Snapshot;
    fn deref(&self) -> &Snapshot {
        &self.snapshot
    }
}

impl Served {
    /// The texts by path.
    #[must_use]
    pub fn texts(&self) -> Texts {
        texts(&self.sources)
    }
}

pub(super) fn texts(sources: &[Source]) -> Texts {
    sources.iter().map(|source| ((*source.path).to_owned(), Arc::clone(&source.text))).collect()
}

pub(super) fn sources(texts: &Texts) -> Arc<[Source]> {
    let numbered = (0_u32..).zip(texts);
    numbered.map(|(number, (path, text))| Source::new(number, path.as_str(), Arc::clone(text))).collect()
}

impl run::Snapshot for Served {
    fn flow(&self, name: &str, version: Option<u32>, identity: &Identity) -> Result<Arc<Plan>, Error> {
        self.snapshot.flow(name, version, identity)
    }

    fn point(&self, name: &str) -> Result<Arc<PointPlan>, Error> {
        self.snapshot.point(name)
    }

    fn extensions(&self, point: &str, identity: &Identity, level: u8) -> &[Arc<ExtensionPlan>] {
        self.snapshot.extensions(point, identity, level)
    }

    fn config(&self, identity: &Identity) -> Shared {
        self.snapshot.config(identity)
    }

    fn resource(&self, kind: &str, name: &str) -> Result<Arc<Resource>, Error> {
        self.snapshot.resource(kind, name)
    }

    fn secret(&self, reference: &str) -> Result<Secret, Error> {
        self.world.secrets.get(reference)
    }

    fn compile(&self, text: &str, names: &[&str]) -> Result<Arc<dyn Evaluate>, Error> {
        match Cell::compile(text, names, &self.world.cells) {
            Ok(cell) => Ok(Arc::new(cell)),
            Err(faults) => {
                let words: Vec<&str> = faults.iter().map(|fault| fault.message.as_str()).collect();
                let code = faults.first().map_or("EXPR_SYNTAX", |fault| fault.code);
                Err(Error::new(Class::Validation, code, words.join("; ")))
            }
        }
    }

    fn inline(&self, kind: &str, body: &Value) -> Arc<Resource> {
        self.world.inline.get(kind, body)
    }

    fn revision(&self) -> Option<u64> {
        Some(self.about.number)
    }

    fn is_development(&self) -> bool {
        self.world.is_development
    }

    fn clock(&self) -> &Arc<dyn Clock> {
        &self.world.clock
    }

    fn launch(&self, start: run::Start) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async move {
            let inside =
                self.world.inside.upgrade().ok_or_else(|| Error::unavailable("the engine is closing"))?;
            inside.launch(start).await
        })
    }
}
