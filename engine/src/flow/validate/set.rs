//! What every check looks things up in, and where it tells what it found.

use std::collections::{BTreeMap, BTreeSet};

use sdk::Registry;

use super::{checked::Checked, fit::Schemas};
use crate::flow::{
    diagnostic::Diagnostic,
    document::{Connection, ExtensionPointDocument, Flow},
    nearest::nearest,
    tree::{Span, Spanned},
};

/// The set with its names.
pub(super) struct Set<'s> {
    pub(super) checked: &'s Checked,
    pub(super) registry: &'s Registry,
    /// Flows as written, by name.
    pub(super) flows: BTreeMap<&'s str, &'s Flow>,
    pub(super) points: BTreeMap<&'s str, &'s ExtensionPointDocument>,
    pub(super) connections: BTreeMap<&'s str, &'s Connection>,
    pub(super) decisions: BTreeSet<&'s str>,
    /// Use cases of flows.
    pub(super) use_cases: BTreeSet<&'s str>,
    pub(super) schemas: Schemas,
    pub(super) faults: Vec<Diagnostic>,
}

impl<'s> Set<'s> {
    pub(super) fn new(checked: &'s Checked, registry: &'s Registry) -> Self {
        let base = checked.flows.iter().filter(|flow| flow.level == 3);
        Self {
            use_cases: base.clone().map(|flow| flow.flow.use_case.value.as_str()).collect(),
            checked,
            registry,
            flows: base.map(|flow| (flow.flow.header.name.value.as_str(), &flow.flow)).collect(),
            points: checked.points.iter().map(|point| (point.header.name.value.as_str(), point)).collect(),
            connections: checked
                .connections
                .iter()
                .map(|connection| (connection.header.name.value.as_str(), connection))
                .collect(),
            decisions: checked.decisions.iter().map(|decision| decision.header.name.value.as_str()).collect(),
            schemas: Schemas::default(),
            faults: Vec::new(),
        }
    }

    pub(super) fn error(
        &mut self,
        code: &'static str,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.faults.push(Diagnostic::error(code, span, message, help));
    }

    pub(super) fn warn(
        &mut self,
        code: &'static str,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.faults.push(Diagnostic::warning(code, span, message, help));
    }

    /// Tells that a name is not known. An empty name was told by stage 2.
    pub(super) fn unknown<'n>(
        &mut self,
        code: &'static str,
        what: &str,
        name: &Spanned<String>,
        known: impl Iterator<Item = &'n str>,
        otherwise: &str,
    ) {
        if name.value.is_empty() {
            return;
        }
        let help = match nearest(&name.value, known) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => otherwise.to_owned(),
        };
        self.error(code, name.span, format!("there is no {what} `{}`", name.value), help);
    }

    /// Tells when a connection is not there.
    pub(super) fn connection(&mut self, name: &Spanned<String>) -> Option<&'s Connection> {
        let found = self.connections.get(name.value.as_str()).copied();
        if found.is_none() {
            let known: Vec<&str> = self.connections.keys().copied().collect();
            let otherwise = "write a document of kind Connection with that name";
            self.unknown("UNKNOWN_CONNECTION", "connection", name, known.into_iter(), otherwise);
        }
        found
    }
}
