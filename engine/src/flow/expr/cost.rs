//! Bounds the work of an expression, whose length says nothing about it: three nested macros over 200 items
//! take seconds, and an evaluation cannot be interrupted. Macros nest at most 2 deep, the inner one over a
//! plain path; before an evaluation the rounds are counted and over 10,000 are refused. A long list or text
//! that a function reads again in each round counts too, and so does the square work of `distinct`.

use cel::common::ast::{CallExpr, ComprehensionExpr, Expr, LiteralValue, operators};
use cel::parser::Expression as Node;
use serde_json::Value;

use super::fault::{self, Cause, Fault};
use super::functions::{HAS_VALUE, MAX_ROUNDS, RANGE, VALUE};
use super::parse::children;
use super::tree::{self, Mark};

/// Deepest nesting of macros.
const MAX_NESTED: usize = 2;

/// What a macro runs over.
#[derive(Debug, Clone)]
enum Range {
    /// A bound path.
    Path(usize),
    /// Keys below the item of the macro around it.
    Item(Vec<String>),
    /// So many items written out.
    Listed(usize),
    /// Computed: its length is checked when it is known.
    Computed,
}

/// A macro and the macros inside it.
#[derive(Debug)]
pub(super) struct Loop {
    range: Range,
    /// Whether the items are those of the range, rather than computed from them.
    is_direct: bool,
    /// Whether each item meets each other one.
    is_square: bool,
    inner: Vec<Loop>,
    /// Bound paths that functions read as a whole in every round.
    read: Vec<usize>,
}

/// Items, or stretches of 32 bytes of text, that a function reads in the time of one round.
const READ_PER_ROUND: usize = 64;
/// Comparisons of `distinct` in the time of one round; they are cheaper.
const COMPARED_PER_ROUND: usize = 1024;
/// Functions whose time does not grow with what they are given.
const CONSTANT: [&str; 12] = [
    operators::INDEX,
    operators::OPT_INDEX,
    operators::OPT_SELECT,
    operators::CONDITIONAL,
    operators::LOGICAL_AND,
    operators::LOGICAL_OR,
    operators::LOGICAL_NOT,
    operators::NOT_STRICTLY_FALSE,
    "size",
    "type",
    HAS_VALUE,
    VALUE,
];

/// A name a macro binds, with what it stands for.
struct Variable<'n> {
    name: &'n str,
    /// A [`tree::bind`]: another name for this node. Otherwise the item of a macro.
    stands_for: Option<&'n Node>,
}

/// The loops of a bound expression.
pub(super) fn loops(root: &Node, length: usize) -> Result<Vec<Loop>, Fault> {
    let mut survey = Survey { variables: Vec::new(), nested: 0, read: Vec::new(), fault: None };
    let loops = survey.node(root);
    match survey.fault {
        Some(message) => {
            let help = "let the inner macro run over a path such as `order.lines`, or compute its list in a node before";
            Err(Fault::new(fault::TOO_COSTLY, message, 0..length).help(help))
        }
        None => Ok(loops),
    }
}

struct Survey<'n> {
    variables: Vec<Variable<'n>>,
    nested: usize,
    /// What functions of the macro being surveyed read.
    read: Vec<usize>,
    fault: Option<String>,
}

impl<'n> Survey<'n> {
    fn node(&mut self, node: &'n Node) -> Vec<Loop> {
        if let Expr::Comprehension(each) = &node.expr {
            return self.comprehension(each);
        }
        let mut below = Vec::new();
        children(node, &mut |child| below.push(child));
        let mut loops = match &node.expr {
            Expr::Call(call) => self.function(call, &below),
            _ => Vec::new(),
        };
        loops.extend(below.into_iter().flat_map(|child| self.node(child)));
        loops
    }

