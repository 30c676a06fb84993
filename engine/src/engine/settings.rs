//! What an engine is opened with, and why it does not open.

use std::{path::PathBuf, sync::Arc};

use sdk::{Clock, Registry, Timestamp, Value};
use serde_json::json;

use crate::{
    clock::{SystemClock, text},
    flow::{
        diagnostic::{Diagnostic, Severity},
        load::Source,
        report::{Finding, Report},
    },
    publish::PublishError,
    recent::Keeping,
    secrets::Secrets,
    serve::{Assets, Limits},
    state::{self, Durability, Store},
};

/// What an engine is opened with.
#[derive(Clone)]
pub struct Settings {
    /// Directories (or files) of documents; none = what was published serves.
    pub flows: Vec<PathBuf>,
    /// Where state is kept; `None` = in memory, gone with the process.
    pub data: Option<PathBuf>,
    /// A store of the caller's own, instead of one in `data` or in memory: for tests and simulations.
    pub store: Option<Arc<dyn Store>>,
    /// What ids are drawn from, so that a simulation can be repeated; a source of randomness unless given.
    pub seed: Option<u64>,
    /// What the store promises.
    pub durability: Durability,
    /// The components and Rust extensions.
    pub registry: Arc<Registry>,
    /// The secrets.
    pub secrets: Secrets,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// How much callers may send.
    pub limits: Limits,
    /// The designer's files.
    pub assets: Assets,
    /// How many runs are kept for looking at.
    pub keeping: Keeping,
    /// Whether connections may lead to loopback: a developer's machine.
    pub is_development: bool,
    /// Names the server is known by beside `localhost` and its address.
    pub hosts: Vec<String>,
    /// Whether publishing also writes the changed files to the directories of `flows`.
    pub writes_back: bool,
    /// The version of the program.
    pub version: String,
}

impl Settings {
    /// The defaults with these components: no flows, nothing kept.
    #[must_use]
    pub fn new(registry: Registry) -> Self {
        Self {
            flows: Vec::new(),
            data: None,
            store: None,
            seed: None,
            durability: Durability::Power,
            registry: Arc::new(registry),
            secrets: Secrets::default(),
            clock: Arc::new(SystemClock::new()),
            limits: Limits::default(),
            assets: Assets::default(),
            keeping: Keeping::default(),
            is_development: true,
            hosts: Vec::new(),
            writes_back: false,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}

/// A set of documents that does not serve, with all that is wrong with it.
#[derive(Clone, Debug)]
pub struct Rejected {
    /// When it was refused.
    pub at: Timestamp,
    /// Everything found, warnings included.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts they point into.
    pub sources: Arc<[Source]>,
}

impl Rejected {
    /// `{at, diagnostics}`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({"at": text(self.at), "diagnostics": self.findings()})
    }

    /// The diagnostics for programs.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        self.diagnostics.iter().map(|found| Finding::new(found, &self.sources)).collect()
    }

    /// The diagnostics as text for people.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.diagnostics.iter().map(|found| Report::new(found, &self.sources).to_text()).collect()
    }

    /// How many of them are errors.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.diagnostics.iter().filter(|found| found.severity == Severity::Error).count()
    }
}

/// Why an engine does not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The documents do not fit together.
    #[error("{} errors in the documents", .0.errors())]
    Refused(Rejected),
    /// The store cannot be opened.
    #[error("the store: {0}")]
    Store(#[from] state::Error),
    /// What was published cannot be read.
    #[error("the catalog: {0}")]
    Catalog(#[from] PublishError),
}
