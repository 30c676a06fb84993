//! What flow authors meet: CEL's semantics on JSON, what is missing, and the caps.

use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use serde_json::{Value, json};

use super::super::testing::{World, outcome, world};
use super::super::{Names, Read, Root};
use super::Expression;

fn check(cases: &[(&str, Value)]) {
    let world = world();
    for (text, expected) in cases {
        assert_eq!(outcome(text, &world), Ok(expected.clone()), "{text}");
    }
}

/// The cause of a failed evaluation, or the code of a fault.
fn check_refused(cases: &[(&str, &str)]) {
    let world = world();
    for (text, expected) in cases {
        assert_eq!(outcome(text, &world), Err((*expected).to_owned()), "{text}");
    }
}

#[test]
fn integers_stay_integers_and_doubles_stay_doubles() {
    check(&[
        ("input.amount + 1", json!(9901)),
        ("input.amount / 10", json!(990)),
        ("input.amount % 7", json!(2)),
        ("-input.amount", json!(-9900)),
        ("input.rate * 2.0", json!(1.0)),
        ("double(input.amount) * 0.02", json!(198.0)),
        ("int(1.9)", json!(1)),
        ("input.amount > 9899.5", json!(true)),
        ("input.big > 1u", json!(true)),
        ("input.amount == 9900.0", json!(true)),
        ("1u + 2u", json!(3)),
        ("math.least(input.amount, 5)", json!(5)),
        ("math.greatest([1, 7, 3])", json!(7)),
        ("string(input.amount) + \"m\"", json!("9900m")),
        ("int(\"42\") + 1", json!(43)),
    ]);
    check_refused(&[
        ("input.amount * 0.5", "`*` does not take int and double"),
        ("input.amount / 0", "a division by zero"),
        ("9223372036854775807 + 1", "an integer overflowed"),
        ("input.note + 1", "`+` does not take null and int"),
        ("1.0 / 0.0", "the result is not a number (a division by 0.0?)"),
    ]);
}

#[test]
fn missing_is_an_error_null_is_a_value_and_or_default_takes_both() {
    check(&[
        ("input.note == null", json!(true)),
        ("has(input.note)", json!(true)),
        ("has(input.nothing)", json!(false)),
        ("has(nodes.refund)", json!(false)),
        ("has(nodes.refund.no)", json!(false)),
        ("has(nodes.load.couponId)", json!(true)),
        ("orDefault(input.note, 1)", json!(1)),
        ("orDefault(input.nothing.at.all, 1)", json!(1)),
        ("orDefault(input.orderId.x, 1)", json!(1)),
        ("orDefault(input.orderId, 1)", json!("O1")),
        ("orDefault(nodes.refund.no, orDefault(nodes.load.couponId, \"none\"))", json!("none")),
        ("orDefault(nodes.load.status, nodes.refund.no)", json!("PAID")),
        ("orDefault(input.map[input.orderId], 0)", json!(0)),
        ("orDefault(input.map[\"a\"], 0)", json!(2)),
        ("orDefault(input.lines[7].sku, \"-\")", json!("-")),
        ("orDefault(input.lines[vars.limit].sku, \"-\")", json!("-")),
        ("orDefault(input.lines[vars.limit - 4].sku, \"-\")", json!("S2")),
        ("orDefault(message.body.?bizId, 3)", json!(3)),
        ("orDefault(nodes.refund.lines, []).size()", json!(0)),
        ("input.lines.map(l, orDefault(l.price, 5))", json!([5, 5])),
        ("orDefault(input.orderId == \"O1\" ? input.note : input.gone, 4)", json!(4)),
        ("input.?nothing.orValue(7)", json!(7)),
        ("input.?note.orValue(7)", json!(null)),
        ("input.lines[?0].?sku.orValue(\"-\")", json!("S1")),
        ("nodes.?refund.?no.orValue(\"-\")", json!("-")),
        ("nodes.refund.?no.orValue(\"-\")", json!("-")),
        ("nodes.?load.?status.orValue(\"-\")", json!("PAID")),
        ("request.headers[?\"x-entrance\"].orValue(\"\") == \"live\"", json!(true)),
        ("nodes.empty", json!(null)),
        ("status.refund == \"skipped\" ? 0 : nodes.refund.no", json!(0)),
        ("optional.none()", json!(null)),
        ("false && nodes.refund.no", json!(false)),
        ("nodes.refund.no == 1 || true", json!(true)),
    ]);
    check_refused(&[
        ("input.ordrId", "`input` has no key `ordrId`"),
        ("input.ordrId + 1", "`input` has no key `ordrId`"),
        ("nodes.refund.no", "`nodes.refund` is missing: the node did not run or has not ended"),
        ("nodes.refund.no == 1", "`nodes.refund` is missing: the node did not run or has not ended"),
        ("input.note.x", "`input.note` is null, it has no key `x`"),
        ("input.orderId.x + 1", "`input.orderId` is a text, it has no key `x`"),
        ("input.lines[7].sku", "`input.lines` has 2 items, there is no [7]"),
        ("input.map[\"z\"]", "`input.map` has no key `z`"),
        ("input.map[input.orderId]", "no key `O1`"),
        ("has(input.nothing.x)", "`input` has no key `nothing`"),
        ("trigger.at", "`trigger` is missing"),
        ("orDefault(input.map[input.gone], 0)", "`input` has no key `gone`"),
    ]);
}

