//! Whole flows, from text to plan: the shape of the reference flows, and what is refused with its place.

use std::fmt::Write as _;

use sdk::{Value, serde_json::json};

use super::{Body, Kind, Plan, Workshop, anything, plan, plan_extension, plan_point, plan_rules};
use crate::flow::{
    diagnostic::{Diagnostic, Severity},
    document::Join,
    load::Source,
    parse::parse,
    policy::States,
    validate::validate,
};

/// Plans every flow of a text and compiles all else; gives the plans and everything said.
fn plans(text: &str) -> (Vec<Plan>, Vec<Diagnostic>) {
    let registry = anything::registry();
    let workshop = Workshop::new(&registry, States::default());
    let (parsed, mut said) = parse(&[Source::new(0, "f.yaml", text)]);
    let (checked, found) = validate(parsed, &registry);
    let is_ours = |found: &Diagnostic| found.code != "UNKNOWN_COMPONENT";
    said.extend(found.into_iter().filter(is_ours));
    let mut plans = Vec::new();
    for flow in &checked.flows {
        let (plan, found) = plan(flow, &workshop);
        assert_eq!(plan.is_none(), found.iter().any(|found| found.severity == Severity::Error), "{found:?}");
        plans.extend(plan);
        said.extend(found);
    }
    said.extend(checked.extensions.iter().flat_map(|extension| plan_extension(extension, &workshop).1));
    said.extend(checked.points.iter().flat_map(|point| plan_point(point, &workshop).1));
    said.extend(checked.identities.iter().flat_map(|rules| plan_rules(rules, &workshop).1));
    (plans, said)
}

/// A body in lines: slot, id, kind, needs (`~` = order only), effect.
fn describe(body: &Body, depth: usize, out: &mut String) {
    for (slot, node) in body.nodes.iter().enumerate() {
        let needs: Vec<String> = node
            .needs
            .iter()
            .map(|edge| format!("{}{}", if edge.is_order_only { "~" } else { "" }, edge.from))
            .collect();
        let kind = match &node.kind {
            Kind::Use { name, built, .. } => {
                format!("{name}{}", if built.is_some() { " (built)" } else { "" })
            }
            Kind::Extension { point, .. } => format!("extension {point}"),
            Kind::Flow { name, .. } => format!("flow {name}"),
            Kind::Switch(switch) => {
                format!("switch {:?}", switch.cases.iter().map(|(_, to)| to.clone()).collect::<Vec<_>>())
            }
            Kind::Foreach(_) => "foreach".into(),
            Kind::Loop(_) => "loop".into(),
            Kind::Race(_) => "race".into(),
            Kind::Wait(_) => "wait".into(),
            Kind::Respond(_) => "respond".into(),
            Kind::Fail(_) => "fail".into(),
        };
        let id = if node.id.is_empty() { "-" } else { &node.id };
        let input = node.input.map(|from| format!(" <{from}")).unwrap_or_default();
        let indent = "  ".repeat(depth);
        writeln!(out, "{indent}{slot} {id}: {kind} [{}]{input} {:?}", needs.join(" "), node.effect).unwrap();
        match &node.kind {
            Kind::Foreach(each) => describe(&each.body, depth + 1, out),
            Kind::Loop(rounds) => describe(&rounds.body, depth + 1, out),
            Kind::Race(branches) => branches.iter().for_each(|(_, body)| describe(body, depth + 1, out)),
            _ => {}
        }
        if let Some(undo) = &node.compensate {
            writeln!(out, "{indent}  undone by").unwrap();
            describe(undo, depth + 2, out);
        }
    }
}

fn flow(rest: &str) -> String {
    format!("apiVersion: bactrian/v1\nkind: Flow\nmetadata: {{name: f}}\n{rest}")
}

/// `CODE line:column message` of each finding.
fn told(rest: &str) -> Vec<String> {
    let (_, said) = plans(&flow(rest));
    said.iter()
        .map(|d| format!("{} {}:{}+{} {}", d.code, d.span.line, d.span.column, d.span.length, d.message))
        .collect()
}

#[test]
fn every_reference_flow_is_planned_without_a_word() {
    let (plans, said) = plans(include_str!("../../../testdata/flows-reference.yaml"));
    assert_eq!(said, []);
    assert_eq!(plans.len(), 15);
    let mut shapes = String::new();
    for plan in &plans {
        writeln!(shapes, "{} durable={} timeout={:?}", plan.flow, plan.is_durable, plan.timeout).unwrap();
        describe(&plan.body, 1, &mut shapes);
    }
    insta::assert_snapshot!(shapes);
}

