//! One compiled CEL expression. A text that is exactly a path never reaches CEL, at load or at run time.

use std::sync::Arc;

use cel::common::types::CelBool;
use cel::common::value::Val;
use cel::parser::Expression as Node;
use cel::{Context, Value as Plain};
use sdk::Shared;
use serde_json::Value;

use super::bind::{Bound, bind};
use super::binding::Binding;
use super::cost::{self, Loop};
use super::encode::encode;
use super::failure;
use super::fault::{self, Cause, Failure, Fault};
use super::functions;
use super::names::{Lookup, Names};
use super::parse::{depth, on_large_stack, parse};
use super::path::{self, Path, Step};
use super::pattern::Pattern;
use super::reads::Read;
use super::scope::{Root, Scope};
use super::tree::Mark;
use super::woven::Part;

/// Deepest expression evaluated on the caller's stack; an unoptimised build takes 2 MiB for some 55.
const MAX_DEPTH_HERE: usize = 24;

/// A compiled expression: parsed, within the caps, every name resolved.
#[derive(Debug)]
pub struct Expression {
    text: Arc<str>,
    form: Form,
    reads: Vec<Read>,
    warnings: Vec<Fault>,
}

#[derive(Debug)]
enum Form {
    Path(Path),
    Cel(Box<Program>),
}

/// A bound tree and what its idents lead to.
#[derive(Debug)]
struct Program {
    root: Node,
    paths: Vec<Path>,
    patterns: Vec<Pattern>,
    loops: Vec<Loop>,
    /// Whether it needs a larger stack than the caller's.
    is_deep: bool,
}

impl Expression {
    /// Compiles bare CEL.
    ///
    /// # Errors
    /// All faults of the text: `EXPR_SYNTAX`, `EXPR_UNKNOWN_NAME`, `EXPR_UNKNOWN_FUNCTION`, or a cap
    /// (`EXPR_TOO_LONG`, `EXPR_TOO_MANY_OPERATORS`, `EXPR_TOO_DEEP`, `EXPR_TOO_COSTLY`).
    pub fn compile(text: &str, names: &Names<'_>) -> Result<Self, Vec<Fault>> {
        if let Some(path) = path::scan(text).and_then(|steps| exact(&steps, names)) {
            let reads = vec![Read::of(&path, Mark::Value)];
            return Ok(Self { text: text.into(), form: Form::Path(path), reads, warnings: Vec::new() });
        }
        if text.trim().is_empty() {
            let fault = Fault::new(fault::SYNTAX, "an expression is empty", 0..text.len());
            return Err(vec![fault.help("write CEL, such as `input.amount > 0`")]);
        }
        let parsed = parse(text, names.cache()).map_err(|fault| vec![fault])?;
        let bound = bind(&parsed, text, names)?;
        let loops = cost::loops(&bound.root, text.len()).map_err(|fault| vec![fault])?;
        let is_deep = depth(&bound.root) > MAX_DEPTH_HERE;
        let Bound { root, paths, patterns, reads, warnings } = bound;
        let form = Form::Cel(Box::new(Program { root, paths, patterns, loops, is_deep }));
        Ok(Self { text: text.into(), form, reads, warnings })
    }

    /// The text as the author wrote it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it reads, each thing once.
    #[must_use]
    pub fn reads(&self) -> &[Read] {
        &self.reads
    }

    /// What is likely wrong though it compiles.
    #[must_use]
    pub fn warnings(&self) -> &[Fault] {
        &self.warnings
    }

    /// Evaluates to a JSON value.
    ///
    /// # Errors
    /// `EXPR_FAILED`: something is missing, of the wrong type, too large or too much work.
    pub fn evaluate(&self, scope: &dyn Scope) -> Result<Value, Failure> {
        match &self.form {
            Form::Path(path) => match path.find(scope) {
                Some(value) => Ok(value.into_owned()),
                None => Err(self.fail(path.explain(scope))),
            },
            Form::Cel(program) => program.run(scope, encode).map_err(|cause| self.fail(cause)),
        }
    }