#[test]
fn lists_and_maps_of_json_and_of_cel_are_one() {
    check(&[
        ("nodes.load.status in [\"PAID\", \"OPEN\"]", json!(true)),
        ("\"x\" in input.lines[0].tags", json!(true)),
        ("\"a\" in input.map", json!(true)),
        ("2 in nodes.load.lines", json!(true)),
        ("1 in input.map", json!(false)),
        ("nodes.load.lines == [1, 2, 3]", json!(true)),
        ("[1, 2, 3] == nodes.load.lines", json!(true)),
        ("[1, 2] != nodes.load.lines", json!(true)),
        ("{\"a\": 2, \"b\": 1} == input.map", json!(true)),
        ("input.map == {\"a\": 2, \"b\": 1}", json!(true)),
        ("[{\"a\": 2, \"b\": 1}] == [input.map]", json!(true)),
        ("input.map in [{\"a\": 2, \"b\": 1}]", json!(true)),
        ("{\"a\": 1} in [input.map]", json!(false)),
        ("nodes.load.lines + [4]", json!([1, 2, 3, 4])),
        ("[0] + nodes.load.lines", json!([0, 1, 2, 3])),
        ("size(nodes.load.lines) + input.map.size()", json!(5)),
        ("input.lines.map(l, l.sku)", json!(["S1", "S2"])),
        ("input.lines.filter(l, l.n > 1)", json!([{"sku": "S1", "n": 2, "tags": ["x", "y"]}])),
        ("input.lines.exists(l, l.n == 1) && input.lines.all(l, l.n > 0)", json!(true)),
        ("input.lines.exists_one(l, \"x\" in l.tags)", json!(true)),
        ("input.lines.map(l, l.tags.map(t, l.sku + t)).flatten()", json!(["S1x", "S1y"])),
        ("input.lines.map(l, l.tags).flatten()", json!(["x", "y"])),
        ("input.map.map(k, k)", json!(["b", "a"])),
        ("{\"b\": 1, \"a\": 2, \"c\": 3}.map(k, k)", json!(["a", "b", "c"])),
        ("{\"b\": 1, \"a\": input.map}", json!({"a": {"b": 1, "a": 2}, "b": 1})),
        ("{1: true, \"x\": null}", json!({"1": true, "x": null})),
        ("[3, 1, 2].sort()", json!([1, 2, 3])),
        ("input.lines.sortBy(l, l.n).map(l, l.sku)", json!(["S2", "S1"])),
        ("[1, 2, 2].distinct()", json!([1, 2])),
        ("nodes.load.lines.slice(1, 3).reverse()", json!([3, 2])),
        ("[1, ?optional.none(), 2]", json!([1, 2])),
        ("nodes.load.lines[1u]", json!(2)),
        ("type(input.amount) == int && type(input.lines) == list", json!(true)),
        ("type(input.text)", json!("string")),
        ("lists.range(3)", json!([0, 1, 2])),
        ("input.lines.map(input, input.sku)", json!(["S1", "S2"])),
        ("[1, 2].map(x, x * vars.limit)", json!([5, 10])),
    ]);
    check_refused(&[
        ("input.orderId in input.amount", "`in` does not take string and int"),
        ("input.lines.map(l, l.x)", "no key `x`"),
        ("nodes.load.lines[9]", "`nodes.load.lines` has 3 items, there is no [9]"),
        ("nodes.load.lines[input.amount]", "the list has no item at that index"),
        ("nodes.load.lines + 1", "`+` does not take list and int"),
    ]);
}