#[test]
fn a_reference_to_a_node_that_is_no_ancestor_waits_for_it_and_moves_it_forward() {
    let (plans, said) = plans(&flow(
        "nodes:\n  late: {use: log, with: {a: '${nodes.early}'}}\n  early: {use: log}\n  tail: {needs: [late], use: log, \
         with: {a: '${nodes.early}'}}\n",
    ));
    assert_eq!(said, []);
    let mut shape = String::new();
    describe(&plans[0].body, 0, &mut shape);
    assert_eq!(shape, "0 early: log (built) [] Pure\n1 late: log [~0] Pure\n2 tail: log [~0 1] <1 Pure\n");
    let tail = &plans[0].body.nodes[2];
    assert_eq!((tail.join, tail.with.as_ref().unwrap().reads().len()), (Join::All, 1));
}

#[test]
fn what_an_inner_body_reads_of_an_outer_node_is_an_edge_of_the_outer_node() {
    let (plans, said) = plans(&flow(
        "nodes:\n  each: {foreach: {in: input.list, do: {nodes: {x: {use: map, with: '${nodes.other.a + nodes.y}'}, y: \
         {use: map, with: 1}}}}}\n  other: {use: http}\n",
    ));
    assert_eq!(said, []);
    let mut shape = String::new();
    describe(&plans[0].body, 0, &mut shape);
    assert_eq!(
        shape,
        "0 other: http (built) [] Write\n1 each: foreach [~0] Pure\n  0 y: map (built) [] Pure\n  1 x: map [~0] Pure\n"
    );
}

#[test]
fn a_circle_of_references_is_an_error_and_never_silent() {
    assert_eq!(
        told("nodes:\n  a: {use: map, with: '${nodes.b}'}\n  b: {needs: [a], use: log}\n"),
        ["CYCLE 5:3+1 nodes wait for each other in a circle: a -> b -> a"]
    );
    assert_eq!(
        told("nodes:\n  a: {use: map, with: '${nodes.a}'}\n"),
        ["CYCLE 5:3+1 node `a` waits for itself by an expression"]
    );
    // Its own raw output is what `output` is for, and its own failure what `otherwise` may look at.
    assert_eq!(
        told("nodes:\n  a: {use: http, output: '${nodes.a.b}', critical: false, otherwise: '${errors.a}'}\n"),
        [""; 0]
    );
}

#[test]
fn all_faults_of_a_flow_are_told_at_once_where_they_stand() {
    let found = told(
        "vars: {x: 1, y: '${vars.z}'}\nnodes:\n  a: {use: nosuch}\n  b: {when: 'input.n >', use: log}\n  c: {use: map, \
         with: {p: 'text ${nodes.laod}', q: 1}}\n  e: {use: map, with: '${vars.xx}'}\n  d: {use: map, with: 1}\noutput: '${nodes.zz}'\n",
    );
    let expected = [
        ("EXPR_UNKNOWN_NAME 4:17", "no var `z`"),
        ("UNKNOWN_COMPONENT 6:", "no component is called `nosuch`"),
        ("EXPR_SYNTAX 7:", ""),
        ("EXPR_UNKNOWN_NAME 8:35+10", "no node `laod`"),
        ("EXPR_UNKNOWN_NAME 9:23", "no var `xx`"),
        ("EXPR_UNKNOWN_NAME 11:12+8", "no node `zz`"),
    ];
    for (place, message) in expected {
        assert!(
            found.iter().any(|told| told.starts_with(place) && told.contains(message)),
            "{place}: {found:#?}"
        );
    }
}

#[test]
fn a_read_that_may_find_nothing_is_warned_of() {
    let check = |nodes: &str, expected: &[&str]| {
        let found = told(&format!("nodes:\n{nodes}"));
        let codes: Vec<&str> = found.iter().map(|told| told.split('+').next().unwrap_or_default()).collect();
        assert_eq!(codes, expected, "{nodes}\n{found:#?}");
    };
    let read = |what: &str| format!("  z: {{needs: [a], use: map, with: '${{{what}}}'}}\n");
    let optional = "  a: {when: input.x, use: http}\n";
    check(&format!("{optional}{}", read("nodes.a.b")), &["MAY_BE_MISSING 6:35"]);
    check(&format!("{optional}{}", read("nodes.a")), &[]);
    check(&format!("{optional}{}", read("orDefault(nodes.a.b, 1)")), &[]);
    check(
        &format!(
            "{optional}  z: {{needs: [a], when: status.a == 'succeeded', use: map, with: '${{nodes.a.b}}'}}\n"
        ),
        &[],
    );
    check(
        "  a: {when: input.x, use: http, otherwise: {b: 1}}\n  z: {needs: [a], use: map, with: '${nodes.a.b}'}\n",
        &[],
    );
    check(
        "  a: {use: http, critical: false}\n  z: {needs: [a], use: map, with: '${nodes.a.b}'}\n",
        &["MAY_BE_MISSING 6:35"],
    );
    let routed = "  s: {switch: [{case: input.x, to: a}, {default: true, to: b}]}\n  a: {use: http}\n  b: {use: http}\n";
    check(
        &format!("{routed}  z: {{needs: [a, b], use: map, with: '${{nodes.a}}'}}\n"),
        &["MAY_BE_MISSING 8:38"],
    );
    check(&format!("{routed}  z: {{needs: [a], use: map, with: '${{nodes.a.b}}'}}\n"), &[]);
    check(
        &format!("{routed}  z: {{needs: [a, b], use: map, with: '${{orDefault(nodes.a, nodes.b)}}'}}\n"),
        &[],
    );
    check(
        "  a: {use: http}\n  b: {use: http}\n  z: {needs: [a, b], join: any, use: map, with: '${nodes.a}'}\n",
        &["MAY_BE_MISSING 7:49"],
    );
}