    fn function(&mut self, call: &'n CallExpr, operands: &[&'n Node]) -> Vec<Loop> {
        if call.func_name == "distinct"
            && let Some(list) = &call.target
        {
            let (range, is_direct) = self.range(list);
            if self.nested > 0 && matches!(range, Range::Computed) {
                self.fault.get_or_insert("the list of a `distinct` inside a macro is computed".into());
            }
            return vec![Loop { range, is_direct, is_square: true, inner: Vec::new(), read: Vec::new() }];
        }
        if self.nested > 0 && !CONSTANT.contains(&call.func_name.as_str()) {
            let paths = operands.iter().filter_map(|operand| tree::bound(operand));
            let values = paths.filter(|(mark, _)| matches!(mark, Mark::Value | Mark::Node | Mark::Default));
            self.read.extend(values.map(|(_, index)| index));
        }
        Vec::new()
    }

    fn comprehension(&mut self, each: &'n ComprehensionExpr) -> Vec<Loop> {
        let mut loops = self.node(&each.iter_range);
        loops.extend(self.node(&each.accu_init));
        if tree::is_bind(each) {
            self.variables.push(Variable { name: &each.accu_var, stands_for: Some(&each.accu_init) });
            loops.extend(self.node(&each.result));
            self.variables.pop();
            return loops;
        }
        let (range, is_direct) = self.range(&each.iter_range);
        if self.nested > 0 && matches!(range, Range::Computed) {
            self.fault.get_or_insert("the range of a macro inside a macro is computed".into());
        }
        let outer = std::mem::take(&mut self.read);
        self.nested += 1;
        if self.nested > MAX_NESTED {
            self.fault.get_or_insert(format!("macros are nested more than {MAX_NESTED} deep"));
        }
        self.variables.push(Variable { name: &each.iter_var, stands_for: None });
        let inner: Vec<Loop> = [&each.loop_cond, &each.loop_step, &each.result]
            .into_iter()
            .flat_map(|part| self.node(part))
            .collect();
        self.variables.pop();
        self.nested -= 1;
        let read = std::mem::replace(&mut self.read, outer);
        let is_unknown = matches!(range, Range::Computed)
            || (!is_direct && inner.iter().any(|inner| matches!(inner.range, Range::Item(_))));
        if is_unknown && !inner.is_empty() {
            self.fault.get_or_insert("a macro stands inside a macro whose range is computed".into());
        }
        loops.push(Loop { range, is_direct, is_square: false, inner, read });
        loops
    }

    /// What a node gives to run over, and whether its items are those of that range.
    fn range(&self, node: &Node) -> (Range, bool) {
        if let Some((_, index)) = tree::bound(node) {
            return (Range::Path(index), true);
        }
        match &node.expr {
            Expr::List(list) => (Range::Listed(list.elements.len()), false),
            Expr::Ident(name) => self.variable(name),
            Expr::Comprehension(each) => self.chained(each),
            _ => {
                if let Some([inner]) = tree::called(node, RANGE) {
                    return self.range(inner);
                }
                if let Some([operand, key]) = tree::called(node, operators::INDEX)
                    && let ((Range::Item(mut keys), true), Some(key)) =
                        (self.range(operand), tree::literal_text(key))
                {
                    keys.push(key.to_owned());
                    return (Range::Item(keys), true);
                }
                // `orDefault(path, [])`
                if let Some([_, value, default]) = tree::called(node, operators::CONDITIONAL)
                    && let (Some((_, index)), Expr::List(list)) = (tree::bound(value), &default.expr)
                    && list.elements.is_empty()
                {
                    return (Range::Path(index), true);
                }
                (Range::Computed, false)
            }
        }
    }

    fn variable(&self, name: &str) -> (Range, bool) {
        let place = self.variables.iter().rposition(|variable| variable.name == name);
        let Some(place) = place else { return (Range::Computed, false) };
        if let Some(node) = self.variables[place].stands_for {
            return self.range(node);
        }
        // An item of a macro further out than the one right around it is not followed.
        let is_nearest = self.variables[place + 1..].iter().all(|variable| variable.stands_for.is_some());
        if is_nearest { (Range::Item(Vec::new()), true) } else { (Range::Computed, false) }
    }

    /// A macro over the result of another: `filter` keeps items as they are, `map` keeps only their number.
    fn chained(&self, each: &ComprehensionExpr) -> (Range, bool) {
        if tree::is_bind(each) {
            return (Range::Computed, false);
        }
        let (range, is_direct) = self.range(&each.iter_range);
        let appends = |step: &Node| tree::called(step, operators::ADD).is_some();
        let kept = |step: &Node| {
            let Some([_, items]) = tree::called(step, operators::ADD) else { return false };
            matches!(&items.expr, Expr::List(list)
                if matches!(list.elements.as_slice(), [Node { expr: Expr::Ident(name), .. }] if *name == each.iter_var))
        };
        let starts_empty = matches!(&each.accu_init.expr, Expr::List(list) if list.elements.is_empty());
        let runs_through = matches!(each.loop_cond.expr, Expr::Literal(LiteralValue::Boolean(_)));
        match tree::called(&each.loop_step, operators::CONDITIONAL) {
            Some([_, step, _]) if starts_empty && runs_through && appends(step) => {
                (range, is_direct && kept(step))
            }
            None if starts_empty && runs_through && appends(&each.loop_step) => (range, false),
            _ => (Range::Computed, false),
        }
    }
}

