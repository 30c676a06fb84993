//! Calls: which functions there are, and which are swapped for ours because the crate's would not know JSON,
//! would compile a pattern at every evaluation or build a text of any size.

use cel::common::ast::{CallExpr, Expr, LiteralValue, operators};
use cel::parser::Expression as Node;

use super::bind::Binder;
use super::fault::{self, Fault};
use super::functions::{self, EQUALS, IN, RANGE};
use super::lint;
use super::pattern::Pattern;
use super::tree::{self, Mark};
use crate::flow::nearest::nearest;

impl Binder<'_> {
    pub(super) fn call(&mut self, id: u64, mut call: CallExpr) -> Expr {
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
            ("join", true, 0 | 1) => return self.instead(functions::JOIN, call),
            ("replace", true, 2 | 3) => return self.instead(functions::REPLACE, call),
            ("distinct", true, 0) => return self.distinct(call),
            (operators::OPT_SELECT | operators::OPT_INDEX, false, 2) => return self.optional(call),
            _ => {}
        }
        let (is_member, count) = (call.target.is_some(), call.args.len());
        self.function(id, &mut call);
        self.arity(id, &call.func_name, is_member, count);
        call.args.iter_mut().for_each(|arg| self.node(arg));
        compare(call)
    }

    /// Calls a function of ours, which takes the target as its first argument.
    fn instead(&mut self, function: &str, call: CallExpr) -> Expr {
        let mut args: Vec<Node> = call.target.into_iter().map(|target| *target).chain(call.args).collect();
        args.iter_mut().for_each(|arg| self.node(arg));
        tree::call(function, args)
    }

    /// `list.distinct()` compares every item with every other: a computed list is bounded when it is known.
    fn distinct(&mut self, mut call: CallExpr) -> Expr {
        if let Some(mut target) = call.target.take() {
            self.node(&mut target);
            if tree::bound(&target).is_none() {
                *target = tree::made(tree::call(RANGE, vec![std::mem::take(&mut *target)]));
            }
            call.target = Some(target);
        }
        Expr::Call(call)
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

    /// Tells when a function takes another number of arguments.
    fn arity(&mut self, id: u64, name: &str, is_member: bool, count: usize) {
        let Some(arity) = functions::arity(name, is_member).filter(|arity| !arity.contains(&count)) else {
            return;
        };
        let (low, high) = arity.into_inner();
        let wanted = if low == high { low.to_string() } else { format!("{low} or {high}") };
        let message = format!("`{name}` takes {wanted} arguments, found {count}");
        let help = match name {
            "date" => "name the moment and its zone: `date(now(), \"Asia/Shanghai\")`".to_owned(),
            _ => format!("give it {wanted}"),
        };
        self.fault(Fault::new(fault::UNKNOWN_FUNCTION, message, self.place(id, 1)).help(help));
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
        if name.starts_with("decimal.") {
            let known =
                "write decimal.add, decimal.subtract, decimal.multiply, decimal.compare or decimal.round";
            return self.fault(fault.help(known));
        }
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
