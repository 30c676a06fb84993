//! What flow authors meet: CEL's semantics on JSON, and what is missing.

use serde_json::json;

use super::super::testing::{check, check_refused, world};
use super::Expression;

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
        ("matches(input.orderId, \"^\" + \"O\")", json!(true)),
        ("input.lines.filter(l, l.sku.matches(\"2$\")).size()", json!(1)),
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
        ("input.amount.matches(\"x\")", "`matches` does not take int and pattern"),
        ("input.text.matches(input.text + \"(\")", "`matches`: unclosed group"),
        ("input.text.matches(\"(\")", "EXPR_SYNTAX"),
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
