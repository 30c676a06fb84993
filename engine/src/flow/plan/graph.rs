//! Stage 4 of 8: who waits for whom. Edges come from `needs`, `order`, `switch` and from what expressions
//! read; slots come from a topological order; a cycle is reported with its whole path. Compiles nothing.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap, HashMap, VecDeque},
};

use petgraph::{algo::tarjan_scc, graph::DiGraph};

use crate::flow::{
    diagnostic::Diagnostic,
    document::{Body, Kind, OrderItem},
};

/// Why a node waits for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Why {
    /// `needs`.
    Needs,
    /// `order`.
    Order,
    /// It is the target of a `switch`.
    Switch,
    /// It reads the other's output: waits, but never carries a skip.
    Reads,
}

impl Why {
    const fn word(self) -> &'static str {
        match self {
            Self::Needs => "`needs`",
            Self::Order => "`order`",
            Self::Switch => "`switch`",
            Self::Reads => "an expression",
        }
    }
}

/// The edges of a body by the written index of its nodes.
pub(super) struct Graph {
    into: Vec<BTreeMap<usize, Why>>,
}

impl Graph {
    /// The edges that are written: `needs`, `order` and `switch`. An id that names no node is left out;
    /// validation has refused it.
    pub(super) fn declared(body: &Body) -> Self {
        let ids: HashMap<&str, usize> =
            body.nodes.iter().enumerate().map(|(index, node)| (node.id.value.as_str(), index)).collect();
        let mut graph = Self { into: vec![BTreeMap::new(); body.nodes.len()] };
        for (index, node) in body.nodes.iter().enumerate() {
            for need in node.needs.iter().flatten() {
                graph.add(ids.get(need.value.as_str()).copied(), Some(index), Why::Needs);
            }
            if let Kind::Switch(cases) = &node.kind {
                for target in cases.iter().flat_map(|case| &case.to) {
                    graph.add(Some(index), ids.get(target.value.as_str()).copied(), Why::Switch);
                }
            }
        }
        if let Some(order) = &body.order {
            graph.sequence(&order.items, &[], &ids);
        }
        graph
    }

    fn add(&mut self, from: Option<usize>, to: Option<usize>, why: Why) {
        if let (Some(from), Some(to)) = (from, to) {
            let kept = self.into[to].entry(from).or_insert(why);
            // A switch routes even where `order` names the same edge.
            if why == Why::Switch || (*kept == Why::Reads) {
                *kept = why;
            }
        }
    }

    /// Wires items one after another behind `before`; gives the nodes the next item waits for.
    fn sequence(&mut self, items: &[OrderItem], before: &[usize], ids: &HashMap<&str, usize>) -> Vec<usize> {
        let mut last = before.to_vec();
        for item in items {
            last = match item {
                OrderItem::One(id) => {
                    let Some(&to) = ids.get(id.value.as_str()) else { continue };
                    last.iter().for_each(|&from| self.add(Some(from), Some(to), Why::Order));
                    vec![to]
                }
                OrderItem::Sequence(items) => self.sequence(items, &last, ids),
                OrderItem::Parallel(items) => items
                    .iter()
                    .flat_map(|item| self.sequence(std::slice::from_ref(item), &last, ids))
                    .collect(),
            };
        }
        last
    }

    /// Adds the edge a reference implies, unless the other is an ancestor already.
    pub(super) fn reads(&mut self, reader: usize, read: usize) {
        if !self.is_ancestor(read, reader) {
            self.add(Some(read), Some(reader), Why::Reads);
        }
    }

    /// Whether `to` waits for `from` by written edges, directly or not.
    fn is_ancestor(&self, from: usize, to: usize) -> bool {
        if self.into[to].contains_key(&from) {
            return true;
        }
        let (mut seen, mut open) = (vec![false; self.into.len()], vec![to]);
        while let Some(at) = open.pop() {
            for (&next, &why) in &self.into[at] {
                if next == from && why != Why::Reads {
                    return true;
                }
                if why != Why::Reads && !std::mem::replace(&mut seen[next], true) {
                    open.push(next);
                }
            }
        }
        false
    }

