//! Stage 3 over whole sets: what folders of wrong documents cannot say. Limits at and beyond their edge,
//! warnings, and what must not be told.

use std::fmt::Write as _;

use sdk::Registry;

use super::{Checked, validate};
use crate::flow::{diagnostic::Diagnostic, load::Source, parse::parse};

fn set(texts: &[(&str, &str)]) -> (Checked, Vec<Diagnostic>) {
    let numbered = (0..).zip(texts);
    let sources: Vec<Source> = numbered.map(|(id, (path, text))| Source::new(id, *path, *text)).collect();
    let (parsed, faults) = parse(&sources);
    let (checked, found) = validate(parsed, &Registry::default());
    (checked, faults.into_iter().chain(found).filter(|fault| fault.code != "UNKNOWN_COMPONENT").collect())
}

/// `CODE line` of each finding in one text.
fn findings(text: &str) -> Vec<String> {
    set(&[("a.yaml", text)]).1.iter().map(|found| format!("{} {}", found.code, found.span.line)).collect()
}

fn flow(name: &str, body: &str) -> String {
    format!("apiVersion: bactrian/v1\nkind: Flow\nmetadata: {{name: {name}}}\n{body}\n---\n")
}

#[test]
fn the_reference_documents_lack_nothing_but_components_that_are_not_linked_here() {
    let (checked, faults) = set(&[("a.yaml", include_str!("../../../testdata/flows-reference.yaml"))]);
    let told: Vec<String> = faults
        .iter()
        .map(|fault| format!("{} {}:{} {}", fault.code, fault.span.line, fault.path, fault.message))
        .collect();
    assert_eq!(told, Vec::<String>::new());
    let levels: Vec<(&str, u8)> = checked
        .flows
        .iter()
        .filter(|flow| flow.flow.header.name.value == "cancel-order")
        .map(|flow| (flow.variants.first().map_or("", |name| &**name), flow.level))
        .collect();
    let expected =
        [("", 3), ("cancel-order-travel", 2), ("cancel-order-used-car", 2), ("cancel-order-flight", 1)];
    assert_eq!(levels, expected);
}

#[test]
fn a_level_one_variant_builds_on_the_level_two_one() {
    let (checked, _) = set(&[("a.yaml", include_str!("../../../testdata/flows-reference.yaml"))]);
    let flight = checked.flows.iter().find(|flow| flow.level == 1).unwrap();
    let names: Vec<&str> = flight.variants.iter().map(|name| &**name).collect();
    assert_eq!(names, ["cancel-order-flight", "cancel-order-travel"]);
    let stock = flight.flow.body.nodes.iter().find(|node| node.id.value == "return_stock").unwrap();
    assert_eq!(stock.policies.timeout.unwrap().attempt.unwrap().to_string(), "20s");
    assert_eq!(stock.policies.retry.as_ref().unwrap().attempts, 3);
    assert!(stock.needs.iter().flatten().any(|need| need.value == "void_ticket"));
    assert_eq!(flight.origins["return_stock"].variant.as_deref(), Some("cancel-order-travel"));
    assert_eq!(flight.origins["return_stock"].touched.len(), 1);
}

#[test]
fn limits_hold_at_their_edge_and_not_beyond() {
    let nodes = |count: usize| {
        let nodes: String = (0..count).fold(String::new(), |mut text, n| {
            writeln!(text, "  n{n}: {{use: map}}").unwrap();
            text
        });
        findings(&flow("f", &format!("nodes:\n{nodes}")))
    };
    assert_eq!(nodes(2_000), Vec::<String>::new());
    assert_eq!(nodes(2_001), ["TOO_MANY_NODES 3"]);
    let fan_out = |count: usize| {
        let nodes: String = (0..count).map(|n| format!("  n{n}: {{needs: [a], use: map}}\n")).collect();
        findings(&flow("f", &format!("nodes:\n  a: {{use: map}}\n{nodes}")))
    };
    assert_eq!(fan_out(256), Vec::<String>::new());
    assert_eq!(fan_out(257), ["TOO_MANY_EDGES 5"]);
    let chain = |count: usize| {
        let inner =
            (1..count).map(|n| flow(&format!("f{n}"), &format!("nodes: {{a: {{flow: f{}}}}}", n + 1)));
        findings(&(inner.collect::<String>() + &flow(&format!("f{count}"), "nodes: {a: {use: map}}")))
    };
    assert_eq!(chain(16), Vec::<String>::new());
    assert_eq!(chain(17).len(), 1);
}

