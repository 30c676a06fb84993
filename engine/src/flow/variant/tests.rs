//! What a patch makes of a flow, told in the edges and nodes that remain.

use super::{Change, Effective};
use crate::flow::{
    document::{Document, Variant},
    load::Source,
    parse::parse,
};

const FLOW: &str = "apiVersion: bactrian/v1
kind: Flow
metadata: {name: f}
order: [load, guard, [coupon, points, stock], notify]
nodes:
  load: {use: map}
  guard: {use: map}
  coupon: {use: map}
  points: {use: map, retry: {attempts: 2}}
  stock: {use: map, needs: [extra]}
  extra: {use: map, needs: [load]}
  notify: {use: map}
  route: {needs: [notify], switch: [{case: 'input.a', to: gold}, {default: true, to: [plain, other]}]}
  gold: {use: map}
  plain: {use: map}
  other: {use: map}
  end: {needs: [gold, plain], use: map}
errors: [{match: {node: coupon}, code: NO_COUPON}]
---
apiVersion: bactrian/v1
kind: Variant
metadata: {name: v}
of: f
for: {bizId: b}
patch: ";

fn effective(patch: &str) -> (Effective, Vec<String>) {
    let (parsed, faults) = parse(&[Source::new(0, "a.yaml", format!("{FLOW}{patch}\n"))]);
    assert_eq!(faults, []);
    let variant = |document: &Document| match document {
        Document::Variant(variant) => Some(Variant::clone(variant)),
        _ => None,
    };
    let variant = parsed.iter().find_map(|parsed| variant(&parsed.document)).unwrap();
    let (effective, faults) = Effective::base(parsed[0].tree.clone()).patched(&variant);
    (effective, faults.into_iter().map(|fault| format!("{} {}", fault.code, fault.help)).collect())
}

/// The value at a path of keys in the flow that the patch left.
fn at(effective: &Effective, path: &str) -> String {
    let mut tree = &effective.tree;
    for key in path.split('.') {
        let Some(next) = tree.get(key) else { return "-".to_owned() };
        tree = next;
    }
    tree.to_json().to_string()
}

#[test]
fn removing_a_node_joins_what_stood_around_it() {
    for (patch, path, expected) in [
        ("{remove: [guard]}", "order", r#"["load",["coupon","points","stock"],"notify"]"#),
        ("{remove: [coupon, points]}", "order", r#"["load","guard",["stock"],"notify"]"#),
        ("{remove: [coupon, points, stock]}", "order", r#"["load","guard","notify"]"#),
        ("{remove: [coupon]}", "errors", "[]"),
        ("{remove: [coupon]}", "nodes.coupon", "-"),
        ("{remove: [extra]}", "nodes.stock.needs", r#"["load"]"#),
        ("{remove: [stock]}", "nodes.notify.needs", r#"["extra"]"#),
        ("{remove: [notify]}", "nodes.route.needs", r#"["coupon","points","stock"]"#),
        (
            "{remove: [plain]}",
            "nodes.route.switch",
            r#"[{"case":"input.a","to":"gold"},{"default":true,"to":["end","other"]}]"#,
        ),
        (
            "{remove: [other]}",
            "nodes.route.switch",
            r#"[{"case":"input.a","to":"gold"},{"default":true,"to":["plain"]}]"#,
        ),
        ("{remove: [route]}", "nodes.gold.needs", r#"["notify"]"#),
    ] {
        let (effective, faults) = effective(patch);
        assert_eq!((at(&effective, path).as_str(), faults), (expected, vec![]), "{patch}");
    }
}

#[test]
fn a_replaced_node_keeps_its_edges_and_nothing_else() {
    let (effective, _) = effective("{replace: {stock: {use: log, timeout: 1s}, points: {use: log}}}");
    assert_eq!(at(&effective, "nodes.stock"), r#"{"use":"log","timeout":"1s","needs":["extra"]}"#);
    assert_eq!(at(&effective, "nodes.points.retry"), "-");
    assert_eq!(effective.origins["stock"].change, Change::Replaced);
    assert_eq!(effective.origins["load"].variant, None);
}

#[test]
fn what_stands_for_a_switch_comes_before_its_targets() {
    let (effective, _) = effective("{replace: {route: {use: log}}}");
    assert_eq!(at(&effective, "nodes.gold.needs"), r#"["route"]"#);
    assert_eq!(at(&effective, "nodes.route.needs"), r#"["notify"]"#);
}

#[test]
fn an_added_node_stands_between_what_it_names() {
    let (effective, faults) =
        effective("{add: {a: {after: load, before: [stock, b], use: log}, b: {use: log}}}");
    assert_eq!(faults, Vec::<String>::new());
    assert_eq!(at(&effective, "nodes.a"), r#"{"use":"log","needs":["load"]}"#);
    assert_eq!(at(&effective, "nodes.stock.needs"), r#"["extra","a"]"#);
    assert_eq!(at(&effective, "nodes.b.needs"), r#"["a"]"#);
    assert_eq!(effective.origins["stock"].touched.len(), 1);
}

#[test]
fn set_merges_into_the_whole_flow() {
    let (effective, _) = effective("{set: {timeout: 5s, nodes: {points: {retry: null, timeout: 2s}}}}");
    assert_eq!(at(&effective, "nodes.points"), r#"{"use":"map","timeout":"2s"}"#);
    assert_eq!(at(&effective, "timeout"), "\"5s\"");
    assert_eq!(&*effective.origins["points"].touched[0], "v");
}

#[test]
fn a_patch_that_does_not_fit_is_told_and_the_rest_applied() {
    let (effective, faults) = effective(
        "{remove: [gaurd], add: {load: {use: log}, x: {after: zzz, use: log}}, set: {kind: X, nodes: {coupon: null}}}",
    );
    let codes: Vec<&str> = faults.iter().map(|fault| fault.split(' ').next().unwrap()).collect();
    assert_eq!(
        codes,
        ["UNKNOWN_NODE", "DUPLICATE_NODE", "UNKNOWN_NODE", "VARIANT_FIXED_KEY", "VARIANT_FIXED_KEY"]
    );
    assert!(faults[0].ends_with("did you mean `guard`?"));
    assert_eq!(at(&effective, "nodes.x.use"), "\"log\"");
}