    /// The edges into a node, by the written index of where they come from.
    pub(super) fn edges_into(&self, node: usize) -> impl Iterator<Item = (usize, Why)> {
        self.into[node].iter().map(|(from, why)| (*from, *why))
    }

    /// A topological order that keeps to the written one where it may.
    pub(super) fn order(&self) -> Vec<usize> {
        let mut waits: Vec<usize> = self.into.iter().map(BTreeMap::len).collect();
        let mut out = vec![Vec::new(); self.into.len()];
        for (to, edges) in self.into.iter().enumerate() {
            edges.keys().for_each(|from| out[*from].push(to));
        }
        let mut ready: BinaryHeap<Reverse<usize>> =
            (0..waits.len()).filter(|node| waits[*node] == 0).map(Reverse).collect();
        let mut order = Vec::with_capacity(waits.len());
        while let Some(Reverse(node)) = ready.pop() {
            order.push(node);
            for &next in &out[node] {
                waits[next] -= 1;
                if waits[next] == 0 {
                    ready.push(Reverse(next));
                }
            }
        }
        order
    }

    /// Every cycle, each once, reported at its first node with the whole path.
    pub(super) fn cycles(&self, body: &Body) -> Vec<Diagnostic> {
        let mut graph = DiGraph::<(), ()>::with_capacity(self.into.len(), 0);
        let nodes: Vec<_> = self.into.iter().map(|_| graph.add_node(())).collect();
        for (to, edges) in self.into.iter().enumerate() {
            edges.keys().for_each(|from| {
                graph.add_edge(nodes[*from], nodes[to], ());
            });
        }
        let mut groups: Vec<Vec<usize>> = tarjan_scc(&graph)
            .into_iter()
            .map(|group| group.into_iter().map(petgraph::graph::NodeIndex::index).collect::<Vec<_>>())
            .filter(|group| group.len() > 1 || self.into[group[0]].contains_key(&group[0]))
            .collect();
        groups.iter_mut().for_each(|group| group.sort_unstable());
        groups.sort_unstable();
        groups.iter().map(|group| self.report(&self.shortest(group), body)).collect()
    }

    /// The shortest way from the first node of a strongly connected group back to itself, along `into`.
    fn shortest(&self, group: &[usize]) -> Vec<usize> {
        let start = group[0];
        let (mut came, mut open) = (HashMap::new(), VecDeque::from([start]));
        while let Some(at) = open.pop_front() {
            for &next in self.into[at].keys().filter(|next| group.binary_search(next).is_ok()) {
                if next == start {
                    // `came` leads from `at` back to the start along the direction of the edges.
                    let mut path = vec![start];
                    path.extend(std::iter::successors(Some(at), |at| came.get(at).copied()));
                    return path;
                }
                came.entry(next).or_insert_with(|| {
                    open.push_back(next);
                    at
                });
            }
        }
        vec![start, start]
    }

    fn report(&self, path: &[usize], body: &Body) -> Diagnostic {
        let id = |index: usize| body.nodes[index].id.value.as_str();
        let names: Vec<&str> = path.iter().map(|index| id(*index)).collect();
        let whys: Vec<String> = path
            .windows(2)
            .filter_map(|pair| {
                let why = self.into[pair[1]].get(&pair[0])?;
                Some(format!("`{}` waits for `{}` by {}", id(pair[1]), id(pair[0]), why.word()))
            })
            .collect();
        let first = &body.nodes[path[0]];
        let message = if path.len() == 2 {
            format!("node `{}` waits for itself by {}", names[0], self.into[path[0]][&path[0]].word())
        } else {
            format!("nodes wait for each other in a circle: {}", names.join(" -> "))
        };
        let span = if first.id.span.line == 0 { first.span } else { first.id.span };
        Diagnostic::error("CYCLE", span, message, format!("take one of these away: {}", whys.join(", ")))
            .at(format!("nodes.{}", names[0]))
    }
}

#[cfg(test)]
#[path = "graph_tests.rs"]
mod tests;
