//! Any JSON value whose texts may hold `${ … }`. A text that is exactly one keeps the type of its value, in a
//! mixed text values are written out: texts raw, null as nothing, the rest as compact JSON.

use sdk::{PIECES_KEY, Shared, plain};
use serde_json::{Map, Value, json};

use super::expression::Expression;
use super::fault::{Failure, Fault};
use super::interpolation::{Stretch, split};
use super::names::Names;
use super::reads::Read;
use super::scope::{Root, Scope};
use super::woven::{self, Woven};

/// A compiled template.
#[derive(Debug)]
pub struct Template {
    shape: Shape,
    reads: Vec<Read>,
    warnings: Vec<(String, Fault)>,
}

#[derive(Debug)]
enum Shape {
    Constant(Shared),
    Exact(Expression),
    Mixed(Vec<Part>),
    /// For a component that escapes the values itself.
    Pieces(Vec<Part>),
    List(Vec<Shape>),
    Object(Vec<(String, Shape)>),
}

#[derive(Debug)]
enum Part {
    Text(String),
    Expression(Expression),
}

impl Template {
    /// Compiles a value.
    ///
    /// # Errors
    /// Every fault in it, with the JSON pointer of its text; the range of a fault is inside that text.
    pub fn compile(value: &Value, names: &Names<'_>) -> Result<Self, Vec<(String, Fault)>> {
        Self::compile_in_pieces(value, names, &|_| false)
    }

    /// Compiles a value; a text whose JSON pointer is `in_pieces` is handed over as `{"$pieces": […]}` when it
    /// holds an expression, see [`sdk::Template`].
    ///
    /// # Errors
    /// As [`Template::compile`].
    pub fn compile_in_pieces(
        value: &Value,
        names: &Names<'_>,
        in_pieces: &dyn Fn(&str) -> bool,
    ) -> Result<Self, Vec<(String, Fault)>> {
        let mut compiler = Compiler {
            names,
            in_pieces,
            pointer: String::new(),
            faults: Vec::new(),
            reads: Vec::new(),
            warnings: Vec::new(),
        };
        let shape = compiler.shape(value);
        let Compiler { faults, mut reads, warnings, .. } = compiler;
        if !faults.is_empty() {
            return Err(faults);
        }
        reads.sort();
        reads.dedup_by(|later, first| later.root == first.root && later.key == first.key);
        Ok(Self { shape, reads, warnings })
    }

    /// The value, if it holds no expression.
    #[must_use]
    pub fn constant(&self) -> Option<&Shared> {
        match &self.shape {
            Shape::Constant(value) => Some(value),
            _ => None,
        }
    }

    /// What it reads, each thing once.
    #[must_use]
    pub fn reads(&self) -> &[Read] {
        &self.reads
    }

    /// What is likely wrong though it compiles, by JSON pointer.
    #[must_use]
    pub fn warnings(&self) -> &[(String, Fault)] {
        &self.warnings
    }

    /// Evaluates; what is exactly one name is shared with the scope where the scope can.
    ///
    /// # Errors
    /// `EXPR_FAILED` of the first expression that fails.
    pub fn evaluate(&self, scope: &dyn Scope) -> Result<Shared, Failure> {
        match &self.shape {
            Shape::Constant(value) => Ok(Shared::clone(value)),
            Shape::Exact(expression) => expression.share(scope),
            shape => shape.value(scope).map(Shared::new),
        }
    }

    /// Evaluates what comes from outside: a field that is no more than a path to something missing is left out, so
    /// that defaults are filled or a contract names it. `None` when that is the whole.
    ///
    /// # Errors
    /// As [`Template::evaluate`].
    pub fn evaluate_given(&self, scope: &dyn Scope) -> Result<Option<Shared>, Failure> {
        match &self.shape {
            Shape::Exact(expression) if expression.is_absent(scope) => Ok(None),
            Shape::Object(_) => self.shape.given(scope).map(|value| value.map(Shared::new)),
            _ => self.evaluate(scope).map(Some),
        }
    }

    /// Evaluates without a copy of what it takes over as it is.
    ///
    /// # Errors
    /// As [`Template::evaluate`].
    pub fn weave(&self, scope: &dyn Scope) -> Result<Woven, Failure> {
        self.shape.part(scope).map(Woven)
    }

    /// What it is nothing but another name of.
    #[must_use]
    pub fn root(&self) -> Option<Root> {
        match &self.shape {
            Shape::Exact(expression) => expression.root(),
            _ => None,
        }
    }
}

impl Shape {
    fn part(&self, scope: &dyn Scope) -> Result<woven::Part, Failure> {
        Ok(match self {
            Self::Constant(value) => woven::Part::Within(Shared::clone(value), [].into()),
            Self::Exact(expression) => expression.refer(scope)?,
            Self::List(shapes) => {
                let parts = shapes.iter().map(|shape| shape.part(scope));
                woven::Part::List(parts.collect::<Result<_, _>>()?)
            }
            Self::Object(fields) => {
                let parts = fields.iter().map(|(key, shape)| Ok((key.clone(), shape.part(scope)?)));
                woven::Part::Object(parts.collect::<Result<_, _>>()?)
            }
            Self::Mixed(_) | Self::Pieces(_) => woven::Part::Own(self.value(scope)?),
        })
    }

