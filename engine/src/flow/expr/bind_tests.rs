//! Names: which lead somewhere, what an expression reads, and where a fault points.

use super::super::testing::{check_refused, world};
use super::super::{Expression, Names, Read, Root};

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
fn a_syntax_error_is_told_in_plain_words() {
    let world = world();
    for (text, message) in [
        ("input.a ==", "the expression ends too early"),
        ("input.a and input.b", "unexpected `and`"),
        ("(input.a", "the expression ends too early"),
        ("input.a)", "unexpected `)`"),
        ("input.a # 1", "unexpected `#`"),
    ] {
        let faults = Expression::compile(text, &world.names()).unwrap_err();
        assert_eq!((faults[0].code, faults[0].message.as_str()), ("EXPR_SYNTAX", message), "{text}");
    }
    let deep = format!("{}2", "input.a ? 1 : ".repeat(150));
    assert_eq!(Expression::compile(&deep, &world.names()).unwrap_err()[0].code, "EXPR_TOO_DEEP");
}
