//! Templates keep types where they can and say where they cannot be compiled.

use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use serde_json::{Value, json};

use super::super::testing::world;
use super::Template;

/// What a template gives; in parts it gives the same.
fn evaluated(template: &Value) -> Value {
    let world = world();
    let template = Template::compile(template, &world.names()).unwrap();
    let value = Value::clone(&template.evaluate(&world).unwrap());
    let woven = template.weave(&world).unwrap();
    assert_eq!(woven.whole(), value);
    assert_eq!(serde_json::to_string(&woven).unwrap(), value.to_string());
    value
}

#[test]
fn an_exact_expression_keeps_its_type_and_mixed_text_is_written_out() {
    let cases = [
        (json!("${input.amount}"), json!(9900)),
        (
            json!({"all": ["${input.lines}", 1]}),
            json!({"all": [[{"sku": "S1", "n": 2, "tags": ["x", "y"]}, {"sku": "S2", "n": 1, "tags": []}], 1]}),
        ),
        (json!("${input.lines[0]}"), json!({"sku": "S1", "n": 2, "tags": ["x", "y"]})),
        (json!("${input.note}"), json!(null)),
        (json!("/o/${input.orderId}/${input.amount}"), json!("/o/O1/9900")),
        (json!("[${input.note}]"), json!("[]")),
        (json!("${input.orderId}:${input.empty}"), json!("O1:[]")),
        (json!(" ${input.amount}"), json!(" 9900")),
        (json!("$${input.amount}"), json!("${input.amount}")),
        (json!("${{\"PAID\": 1}[?nodes.load.status].orValue(0)}"), json!(1)),
        (json!({"a": [1, "${input.amount + 1}"], "b": {"c": "x"}}), json!({"a": [1, 9901], "b": {"c": "x"}})),
    ];
    for (template, expected) in cases {
        assert_eq!(evaluated(&template), expected, "{template}");
    }
}

#[test]
fn every_fault_is_reported_with_pointer_and_place() {
    let template = json!({"a/b": ["x ${inptu.id}"], "c": "${nodes.laod.x} and ${1 +}", "d": "${"});
    let world = world();
    let faults = Template::compile(&template, &world.names()).unwrap_err();
    let found: Vec<_> =
        faults.iter().map(|(pointer, fault)| (pointer.as_str(), fault.code, fault.range.clone())).collect();
    assert_eq!(found[0], ("/a~1b/0", "EXPR_UNKNOWN_NAME", 4..9));
    assert_eq!(found[1], ("/c", "EXPR_UNKNOWN_NAME", 2..12));
    assert_eq!((found[2].0, found[2].1), ("/c", "EXPR_SYNTAX"));
    assert_eq!(found[3], ("/d", "EXPR_SYNTAX", 0..2));
    assert_eq!(faults[1].1.help.as_deref(), Some("did you mean `nodes.load`?"));
}

#[test]
fn a_field_in_pieces_is_handed_over_in_pieces() {
    let world = world();
    let value = json!({"path": "/o/${input.text}/close", "fixed": "/health", "body": "${input.text}!"});
    let is_piece = |pointer: &str| pointer == "/path" || pointer == "/fixed";
    let template = Template::compile_in_pieces(&value, &world.names(), &is_piece).unwrap();
    let expected = json!({
        "path": {"$pieces": [{"text": "/o/"}, {"value": "a/b"}, {"text": "/close"}]},
        "fixed": "/health",
        "body": "a/b!",
    });
    assert_eq!(*template.evaluate(&world).unwrap(), expected);
}

/// Any JSON value whose texts hold no `${`.
fn plain_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e6..1e6).prop_map(|float: f64| Value::from(float)),
        "[^$]*|[$][^{$]*".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            proptest::collection::vec(("[a-z]{1,4}", inner), 0..5)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn a_value_without_expressions_is_a_constant_equal_to_itself(value in plain_value()) {
        let world = world();
        let template = Template::compile(&value, &world.names()).unwrap();
        assert_eq!(template.constant().map(|constant| &**constant), Some(&value));
    }
}
