//! The bounds of work, stack and result.

use serde_json::{Value, json};

use super::super::testing::{World, check, check_refused, outcome, world};

#[test]
fn work_is_bounded_before_it_is_done() {
    check_refused(&[
        ("input.lines.map(a, input.lines.map(b, input.lines.map(c, 1)))", "EXPR_TOO_COSTLY"),
        ("input.lines.map(a, lists.range(9).map(b, 1))", "EXPR_TOO_COSTLY"),
        ("lists.range(9).map(a, input.lines.map(b, 1))", "EXPR_TOO_COSTLY"),
        ("input.lines.map(a, a.tags).map(t, t.map(x, 1))", "EXPR_TOO_COSTLY"),
        ("lists.range(20000).map(a, a)", "`range`: a list of 20000 items, a macro runs over at most 10000"),
    ]);
    check(&[
        ("input.lines.filter(a, a.n > 0).map(a, a.tags.map(t, t))", json!([["x", "y"], []])),
        ("input.lines.map(a, a.n).filter(n, n > 1).map(n, n + 1)", json!([3])),
        ("orDefault(input.lines, []).map(a, a.tags.exists(t, t == \"x\"))", json!([true, false])),
        ("input.lines.sortBy(a, a.n).map(a, a.tags.size())", json!([0, 2])),
    ]);
    let items = |count: usize| Value::from(vec![0; count]);
    let rows = |count: usize, each: usize| Value::from(vec![json!({"l": items(each)}); count]);
    for (lines, text, is_allowed) in [
        (items(10_000), "input.l.all(a, a == 0)", true),
        (items(10_001), "input.l.all(a, a == 0)", false),
        (items(100), "input.l.all(a, input.l.all(b, b == 0))", true),
        (items(101), "input.l.all(a, input.l.all(b, b == 0))", false),
        (rows(50, 200), "input.l.all(a, a.l.all(b, b == 0))", true),
        (rows(51, 200), "input.l.all(a, a.l.all(b, b == 0))", false),
    ] {
        let world = World::new(json!({"input": {"l": lines}}));
        let expected = if is_allowed {
            Ok(json!(true))
        } else {
            Err("its macros would go over more than 10000 rounds".to_owned())
        };
        assert_eq!(outcome(text, &world), expected, "{text}");
    }
}

#[test]
fn the_deepest_expressions_compile_and_evaluate_on_a_small_stack() {
    let world = world();
    let nested = |open: &str, middle: &str, close: &str, depth: usize| {
        format!("{}{middle}{}", open.repeat(depth), close.repeat(depth))
    };
    for text in [
        nested("(", "input.amount", ")", 64),
        nested("[", "input.amount", "]", 60),
        nested("input.amount < 1 ? 1 : ", "2", "", 60),
        nested("!", "true", "", 60),
        vec!["input.amount"; 60].join(" + "),
        vec!["input.amount > 1"; 60].join(" && "),
    ] {
        assert!(outcome(&text, &world).is_ok(), "{text}: {:?}", outcome(&text, &world));
    }
    assert_eq!(outcome(&vec!["1"; 80].join(" + "), &world), Err("EXPR_TOO_DEEP".into()));
}

#[test]
fn a_result_over_one_mebibyte_is_refused() {
    let world = World::new(json!({"input": {"s": "x".repeat(600_000)}}));
    let refused = Err("the result is larger than 1 MiB".to_owned());
    assert_eq!(outcome("[input.s, input.s]", &world), refused);
    assert!(outcome("[input.s]", &world).is_ok());
}