#[test]
fn warnings_tell_what_nobody_can_reach() {
    let point = "apiVersion: bactrian/v1\nkind: ExtensionPoint\nmetadata: {name: p}\n---\n";
    let extension = |name: &str, rest: &str| {
        format!(
            "apiVersion: bactrian/v1\nkind: Extension\nmetadata: {{name: {name}}}\npoint: p\n{rest}\nuse: map\n---\n"
        )
    };
    for (extensions, expected) in [
        (extension("a", "for: {useCase: g}"), vec!["UNREACHABLE"]),
        (extension("a", "for: {useCase: f, scenario: s}"), vec!["UNREACHABLE"]),
        (
            extension("a", "for: {useCase: f}\npriority: 1") + &extension("b", "for: {useCase: f}"),
            vec!["UNREACHABLE"],
        ),
        (
            extension("a", "for: {useCase: f}\npriority: 1\nwhen: input.x")
                + &extension("b", "for: {useCase: f}"),
            vec![],
        ),
        (
            extension("a", "for: {useCase: f}\nwhen: input.c == \"x\"")
                + &extension("b", "for: {useCase: f}\nwhen: '\"y\" == input.c'"),
            vec![],
        ),
        (
            extension("a", "for: {useCase: f}\nwhen: input.c == \"x\"")
                + &extension("b", "for: {useCase: f}\nwhen: input.d == \"y\""),
            vec!["EXTENSION_CONFLICT"],
        ),
    ] {
        let text = flow("f", "nodes: {n: {extension: p}}") + point + &extensions;
        let codes: Vec<&str> = set(&[("a.yaml", &text)]).1.iter().map(|found| found.code).collect();
        assert_eq!(codes, expected, "{extensions}");
    }
}

#[test]
fn a_second_answer_is_refused_only_where_the_first_is_certain() {
    let respond = "{respond: {status: 200}}";
    for (body, expected) in [
        (format!("order: [a, b]\nnodes:\n  a: {respond}\n  b: {respond}"), 1),
        (format!("order: [[a, b]]\nnodes:\n  a: {respond}\n  b: {respond}"), 0),
        (
            format!(
                "order: [a, b]\nnodes:\n  a: {{when: input.x, respond: {{status: 200}}}}\n  b: {respond}"
            ),
            0,
        ),
        (
            format!(
                "nodes:\n  s: {{switch: [{{case: input.x, to: a}}, {{default: true, to: b}}]}}\n  a: {respond}\n  b: {respond}"
            ),
            0,
        ),
    ] {
        assert_eq!(findings(&flow("f", &body)).len(), expected, "{body}");
    }
}

#[test]
fn cases_beside_a_flow_belong_to_it_and_may_name_nodes_of_its_variants() {
    let base = flow("f", "nodes: {load: {use: map}}");
    let variant = "apiVersion: bactrian/v1\nkind: Variant\nmetadata: {name: v}\nof: f\nfor: {bizId: b}\npatch: {add: {tell: {after: load, use: map}}}\n";
    let (checked, faults) = set(&[
        ("flows/f.yaml", &base),
        ("flows/b.yaml", variant),
        ("flows/f.cases.yaml", "- {name: one, mocks: {tell: 1}}\n- {name: two, mocks: {tel: 1}}\n"),
        ("flows/more.cases.yaml", "flow: f\ncases: [{name: three}]\n---\nflow: g\ncases: []\n"),
    ]);
    let codes: Vec<String> =
        faults.iter().map(|found| format!("{} {}", found.code, found.span.source.0)).collect();
    assert_eq!(codes, ["UNKNOWN_FLOW 3", "UNKNOWN_NODE 2"]);
    assert!(checked.flows.iter().all(|flow| flow.flow.cases.len() == 3));
}
