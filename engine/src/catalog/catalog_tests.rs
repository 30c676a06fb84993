//! Whole sets, from texts to snapshot: what is looked up, explained, taken over and refused.

use std::{fmt::Write as _, sync::Arc};

use sdk::{ExtensionEntry, Identity, Place, Registry, serde_json::json};

use super::{Routed, Snapshot, Sources, compile};
use crate::flow::{diagnostic::Diagnostic, load::Source, plan::anything, policy::States};

const REFERENCE: &str = include_str!("../../testdata/flows-reference.yaml");

fn with(
    texts: &[(&str, &str)],
    registry: &Registry,
    before: Option<&Snapshot>,
) -> Result<Snapshot, Vec<Diagnostic>> {
    let texts: Vec<Source> =
        (0..).zip(texts).map(|(id, (path, text))| Source::new(id, *path, *text)).collect();
    compile(Sources { texts: &texts, registry, states: &States::default() }, before)
}

fn reference() -> Snapshot {
    match with(&[("reference.yaml", REFERENCE)], &anything::registry(), None) {
        Ok(snapshot) => snapshot,
        Err(found) => panic!("{found:#?}"),
    }
}

fn id(use_case: &str, biz_id: &str, scenario: &str) -> Identity {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Identity::new(use_case, some(biz_id).as_deref(), some(scenario).as_deref()).unwrap()
}

fn flow(name: &str, rest: &str) -> String {
    format!(
        "apiVersion: bactrian/v1\nkind: Flow\nmetadata: {{name: {name}}}\nnodes:\n  a: {{use: map, with: 1}}\n{rest}"
    )
}

#[test]
fn what_could_be_undone_is_told_wherever_it_stands() {
    let undo = "compensate: {use: map, with: 1}";
    let nodes = format!(
        "  items: {{needs: [a], foreach: {{in: '[1]', as: n, do: {{nodes: {{x: {{use: map, {undo}}}}}}}}}}}
  each: {{needs: [items], foreach: {{in: '[1]', as: n, do: {{use: map, {undo}}}}}}}
  part: {{needs: [each], flow: {{name: part}}, {undo}}}
  away: {{needs: [part], flow: {{name: part, mode: detached}}}}
  first: {{needs: [part], race: {{one: {{nodes: {{y: {{use: map, {undo}}}}}}}, two: {{nodes: {{z: {{use: map}}}}}}}}}}
  point: {{needs: [first], extension: point}}\n"
    );
    let header = |kind, name| format!("apiVersion: bactrian/v1\nkind: {kind}\nmetadata: {{name: {name}}}\n");
    let part = format!("{}nodes:\n  k: {{use: map, {undo}}}\n", header("Flow", "part"));
    let point =
        format!("{}default: {{nodes: {{d: {{use: map, {undo}}}}}}}\n", header("ExtensionPoint", "point"));
    let texts = [("all.yaml", [flow("whole", &nodes), part, point].join("---\n"))];
    let texts: Vec<(&str, &str)> = texts.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let snapshot = with(&texts, &anything::registry(), None).unwrap_or_else(|found| panic!("{found:#?}"));
    let identity = id("whole", "", "");
    let plan = snapshot.flow("whole", None, &identity).unwrap();
    let told = snapshot.undo(&plan, &identity);
    assert_eq!(told, ["point.d", "first.one.y", "part", "part.k", "each[]", "items[].x"]);
}

#[test]
fn one_flow_is_three_plans_by_identity() {
    let snapshot = reference();
    let check = |biz_id, scenario, level, variants: &[&str], nodes: &str| {
        let plan = snapshot.flow("cancel-order", None, &id("anything", biz_id, scenario)).unwrap();
        let ids: Vec<&str> = plan.body.nodes.iter().map(|node| &*node.id).collect();
        let of: Vec<&str> = plan.variants.iter().map(|name| &**name).collect();
        assert_eq!((plan.level, of.as_slice(), ids.join(" ")), (level, variants, nodes.to_owned()));
    };
    let base = "load guard close return_coupon return_points return_stock refund notify";
    check("", "", 3, &[], base);
    check("new-car", "live", 3, &[], base);
    check(
        "used-car",
        "auction",
        2,
        &["cancel-order-used-car"],
        "load guard close return_points return_stock refund notify",
    );
    check("travel", "hotel", 2, &["cancel-order-travel"], base);
    check(
        "travel",
        "flight",
        1,
        &["cancel-order-flight", "cancel-order-travel"],
        "load guard close return_coupon return_points void_ticket return_stock refund notify",
    );
    let fault = snapshot.flow("cancel-ordr", None, &id("x", "", "")).unwrap_err();
    assert_eq!(
        (&*fault.code, fault.message.as_str()),
        ("FLOW_NOT_FOUND", "there is no flow `cancel-ordr`; did you mean `cancel-order`?")
    );
    assert_eq!(
        snapshot.flow("cancel-order", Some(6), &id("x", "", "")).unwrap_err().message,
        "flow `cancel-order` is at version 7, not 6"
    );
}

