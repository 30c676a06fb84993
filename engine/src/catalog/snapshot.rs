//! One immutable revision of everything that is published, compiled, with its lookups.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use sdk::{Class, Error, Identity, Resource, Shared, UseCase};
use serde::Serialize;

use super::{
    channel::Channel,
    config::Settings,
    point::Point,
    route::{Routed, Routes},
};
use crate::{
    flow::{
        diagnostic::Diagnostic,
        document::Title,
        nearest::nearest,
        plan::{ExtensionPlan, Plan, PointPlan, RulesPlan},
        tree::SourceId,
    },
    identify::{Caller, Identified, IdentifyError, identify},
    scoped::{Key, Scoped},
};

/// A document as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DocumentView {
    /// `Flow`, `Extension`…
    pub kind: &'static str,
    /// `metadata.name`.
    pub name: Arc<str>,
    /// `metadata.version`.
    pub version: u32,
    /// `metadata.title`.
    pub title: Option<Title>,
    /// `metadata.owner`.
    pub owner: Option<String>,
    /// `metadata.labels`.
    pub labels: BTreeMap<String, Title>,
    /// SHA-256 of the document, in hex.
    pub hash: Arc<str>,
    /// The path it was read from.
    pub path: Arc<str>,
    /// Where it begins there, from 1.
    pub line: u32,
}

/// One flow with its variants.
pub struct FlowEntry {
    /// The document.
    pub document: DocumentView,
    /// Level one of every lookup for this flow.
    pub use_case: UseCase,
    /// The flow as written at level 3, its variants above.
    pub plans: Scoped<Arc<Plan>>,
}

impl FlowEntry {
    /// The flow as written.
    #[must_use]
    pub fn base(&self) -> Option<&Arc<Plan>> {
        self.plans.at(&Identity::of(self.use_case.clone()))
    }
}

/// Everything published, compiled.
#[derive(Default)]
pub struct Snapshot {
    pub(super) hash: Arc<str>,
    pub(super) documents: Vec<DocumentView>,
    pub(super) flows: BTreeMap<Arc<str>, FlowEntry>,
    pub(super) by_hash: BTreeMap<Arc<str>, Arc<Plan>>,
    pub(super) points: BTreeMap<Arc<str>, Point>,
    /// Compiled extensions by name, for the next snapshot to take over.
    pub(super) extensions: BTreeMap<Arc<str>, Arc<ExtensionPlan>>,
    pub(super) settings: Settings,
    pub(super) rules: Vec<Arc<RulesPlan>>,
    pub(super) resources: BTreeMap<(String, String), Arc<Resource>>,
    pub(super) routes: Routes,
    pub(super) channels: BTreeMap<Arc<str>, Channel>,
    pub(super) warnings: Vec<Diagnostic>,
    /// The texts that warnings point into: what stands there is planned again, so that they are told again.
    pub(super) warned: BTreeSet<SourceId>,
    pub(super) reused: usize,
}

impl Snapshot {
    /// SHA-256 over all documents, in hex. Durable runs are pinned to it.
    #[must_use]
    pub const fn hash(&self) -> &Arc<str> {
        &self.hash
    }

    /// Everything published, by kind and name.
    #[must_use]
    pub fn documents(&self) -> &[DocumentView] {
        &self.documents
    }

    /// All flows by name.
    pub fn flows(&self) -> impl Iterator<Item = (&Arc<str>, &FlowEntry)> {
        self.flows.iter()
    }

    /// A flow with its variants.
    #[must_use]
    pub fn entry(&self, name: &str) -> Option<&FlowEntry> {
        self.flows.get(name)
    }

    /// All extension points by name.
    pub fn points(&self) -> impl Iterator<Item = (&Arc<str>, &Point)> {
        self.points.iter()
    }

    /// What is likely wrong though it is served.
    #[must_use]
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    /// How many plans were taken over from the snapshot before.
    #[must_use]
    pub const fn reused(&self) -> usize {
        self.reused
    }

