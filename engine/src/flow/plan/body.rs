//! Stage 4 of 8: a body of nodes becomes slots with edges. The edges decide the order, the order decides the
//! slots, and expressions are compiled against slots; so a body whose expressions imply edges against its
//! written order is compiled a second time.

use std::{collections::HashMap, sync::Arc};

use sdk::Effect;

use super::{
    compiler::{At, Compiler, Moment, Seen},
    graph::{Graph, Why},
    missing::{self, Removed},
    model::{Body, Edge, Kind, Next, Node},
};
use crate::flow::{
    diagnostic::Diagnostic,
    document::{self, Do},
    expr::{Names, Root, Template},
};

/// Most nodes of one body: slots are 16 bits, and the last one is kept free.
const MAX_NODES: usize = 10_000;

/// The names and slots the nodes of one body are compiled against.
#[derive(Clone, Copy)]
pub(super) struct Frame<'f> {
    pub(super) names: &'f Names<'f>,
    pub(super) slots: &'f HashMap<&'f str, u16>,
}

/// One compilation of all nodes, in the order that was tried.
struct Pass {
    /// `None` = the node does not compile.
    nodes: Vec<Option<Node>>,
    /// What each node reads, by the same index.
    seen: Vec<Vec<Seen>>,
    output: Option<Option<Template>>,
    output_seen: Vec<Seen>,
}

impl Compiler<'_> {
    /// Compiles a body. `base` holds its roots, locals and the bodies around it, but not its nodes;
    /// `removed` is what variants took away. What it reads of the bodies around it is left in `seen`.
    pub(super) fn body(
        &mut self,
        body: &document::Body,
        base: &Names<'_>,
        removed: &[Removed],
        path: &str,
    ) -> Option<Body> {
        if body.nodes.len() > MAX_NODES {
            let message = format!("{} nodes stand in one body, at most {MAX_NODES} may", body.nodes.len());
            let help = "move a part of them to a sub-flow";
            self.diagnostics.push(Diagnostic::error("TOO_MANY_NODES", body.span, message, help).at(path));
            return None;
        }
        let mut graph = Graph::declared(body);
        let mut cycles = graph.cycles(body);
        let known = self.orders.get(&std::ptr::from_ref(body)).cloned();
        let mut order = known.unwrap_or_else(|| graph.order());
        if !cycles.is_empty() {
            // The order of a circle is not needed to find what else is wrong.
            order = (0..body.nodes.len()).collect();
        }
        let before = self.diagnostics.len();
        let mut pass = self.pass(body, &order, base, removed, path);
        if cycles.is_empty() {
            imply(&mut graph, &order, &pass.seen);
            cycles = graph.cycles(body);
            let implied = graph.order();
            if cycles.is_empty() && implied != order {
                order = implied;
                self.diagnostics.truncate(before);
                pass = self.pass(body, &order, base, removed, path);
            }
        }
        self.orders.insert(std::ptr::from_ref(body), order.clone());
        let is_sound = cycles.is_empty();
        self.diagnostics.append(&mut cycles);
        for seen in pass.seen.iter().chain([&pass.output_seen]) {
            self.seen.extend(seen.iter().filter_map(outward));
        }
        if !is_sound {
            return None;
        }
        let view = missing::View { body, order: &order, graph: &graph, removed };
        self.diagnostics.extend(view.check(&pass.seen, &pass.output_seen, path));
        let nodes: Vec<Node> = pass.nodes.into_iter().collect::<Option<_>>()?;
        Some(link(nodes, &order, &graph, pass.output?))
    }

    /// Compiles what a loop, an item, a branch or a fallback does.
    pub(super) fn work(&mut self, work: &Do, base: &Names<'_>, path: &str) -> Option<Body> {
        match work {
            Do::One(node) => self.single(node, base, path),
            Do::Body(body) => self.body(body, base, &[], path),
        }
    }

    /// Compiles one node without id as a body of its own.
    pub(super) fn single(&mut self, node: &document::Node, base: &Names<'_>, path: &str) -> Option<Body> {
        let slots = HashMap::new();
        let (node, seen) =
            self.collect(|compiler| compiler.node(node, Frame { names: base, slots: &slots }, path));
        self.seen.extend(seen.iter().filter_map(outward));
        let node = node?;
        let effect = node.effect;
        Some(Body { nodes: vec![node], starts: vec![0], output: None, is_single: true, effect })
    }

    fn pass(
        &mut self,
        body: &document::Body,
        order: &[usize],
        base: &Names<'_>,
        removed: &[Removed],
        path: &str,
    ) -> Pass {
        let ids: Vec<&str> = order.iter().map(|index| body.nodes[*index].id.value.as_str()).collect();
        let slots: HashMap<&str, u16> = ids.iter().copied().zip(0..=u16::MAX).collect();
        let names =
            base.clone().nodes(ids.iter().copied().chain(removed.iter().map(|removed| removed.id.as_str())));
        let frame = Frame { names: &names, slots: &slots };
        let prefix = if path.is_empty() { String::new() } else { format!("{path}.") };
        let mut pass = Pass { nodes: Vec::new(), seen: Vec::new(), output: None, output_seen: Vec::new() };
        for index in order {
            let node = &body.nodes[*index];
            let path = format!("{prefix}nodes.{}", node.id.value);
            let (node, seen) = self.collect(|compiler| compiler.node(node, frame, &path));
            pass.nodes.push(node);
            pass.seen.push(seen);
        }
        let path = format!("{prefix}output");
        let at = At::new(&names, &path).when(Moment::After);
        (pass.output, pass.output_seen) =
            self.collect(|compiler| compiler.optional(body.output.as_ref(), at));
        pass
    }
}

