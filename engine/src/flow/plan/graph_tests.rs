//! Edges, order and cycles, against twins that are too slow to ship.

use proptest::{collection::vec, prelude::*};

use super::{Graph, Why};
use crate::flow::{
    document::{Body, Document},
    load::Source,
    parse::parse,
};

fn body(text: &str) -> Body {
    let text = format!("apiVersion: bactrian/v1\nkind: Flow\nmetadata: {{name: f}}\n{text}");
    let (parsed, faults) = parse(&[Source::new(0, "f.yaml", text)]);
    assert_eq!(faults, []);
    match parsed.into_iter().next().map(|parsed| parsed.document) {
        Some(Document::Flow(flow)) => flow.body,
        other => panic!("no flow: {other:?}"),
    }
}

/// `from>to` of every edge, by id.
fn edges(body: &Body) -> Vec<String> {
    let graph = Graph::declared(body);
    let id = |index: usize| body.nodes[index].id.value.as_str();
    let mut edges: Vec<String> = (0..body.nodes.len())
        .flat_map(|to| graph.edges_into(to).map(move |(from, why)| (from, to, why)))
        .map(|(from, to, why)| {
            format!("{}{}{}", id(from), if why == Why::Switch { "?" } else { ">" }, id(to))
        })
        .collect();
    edges.sort();
    edges
}

fn check(order: &str, ids: &str, expected: &str) {
    let nodes: Vec<String> = ids.chars().map(|id| format!("{id}: {{use: log}}")).collect();
    let body = body(&format!("order: {order}\nnodes: {{{}}}\n", nodes.join(", ")));
    assert_eq!(edges(&body).join(" "), expected, "{order}");
}

#[test]
fn an_order_is_sugar_for_needs() {
    check("[a, b, c]", "abc", "a>b b>c");
    check("[a, [b, c], d]", "abcd", "a>b a>c b>d c>d");
    check("[[a, b], [c, d]]", "abcd", "a>c a>d b>c b>d");
    check("[a, [[b, c], d], e]", "abcde", "a>b a>d b>c c>e d>e");
    check("[a]", "a", "");
}

#[test]
fn needs_order_and_switch_join_into_one_graph() {
    let body = body(
        "order: [a, b]\nnodes:\n  a: {use: log}\n  b: {switch: [{case: 'true', to: c}, {default: true, to: [d, e]}]}\n  \
         c: {use: log}\n  d: {needs: [a], use: log}\n  e: {use: log}\n  f: {needs: [c, d], join: any, use: log}\n",
    );
    assert_eq!(edges(&body).join(" "), "a>b a>d b?c b?d b?e c>f d>f");
}

#[test]
fn every_circle_is_reported_with_its_whole_path() {
    let body = body(
        "nodes:\n  a: {needs: [c], use: log}\n  b: {needs: [a], use: log}\n  c: {needs: [b], use: log}\n  \
         d: {needs: [d], use: log}\n  e: {needs: [c], use: log}\n",
    );
    let found = Graph::declared(&body).cycles(&body);
    let told: Vec<String> =
        found.iter().map(|found| format!("{} {}: {}", found.code, found.span.line, found.message)).collect();
    assert_eq!(
        told,
        [
            "CYCLE 5: nodes wait for each other in a circle: a -> b -> c -> a",
            "CYCLE 8: node `d` waits for itself by `needs`",
        ]
    );
    assert_eq!(
        found[0].help,
        "take one of these away: `b` waits for `a` by `needs`, `c` waits for `b` by `needs`, `a` waits for `c` by \
         `needs`"
    );
}

/// A graph over `count` nodes, edges from lower to higher numbers, then nodes renamed by `shuffle`.
fn graph(count: usize, edges: &[(usize, usize)], places: &[usize]) -> Graph {
    let mut graph = Graph { into: vec![std::collections::BTreeMap::new(); count] };
    for (a, b) in edges {
        let (a, b) = (a % count, b % count);
        if a != b {
            graph.add(Some(places[a.min(b)]), Some(places[a.max(b)]), Why::Needs);
        }
    }
    graph
}

fn shuffled(count: usize) -> impl Strategy<Value = Vec<usize>> {
    Just((0..count).collect::<Vec<_>>()).prop_shuffle()
}

proptest! {
    #[test]
    fn the_order_of_a_dag_keeps_every_edge_and_holds_every_node(
        (count, places, edges) in (1..30_usize)
            .prop_flat_map(|count| (Just(count), shuffled(count), vec((0..count, 0..count), 0..60)))
    ) {
        let graph = graph(count, &edges, &places);
        let order = graph.order();
        let mut all = order.clone();
        all.sort_unstable();
        prop_assert_eq!(all, (0..count).collect::<Vec<_>>());
        let place = |node: usize| order.iter().position(|at| *at == node);
        for to in 0..count {
            for (from, _) in graph.edges_into(to) {
                prop_assert!(place(from) < place(to));
            }
        }
    }

    #[test]
    fn a_reference_adds_an_edge_exactly_when_the_other_is_no_ancestor(
        (count, places, edges, reads) in (2..20_usize).prop_flat_map(|count| {
            (Just(count), shuffled(count), vec((0..count, 0..count), 0..30), vec((0..count, 0..count), 0..20))
        })
    ) {
        let mut graph = graph(count, &edges, &places);
        // Reachability, one node after another.
        let mut reaches = std::collections::BTreeSet::new();
        for to in graph.order() {
            let above: Vec<usize> = graph.edges_into(to).map(|(from, _)| from).collect();
            for from in 0..count {
                if above.iter().any(|at| *at == from || reaches.contains(&(from, *at))) {
                    reaches.insert((from, to));
                }
            }
        }
        for (a, b) in reads {
            let (from, to) = (places[a.min(b)], places[a.max(b)]);
            if from == to {
                continue;
            }
            graph.reads(to, from);
            let is_implied = graph.edges_into(to).any(|(at, why)| at == from && why == Why::Reads);
            prop_assert_eq!(is_implied, !reaches.contains(&(from, to)));
        }
    }

    #[test]
    fn order_and_the_needs_it_stands_for_give_the_same_edges(
        groups in vec(1..4_usize, 1..5)
    ) {
        let mut next = 0;
        let groups: Vec<Vec<String>> = groups
            .into_iter()
            .map(|size| (0..size).map(|_| { next += 1; format!("n{next}") }).collect())
            .collect();
        let order: Vec<String> = groups.iter().map(|group| format!("[{}]", group.join(", "))).collect();
        let plain: Vec<String> = groups.iter().flatten().map(|id| format!("{id}: {{use: log}}")).collect();
        let needs: Vec<String> = groups
            .iter()
            .enumerate()
            .flat_map(|(at, group)| {
                let before = at.checked_sub(1).map(|at| groups[at].join(", ")).unwrap_or_default();
                group.iter().map(move |id| format!("{id}: {{needs: [{before}], use: log}}"))
            })
            .collect();
        let ordered = body(&format!("order: [{}]\nnodes: {{{}}}\n", order.join(", "), plain.join(", ")));
        let needed = body(&format!("nodes: {{{}}}\n", needs.join(", ")));
        prop_assert_eq!(edges(&ordered), edges(&needed));
    }
}