    /// The plan of a flow for an identity; the use case is the flow's own, whatever the identity says.
    ///
    /// # Errors
    /// `FLOW_NOT_FOUND` when there is no such flow, or not in that version.
    pub fn flow(&self, name: &str, version: Option<u32>, identity: &Identity) -> Result<Arc<Plan>, Error> {
        let Some(entry) = self.flows.get(name) else {
            let help = match nearest(name, self.flows.keys().map(AsRef::as_ref)) {
                Some(meant) => format!("; did you mean `{meant}`?"),
                None => String::new(),
            };
            return Err(Error::new(
                Class::NotFound,
                "FLOW_NOT_FOUND",
                format!("there is no flow `{name}`{help}"),
            ));
        };
        if let Some(version) = version.filter(|version| *version != entry.document.version) {
            let message = format!("flow `{name}` is at version {}, not {version}", entry.document.version);
            return Err(Error::new(Class::NotFound, "FLOW_NOT_FOUND", message));
        }
        let identity = identity.in_use_case(entry.use_case.clone());
        let hit = entry.plans.get(&identity);
        hit.map(|hit| Arc::clone(hit.value))
            .ok_or_else(|| Error::internal(format!("flow `{name}` has no plan at level 3")))
    }

    /// The plan of exactly this hash.
    #[must_use]
    pub fn plan(&self, hash: &str) -> Option<&Arc<Plan>> {
        self.by_hash.get(hash)
    }

    /// An extension point.
    ///
    /// # Errors
    /// `EXTENSION_POINT_NOT_FOUND` when it is not declared.
    pub fn point(&self, name: &str) -> Result<Arc<PointPlan>, Error> {
        self.points.get(name).map(|point| Arc::clone(&point.plan)).ok_or_else(|| {
            let help = match nearest(name, self.points.keys().map(AsRef::as_ref)) {
                Some(meant) => format!("; did you mean `{meant}`?"),
                None => String::new(),
            };
            let message = format!("there is no extension point `{name}`{help}");
            Error::new(Class::NotFound, "EXTENSION_POINT_NOT_FOUND", message)
        })
    }

    /// The implementations of a point registered at exactly the key that answers for `identity` at `level`,
    /// higher priority first.
    #[must_use]
    pub fn extensions(&self, point: &str, identity: &Identity, level: u8) -> &[Arc<ExtensionPlan>] {
        let at = || self.points.get(point)?.extensions.at(&Key::at(identity, level)?);
        at().map_or(&[], Vec::as_slice)
    }

    /// All business configuration.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The business configuration of an identity: an object, each key looked up on its own.
    #[must_use]
    pub fn config(&self, identity: &Identity) -> Shared {
        self.settings.get(identity)
    }

    /// A published document that components use by name.
    ///
    /// # Errors
    /// `RESOURCE_NOT_FOUND` when there is none.
    pub fn resource(&self, kind: &str, name: &str) -> Result<Arc<Resource>, Error> {
        let key = (kind.to_owned(), name.to_owned());
        self.resources.get(&key).cloned().ok_or_else(|| {
            let known = self.resources.keys().filter(|(of, _)| of == kind).map(|(_, name)| name.as_str());
            let help = match nearest(name, known) {
                Some(meant) => format!("; did you mean `{meant}`?"),
                None => String::new(),
            };
            let message = format!("there is no {kind} `{name}`{help}");
            Error::new(Class::NotFound, "RESOURCE_NOT_FOUND", message)
        })
    }

    /// Every published document that components use by name.
    pub fn resources(&self) -> impl Iterator<Item = &Arc<Resource>> {
        self.resources.values()
    }

    /// Where a request to one of the flows' own routes goes.
    #[must_use]
    pub fn route<'p>(&self, method: &str, path: &'p str) -> Routed<'p> {
        self.routes.find(method, path)
    }

    /// The flows' own routes.
    #[must_use]
    pub const fn routes(&self) -> &Routes {
        &self.routes
    }

    /// What each channel that a wait names asks of its messages.
    #[must_use]
    pub const fn channels(&self) -> &BTreeMap<Arc<str>, Channel> {
        &self.channels
    }

    /// Whether who is served depends on anything but the caller's headers.
    #[must_use]
    pub fn has_rules(&self) -> bool {
        !self.rules.is_empty()
    }

    /// Stage 5 with this snapshot's rules.
    ///
    /// # Errors
    /// `IDENTITY_INVALID` when a header or the answer of a rule is no name.
    pub fn identify(&self, use_case: &UseCase, caller: &Caller<'_>) -> Result<Identified, IdentifyError> {
        identify(use_case, caller, &self.rules)
    }
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Snapshot({} documents, {})", self.documents.len(), self.hash)
    }
}