    fn value(&self, scope: &dyn Scope) -> Result<Value, Failure> {
        match self {
            Self::Constant(value) => Ok(Value::clone(value)),
            Self::Exact(expression) => expression.evaluate(scope),
            Self::List(shapes) => {
                let items = shapes.iter().map(|shape| shape.value(scope));
                items.collect::<Result<_, _>>().map(Value::Array)
            }
            Self::Object(fields) => {
                let mut object = Map::with_capacity(fields.len());
                for (key, shape) in fields {
                    object.insert(key.clone(), shape.value(scope)?);
                }
                Ok(Value::Object(object))
            }
            Self::Mixed(parts) => {
                let mut text = String::new();
                for part in parts {
                    match part {
                        Part::Text(written) => text.push_str(written),
                        Part::Expression(expression) => text.push_str(&plain(&expression.evaluate(scope)?)),
                    }
                }
                Ok(Value::String(text))
            }
            Self::Pieces(parts) => {
                let pieces = parts.iter().map(|part| match part {
                    Part::Text(written) => Ok(json!({ "text": written })),
                    Part::Expression(expression) => Ok(json!({ "value": expression.evaluate(scope)? })),
                });
                Ok(json!({ PIECES_KEY: pieces.collect::<Result<Vec<_>, _>>()? }))
            }
        }
    }
}

impl Shape {
    /// See [`Template::evaluate_given`].
    fn given(&self, scope: &dyn Scope) -> Result<Option<Value>, Failure> {
        match self {
            Self::Exact(expression) if expression.is_absent(scope) => Ok(None),
            Self::Object(fields) => {
                let mut object = Map::with_capacity(fields.len());
                for (key, shape) in fields {
                    if let Some(value) = shape.given(scope)? {
                        object.insert(key.clone(), value);
                    }
                }
                Ok(Some(Value::Object(object)))
            }
            shape => shape.value(scope).map(Some),
        }
    }
}

struct Compiler<'c> {
    names: &'c Names<'c>,
    in_pieces: &'c dyn Fn(&str) -> bool,
    pointer: String,
    faults: Vec<(String, Fault)>,
    reads: Vec<Read>,
    warnings: Vec<(String, Fault)>,
}

impl Compiler<'_> {
    fn shape(&mut self, value: &Value) -> Shape {
        match value {
            Value::String(text) => self.text(text),
            Value::Array(items) => {
                let shapes: Vec<Shape> = items
                    .iter()
                    .enumerate()
                    .map(|(index, item)| self.below(&index.to_string(), item))
                    .collect();
                if shapes.iter().all(is_constant) {
                    let items = shapes.into_iter().filter_map(constant).collect();
                    return Shape::Constant(Shared::new(Value::Array(items)));
                }
                Shape::List(shapes)
            }
            Value::Object(object) => {
                let fields: Vec<(String, Shape)> =
                    object.iter().map(|(key, field)| (key.clone(), self.below(key, field))).collect();
                if fields.iter().all(|(_, shape)| is_constant(shape)) {
                    let fields = fields.into_iter().filter_map(|(key, shape)| Some((key, constant(shape)?)));
                    return Shape::Constant(Shared::new(Value::Object(fields.collect())));
                }
                Shape::Object(fields)
            }
            scalar => Shape::Constant(Shared::new(scalar.clone())),
        }
    }

    fn below(&mut self, key: &str, value: &Value) -> Shape {
        let length = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
        let shape = self.shape(value);
        self.pointer.truncate(length);
        shape
    }

    fn text(&mut self, text: &str) -> Shape {
        let stretches = match split(text) {
            Ok(stretches) => stretches,
            Err(fault) => {
                self.faults.push((self.pointer.clone(), fault));
                return Shape::Constant(Shared::default());
            }
        };
        let is_exact = matches!(stretches.as_slice(), [Stretch::Expression(_)]);
        if let [Stretch::Text(plain)] = stretches.as_slice() {
            return Shape::Constant(Shared::new(Value::from(plain.as_str())));
        }
        let mut parts: Vec<Part> =
            stretches.into_iter().filter_map(|stretch| self.part(text, stretch)).collect();
        if (self.in_pieces)(&self.pointer) {
            return Shape::Pieces(parts);
        }
        match (is_exact, parts.pop()) {
            (true, Some(Part::Expression(expression))) => Shape::Exact(expression),
            (_, last) => {
                parts.extend(last);
                Shape::Mixed(parts)
            }
        }
    }

    /// `None` when the expression does not compile.
    fn part(&mut self, text: &str, stretch: Stretch) -> Option<Part> {
        let range = match stretch {
            Stretch::Text(plain) => return Some(Part::Text(plain)),
            Stretch::Expression(range) => range,
        };
        let at = |fault: Fault| (self.pointer.clone(), fault.shifted(range.start));
        match Expression::compile(&text[range.clone()], self.names) {
            Ok(expression) => {
                self.warnings.extend(expression.warnings().iter().cloned().map(at));
                self.reads.extend_from_slice(expression.reads());
                Some(Part::Expression(expression))
            }
            Err(faults) => {
                self.faults.extend(faults.into_iter().map(at));
                None
            }
        }
    }
}

fn is_constant(shape: &Shape) -> bool {
    matches!(shape, Shape::Constant(_))
}

/// The value of a constant, not copied: the compiler holds the only share.
fn constant(shape: Shape) -> Option<Value> {
    match shape {
        Shape::Constant(value) => Some(Shared::unwrap_or_clone(value)),
        _ => None,
    }
}

#[cfg(test)]
#[path = "template_tests.rs"]
mod tests;
