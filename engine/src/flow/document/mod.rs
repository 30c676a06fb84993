//! Stage 2 of 8: the typed documents. Each kind is one file; all are plain data with places.
//!
//! Reading collects every fault and goes on; nothing here knows components, expressions or graphs.

mod binding;
mod flow;
mod node;
mod policy;
mod title;
mod walk;

pub use binding::{
    Config, Connection, Decision, ExtensionDocument, ExtensionPointDocument, For, IdentityRule,
    IdentityRules, Implementation, Variant, VariantPatch,
};
pub use flow::{
    Body, Case, CatchUp, Compensation, CompensationOrder, Consume, Cron, CronIdentity, Do, ErrorRule,
    Expectation, Flow, HttpMode, HttpTrigger, OnExhausted, Order, OrderItem, Overlap, Triggers,
};
pub use node::{
    Callback, Fail, FlowMode, Foreach, Join, Kind, Loop, Node, OnItemError, Reduce, Respond, SwitchCase, Wait,
};
pub use policy::{
    Bulkhead, Cache, CircuitBreaker, Fallback, Give, Jitter, Policies, RateLimit, Retry, TimeoutPolicy,
};
pub use title::Title;

use super::tree::{Span, Spanned};

/// The header every document has.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Header {
    /// `metadata.name`.
    pub name: Spanned<String>,
    /// `metadata.version`, 1 when absent.
    pub version: u32,
    /// `metadata.title`.
    pub title: Option<Title>,
    /// `metadata.owner`.
    pub owner: Option<String>,
    /// `metadata.labels`.
    pub labels: Vec<(String, Title)>,
    /// Where the document starts.
    pub span: Span,
    /// SHA-256 of its values, in hex: comments, places and styles of writing do not count.
    pub hash: String,
}

/// A document of any kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Document {
    /// `kind: Flow`.
    Flow(Box<Flow>),
    /// `kind: Variant`.
    Variant(Box<Variant>),
    /// `kind: ExtensionPoint`.
    ExtensionPoint(Box<ExtensionPointDocument>),
    /// `kind: Extension`.
    Extension(Box<ExtensionDocument>),
    /// `kind: Config`.
    Config(Box<Config>),
    /// `kind: Identity`.
    Identity(Box<IdentityRules>),
    /// `kind: Connection`.
    Connection(Box<Connection>),
    /// `kind: Decision`.
    Decision(Box<Decision>),
}

impl Document {
    /// The document's header.
    #[must_use]
    pub fn header(&self) -> &Header {
        match self {
            Self::Flow(d) => &d.header,
            Self::Variant(d) => &d.header,
            Self::ExtensionPoint(d) => &d.header,
            Self::Extension(d) => &d.header,
            Self::Config(d) => &d.header,
            Self::Identity(d) => &d.header,
            Self::Connection(d) => &d.header,
            Self::Decision(d) => &d.header,
        }
    }

    /// The word after `kind:`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Flow(_) => "Flow",
            Self::Variant(_) => "Variant",
            Self::ExtensionPoint(_) => "ExtensionPoint",
            Self::Extension(_) => "Extension",
            Self::Config(_) => "Config",
            Self::Identity(_) => "Identity",
            Self::Connection(_) => "Connection",
            Self::Decision(_) => "Decision",
        }
    }
}
