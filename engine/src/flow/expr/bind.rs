//! Resolves the names of a parsed expression: every static path becomes one ident that leads straight to its
//! value, every other name is checked. What may be missing is handled in `missing.rs`. Evaluates nothing.

use std::ops::Range;

use cel::common::ast::{ComprehensionExpr, EntryExpr, Expr, LiteralValue, operators};
use cel::parser::Expression as Node;

use super::fault::{self, Fault};
use super::functions::RANGE;
use super::lexer::{Lexer, Token};
use super::names::{Lookup, Names};
use super::parse::Parsed;
use super::path::{Path, Step};
use super::pattern::Pattern;
use super::reads::{Read, settle};
use super::scope::Root;
use super::tree::{self, Mark};

/// Idents that name a type, as in `type(x) == string`.
const TYPES: [&str; 11] =
    ["bool", "bytes", "double", "int", "list", "map", "null_type", "optional_type", "string", "type", "uint"];

/// An expression whose names are resolved.
pub(super) struct Bound {
    pub(super) root: Node,
    pub(super) paths: Vec<Path>,
    pub(super) patterns: Vec<Pattern>,
    pub(super) reads: Vec<Read>,
    pub(super) warnings: Vec<Fault>,
}

/// Resolves the names of `parsed`, or says everything that is wrong with them.
pub(super) fn bind(parsed: &Parsed, text: &str, names: &Names<'_>) -> Result<Bound, Vec<Fault>> {
    let mut root = parsed.root.clone();
    let mut binder = Binder {
        parsed,
        text,
        names,
        paths: Vec::new(),
        patterns: Vec::new(),
        reads: Vec::new(),
        tested: Vec::new(),
        faults: Vec::new(),
        warnings: Vec::new(),
        variables: Vec::new(),
        binds: 0,
    };
    binder.node(&mut root);
    if binder.faults.is_empty() {
        let Binder { paths, patterns, reads, tested, warnings, .. } = binder;
        return Ok(Bound { root, paths, patterns, reads: settle(reads, &tested), warnings });
    }
    binder.faults.sort_by_key(|fault| fault.range.start);
    binder.faults.dedup();
    Err(binder.faults)
}

pub(super) struct Binder<'b> {
    parsed: &'b Parsed,
    text: &'b str,
    pub(super) names: &'b Names<'b>,
    paths: Vec<Path>,
    pub(super) patterns: Vec<Pattern>,
    reads: Vec<Read>,
    /// Nodes the expression looks at before it reads them.
    tested: Vec<Root>,
    faults: Vec<Fault>,
    pub(super) warnings: Vec<Fault>,
    /// What macros around the current node bind.
    pub(super) variables: Vec<String>,
    /// How many names `orDefault` has bound so far.
    binds: usize,
}

