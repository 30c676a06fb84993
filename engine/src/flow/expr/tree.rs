//! Small makers and readers of syntax tree nodes, and the idents that stand for a bound path. An expression
//! cannot spell such an ident, so it never meets a name of the author's.

use cel::common::ast::{CallExpr, ComprehensionExpr, Expr, IdedExpr, ListExpr, LiteralValue, operators};
use cel::common::types::{CelBool, CelString};

/// How a bound path answers when something along it is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// The value; missing is an error.
    Value,
    /// The value; null when the node did not run.
    Node,
    /// The value; null when anything is missing.
    Default,
    /// Whether the last step is there; an error when an earlier one is missing.
    Has,
    /// Whether the value is there and not null.
    Present,
    /// Not a path: a compiled pattern.
    Pattern,
}

const MARKS: [(u8, Mark); 6] = [
    (b'#', Mark::Value),
    (b'~', Mark::Node),
    (b'%', Mark::Default),
    (b'?', Mark::Has),
    (b'!', Mark::Present),
    (b'/', Mark::Pattern),
];

/// The ident that stands for `now()`.
pub(super) const NOW: &str = "@now";
/// The ident that stands for `uuid()`.
pub(super) const UUID: &str = "@uuid";

/// The ident that stands for the path (or pattern) of that index.
pub(super) fn encode(mark: Mark, index: usize) -> Expr {
    let sign = MARKS.iter().find(|(_, known)| *known == mark).map_or('#', |(sign, _)| char::from(*sign));
    Expr::Ident(format!("{sign}{index}"))
}

/// The path an ident stands for.
pub(super) fn decode(name: &str) -> Option<(Mark, usize)> {
    let (sign, index) = name.as_bytes().split_first()?;
    let mark = MARKS.iter().find(|(known, _)| known == sign).map(|(_, mark)| *mark)?;
    if index.is_empty() {
        return None;
    }
    let digits = index
        .iter()
        .try_fold(0_usize, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + usize::from(digit - b'0')));
    digits.map(|index| (mark, index))
}

/// The path a node stands for.
pub(super) fn bound(node: &IdedExpr) -> Option<(Mark, usize)> {
    match &node.expr {
        Expr::Ident(name) => decode(name),
        _ => None,
    }
}

/// A node without a place of its own.
pub(super) fn made(expr: Expr) -> IdedExpr {
    IdedExpr { id: 0, expr }
}

pub(super) fn ident(name: &str) -> IdedExpr {
    made(Expr::Ident(name.to_owned()))
}

pub(super) fn call(function: &str, args: Vec<IdedExpr>) -> Expr {
    Expr::Call(CallExpr { func_name: function.to_owned(), target: None, args })
}

pub(super) fn choose(condition: IdedExpr, then: IdedExpr, otherwise: IdedExpr) -> Expr {
    call(operators::CONDITIONAL, vec![condition, then, otherwise])
}

pub(super) fn text(text: String) -> IdedExpr {
    made(Expr::Literal(LiteralValue::String(CelString::from(text))))
}

/// Evaluates `value` once and calls it `name` in `result`: a macro over an empty list, as the crate's own
/// `optMap` does it.
pub(super) fn bind(name: &str, value: IdedExpr, result: Expr) -> Expr {
    Expr::Comprehension(Box::new(ComprehensionExpr {
        iter_range: made(Expr::List(ListExpr::default())),
        iter_var: "@unused".to_owned(),
        iter_var2: None,
        accu_var: name.to_owned(),
        accu_init: value,
        loop_cond: made(Expr::Literal(LiteralValue::Boolean(CelBool::FALSE))),
        loop_step: ident(name),
        result: made(result),
    }))
}

/// Whether a comprehension is [`bind`] (ours or the crate's): it runs over nothing.
pub(super) fn is_bind(each: &ComprehensionExpr) -> bool {
    matches!(&each.iter_range.expr, Expr::List(list) if list.elements.is_empty())
        && each.accu_var != "@result"
}

/// The text of a literal.
pub(super) fn literal_text(node: &IdedExpr) -> Option<&str> {
    match &node.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner()),
        _ => None,
    }
}

/// The call of an operator or function without a target.
pub(super) fn called<'n>(node: &'n IdedExpr, function: &str) -> Option<&'n [IdedExpr]> {
    match &node.expr {
        Expr::Call(call) if call.target.is_none() && call.func_name == function => Some(&call.args),
        _ => None,
    }
}
