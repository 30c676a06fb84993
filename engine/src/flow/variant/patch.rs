//! Applies one patch.

use std::sync::Arc;

use super::{Change, Effective, Origin, edges, merge};
use crate::flow::{
    diagnostic::Diagnostic,
    document::Variant,
    nearest::nearest,
    parse::read,
    tree::{Entry, Shape, Span, Spanned, Tree},
};

pub(super) fn apply(base: &Effective, variant: &Variant) -> (Effective, Vec<Diagnostic>) {
    let mut patch = Patch {
        name: variant.header.name.value.as_str().into(),
        effective: base.clone(),
        faults: Vec::new(),
    };
    patch.effective.variants.insert(0, Arc::clone(&patch.name));
    for id in &variant.patch.remove {
        patch.remove(id);
    }
    for (id, node) in &variant.patch.replace {
        patch.replace(id, node);
    }
    for (id, node) in &variant.patch.add {
        patch.add(id, node);
    }
    for (id, node) in &variant.patch.add {
        if patch.is_new(id) {
            patch.place(id, node);
        }
    }
    if let Some(set) = &variant.patch.set {
        patch.set(set);
    }
    (patch.effective, patch.faults)
}

struct Patch {
    name: Arc<str>,
    effective: Effective,
    faults: Vec<Diagnostic>,
}

impl Patch {
    fn has(&self, id: &str) -> bool {
        self.effective.tree.get("nodes").is_some_and(|nodes| nodes.get(id).is_some())
    }

    /// Whether this variant brought the node, and not the flow itself.
    fn is_new(&self, id: &Spanned<String>) -> bool {
        self.effective.origins.get(&id.value).is_some_and(|origin| origin.span == id.span)
    }

    fn touch(&mut self, id: &str) {
        let name = Arc::clone(&self.name);
        if let Some(origin) = self.effective.origins.get_mut(id)
            && !origin.touched.contains(&name)
        {
            origin.touched.insert(0, name);
        }
    }

    fn made(&mut self, id: &Spanned<String>, change: Change) {
        let origin =
            Origin { variant: Some(Arc::clone(&self.name)), change, touched: Vec::new(), span: id.span };
        self.effective.origins.insert(id.value.clone(), origin);
    }

