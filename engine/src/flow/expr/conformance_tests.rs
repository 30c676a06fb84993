//! Properties over random texts and documents, and every expression of the language reference.

use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use proptest::sample::select;
use serde_json::{Value, json};

use super::super::testing::{World, outcome, world};
use super::super::{Expression, Names, Root, Template};

/// A path into a random document: some steps lead somewhere, some do not.
fn path_text() -> impl Strategy<Value = String> {
    let step = prop_oneof![
        4 => "[a-c]".prop_map(|key| format!(".{key}")),
        1 => "[a-c]".prop_map(|key| format!("[\"{key}\"]")),
        1 => (0_usize..3).prop_map(|index| format!("[{index}]")),
    ];
    proptest::collection::vec(step, 0..4).prop_map(|steps| format!("input{}", steps.concat()))
}

fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        (-1e3..1e3).prop_map(|float: f64| Value::from(float)),
        "[a-z]{0,3}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 30, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::Array),
            proptest::collection::vec(("[a-c]", inner), 0..3)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    /// The twin goes through CEL: a conditional around the path keeps it off the fast way.
    #[test]
    fn the_fast_way_of_a_path_agrees_with_cel(path in path_text(), input in document()) {
        let world = World::new(json!({"input": input}));
        let fast = outcome(&path, &world);
        assert_eq!(outcome(&format!("true ? {path} : 0"), &world), fast, "{path}");
        let dynamic = format!("[input].map(root, root{})[0]", &path["input".len()..]);
        assert_eq!(outcome(&dynamic, &world).ok(), fast.clone().ok(), "{dynamic}");
        let expected = fast.ok().filter(|value| !value.is_null()).unwrap_or(json!("default"));
        assert_eq!(outcome(&format!("orDefault({path}, \"default\")"), &world), Ok(expected.clone()));
        let soft = format!("[input].map(root, orDefault(root{}, \"default\"))[0]", &path["input".len()..]);
        assert_eq!(outcome(&soft, &world), Ok(expected), "{soft}");
    }
}

/// Tokens of the language in any order, so that some of it parses and most does not.
fn soup() -> impl Strategy<Value = String> {
    const TOKENS: [&str; 5] = [
        "input input.lines nodes.load nodes x status 1 2.5 null true \"价\" 'a' 3u b'x' input nodes.refund.x",
        "+ - == && in ? : ! * || < %",
        "( ) [ ] { } , . .? [? ) ]",
        ".map(x,x) .filter(x,x.n>1) .exists(y, orDefault( has( size( .orValue( math.least( now() Order{ .sortBy(x,x)",
        "价 \u{0} `a` \"\"\" \\ // $ .matches(",
    ];
    let token = prop_oneof![3 => Just(0), 2 => Just(1), 3 => Just(2), 2 => Just(3), 1 => Just(4)]
        .prop_flat_map(|kind: usize| select(TOKENS[kind].split(' ').collect::<Vec<_>>()));
    proptest::collection::vec(token, 1..14).prop_map(|tokens| tokens.concat())
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(500))]
    #[test]
    fn no_text_makes_the_compiler_or_the_evaluation_panic(text in soup()) {
        let world = world();
        drop(outcome(&text, &world));
        if let Err(faults) = Expression::compile(&text, &world.names()) {
            assert!(faults.iter().all(|fault| text.get(fault.range.clone()).is_some()), "{text}: {faults:?}");
        }
    }
}

#[test]
fn every_expression_of_the_language_reference_compiles() {
    const NODES: &str = "alarm announce approve ask book callback cancel cap changed channels close close_channel \
        confirm create deduct diff file fix fresh grace guard id_card inspected link load lock \
        mark_failed member message moved notify ours outcome page price priced product promos query \
        quote receivable reconcile_later record refund repair report return_coupon return_points \
        return_stock reviews route rows rules save send show similar stale stock text theirs unknown \
        unpaid";
    let names = Names::flow()
        .and(&[Root::Message, Root::Claims])
        .nodes(NODES.split(' '))
        .locals(["last", "order", "sid", "page", "channel"]);
    let expressions = include_str!("../../../testdata/expressions.txt");
    for line in expressions.lines().filter(|line| !line.starts_with('#')) {
        let faults = match line.split_once(' ') {
            Some(("cel", text)) => Expression::compile(text, &names).err(),
            Some((_, text)) => Template::compile(&json!(text), &names)
                .err()
                .map(|faults| faults.into_iter().map(|(_, fault)| fault).collect()),
            None => None,
        };
        assert_eq!(faults, None, "{line}");
    }
}