impl Binder<'_> {
    pub(super) fn node(&mut self, node: &mut Node) {
        if let Some((steps, root)) = self.steps(node) {
            node.expr = self.path(&steps, root, Mark::Value);
            return;
        }
        let expr = std::mem::take(&mut node.expr);
        node.expr = match expr {
            Expr::Call(call) => self.call(node.id, call),
            Expr::Select(select) => self.select(select),
            Expr::Comprehension(each) => self.comprehension(*each),
            Expr::List(mut list) => {
                list.elements.iter_mut().for_each(|element| self.node(element));
                Expr::List(list)
            }
            Expr::Map(mut map) => {
                for entry in &mut map.entries {
                    if let EntryExpr::MapEntry(pair) = &mut entry.expr {
                        self.node(&mut pair.key);
                        self.node(&mut pair.value);
                    }
                }
                Expr::Map(map)
            }
            Expr::Struct(made) => {
                let message = format!("there is no type `{}` to build", made.type_name);
                self.fault(Fault::new(fault::UNKNOWN_NAME, message, self.place(node.id, 1)));
                Expr::Struct(made)
            }
            other @ (Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified) => other,
        };
    }

    /// The steps of a static path and the node of its first name.
    pub(super) fn steps(&self, node: &Node) -> Option<(Vec<Step>, u64)> {
        let (mut steps, mut at) = (Vec::new(), node);
        loop {
            let step = match &at.expr {
                Expr::Ident(name) => {
                    let is_own = name.starts_with('@') || self.variables.iter().any(|own| own == name);
                    steps.push(Step::Key(name.as_str().into()));
                    steps.reverse();
                    let is_type = || TYPES.contains(&name.as_str()) && !self.is_known(&steps);
                    return (!is_own && !is_type()).then_some((steps, at.id));
                }
                Expr::Select(select) if !select.test => {
                    at = &select.operand;
                    Step::Key(select.field.as_str().into())
                }
                _ => {
                    let [operand, index] = tree::called(at, operators::INDEX)? else { return None };
                    at = operand;
                    literal_step(index)?
                }
            };
            steps.push(step);
        }
    }

    fn is_known(&self, steps: &[Step]) -> bool {
        matches!(self.names.lookup(steps), Lookup::Found { .. })
    }

    /// The ident for a static path, whose first name stands at the node `id`.
    pub(super) fn path(&mut self, steps: &[Step], id: u64, mark: Mark) -> Expr {
        match self.names.lookup(steps) {
            Lookup::Found { root, used } => {
                let rest = &steps[used..];
                let name = steps[..used].iter().filter_map(Step::key).collect::<Vec<_>>().join(".");
                let path = Path { root, name: name.into(), steps: rest.into() };
                self.reads.push(Read::of(&path, mark));
                match root {
                    Root::Status { depth, slot } => self.tested.push(Root::Node { depth, slot }),
                    Root::Node { .. } if mark == Mark::Has => self.tested.push(root),
                    _ => {}
                }
                let known = self.paths.iter().position(|known| *known == path);
                let index = known.unwrap_or_else(|| {
                    self.paths.push(path);
                    self.paths.len() - 1
                });
                tree::encode(mark, index)
            }
            Lookup::Unknown { message, help, used } => {
                let fault = Fault { help, ..Fault::new(fault::UNKNOWN_NAME, message, self.place(id, used)) };
                self.fault(fault);
                Expr::Literal(LiteralValue::Null)
            }
        }
    }

    pub(super) fn fault(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    /// The first `words` names or keys from the node `id` on.
    pub(super) fn place(&self, id: u64, words: usize) -> Range<usize> {
        let start = self.parsed.start(id);
        let mut named = Lexer::new(self.text.get(start..).unwrap_or_default())
            .filter(|(token, _)| matches!(token, Token::Word | Token::Text))
            .take(words.max(1));
        let end = named.by_ref().last().map_or(0, |(_, range)| range.end);
        start..start + end
    }

    fn select(&mut self, mut select: cel::common::ast::SelectExpr) -> Expr {
        if select.test {
            if let Some((mut steps, root)) = self.steps(&select.operand) {
                steps.push(Step::Key(select.field.as_str().into()));
                return self.path(&steps, root, Mark::Has);
            }
            self.node(&mut select.operand);
            return Expr::Select(select);
        }
        self.node(&mut select.operand);
        if self.is_of_variable(&select.operand) {
            // As an index the field is looked up at once; as a selection the crate first tries the dotted
            // name as a variable, which costs two allocations for every item of a list.
            return tree::call(operators::INDEX, vec![*select.operand, tree::text(select.field)]);
        }
        Expr::Select(select)
    }

    fn is_of_variable(&self, node: &Node) -> bool {
        match &node.expr {
            Expr::Ident(name) => self.variables.contains(name),
            _ => {
                matches!(tree::called(node, operators::INDEX), Some([operand, _]) if self.is_of_variable(operand))
            }
        }
    }

    fn comprehension(&mut self, mut each: ComprehensionExpr) -> Expr {
        self.node(&mut each.iter_range);
        self.node(&mut each.accu_init);
        let is_fixed = tree::bound(&each.iter_range).is_some()
            || matches!(each.iter_range.expr, Expr::List(_) | Expr::Comprehension(_));
        if !is_fixed {
            let range = std::mem::take(&mut each.iter_range);
            each.iter_range = tree::made(tree::call(RANGE, vec![range]));
        }
        self.variables.push(each.iter_var.clone());
        self.variables.push(each.accu_var.clone());
        self.node(&mut each.loop_cond);
        self.node(&mut each.loop_step);
        self.node(&mut each.result);
        self.variables.truncate(self.variables.len() - 2);
        Expr::Comprehension(Box::new(each))
    }

    /// A name no author can write, for a value that `orDefault` looks at twice.
    pub(super) fn fresh(&mut self) -> String {
        self.binds += 1;
        format!("@default{}", self.binds)
    }
}

fn literal_step(index: &Node) -> Option<Step> {
    match &index.expr {
        Expr::Literal(LiteralValue::String(key)) => Some(Step::Key(key.inner().into())),
        Expr::Literal(LiteralValue::Int(index)) => usize::try_from(*index.inner()).ok().map(Step::Index),
        _ => None,
    }
}

#[cfg(test)]
#[path = "bind_tests.rs"]
mod tests;
