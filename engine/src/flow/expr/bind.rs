//! Resolves the names of a parsed expression: every static path becomes one ident that leads straight to its
//! value, every other name is checked. What may be missing is handled in `missing.rs`. Evaluates nothing.

use std::ops::Range;

use cel::common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, LiteralValue, operators};
use cel::parser::Expression as Node;

use super::fault::{self, Fault};
use super::functions::{self, EQUALS, IN, RANGE};
use super::lexer::{Lexer, Token};
use super::lint;
use super::names::{Lookup, Names};
use super::parse::Parsed;
use super::path::{Path, Step};
use super::pattern::Pattern;
use super::reads::{Read, settle};
use super::scope::Root;
use super::tree::{self, Mark};
use crate::flow::nearest::nearest;

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
    names: &'b Names<'b>,
    paths: Vec<Path>,
    patterns: Vec<Pattern>,
    reads: Vec<Read>,
    /// Nodes the expression looks at before it reads them.
    tested: Vec<Root>,
    faults: Vec<Fault>,
    warnings: Vec<Fault>,
    /// What macros around the current node bind.
    variables: Vec<String>,
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

    fn call(&mut self, id: u64, mut call: CallExpr) -> Expr {
        if let Some(warning) = lint::float_money(&call, self.place(id, 1)) {
            self.warnings.push(warning);
        }
        match (call.func_name.as_str(), call.target.is_some(), call.args.len()) {
            ("now" | "uuid", false, 0) if self.names.is_timeless() => {
                let message = format!("`{}()` is not available here", call.func_name);
                self.fault(Fault::new(fault::UNKNOWN_FUNCTION, message, self.place(id, 1)));
                return Expr::Literal(LiteralValue::Null);
            }
            ("now", false, 0) => return Expr::Ident(tree::NOW.to_owned()),
            ("uuid", false, 0) => return Expr::Ident(tree::UUID.to_owned()),
            ("orDefault", false, 2) => return self.or_default(call.args),
            ("matches", true, 1) | ("matches", false, 2) => return self.matches(id, call),
            (operators::OPT_SELECT | operators::OPT_INDEX, false, 2) => return self.optional(call),
            _ => {}
        }
        self.function(id, &mut call);
        call.args.iter_mut().for_each(|arg| self.node(arg));
        compare(call)
    }

    /// `x.matches(p)`, with `p` compiled here when it is written out.
    fn matches(&mut self, id: u64, call: CallExpr) -> Expr {
        let mut args: Vec<Node> = call.target.into_iter().map(|target| *target).chain(call.args).collect();
        args.iter_mut().for_each(|arg| self.node(arg));
        if let Some(arg) = args.last_mut()
            && let Some(written) = tree::literal_text(arg)
        {
            match Pattern::new(written) {
                Ok(pattern) => {
                    self.patterns.push(pattern);
                    arg.expr = tree::encode(Mark::Pattern, self.patterns.len() - 1);
                }
                Err(cause) => {
                    let message = format!("not a regular expression: {cause}");
                    self.fault(Fault::new(fault::SYNTAX, message, self.place(id, 1)));
                }
            }
        }
        tree::call(functions::MATCHES, args)
    }

    /// Checks that a function exists and binds its target, if that is a value.
    fn function(&mut self, id: u64, call: &mut CallExpr) {
        let name = call.func_name.clone();
        if !name.bytes().all(|byte| byte == b'_' || byte == b'.' || byte.is_ascii_alphanumeric()) {
            if let Some(target) = &mut call.target {
                self.node(target);
            }
            return;
        }
        let Some(target) = &mut call.target else {
            if name == "optional.none" || name == "optional.of" {
                return;
            }
            let is_known = functions::GLOBAL.contains(&name.as_str());
            return self.known_function(id, &name, is_known, &functions::GLOBAL);
        };
        if let Expr::Ident(space) = &target.expr
            && functions::SPACED
                .iter()
                .any(|known| known.split_once('.').is_some_and(|(first, _)| first == space))
            && !self.variables.contains(space)
        {
            let full = format!("{space}.{name}");
            let is_known = functions::SPACED.contains(&full.as_str());
            return self.known_function(id, &full, is_known, &functions::SPACED);
        }
        self.node(target);
        let is_known = functions::MEMBER.contains(&name.as_str());
        self.known_function(id, &name, is_known, &functions::MEMBER);
    }

    fn known_function(&mut self, id: u64, name: &str, is_known: bool, known: &[&'static str]) {
        let usage = match name {
            "now" | "uuid" => Some(format!("`{name}()` takes no argument")),
            "orDefault" => Some("`orDefault` takes a path and a default".to_owned()),
            "map" | "filter" | "all" | "exists" | "exists_one" | "existsOne" | "sortBy" => {
                Some(format!("`{name}` takes a variable and an expression: `list.{name}(x, …)`"))
            }
            "has" => Some("`has` takes one path: `has(input.name)`".to_owned()),
            _ => None,
        };
        let range = self.place(id, 1);
        if let (true, Some(usage)) = (is_known, usage) {
            return self.fault(Fault::new(fault::UNKNOWN_FUNCTION, usage, range));
        }
        if is_known {
            return;
        }
        let fault = Fault::new(fault::UNKNOWN_FUNCTION, format!("no function `{name}`"), range);
        let every = functions::GLOBAL.iter().chain(&functions::MEMBER).chain(&functions::SPACED).copied();
        let fault = match nearest(name, known.iter().copied())
            .or_else(|| every.clone().find(|other| *other == name))
        {
            Some(meant) if meant == name => fault.help(if functions::GLOBAL.contains(&meant) {
                format!("write `{name}(x)`")
            } else {
                format!("write `x.{name}()`")
            }),
            Some(meant) => fault.help(format!("did you mean `{meant}`?")),
            None => fault,
        };
        self.fault(fault);
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

/// Swaps in our comparison where a list or map made by CEL may meet one of JSON: the crate's own is always
/// false then.
fn compare(call: CallExpr) -> Expr {
    let is_literal = |node: &Node| matches!(node.expr, Expr::Literal(_));
    let is_json = |node: &Node| is_literal(node) || tree::bound(node).is_some();
    match (call.func_name.as_str(), call.args.as_slice()) {
        (operators::EQUALS | operators::NOT_EQUALS, [left, right])
            if !is_literal(right) && !is_json(left) =>
        {
            let equal = tree::call(EQUALS, call.args);
            if call.func_name == operators::EQUALS {
                return equal;
            }
            tree::call(operators::LOGICAL_NOT, vec![tree::made(equal)])
        }
        (operators::IN, [_, right]) => {
            let is_plain = match &right.expr {
                Expr::List(list) => list.elements.iter().all(is_json),
                Expr::Call(of) => of.func_name == operators::INDEX,
                Expr::Ident(_) => true,
                _ => false,
            };
            if is_plain { Expr::Call(call) } else { tree::call(IN, call.args) }
        }
        _ => Expr::Call(call),
    }
}

#[cfg(test)]
#[path = "bind_tests.rs"]
mod tests;