#[test]
fn texts_and_times() {
    check(&[
        ("input.orderId + \"-\" + input.text", json!("O1-a/b")),
        ("input.channel.upperAscii()", json!("BANK")),
        ("\"a,b\".split(\",\")", json!(["a", "b"])),
        ("input.lines.map(l, l.sku).join(\"+\")", json!("S1+S2")),
        ("input.orderId.startsWith(\"O\") && input.text.contains(\"/\")", json!(true)),
        ("input.orderId.matches(\"^O[0-9]+$\")", json!(true)),
        ("\" x \".trim() + \"abc\".substring(1) + \"aXb\".replace(\"X\", \"-\")", json!("xbca-b")),
        ("size(\"价格\")", json!(2)),
        ("\"%s is %d\".format([input.orderId, input.amount])", json!("O1 is 9900")),
        ("timestamp(input.at)", json!("2026-01-05T08:00:00Z")),
        ("timestamp(input.at) - duration(string(config.minutes) + \"m\")", json!("2026-01-05T07:30:00Z")),
        ("string(timestamp(input.at) + duration(\"1.5s\"))", json!("2026-01-05T08:00:01.5Z")),
        ("duration(\"90s\")", json!("90s")),
        ("duration(\"-1500ms\")", json!("-1.5s")),
        ("timestamp(input.at) < now()", json!(true)),
        ("timestamp(input.at).getFullYear()", json!(2026)),
        ("date(now(), \"Asia/Shanghai\")", json!("2026-01-06")),
        ("date(now() - duration(\"24h\"), \"UTC\")", json!("2026-01-04")),
        ("uuid()", json!("00000000-0000-0000-0000-000000000007")),
        ("b\"abc\"", json!("YWJj")),
    ]);
    check_refused(&[
        ("date(now(), \"Mars\")", "`date`: no such time zone, write one like Asia/Shanghai"),
        ("input.orderId + 1", "`+` does not take string and int"),
    ]);
}

#[test]
fn decimals_are_exact() {
    check(&[
        ("decimal.add(\"0.10\", \"0.20\")", json!("0.30")),
        ("decimal.subtract(1, \"0.01\")", json!("0.99")),
        ("decimal.multiply(\"19.99\", 3)", json!("59.97")),
        ("decimal.round(\"2.345\", 2)", json!("2.35")),
        ("decimal.round(\"2.5\", 2)", json!("2.50")),
        ("decimal.compare(\"1.0\", 1) == 0", json!(true)),
    ]);
    check_refused(&[(
        "decimal.add(0.1, \"0.2\")",
        "`decimal.add`: double given, write a number as a text: \"12.50\"",
    )]);
}

#[test]
fn a_name_that_leads_nowhere_is_found_at_load() {
    check_refused(&[
        ("missing || true", "EXPR_UNKNOWN_NAME"),
        ("nodes.laod.status == 1", "EXPR_UNKNOWN_NAME"),
        ("nodes[\"laod\"].status == 1", "EXPR_UNKNOWN_NAME"),
        ("status.laod == \"succeeded\"", "EXPR_UNKNOWN_NAME"),
        ("orDefault(nodes.laod.x, 1)", "EXPR_UNKNOWN_NAME"),
        ("nodes.?laod.?x", "EXPR_UNKNOWN_NAME"),
        ("has(nodes.laod)", "EXPR_UNKNOWN_NAME"),
        ("input.lines.map(l, k.sku)", "EXPR_UNKNOWN_NAME"),
        ("PAID", "EXPR_UNKNOWN_NAME"),
        ("last.x", "EXPR_UNKNOWN_NAME"),
        ("Order{id: 1}", "EXPR_UNKNOWN_NAME"),
        ("input.x.lenght()", "EXPR_UNKNOWN_FUNCTION"),
        ("ordefault(input.x, 1)", "EXPR_UNKNOWN_FUNCTION"),
        ("orDefault(input.x)", "EXPR_UNKNOWN_FUNCTION"),
        ("math.smallest(1, 2)", "EXPR_UNKNOWN_FUNCTION"),
        ("now(1)", "EXPR_UNKNOWN_FUNCTION"),
        ("input.lines.map(x)", "EXPR_UNKNOWN_FUNCTION"),
        ("", "EXPR_SYNTAX"),
        ("a ==", "EXPR_SYNTAX"),
        ("input.a and input.b", "EXPR_SYNTAX"),
        ("input.in", "EXPR_SYNTAX"),
    ]);
}