/// Refuses an evaluation whose macros would go over 10,000 rounds; `value` answers for the bound paths.
pub(super) fn check<'v>(loops: &[Loop], value: &dyn Fn(usize) -> Option<&'v Value>) -> Result<(), Cause> {
    for each in loops {
        if rounds(each, None, value) > MAX_ROUNDS {
            let message = format!("its macros would go over more than {MAX_ROUNDS} rounds");
            return Err(
                Cause::new(message).help("let a component such as `map` or a `foreach` go over so much data")
            );
        }
    }
    Ok(())
}

fn rounds<'v>(each: &Loop, item: Option<&'v Value>, value: &dyn Fn(usize) -> Option<&'v Value>) -> usize {
    let range = match &each.range {
        Range::Path(index) => value(*index),
        Range::Item(keys) => item.and_then(|item| keys.iter().try_fold(item, |item, key| item.get(key))),
        Range::Listed(count) => return product(*count, each, value),
        // Its length is checked when it is known; until then it may be as long as is allowed.
        Range::Computed if each.read.is_empty() => return 0,
        Range::Computed => return product(MAX_ROUNDS, each, value),
    };
    match range {
        Some(Value::Array(items)) if each.is_square => {
            items.len().saturating_mul(items.len()) / COMPARED_PER_ROUND
        }
        Some(Value::Array(items)) if each.is_direct && each.inner.iter().any(is_by_item) => {
            let mut sum = 0_usize;
            for item in items {
                let inner = each.inner.iter().map(|inner| rounds(inner, Some(item), value));
                sum = sum.saturating_add(inner.fold(1, usize::max));
                if sum > MAX_ROUNDS {
                    return sum;
                }
            }
            sum.saturating_add(items.len().saturating_mul(reading(each, value)))
        }
        Some(Value::Array(items)) => product(items.len(), each, value),
        Some(Value::Object(object)) => product(object.len(), each, value),
        _ => 0,
    }
}

fn is_by_item(each: &Loop) -> bool {
    matches!(each.range, Range::Item(_))
}

fn product<'v>(count: usize, each: &Loop, value: &dyn Fn(usize) -> Option<&'v Value>) -> usize {
    let inner = each.inner.iter().map(|inner| rounds(inner, None, value)).fold(1, usize::max);
    count.saturating_mul(inner.saturating_add(reading(each, value)))
}

/// What functions read in each round, counted in rounds.
fn reading<'v>(each: &Loop, value: &dyn Fn(usize) -> Option<&'v Value>) -> usize {
    let length = |value: &Value| match value {
        Value::Array(items) => items.len(),
        Value::Object(object) => object.len(),
        Value::String(text) => text.len() / 32,
        _ => 0,
    };
    each.read.iter().filter_map(|index| value(*index)).map(|value| length(value) / READ_PER_ROUND).sum()
}

#[cfg(test)]
#[path = "cost_tests.rs"]
mod tests;
