//! Bodies made by hand, for tests of the runtime that need no YAML.

use sdk::{Effect, Error};

use crate::flow::{
    document::Join,
    plan::{Body, Edge, Kind, Next, Node, SwitchPlan},
};

/// A component that is never called.
pub(super) fn compute() -> Kind {
    Kind::Use {
        name: "sample",
        built: None,
        build: |_| Err(Error::internal("not to be called")),
        defers: false,
        gives_settings: false,
    }
}

/// A switch whose cases have these targets.
pub(super) fn switch(targets: Vec<Vec<u16>>) -> Kind {
    Kind::Switch(SwitchPlan { cases: targets.into_iter().map(|to| (None, to)).collect() })
}

/// A node with nothing but its kind.
pub(super) fn node(id: &str, kind: Kind) -> Node {
    Node {
        id: id.into(),
        title: None,
        kind,
        needs: Vec::new(),
        next: Vec::new(),
        input: None,
        join: Join::All,
        when: None,
        otherwise: None,
        is_critical: true,
        with: None,
        output: None,
        asked: None,
        policies: None,
        idempotency_key: None,
        cache_key: None,
        rate_key: None,
        fallback: None,
        compensate: None,
        effect: Effect::Read,
    }
}

/// A body of these nodes, without edges.
pub(super) fn body(nodes: impl IntoIterator<Item = Node>) -> Body {
    let nodes: Vec<Node> = nodes.into_iter().collect();
    Body { nodes, starts: Vec::new(), output: None, is_single: false, effect: Effect::Read }
}

/// Adds an edge.
pub(super) fn edge(body: &mut Body, from: usize, to: usize, is_order_only: bool) {
    let slot = |index: usize| u16::try_from(index).unwrap();
    body.nodes[from].next.push(Next { to: slot(to), is_order_only });
    body.nodes[to].needs.push(Edge { from: slot(from), is_order_only });
}

/// Finds the nodes that need nothing.
pub(super) fn start(body: &mut Body) {
    let slots = 0..u16::try_from(body.nodes.len()).unwrap();
    body.starts = slots.filter(|slot| body.nodes[usize::from(*slot)].needs.is_empty()).collect();
}