#[test]
fn a_removed_node_reads_as_missing_only_where_that_is_guarded() {
    let variant = "---\napiVersion: bactrian/v1\nkind: Variant\nmetadata: {name: v}\nof: f\nfor: {bizId: b}\npatch: {remove: [gone]}\n";
    let check = |read: &str| {
        told(&format!("nodes:\n  gone: {{use: http}}\n  a: {{use: map, with: '${{{read}}}'}}\n{variant}"))
    };
    assert_eq!(check("orDefault(nodes.gone.x, 1)"), [""; 0]);
    let found = check("nodes.gone.x");
    assert_eq!(found, ["REMOVED_NODE_READ 13:18+4 `gone` is removed by `v`, but `nodes.gone` is still read"]);
}

#[test]
fn texts_a_component_escapes_itself_come_in_pieces() {
    let (plans, _) =
        plans(&flow("nodes:\n  a: {use: http, with: {path: '/o/${input.id}', other: '/o/${input.id}'}}\n"));
    let with = plans[0].body.nodes[0].with.as_ref().unwrap();
    let given = with.evaluate(&Fixed(json!({"id": "a/b"}))).unwrap();
    assert_eq!(*given, json!({"path": {"$pieces": [{"text": "/o/"}, {"value": "a/b"}]}, "other": "/o/a/b"}));
}

#[test]
fn defaults_reach_calls_and_not_what_only_computes() {
    let (plans, _) = plans(&flow(
        "defaults: {timeout: 1s}\nnodes:\n  a: {use: http}\n  b: {use: map, with: 1}\n  c: {foreach: {in: input.x, do: {use: \
         http}}, timeout: 5s}\n  d: {use: http, timeout: 2s}\n",
    ));
    let timeout = |id: &str| {
        let node = plans[0].body.nodes.iter().find(|node| &*node.id == id).unwrap();
        let timeout = node.asked.as_ref().and_then(|asked| asked.timeout).unwrap_or_default();
        (
            timeout.attempt.map(|d| d.to_string()),
            timeout.total.map(|d| d.to_string()),
            node.policies.is_some(),
        )
    };
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(timeout("a"), (text("1s"), None, true));
    assert_eq!(timeout("b"), (None, None, false));
    assert_eq!(timeout("c"), (None, text("5s"), true));
    assert_eq!(timeout("d"), (text("2s"), None, true));
}

#[test]
fn a_graph_of_two_thousand_nodes_is_planned_in_one_go() {
    let mut nodes = String::from("  n0: {use: http}\n");
    for n in 1..2_000 {
        writeln!(nodes, "  n{n}: {{needs: [n{}], use: http, with: {{a: '${{nodes.n{}.x}}'}}}}", n - 1, n / 2)
            .unwrap();
    }
    let (plans, said) = plans(&flow(&format!("nodes:\n{nodes}")));
    assert_eq!((said, plans[0].body.nodes.len()), (vec![], 2_000));
    assert!(plans[0].body.nodes.iter().all(|node| node.needs.len() <= 1));
}

struct Fixed(Value);

impl crate::flow::expr::Scope for Fixed {
    fn get(&self, root: crate::flow::expr::Root) -> Option<std::borrow::Cow<'_, Value>> {
        (root == crate::flow::expr::Root::Input).then_some(std::borrow::Cow::Borrowed(&self.0))
    }
    fn now(&self) -> chrono::DateTime<chrono::Utc> {
        chrono::DateTime::UNIX_EPOCH
    }
    fn uuid(&self) -> uuid::Uuid {
        uuid::Uuid::nil()
    }
}
