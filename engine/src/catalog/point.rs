//! Extension points with all that implements them, from YAML and from Rust, by identity.

use std::{collections::BTreeMap, sync::Arc};

use sdk::{ExtensionEntry, Identity, NameRefused, Registry, Value};
use sha2::{Digest, Sha256};

use crate::{
    flow::{
        diagnostic::Diagnostic,
        plan::{ExtensionPlan, Implementation, PointPlan},
        schema::Contract,
        tree::Span,
    },
    scoped::Scoped,
};

/// One point.
pub struct Point {
    pub(super) plan: Arc<PointPlan>,
    pub(super) extensions: Scoped<Vec<Arc<ExtensionPlan>>>,
}

impl Point {
    pub(super) fn new(plan: Arc<PointPlan>) -> Self {
        Self { plan, extensions: Scoped::default() }
    }

    /// The contract and the default.
    #[must_use]
    pub const fn plan(&self) -> &Arc<PointPlan> {
        &self.plan
    }

    /// Everything registered, by key.
    #[must_use]
    pub fn extensions(&self) -> &Scoped<Vec<Arc<ExtensionPlan>>> {
        &self.extensions
    }

    pub(super) fn add(&mut self, place: &Identity, extension: Arc<ExtensionPlan>) {
        let at = self.extensions.entry(place, Vec::new);
        let behind = |other: &Arc<ExtensionPlan>| {
            (std::cmp::Reverse(other.priority), &other.name)
                > (std::cmp::Reverse(extension.priority), &extension.name)
        };
        let index = at.iter().position(behind).unwrap_or(at.len());
        at.insert(index, extension);
    }
}

/// Adds what is written in Rust. A point that only Rust declares gets its contract from its types.
pub(super) fn add_rust(
    points: &mut BTreeMap<Arc<str>, Point>,
    registry: &Registry,
    found: &mut Vec<Diagnostic>,
) {
    for entry in registry.extensions() {
        let place = match place(entry) {
            Ok(place) => place,
            Err(fault) => {
                let help = "correct the key in `extension!`";
                found.push(Diagnostic::error(
                    "NAME_INVALID",
                    Span::default(),
                    of(entry, &fault.to_string()),
                    help,
                ));
                continue;
            }
        };
        if place.scenario.is_some() && place.biz_id.is_none() {
            let message = of(entry, &format!("no caller reaches {place}: a scenario needs a biz id"));
            let help = "state the biz id, or leave the scenario out";
            found.push(Diagnostic::warning("UNREACHABLE", Span::default(), message, help));
        }
        let point = points.entry(entry.point.into()).or_insert_with(|| Point::new(Arc::new(typed(entry))));
        // A clash with one in YAML is told by validation, where the YAML stands.
        let is_clash = |other: &&Arc<ExtensionPlan>| {
            other.priority == entry.priority && matches!(other.implementation, Implementation::Rust(_))
        };
        if let Some(other) = point.extensions.at(&place).into_iter().flatten().find(is_clash) {
            let message = of(entry, &format!("{place} is taken by `{}` with the same priority", other.name));
            let help = "give one of them another priority, or another place";
            found.push(Diagnostic::error("EXTENSION_CONFLICT", Span::default(), message, help));
            continue;
        }
        point.add(&place, Arc::new(plan(entry)));
    }
}

fn place(entry: &ExtensionEntry) -> Result<Identity, NameRefused> {
    Identity::new(entry.place.use_case, entry.place.biz_id, entry.place.scenario)
}

fn of(entry: &ExtensionEntry, what: &str) -> String {
    format!("extension `{}` of `{}`, in {}: {what}", entry.name, entry.point, entry.module)
}

fn plan(entry: &ExtensionEntry) -> ExtensionPlan {
    ExtensionPlan {
        name: entry.name.into(),
        version: 0,
        priority: entry.priority,
        when: None,
        implementation: Implementation::Rust((entry.build)()),
        hash: hash(&[entry.point, entry.module, entry.name]),
    }
}

fn typed(entry: &ExtensionEntry) -> PointPlan {
    let (input, output) = (entry.schemas)();
    PointPlan {
        name: entry.point.into(),
        input: Contract::compile(&Value::from(input)).ok(),
        output: Contract::compile(&Value::from(output)).ok(),
        default: None,
        hash: hash(&[entry.point, entry.module]),
    }
}

/// SHA-256 of texts in hex; their lengths are part of it.
pub(super) fn hash(texts: &[&str]) -> Arc<str> {
    let mut digest = Sha256::new();
    for text in texts {
        digest.update(text.len().to_le_bytes());
        digest.update(text.as_bytes());
    }
    let bytes = digest.finalize();
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect::<String>().into()
}
