//! The names an expression may use where it stands, and what each leads to. Bodies nest: a `foreach` body
//! sees its own nodes and locals first, then those around it. Holds no values.

use std::collections::HashMap;
use std::sync::Arc;

use super::parse::Cache;
use super::path::Step;
use super::scope::Root;
use crate::flow::nearest::nearest;

const ROOTS: [(&str, Root); 9] = [
    ("input", Root::Input),
    ("vars", Root::Vars),
    ("config", Root::Config),
    ("identity", Root::Identity),
    ("run", Root::Run),
    ("trigger", Root::Trigger),
    ("request", Root::Request),
    ("message", Root::Message),
    ("claims", Root::Claims),
];

/// The most nodes that one message lists.
const LISTED: usize = 20;

/// What an expression may name.
#[derive(Debug, Clone)]
pub struct Names<'a> {
    roots: Vec<Root>,
    ids: Option<Ids>,
    locals: Vec<String>,
    outer: Option<&'a Names<'a>>,
    is_timeless: bool,
    cache: Arc<Cache>,
}

#[derive(Debug, Clone)]
struct Ids {
    order: Vec<String>,
    slots: HashMap<String, u16>,
}

/// Where a dotted name leads: to a root after `used` of its steps, or nowhere.
pub(super) enum Lookup {
    Found { root: Root, used: usize },
    Unknown { message: String, help: Option<String>, used: usize },
}

impl<'a> Names<'a> {
    /// Names with these plain roots (`Root::Input`, `Root::Config` …) and no nodes.
    #[must_use]
    pub fn new(roots: &[Root]) -> Self {
        Self {
            roots: roots.to_vec(),
            ids: None,
            locals: Vec::new(),
            outer: None,
            is_timeless: false,
            cache: Arc::default(),
        }
    }

    /// The roots every expression in a flow's nodes sees.
    #[must_use]
    pub fn flow() -> Self {
        use Root::{Config, Identity, Input, Request, Run, Trigger, Vars};
        Self::new(&[Input, Vars, Config, Identity, Run, Trigger, Request])
    }

    /// Adds the nodes of this body, in the order of their slots.
    #[must_use]
    pub fn nodes<I: IntoIterator<Item = S>, S: Into<String>>(mut self, ids: I) -> Self {
        let order: Vec<String> = ids.into_iter().map(Into::into).collect();
        let slots = (0..=u16::MAX).zip(&order).map(|(slot, id)| (id.clone(), slot)).collect();
        self.ids = Some(Ids { order, slots });
        self
    }

    /// Adds the locals of this body (`item`, `index`, `last`, a `foreach`'s `as`), in the order of their
    /// indices.
    #[must_use]
    pub fn locals<I: IntoIterator<Item = S>, S: Into<String>>(mut self, names: I) -> Self {
        self.locals = names.into_iter().map(Into::into).collect();
        self
    }

    /// Adds plain roots.
    #[must_use]
    pub fn and(mut self, roots: &[Root]) -> Self {
        self.roots.extend_from_slice(roots);
        self
    }

    /// Puts this body inside `outer`, whose names it then sees as well.
    #[must_use]
    pub fn inside(mut self, outer: &'a Names<'a>) -> Self {
        self.cache = Arc::clone(&outer.cache);
        self.outer = Some(outer);
        self
    }

    /// Shares what is parsed with other compilations: the same text is parsed once.
    #[must_use]
    pub fn sharing(mut self, cache: &Arc<Cache>) -> Self {
        self.cache = Arc::clone(cache);
        self
    }

    /// Refuses `now()` and `uuid()`: there is no run whose journal could repeat them.
    #[must_use]
    pub fn timeless(mut self) -> Self {
        self.is_timeless = true;
        self
    }

    pub(super) fn is_timeless(&self) -> bool {
        self.is_timeless
    }

    pub(super) fn cache(&self) -> &Cache {
        &self.cache
    }

    fn bodies(&self) -> impl Iterator<Item = (u8, &Names<'a>)> {
        (0..=u8::MAX).zip(std::iter::successors(Some(self), |names| names.outer))
    }

