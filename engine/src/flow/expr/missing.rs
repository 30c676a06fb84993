//! What an expression does where values may be missing: `orDefault`, `a.?b` and `a[?b]` are rewritten so that
//! nothing along the way can raise. A node that did not run is missing, not an error, to all three.

use cel::common::ast::{CallExpr, Expr, LiteralValue, operators};
use cel::parser::Expression as Node;

use super::bind::Binder;
use super::functions::{HAS_VALUE, VALUE};
use super::path::Step;
use super::tree::{self, Mark};

impl Binder<'_> {
    /// `orDefault(x, d)`: `d` when anything along `x` is missing or null, and only then is `d` evaluated.
    pub(super) fn or_default(&mut self, mut args: Vec<Node>) -> Expr {
        let (Some(mut default), Some(value)) = (args.pop(), args.pop()) else {
            return Expr::Literal(LiteralValue::Null);
        };
        self.node(&mut default);
        if let Some((steps, root)) = self.steps(&value) {
            let present = tree::made(self.path(&steps, root, Mark::Present));
            let value = tree::made(self.path(&steps, root, Mark::Default));
            return tree::choose(present, value, default);
        }
        let name = self.fresh();
        let value = self.soft(value);
        let present = tree::made(tree::call(HAS_VALUE, vec![tree::ident(&name)]));
        let held = tree::made(tree::call(VALUE, vec![tree::ident(&name)]));
        tree::bind(&name, value, tree::choose(present, held, default))
    }

    /// A value that is absent, rather than an error, when anything along it is missing.
    fn soft(&mut self, mut node: Node) -> Node {
        if let Some((steps, root)) = self.steps(&node) {
            return tree::made(self.path(&steps, root, Mark::Default));
        }
        match std::mem::take(&mut node.expr) {
            Expr::Select(select) if !select.test => {
                let operand = self.soft(*select.operand);
                tree::made(tree::call(operators::OPT_SELECT, vec![operand, tree::text(select.field)]))
            }
            Expr::Call(mut call) if call.target.is_none() => match (call.func_name.as_str(), call.args.len())
            {
                (operators::INDEX | operators::OPT_INDEX | operators::OPT_SELECT, 2) => {
                    let is_select = call.func_name == operators::OPT_SELECT;
                    let mut key = call.args.pop().unwrap_or_default();
                    let operand = self.soft(call.args.pop().unwrap_or_default());
                    self.node(&mut key);
                    let operator = if is_select { operators::OPT_SELECT } else { operators::OPT_INDEX };
                    tree::made(tree::call(operator, vec![operand, key]))
                }
                (operators::CONDITIONAL, 3) => {
                    let otherwise = self.soft(call.args.pop().unwrap_or_default());
                    let then = self.soft(call.args.pop().unwrap_or_default());
                    let mut condition = call.args.pop().unwrap_or_default();
                    self.node(&mut condition);
                    tree::made(tree::choose(condition, then, otherwise))
                }
                _ => {
                    node.expr = Expr::Call(call);
                    self.node(&mut node);
                    node
                }
            },
            other => {
                node.expr = other;
                self.node(&mut node);
                node
            }
        }
    }

    /// `a.?b` and `a[?b]`.
    pub(super) fn optional(&mut self, mut call: CallExpr) -> Expr {
        let mut key = call.args.pop().unwrap_or_default();
        let mut operand = call.args.pop().unwrap_or_default();
        match self.steps(&operand) {
            Some((mut steps, root)) if steps.len() == 1 && is_map_of_nodes(&steps) => {
                if let Some(id) = tree::literal_text(&key) {
                    steps.push(Step::Key(id.into()));
                    return self.optional_node(&steps, root);
                }
                self.node(&mut operand);
            }
            Some((steps, root)) if is_map_of_nodes(&steps) => {
                operand = tree::made(self.path(&steps, root, Mark::Node));
            }
            _ => self.node(&mut operand),
        }
        self.node(&mut key);
        call.args = vec![operand, key];
        Expr::Call(call)
    }

    /// `nodes.?load`, without making a map of all nodes.
    fn optional_node(&mut self, steps: &[Step], root: u64) -> Expr {
        let has = tree::made(self.path(steps, root, Mark::Has));
        let value = tree::made(self.path(steps, root, Mark::Default));
        let some = tree::made(tree::call("optional.of", vec![value]));
        tree::choose(has, some, tree::made(tree::call("optional.none", Vec::new())))
    }
}

fn is_map_of_nodes(steps: &[Step]) -> bool {
    matches!(steps.first().and_then(Step::key), Some("nodes" | "status" | "errors"))
}