#[test]
fn explain_shows_levels_candidates_and_near_misses() {
    let snapshot = reference();
    let view = snapshot.explain("cancel-order", &id("x", "used-cars", "")).unwrap();
    assert_eq!((view.level, view.lookup.near), (3, vec!["(cancel-order, used-car, default)".to_owned()]));
    let points: Vec<String> = view
        .points
        .iter()
        .map(|point| {
            let tried: Vec<String> = point
                .tried
                .iter()
                .map(|tried| {
                    format!(
                        "{} {}",
                        tried.level,
                        tried.candidates.iter().map(|c| &*c.name).collect::<String>()
                    )
                })
                .collect();
            format!("{}: {:?} near {:?} {}", point.point, point.level, point.near, tried.join(", "))
        })
        .collect();
    assert_eq!(
        points,
        ["points-return: Some(3) near [\"(cancel-order, used-car, default)\"] 2 , 3 points-return-own"]
    );
    let guarded = snapshot.resolve("channel-create", &id("pay-order", "", "")).unwrap();
    let at: Vec<_> =
        guarded.tried[0].candidates.iter().map(|c| (&*c.name, c.when.as_deref().unwrap())).collect();
    assert_eq!(at, [("bank-create", "input.channel == \"bank\""), ("qr-create", "input.channel == \"qr\"")]);
    assert_eq!(guarded.level, None);
    let default = snapshot.resolve("price-view", &id("product-page", "travel", "")).unwrap();
    assert_eq!((default.level, default.default.map(|d| d.name)), (None, Some("default".into())));
}

#[test]
fn coverage_names_who_answers_for_every_identity_that_is_written_anywhere() {
    let mut table = String::new();
    for cell in reference().coverage() {
        let level = cell.level.map_or_else(|| "-".to_owned(), |level| level.to_string());
        writeln!(table, "{} {} {level} {}", cell.point, cell.identity, cell.answers.join("|")).unwrap();
    }
    insta::assert_snapshot!(table);
}

#[test]
fn settings_resources_and_routes_are_looked_up() {
    let snapshot = reference();
    let config = snapshot.config(&id("close-unpaid-order", "travel", "flight"));
    assert_eq!(*config, json!({"closeUnpaidAfterMinutes": 15, "batch": 200}));
    let orders = snapshot.resource("Connection", "orders").unwrap();
    assert_eq!(orders.body["baseUrl"], "http://orders.svc:8080");
    let fault = snapshot.resource("Connection", "order").unwrap_err();
    assert_eq!(fault.message, "there is no Connection `order`; did you mean `orders`?");
    assert_eq!(
        snapshot.route("POST", "/orders/7/cancel"),
        Routed::Flow { flow: "cancel-order".into(), params: vec![("id".into(), "7")] }
    );
    assert_eq!(snapshot.routes().all().len(), 5);
}

#[test]
fn what_has_not_changed_is_taken_over() {
    let registry = anything::registry();
    let (one, two) = (flow("one", ""), flow("two", ""));
    let connection =
        "apiVersion: bactrian/v1\nkind: Connection\nmetadata: {name: c}\ntype: http\nbaseUrl: http://c\n";
    let first = with(&[("a", &one), ("b", &two), ("c", connection)], &registry, None).unwrap();
    let changed = two.replace("with: 1", "with: 2");
    let second = with(&[("a", &one), ("b", &changed), ("c", connection)], &registry, Some(&first)).unwrap();
    assert_eq!((first.reused(), second.reused()), (0, 1));
    let same = |name: &str| {
        let plan = |of: &Snapshot| of.flow(name, None, &id("x", "", "")).unwrap();
        Arc::ptr_eq(&plan(&first), &plan(&second))
    };
    assert_eq!((same("one"), same("two")), (true, false));
    let resource = |of: &Snapshot| of.resource("Connection", "c").unwrap();
    assert!(Arc::ptr_eq(&resource(&first), &resource(&second)));
    assert_ne!(first.hash(), second.hash());
    let plan = first.flow("one", None, &id("x", "", "")).unwrap();
    assert!(Arc::ptr_eq(second.plan(&plan.hash).unwrap(), &plan));
}

#[test]
fn a_warning_is_told_again_after_a_reload() {
    let registry = anything::registry();
    let text = "apiVersion: bactrian/v1\nkind: Flow\nmetadata: {name: f}\nnodes:\n  a: {when: input.x, use: http}\n  \
                b: {needs: [a], use: map, with: '${nodes.a.b}'}\n";
    let first = with(&[("a", text)], &registry, None).unwrap();
    let second = with(&[("a", text)], &registry, Some(&first)).unwrap();
    assert_eq!(first.warnings().iter().map(|found| found.code).collect::<Vec<_>>(), ["MAY_BE_MISSING"]);
    assert_eq!(first.warnings(), second.warnings());
}

