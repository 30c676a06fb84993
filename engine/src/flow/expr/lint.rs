//! Warnings: what compiles and is still likely wrong. Money times a floating-point number loses cents.

use std::ops::Range;

use cel::common::ast::{CallExpr, Expr, LiteralValue, operators};
use cel::parser::Expression as Node;

use super::fault::{self, Fault};
use super::tree;

/// Endings of names that hold money in minor units.
const MONEY: [&str; 8] = ["fen", "cents", "cent", "minor", "amount", "price", "fee", "yuan"];

/// Warns of a product or quotient of money and a double.
pub(super) fn float_money(call: &CallExpr, range: Range<usize>) -> Option<Fault> {
    if !matches!(call.func_name.as_str(), operators::MULTIPLY | operators::DIVIDE) {
        return None;
    }
    let money = call.args.iter().find_map(money)?;
    call.args.iter().any(is_double).then(|| {
        let message = format!("`{money}` looks like money and meets a floating-point number");
        Fault::new(fault::FLOAT_MONEY, message, range)
            .help("use integers of minor units (`fen * 2 / 100`) or `decimal.multiply(x, \"0.02\")`")
    })
}

fn is_double(node: &Node) -> bool {
    matches!(node.expr, Expr::Literal(LiteralValue::Double(_))) || tree::called(node, "double").is_some()
}

/// The name of a value that looks like money.
fn money(node: &Node) -> Option<&str> {
    let name = match &node.expr {
        Expr::Ident(name) => name,
        Expr::Select(select) => &select.field,
        _ => return money(tree::called(node, "double")?.first()?),
    };
    let lower = name.to_lowercase();
    MONEY.iter().any(|ending| lower.ends_with(ending)).then_some(name)
}