/// Adds an edge for everything a node reads that it does not wait for yet.
fn imply(graph: &mut Graph, order: &[usize], seen: &[Vec<Seen>]) {
    for (slot, seen) in seen.iter().enumerate() {
        for read in seen.iter().filter(|seen| seen.moment != Moment::Undo) {
            let Some(source) = inner_slot(read.read.root).and_then(|from| order.get(from)) else { continue };
            if *source != order[slot] || read.moment == Moment::Call {
                graph.reads(order[slot], *source);
            }
        }
    }
}

/// The slot of a node of this body that a root leads to.
pub(super) fn inner_slot(root: Root) -> Option<usize> {
    match root {
        Root::Node { depth: 0, slot } | Root::Status { depth: 0, slot } | Root::Errors { depth: 0, slot } => {
            Some(usize::from(slot))
        }
        _ => None,
    }
}

/// What a body reads of the body around it, as that one sees it.
fn outward(seen: &Seen) -> Option<Seen> {
    let mut seen = seen.clone();
    seen.is_condition = false;
    if seen.moment != Moment::Undo {
        seen.moment = Moment::Call;
    }
    lift(&mut seen.read.root).then_some(seen)
}

/// Turns a root into what the body around sees; false when it is not of that body.
pub(super) fn lift(root: &mut Root) -> bool {
    match root {
        Root::Node { depth, .. }
        | Root::Status { depth, .. }
        | Root::Errors { depth, .. }
        | Root::Nodes { depth }
        | Root::Local { depth, .. } => {
            let is_outer = *depth > 0;
            *depth = depth.saturating_sub(1);
            is_outer
        }
        _ => false,
    }
}

fn link(mut nodes: Vec<Node>, order: &[usize], graph: &Graph, output: Option<Template>) -> Body {
    let mut slots = vec![0_u16; order.len()];
    for (slot, index) in (0..=u16::MAX).zip(order) {
        slots[*index] = slot;
    }
    for (to, index) in (0..=u16::MAX).zip(order) {
        let mut needs: Vec<Edge> = graph
            .edges_into(*index)
            .map(|(from, why)| Edge { from: slots[from], is_order_only: why == Why::Reads })
            .collect();
        needs.sort_unstable_by_key(|edge| edge.from);
        for edge in &needs {
            let next = Next { to, is_order_only: edge.is_order_only };
            nodes[usize::from(edge.from)].next.push(next);
        }
        let mut carrying = needs.iter().filter(|edge| !edge.is_order_only).map(|edge| edge.from);
        let only = carrying.next().filter(|_| carrying.next().is_none());
        let node = &mut nodes[usize::from(to)];
        node.needs = needs;
        node.input = only;
    }
    for to in 0..nodes.len() {
        // A switch gives no output of its own to hand on.
        if nodes[to].input.is_some_and(|from| matches!(nodes[usize::from(from)].kind, Kind::Switch(_))) {
            nodes[to].input = None;
        }
    }
    let starts = (0..=u16::MAX).zip(&nodes).filter(|(_, node)| node.needs.is_empty()).map(|(slot, _)| slot);
    let starts = starts.collect();
    let effect = nodes.iter().map(|node| node.effect).max().unwrap_or(Effect::Pure);
    Body { starts, output, is_single: false, effect, nodes }
}

/// A shared body.
pub(super) fn shared(body: Option<Body>) -> Option<Arc<Body>> {
    body.map(Arc::new)
}