#[test]
fn a_fault_says_where_and_how_to_mend_it() {
    let world = world();
    let names = world.names();
    for (text, place, help) in [
        ("1 + nodes.laod.x", "nodes.laod", Some("did you mean `nodes.load`?")),
        ("\"价\" + inptu.x", "inptu", Some("did you mean `input`?")),
        ("input.x == load", "load", Some("write `nodes.load` for the output of that node")),
        ("size(nodes) + status", "status", Some("write `status.<id>`")),
        ("input.x.uppercase()", "", None),
        ("input.a and input.b", "and", Some("write `&&` instead of `and`")),
        ("\"价\" = 1", "=", Some("write `==` instead of `=`")),
        ("input.a = 1", "=", Some("write `==` instead of `=`")),
    ] {
        let fault = &Expression::compile(text, &names).unwrap_err()[0];
        assert!(text[fault.range.clone()].starts_with(place), "{text}: {:?}", &text[fault.range.clone()]);
        if help.is_some() {
            assert_eq!(fault.help.as_deref(), help, "{text}");
        }
    }
    let faults = Expression::compile("nodes.a.x + nodes.b.x", &names).unwrap_err();
    assert_eq!(faults.len(), 2, "all faults at once");
}

#[test]
fn an_inner_body_sees_its_own_names_first() {
    let flow = Names::flow().nodes(["load", "fix"]);
    let outer = Names::new(&[]).nodes(["diff", "fix"]).locals(["channel", "index"]).inside(&flow);
    let inner = Names::new(&[]).locals(["page", "index"]).inside(&outer);
    for (text, root) in [
        ("page", Root::Local { depth: 0, index: 0 }),
        ("index", Root::Local { depth: 0, index: 1 }),
        ("channel", Root::Local { depth: 1, index: 0 }),
        ("nodes.diff.x", Root::Node { depth: 1, slot: 0 }),
        ("nodes.fix.x", Root::Node { depth: 1, slot: 1 }),
        ("nodes.load.x", Root::Node { depth: 2, slot: 0 }),
        ("errors.load", Root::Errors { depth: 2, slot: 0 }),
        ("input.day", Root::Input),
        ("nodes", Root::Nodes { depth: 1 }),
    ] {
        assert_eq!(Expression::compile(text, &inner).unwrap().reads()[0].root, root, "{text}");
    }
}

#[test]
fn reads_say_what_is_read_and_whether_it_is_guarded() {
    let world = world();
    let node = |slot| Root::Node { depth: 0, slot };
    let read = |root, key: &str, guarded| Read { root, key: (!key.is_empty()).then(|| key.into()), guarded };
    let status = read(Root::Status { depth: 0, slot: 2 }, "", true);
    for (text, expected) in [
        ("input.orderId", vec![read(Root::Input, "orderId", false)]),
        ("nodes.refund.no + input.a.b", vec![read(Root::Input, "a", false), read(node(2), "no", false)]),
        ("orDefault(nodes.refund.no, 0)", vec![read(node(2), "no", true)]),
        ("orDefault(nodes.refund.no, 0) + nodes.refund.no", vec![read(node(2), "no", false)]),
        ("has(nodes.refund) && nodes.refund.no", vec![read(node(2), "", true), read(node(2), "no", true)]),
        ("nodes.refund.?no", vec![read(node(2), "", true)]),
        ("nodes.?refund", vec![read(node(2), "", true)]),
        ("status.refund == \"succeeded\" && nodes.refund.no > 0", vec![read(node(2), "no", true), status]),
        ("input.lines.map(nodes, nodes.x)", vec![read(Root::Input, "lines", false)]),
    ] {
        assert_eq!(Expression::compile(text, &world.names()).unwrap().reads(), expected, "{text}");
    }
}

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

#[test]
fn money_times_a_float_is_warned_of() {
    let world = world();
    for (text, is_warned) in [
        ("double(input.priceFen) * 0.02", true),
        ("input.totalAmount * 1.5", true),
        ("input.priceFen * 2 / 100", false),
        ("input.rate * 1.5", false),
    ] {
        let compiled = Expression::compile(text, &world.names()).unwrap();
        assert_eq!(compiled.warnings().len(), usize::from(is_warned), "{text}");
    }
}

#[test]
fn a_condition_must_be_true_or_false() {
    let world = world();
    let test = |text: &str| {
        let compiled = Expression::compile(text, &world.names()).unwrap();
        compiled.test(&world).map_err(|failure| failure.cause)
    };
    assert_eq!(test("input.amount > 1"), Ok(true));
    assert_eq!(test("run.degraded"), Ok(false));
    assert_eq!(test("input.orderId"), Err("the condition is a text, it must be true or false".into()));
    assert_eq!(
        test("input.amount + 1"),
        Err("the condition is a value of type int, it must be true or false".into())
    );
}

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
            Some((_, text)) => super::super::Template::compile(&json!(text), &names)
                .err()
                .map(|faults| faults.into_iter().map(|(_, fault)| fault).collect()),
            None => None,
        };
        assert_eq!(faults, None, "{line}");
    }
}
