//! Documents bound to identities or names: DESIGN §4.6 as data.

use super::{Body, Header, Node};
use crate::flow::tree::{Span, Spanned, Tree};

/// `for:` one place of the lookup.
#[derive(Clone, Debug, PartialEq)]
pub struct For {
    /// `useCase`; of a variant, the flow's.
    pub use_case: Option<Spanned<String>>,
    /// `bizId`.
    pub biz_id: Option<Spanned<String>>,
    /// `scenario`.
    pub scenario: Option<Spanned<String>>,
    /// Where it stands.
    pub span: Span,
}

/// `kind: Variant`: a patch of a flow for an identity.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// The header.
    pub header: Header,
    /// `of`: the flow.
    pub of: Spanned<String>,
    /// `for`.
    pub place: For,
    /// `patch`.
    pub patch: VariantPatch,
}

/// What a variant changes. Trees, because the patch works on the flow as written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VariantPatch {
    /// `remove`: node ids.
    pub remove: Vec<Spanned<String>>,
    /// `replace`: node id to node, edges kept.
    pub replace: Vec<(Spanned<String>, Tree)>,
    /// `add`: node id to node with `after` and `before`.
    pub add: Vec<(Spanned<String>, Tree)>,
    /// `set`: an RFC 7396 merge over the whole flow.
    pub set: Option<Tree>,
}

/// `kind: ExtensionPoint`.
#[derive(Clone, Debug, PartialEq)]
pub struct ExtensionPointDocument {
    /// The header.
    pub header: Header,
    /// `input`, a JSON Schema.
    pub input: Option<Tree>,
    /// `output`, a JSON Schema.
    pub output: Option<Tree>,
    /// `default`: used after level 3.
    pub default: Option<Implementation>,
}

/// `kind: Extension`.
#[derive(Clone, Debug, PartialEq)]
pub struct ExtensionDocument {
    /// The header.
    pub header: Header,
    /// `point`.
    pub point: Spanned<String>,
    /// `for`, one or several.
    pub places: Vec<For>,
    /// `priority`, 0 unless stated.
    pub priority: i32,
    /// `when`, an expression over `input`.
    pub when: Option<Spanned<String>>,
    /// What it does.
    pub implementation: Implementation,
}

/// The body of an extension: one node (`use`/`with`) with an optional output, or nodes.
#[derive(Clone, Debug, PartialEq)]
pub enum Implementation {
    /// `use`/`with` (or another kind), `output` shapes its result.
    One(Box<Node>),
    /// `nodes`/`order`/`output`.
    Body(Body),
}

/// `kind: Config`.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The header.
    pub header: Header,
    /// `for`.
    pub place: For,
    /// `values`.
    pub values: Vec<(Spanned<String>, Tree)>,
}

/// `kind: Identity`.
#[derive(Clone, Debug, PartialEq)]
pub struct IdentityRules {
    /// The header.
    pub header: Header,
    /// `rules`, first match wins.
    pub rules: Vec<IdentityRule>,
}

/// One rule.
#[derive(Clone, Debug, PartialEq)]
pub struct IdentityRule {
    /// `when`, an expression over `request` and `claims`.
    pub when: Spanned<String>,
    /// `bizId`, a template.
    pub biz_id: Option<Tree>,
    /// `scenario`, a template.
    pub scenario: Option<Tree>,
    /// Where it stands.
    pub span: Span,
}

/// `kind: Connection`.
#[derive(Clone, Debug, PartialEq)]
pub struct Connection {
    /// The header.
    pub header: Header,
    /// `type`.
    pub protocol: Spanned<String>,
    /// Everything but the header.
    pub settings: Tree,
}

/// `kind: Decision`.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The header.
    pub header: Header,
    /// `table`.
    pub table: Tree,
}
