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
fn what_a_function_reads_in_every_round_counts() {
    let numbers = |count: usize| Value::from((0..count).collect::<Vec<_>>());
    for (many, big, text, is_allowed) in [
        (10_000, 63, "input.many.all(x, !(-1 in input.big))", true),
        (10_000, 64, "input.many.all(x, !(-1 in input.big))", false),
        (100, 6_000, "input.many.all(x, !(-1 in input.big))", true),
        (100, 6_000, "input.many.all(x, size(input.big + [x]) > 0)", true),
        (1_000, 6_000, "input.many.all(x, size(input.big + [x]) > 0)", false),
        (3_200, 0, "size(input.many.distinct()) > 0", true),
        (3_300, 0, "size(input.many.distinct()) > 0", false),
        (100, 1_000, "input.many.all(x, size(input.big.distinct()) > 0)", false),
    ] {
        let world = World::new(json!({"input": {"many": numbers(many), "big": numbers(big)}}));
        let refused = "its macros would go over more than 10000 rounds";
        let found = outcome(text, &world);
        assert_eq!(
            found,
            if is_allowed { Ok(json!(true)) } else { Err(refused.into()) },
            "{text} {many} {big}"
        );
    }
    let world = World::new(json!({"input": {"many": numbers(1_000), "text": "x".repeat(200_000)}}));
    let refused = Err("its macros would go over more than 10000 rounds".to_owned());
    assert_eq!(outcome("input.many.exists(x, input.text.contains(string(x)))", &world), refused);
    check_refused(&[("input.lines.map(l, l.sku.split(\"\").distinct())", "EXPR_TOO_COSTLY")]);
}

#[test]
fn a_text_is_measured_before_it_is_built() {
    let world = World::new(json!({"input": {"commas": ",".repeat(2_000), "long": "x".repeat(2_000)}}));
    for (text, expected) in [
        (
            "size(input.commas.replace(\",\", input.long))",
            Err("`replace`: the result is larger than 1 MiB".into()),
        ),
        ("size(input.commas.replace(\",\", input.long, 2))", Ok(json!(5_998))),
        (
            "input.commas.split(\"\").join(input.long).size()",
            Err("`join`: the result is larger than 1 MiB".into()),
        ),
        ("[\"a\", \"b\"].join() + [\"a\", \"b\"].join(\"-\")", Ok(json!("aba-b"))),
        ("\"aXbX\".replace(\"X\", \"\", -1)", Ok(json!("ab"))),
        ("[1].join()", Err("`join`: an item is a int, not a text".into())),
        ("input.long.replace(1, \"\")", Err("`replace` does not take string and int and string".into())),
    ] {
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