    /// Where the dotted name `steps` leads.
    pub(super) fn lookup(&self, steps: &[Step]) -> Lookup {
        let Some(name) = steps.first().and_then(Step::key) else {
            return Lookup::Unknown { message: "no name".into(), help: None, used: 0 };
        };
        for (depth, names) in self.bodies() {
            let place = (0..=u8::MAX).zip(&names.locals).find(|(_, local)| *local == name);
            if let Some((index, _)) = place {
                return Lookup::Found { root: Root::Local { depth, index }, used: 1 };
            }
        }
        let has_nodes = self.bodies().any(|(_, names)| names.ids.is_some());
        if has_nodes && matches!(name, "nodes" | "status" | "errors") {
            return self.node(name, steps.get(1));
        }
        let root = ROOTS.iter().find(|(root, _)| *root == name).map(|(_, root)| *root);
        match root.filter(|root| self.bodies().any(|(_, names)| names.roots.contains(root))) {
            Some(root) => Lookup::Found { root, used: 1 },
            None => self.unknown(name, root.is_some()),
        }
    }

    fn node(&self, name: &str, step: Option<&Step>) -> Lookup {
        let Some(id) = step.and_then(Step::key) else {
            let depth = self.bodies().find(|(_, names)| names.ids.is_some()).map_or(0, |(depth, _)| depth);
            if name == "nodes" && step.is_none() {
                return Lookup::Found { root: Root::Nodes { depth }, used: 1 };
            }
            let message = format!("`{name}` stands before the id of a node");
            return Lookup::Unknown { message, help: Some(format!("write `{name}.<id>`")), used: 1 };
        };
        for (depth, names) in self.bodies() {
            let Some(slot) = names.ids.as_ref().and_then(|ids| ids.slots.get(id).copied()) else {
                continue;
            };
            let root = match name {
                "nodes" => Root::Node { depth, slot },
                "status" => Root::Status { depth, slot },
                _ => Root::Errors { depth, slot },
            };
            return Lookup::Found { root, used: 2 };
        }
        let ids = self.bodies().filter_map(|(_, names)| names.ids.as_ref());
        let meant = nearest(id, ids.flat_map(|ids| ids.order.iter().map(String::as_str)));
        Lookup::Unknown {
            message: format!("no node `{id}`"),
            help: Some(match meant {
                Some(meant) => format!("did you mean `{name}.{meant}`?"),
                None => self.every(name),
            }),
            used: 2,
        }
    }

    fn unknown(&self, name: &str, is_elsewhere: bool) -> Lookup {
        if is_elsewhere {
            let message = format!("`{name}` is not available here");
            return Lookup::Unknown { message, help: Some(self.list()), used: 1 };
        }
        let known = self.known();
        let help = match nearest(name, known.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None if self.is_node(name) => format!("write `nodes.{name}` for the output of that node"),
            None => format!("{}; quote it if it is a text: \"{name}\"", self.list()),
        };
        Lookup::Unknown { message: format!("unknown name `{name}`"), help: Some(help), used: 1 }
    }

    /// Every node that can be read here; of many, the first.
    fn every(&self, name: &str) -> String {
        let ids: Vec<&str> = self
            .bodies()
            .filter_map(|(_, names)| names.ids.as_ref())
            .flat_map(|ids| ids.order.iter().map(String::as_str))
            .collect();
        let more = if ids.len() > LISTED { ", …" } else { "" };
        format!("`{name}.` stands before one of: {}{more}", ids[..ids.len().min(LISTED)].join(", "))
    }

    fn is_node(&self, id: &str) -> bool {
        self.bodies().any(|(_, names)| names.ids.as_ref().is_some_and(|ids| ids.slots.contains_key(id)))
    }

    /// Every name an expression may start with here, locals first.
    fn known(&self) -> Vec<&str> {
        let locals = self.bodies().flat_map(|(_, names)| names.locals.iter().map(String::as_str));
        let mut known: Vec<&str> = locals.collect();
        let has = |root: &Root| self.bodies().any(|(_, names)| names.roots.contains(root));
        known.extend(ROOTS.iter().filter(|(_, root)| has(root)).map(|(name, _)| *name));
        if self.bodies().any(|(_, names)| names.ids.is_some()) {
            known.extend(["nodes", "status", "errors"]);
        }
        known
    }

    fn list(&self) -> String {
        format!("known here: {}", self.known().join(", "))
    }
}