    /// Whether it is no more than a path that leads to nothing.
    #[must_use]
    pub fn is_absent(&self, scope: &dyn Scope) -> bool {
        matches!(&self.form, Form::Path(path) if path.find(scope).is_none())
    }

    /// Evaluates to a value that may be shared with the scope rather than copied.
    ///
    /// # Errors
    /// As [`Expression::evaluate`].
    pub fn share(&self, scope: &dyn Scope) -> Result<Shared, Failure> {
        if let Form::Path(path) = &self.form
            && path.steps.is_empty()
            && let Some(shared) = scope.shared(path.root)
        {
            return Ok(shared);
        }
        self.evaluate(scope).map(Shared::new)
    }

    /// Evaluates to a value of its own, or to a reference to one that is made of others.
    ///
    /// # Errors
    /// As [`Expression::evaluate`].
    pub(super) fn refer(&self, scope: &dyn Scope) -> Result<Part, Failure> {
        if let Form::Path(path) = &self.form
            && let Some(root) = scope.shared(path.root)
            && path.walk(&root).is_some_and(|value| value.is_object() || value.is_array())
        {
            return Ok(Part::Within(root, Arc::clone(&path.steps)));
        }
        self.evaluate(scope).map(Part::Own)
    }

    /// The root, if it is nothing but one.
    pub(super) fn root(&self) -> Option<Root> {
        match &self.form {
            Form::Path(path) if path.steps.is_empty() => Some(path.root),
            Form::Path(_) | Form::Cel(_) => None,
        }
    }

    /// Evaluates a condition.
    ///
    /// # Errors
    /// As [`Expression::evaluate`], and when the result is neither true nor false.
    pub fn test(&self, scope: &dyn Scope) -> Result<bool, Failure> {
        match &self.form {
            Form::Cel(program) => program.run(scope, truth),
            Form::Path(path) => match path.find(scope).as_deref() {
                Some(Value::Bool(is_true)) => Ok(*is_true),
                Some(other) => Err(no_truth(path::kind(other))),
                None => Err(path.explain(scope)),
            },
        }
        .map_err(|cause| self.fail(cause))
    }

    fn fail(&self, cause: Cause) -> Failure {
        Failure::new(&self.text, cause)
    }
}

impl Program {
    fn run<T: Send>(&self, scope: &dyn Scope, read: fn(&dyn Val) -> Result<T, Cause>) -> Result<T, Cause> {
        if !self.is_deep {
            return self.answer(scope, read);
        }
        let answer = on_large_stack(|| self.answer(scope, read));
        answer.unwrap_or_else(|| Err(Cause::new("there is no thread to evaluate it on")))
    }

    fn answer<T>(&self, scope: &dyn Scope, read: fn(&dyn Val) -> Result<T, Cause>) -> Result<T, Cause> {
        let binding = Binding::new(scope, &self.paths, &self.patterns);
        cost::check(&self.loops, &|index| binding.value(index))?;
        let mut context = Context::with_env(Arc::clone(functions::environment()));
        context.set_variable_resolver(&binding);
        match Plain::resolve_val(&self.root, &context) {
            Ok(value) => read(value.as_ref()),
            Err(error) => Err(failure::cause(&error, &self.paths, scope)),
        }
    }
}

/// What a condition gave.
fn truth(value: &dyn Val) -> Result<bool, Cause> {
    match value.downcast_ref::<CelBool>() {
        Some(is_true) => Ok(*is_true.inner()),
        None => Err(no_truth(&format!("a value of type {}", value.get_type().name()))),
    }
}

fn no_truth(found: &str) -> Cause {
    Cause::new(format!("the condition is {found}, it must be true or false"))
        .help("compare it to something, as in `x == \"PAID\"`")
}

/// The path that the steps of a whole text are; names that lead nowhere are left to the compiler to report.
fn exact(steps: &[Step], names: &Names<'_>) -> Option<Path> {
    let Lookup::Found { root, used } = names.lookup(steps) else { return None };
    let name = steps[..used].iter().filter_map(Step::key).collect::<Vec<_>>().join(".");
    Some(Path { root, name: name.into(), steps: steps[used..].into() })
}

#[cfg(test)]
#[path = "expression_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "conformance_tests.rs"]
mod conformance;