    /// Whether the flow has the node; tells when it has not.
    fn find(&mut self, id: &Spanned<String>, what: &str) -> bool {
        if self.has(&id.value) {
            return true;
        }
        let nodes = self.effective.tree.get("nodes").map(Tree::entries).unwrap_or_default();
        let known = nodes.iter().map(|entry| entry.key.value.as_str());
        let help = match nearest(&id.value, known.clone()) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("the flow has: {}", known.collect::<Vec<_>>().join(", ")),
        };
        let message = format!("`{what}` names `{}`, which the flow does not have", id.value);
        self.faults.push(Diagnostic::error("UNKNOWN_NODE", id.span, message, help));
        false
    }

    fn remove(&mut self, id: &Spanned<String>) {
        if !self.find(id, "remove") {
            return;
        }
        let body = read::flow(&self.effective.tree).body;
        for touched in edges::remove(&mut self.effective.tree, &body, &id.value, id.span) {
            self.touch(&touched);
        }
        self.effective.origins.remove(&id.value);
        self.effective.removed.push((id.clone(), Arc::clone(&self.name)));
    }

    fn replace(&mut self, id: &Spanned<String>, node: &Tree) {
        if !self.find(id, "replace") {
            return;
        }
        let Some(nodes) = self.effective.tree.get_mut("nodes") else { return };
        let Some(old) = nodes.get(&id.value).cloned() else { return };
        let mut new = node.clone();
        for edge in ["needs", "join"] {
            if let (None, Some(kept)) = (new.get(edge), old.get(edge)) {
                new.set(Spanned::new(edge.to_owned(), kept.span), kept.clone());
            }
        }
        // A switch led to its targets; what stands in its place comes before them.
        if new.get("switch").is_none() {
            for target in targets(&old) {
                edges::add_needs(nodes, &target, &[id.value.as_str()], id.span);
            }
        }
        put(nodes, id, new);
        self.made(id, Change::Replaced);
    }

    fn add(&mut self, id: &Spanned<String>, node: &Tree) {
        if let Some(origin) = self.effective.origins.get(&id.value) {
            let message = format!("the flow has a node `{}` already", id.value);
            let help = "give this one another name, or put it under `replace`";
            let fault = Diagnostic::error("DUPLICATE_NODE", id.span, message, help);
            self.faults.push(fault.see(origin.span, "the other"));
            return;
        }
        let mut new = node.clone();
        new.remove("after");
        new.remove("before");
        if let Some(nodes) = self.effective.tree.get_mut("nodes") {
            put(nodes, id, new);
        }
        self.made(id, Change::Added);
    }

    /// Wires an added node; after all are there, so that they may refer to each other.
    fn place(&mut self, id: &Spanned<String>, node: &Tree) {
        let after: Vec<_> = ids(node.get("after")).into_iter().filter(|id| self.find(id, "after")).collect();
        let before: Vec<_> =
            ids(node.get("before")).into_iter().filter(|id| self.find(id, "before")).collect();
        for next in &before {
            self.touch(&next.value);
        }
        let Some(nodes) = self.effective.tree.get_mut("nodes") else { return };
        for from in &after {
            edges::add_needs(nodes, &id.value, &[from.value.as_str()], from.span);
        }
        for next in &before {
            edges::add_needs(nodes, &next.value, &[id.value.as_str()], next.span);
        }
    }

    fn set(&mut self, set: &Tree) {
        if !matches!(set.shape, Shape::Map(_)) {
            let help = "write the keys to change below `set:`, as they stand in the flow";
            self.faults.push(Diagnostic::error("WRONG_TYPE", set.span, "`set` must be a mapping", help));
            return;
        }
        let mut set = set.clone();
        for key in ["apiVersion", "kind", "metadata", "useCase"] {
            if let Some(entry) = set.entries().iter().find(|entry| entry.key.value == key) {
                self.faults.push(fixed(&entry.key));
                set.remove(key);
            }
        }
        for node in set.get("nodes").map(Tree::entries).unwrap_or_default().to_vec() {
            if !self.find(&node.key, "set") {
                if let Some(nodes) = set.get_mut("nodes") {
                    nodes.remove(&node.key.value);
                }
            } else if matches!(node.value.shape, Shape::Null) {
                self.faults.push(not_by_set(&node.key));
                if let Some(nodes) = set.get_mut("nodes") {
                    nodes.remove(&node.key.value);
                }
            } else {
                self.touch(&node.key.value);
            }
        }
        changes(&set, "", &mut self.effective.changes);
        merge::merge(&mut self.effective.tree, &set);
    }
}

fn changes(set: &Tree, around: &str, found: &mut Vec<(String, Span)>) {
    for entry in set.entries() {
        let path =
            if around.is_empty() { entry.key.value.clone() } else { format!("{around}.{}", entry.key.value) };
        changes(&entry.value, &path, found);
        found.push((path, entry.key.span));
    }
}

fn fixed(key: &Spanned<String>) -> Diagnostic {
    let message = format!("a variant cannot set `{}`", key.value);
    Diagnostic::error("VARIANT_FIXED_KEY", key.span, message, "write a flow of its own if that differs too")
}

fn not_by_set(key: &Spanned<String>) -> Diagnostic {
    Diagnostic::error(
        "VARIANT_FIXED_KEY",
        key.span,
        format!("`set` cannot take the node `{}` away: nothing would join what stood around it", key.value),
        format!("write `remove: [{}]`", key.value),
    )
}

/// Puts a node in its place, with the place it is written at.
fn put(nodes: &mut Tree, id: &Spanned<String>, node: Tree) {
    if let Shape::Map(entries) = &mut nodes.shape {
        match entries.iter_mut().find(|entry| entry.key.value == id.value) {
            Some(entry) => *entry = Entry { key: id.clone(), value: node },
            None => entries.push(Entry { key: id.clone(), value: node }),
        }
    }
}

fn ids(tree: Option<&Tree>) -> Vec<Spanned<String>> {
    let text = |tree: &Tree| tree.text().map(|text| Spanned::new(text.to_owned(), tree.span));
    match tree.map(|tree| &tree.shape) {
        Some(Shape::List(items)) => items.iter().filter_map(text).collect(),
        Some(_) => tree.and_then(text).into_iter().collect(),
        None => Vec::new(),
    }
}

fn targets(node: &Tree) -> Vec<String> {
    let Some(Tree { shape: Shape::List(cases), .. }) = node.get("switch") else { return Vec::new() };
    cases.iter().flat_map(|case| ids(case.get("to"))).map(|id| id.value).collect()
}
