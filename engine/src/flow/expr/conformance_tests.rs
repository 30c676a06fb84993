//! Properties over random texts and documents, and every expression of the language reference.

use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
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
    let token = prop_oneof![
        3 => prop_oneof![Just("input"), Just("input.lines"), Just("nodes.load"), Just("nodes"), Just("x"), Just("status")],
        3 => prop_oneof![Just("1"), Just("2.5"), Just("null"), Just("true"), Just("\"价\""), Just("'a'"), Just("3u"), Just("b'x'")],
        4 => prop_oneof![Just("+"), Just("-"), Just("=="), Just("&&"), Just("in"), Just("?"), Just(":"), Just("!"), Just("*")],
        4 => prop_oneof![Just("("), Just(")"), Just("["), Just("]"), Just("{"), Just("}"), Just(","), Just("."), Just(".?"), Just("[?")],
        2 => prop_oneof![
            Just(".map(x, x)"), Just(".filter(x, x.n > 1)"), Just(".exists(y,"), Just("orDefault("), Just("has("),
            Just("size("), Just(".orValue("), Just("math.least("), Just("now()"), Just("Order{"), Just(".sortBy(x, x)"),
        ],
        1 => prop_oneof![Just("价"), Just("\u{0}"), Just("`a`"), Just("\"\"\""), Just("\\"), Just("// "), Just("$"), Just("\n")],
    ];
    proptest::collection::vec(token, 1..14).prop_map(|tokens| tokens.concat())
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(500))]
    #[test]
    fn no_text_makes_the_compiler_or_the_evaluation_panic(text in soup()) {
        let world = world();
        let _ = outcome(&text, &world);
        if let Err(faults) = Expression::compile(&text, &world.names()) {
            assert!(faults.iter().all(|fault| text.get(fault.range.clone()).is_some()), "{text}: {faults:?}");
        }
    }
}

#[test]
fn every_expression_of_the_language_reference_compiles() {
    const NODES: [&str; 63] = [
        "alarm",
        "announce",
        "approve",
        "ask",
        "book",
        "callback",
        "cancel",
        "cap",
        "changed",
        "channels",
        "close",
        "close_channel",
        "confirm",
        "create",
        "deduct",
        "diff",
        "file",
        "fix",
        "fresh",
        "grace",
        "guard",
        "id_card",
        "inspected",
        "link",
        "load",
        "lock",
        "mark_failed",
        "member",
        "message",
        "moved",
        "notify",
        "ours",
        "outcome",
        "page",
        "price",
        "priced",
        "product",
        "promos",
        "query",
        "quote",
        "receivable",
        "reconcile_later",
        "record",
        "refund",
        "repair",
        "report",
        "return_coupon",
        "return_points",
        "return_stock",
        "reviews",
        "route",
        "rows",
        "rules",
        "save",
        "send",
        "show",
        "similar",
        "stale",
        "stock",
        "text",
        "theirs",
        "unknown",
        "unpaid",
    ];
    let names = Names::flow()
        .and(&[Root::Message, Root::Claims])
        .nodes(NODES)
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
