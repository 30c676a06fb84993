//! Stage 4 of 8: documents bound to identities, compiled: extension points, extensions, identity rules.
//! Which of them answers is the catalog's to say.

use std::sync::Arc;

use super::{
    body::shared,
    compiler::{At, Compiler, Workshop},
    model::Body,
};
use crate::flow::{
    diagnostic::Diagnostic,
    document::{self, ExtensionDocument, ExtensionPointDocument, IdentityRules, Policies},
    expr::{Expression, Names, Root, Template},
    schema::Contract,
};

/// An extension point, compiled.
pub struct PointPlan {
    /// The point.
    pub name: Arc<str>,
    /// Checks what an implementation is given, and fills its defaults.
    pub input: Option<Contract>,
    /// Checks what an implementation answers, and fills its defaults.
    pub output: Option<Contract>,
    /// Used after level 3.
    pub default: Option<Arc<ExtensionPlan>>,
    /// SHA-256 of its document, in hex.
    pub hash: Arc<str>,
}

/// One implementation of a point, compiled.
pub struct ExtensionPlan {
    /// The extension's name; of a Rust one, its type's.
    pub name: Arc<str>,
    /// `metadata.version`; 0 of a Rust one.
    pub version: u32,
    /// The higher one wins at one key.
    pub priority: i32,
    /// The guard, over `input` (of the point), `config` and `identity`.
    pub when: Option<Expression>,
    /// What it does.
    pub implementation: Implementation,
    /// SHA-256 of its document, in hex; of a Rust one, of its name and module.
    pub hash: Arc<str>,
}

/// What an extension does.
pub enum Implementation {
    /// Nodes, with an id scope of their own; `input` is the point's.
    Body(Arc<Body>),
    /// Code.
    Rust(Arc<dyn sdk::Implementation>),
}

impl std::fmt::Debug for ExtensionPlan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExtensionPlan")
            .field("name", &self.name)
            .field("hash", &self.hash)
            .finish_non_exhaustive()
    }
}

/// The rules of one `Identity` document, compiled; the first that holds wins.
pub struct RulesPlan {
    /// The document.
    pub name: Arc<str>,
    /// Its rules.
    pub rules: Vec<RulePlan>,
}

/// One rule, over `request` and `claims`.
pub struct RulePlan {
    /// Whether it holds.
    pub when: Expression,
    /// The biz id; null means the default.
    pub biz_id: Option<Template>,
    /// The scenario; null means the default.
    pub scenario: Option<Template>,
}

/// What everything outside a flow may name beside what is given to it.
const ALONE: [Root; 4] = [Root::Input, Root::Config, Root::Identity, Root::Run];

/// Compiles an extension point with its default.
#[must_use]
pub fn plan_point(
    point: &ExtensionPointDocument,
    workshop: &Workshop<'_>,
) -> (Option<PointPlan>, Vec<Diagnostic>) {
    let name = point.header.name.value.as_str();
    let mut compiler =
        Compiler::new(workshop, format!("{name}@{}", point.header.version), Policies::default());
    let input = compiler.contract(point.input.as_ref(), "input");
    let output = compiler.contract(point.output.as_ref(), "output");
    let default = match &point.default {
        Some(body) => compiler.implementation(body, "default").map(|body| {
            Some(Arc::new(ExtensionPlan {
                name: "default".into(),
                version: point.header.version,
                priority: 0,
                when: None,
                implementation: Implementation::Body(body),
                hash: point.header.hash.as_str().into(),
            }))
        }),
        None => Some(None),
    };
    let plan = match (input, output, default) {
        (Some(input), Some(output), Some(default)) => Some(PointPlan {
            name: name.into(),
            input,
            output,
            default,
            hash: point.header.hash.as_str().into(),
        }),
        _ => None,
    };
    compiler.finish(plan)
}

/// Compiles an extension.
#[must_use]
pub fn plan_extension(
    extension: &ExtensionDocument,
    workshop: &Workshop<'_>,
) -> (Option<ExtensionPlan>, Vec<Diagnostic>) {
    let header = &extension.header;
    let label = format!("{}@{}", header.name.value, header.version);
    let mut compiler = Compiler::new(workshop, label, Policies::default());
    let names = workshop.names(&ALONE);
    let when = compiler.condition(extension.when.as_ref(), At::new(&names, "when"));
    let body = compiler.implementation(&extension.implementation, "");
    let plan = match (when, body) {
        (Some(when), Some(body)) => Some(ExtensionPlan {
            name: header.name.value.as_str().into(),
            version: header.version,
            priority: extension.priority,
            when,
            implementation: Implementation::Body(body),
            hash: header.hash.as_str().into(),
        }),
        _ => None,
    };
    compiler.finish(plan)
}

/// Compiles the rules of an `Identity` document.
#[must_use]
pub fn plan_rules(document: &IdentityRules, workshop: &Workshop<'_>) -> (Option<RulesPlan>, Vec<Diagnostic>) {
    let label = format!("{}@{}", document.header.name.value, document.header.version);
    let mut compiler = Compiler::new(workshop, label, Policies::default());
    let names = workshop.names(&[Root::Request, Root::Claims]);
    let mut rules = Vec::with_capacity(document.rules.len());
    for (index, rule) in document.rules.iter().enumerate() {
        let path = format!("rules[{index}]");
        let when = compiler.expression(&rule.when, At::new(&names, &format!("{path}.when")));
        let biz_id = compiler.optional(rule.biz_id.as_ref(), At::new(&names, &format!("{path}.bizId")));
        let scenario =
            compiler.optional(rule.scenario.as_ref(), At::new(&names, &format!("{path}.scenario")));
        rules.push(match (when, biz_id, scenario) {
            (Some(when), Some(biz_id), Some(scenario)) => Some(RulePlan { when, biz_id, scenario }),
            _ => None,
        });
    }
    let name = document.header.name.value.as_str();
    let rules: Option<Vec<_>> = rules.into_iter().collect();
    compiler.finish(rules.map(|rules| RulesPlan { name: name.into(), rules }))
}

impl Compiler<'_> {
    /// The body of an extension: it sees what the point was given, and nothing of who calls it.
    fn implementation(&mut self, body: &document::Implementation, path: &str) -> Option<Arc<Body>> {
        let names: Names<'static> = self.workshop.names(&ALONE);
        let body = match body {
            document::Implementation::One(node) => self.single(node, &names, path),
            document::Implementation::Body(body) => self.body(body, &names, &[], path),
        };
        shared(body)
    }
}