#[test]
fn a_setting_that_somebody_lacks_is_warned_of() {
    let registry = anything::registry();
    let check = |read: &str, expected: &[&str]| {
        let text = format!(
            "{}---\napiVersion: bactrian/v1\nkind: Config\nmetadata: {{name: c}}\nfor: {{useCase: one}}\nvalues: {{days: 1}}\n---\n\
             apiVersion: bactrian/v1\nkind: Config\nmetadata: {{name: d}}\nfor: {{useCase: one, bizId: car}}\nvalues: {{more: 1}}\n",
            flow("one", &format!("  b: {{needs: [a], use: map, with: '${{{read}}}'}}\n"))
        );
        let snapshot = with(&[("a", &text)], &registry, None).unwrap();
        let told: Vec<String> =
            snapshot.warnings().iter().map(|found| format!("{}: {}", found.message, found.help)).collect();
        assert_eq!(told, expected);
    };
    check("config.days", &[]);
    check("orDefault(config.dayz, 1)", &[]);
    check(
        "config.dayz",
        &["`config.dayz` is read, but nobody sets it for `one`: did you mean `config.days`?"],
    );
    check(
        "config.more",
        &[
            "`config.more` is read, but only some businesses set it: set it in a Config for {useCase: one}, or write \
           `orDefault(config.more, …)`",
        ],
    );
}

#[test]
fn a_bad_set_is_refused_with_everything_wrong() {
    let registry = anything::registry();
    let before = with(&[("a", &flow("one", ""))], &registry, None).unwrap();
    let bad = flow(
        "one",
        "  b: {needs: [b], use: map}\noutput: '${nodes.x}'\ntriggers: {http: {method: GET, path: '/a/{x'}}\n",
    );
    let setting = "---\napiVersion: bactrian/v1\nkind: Config\nmetadata: {name: NAME}\nfor: {useCase: one}\nvalues: {k: 1}\n";
    let bad = format!("{bad}{}{}", setting.replace("NAME", "s"), setting.replace("NAME", "t"));
    let found = with(&[("a", &bad)], &registry, Some(&before)).map(|_| ()).unwrap_err();
    let codes: Vec<&str> = found.iter().map(|found| found.code).collect();
    for code in ["CYCLE", "EXPR_UNKNOWN_NAME", "CONFIG_CONFLICT"] {
        assert!(codes.contains(&code), "{code} in {codes:?}");
    }
}

/// A point and its implementation in Rust.
mod code {
    use sdk::{Context, Error, Extension, ExtensionPoint, async_trait};

    pub(super) struct Price;
    impl ExtensionPoint for Price {
        type Input = u32;
        type Output = u32;
        const NAME: &'static str = "price";
    }

    #[derive(Default)]
    pub(super) struct Double;
    #[async_trait]
    impl Extension<Price> for Double {
        async fn run(&self, _: &Context, input: u32) -> Result<u32, Error> {
            Ok(input * 2)
        }
    }
}

#[test]
fn rust_extensions_stand_beside_those_in_yaml() {
    let entry = |name, biz_id, priority| {
        let place = Place { use_case: "one", biz_id, scenario: None };
        ExtensionEntry::of::<code::Price, code::Double>(name, place, priority, "tests")
    };
    let text = flow("one", "  b: {needs: [a], extension: price, with: 2}\n")
        + "---\napiVersion: bactrian/v1\nkind: Extension\nmetadata: {name: yaml}\npoint: price\nfor: {useCase: one}\npriority: 5\nuse: \
           map\nwith: 3\n";
    let point = "---\napiVersion: bactrian/v1\nkind: ExtensionPoint\nmetadata: {name: price}\ninput: {type: integer}\n";
    let text = text + point;
    let registry = anything::registry().with_extension(entry("Low", None, 0)).with_extension(entry(
        "Own",
        Some("car"),
        0,
    ));
    let snapshot = with(&[("a", &text)], &registry, None).unwrap();
    let names = |level| {
        let at = snapshot.extensions("price", &id("one", "car", ""), level);
        at.iter().map(|extension| extension.name.to_string()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!((names(1), names(2), names(3)), (String::new(), "Own".into(), "yaml Low".into()));
    let clash = registry.with_extension(entry("Again", Some("car"), 0));
    let found = with(&[("a", &text)], &clash, None).map(|_| ()).unwrap_err();
    let told: Vec<String> = found.iter().map(|found| format!("{} {}", found.code, found.message)).collect();
    assert_eq!(
        told,
        [
            "EXTENSION_CONFLICT extension `Own` of `price`, in tests: (one, car, default) is taken by `Again` with the same priority"
        ]
    );
}
