//! An error of CEL in words a flow author can act on. Names types, never values: a cause may reach a trace.

use cel::ExecutionError;
use cel::OverloadError;

use super::fault::Cause;
use super::path::Path;
use super::scope::Scope;
use super::tree;

const MIXED: &str = "CEL does not mix kinds of numbers: write `double(x)` or `int(x)`";
const NULL: &str = "write `orDefault(x, …)` where a value may be null or missing";

/// Operators as they are written, with how the crate calls them.
const OPERATORS: [(&str, &str); 19] = [
    ("_+_", "+"),
    ("_-_", "-"),
    ("_*_", "*"),
    ("_/_", "/"),
    ("_%_", "%"),
    ("_<_", "<"),
    ("_<=_", "<="),
    ("_>_", ">"),
    ("_>=_", ">="),
    ("_&&_", "&&"),
    ("_||_", "||"),
    ("!_", "!"),
    ("-_", "-"),
    ("_[_]", "[]"),
    ("_._", "."),
    ("@in", "in"),
    ("add", "+"),
    ("sub", "-"),
    ("mul", "*"),
];

/// Why an evaluation failed.
pub(super) fn cause(error: &ExecutionError, paths: &[Path], scope: &dyn Scope) -> Cause {
    match error {
        ExecutionError::UndeclaredReference(name) => {
            let path = tree::decode(name).and_then(|(_, index)| paths.get(index));
            path.map_or_else(|| Cause::new(format!("no function `{name}`")), |path| path.explain(scope))
        }
        ExecutionError::NoSuchKey(key) => Cause::new(format!("no key `{key}`")).help(NULL),
        ExecutionError::NoSuchOverload(overload) => no_overload(overload),
        ExecutionError::UnsupportedBinaryOperator(operator, left, right) => {
            no_operator(operator, &[named(left), named(right)])
        }
        ExecutionError::UnexpectedType { got, want } => {
            let cause = Cause::new(format!("a {got} stands where a {want} is needed"));
            if got.contains("null") { cause.help(NULL) } else { cause }
        }
        ExecutionError::IndexOutOfBounds(_) => Cause::new("the list has no item at that index"),
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => {
            Cause::new("a division by zero")
        }
        ExecutionError::Overflow(..) => Cause::new("an integer overflowed"),
        ExecutionError::ValuesNotComparable(left, right) => {
            Cause::new(format!("a {} cannot be compared to a {}", named(left), named(right)))
        }
        ExecutionError::FunctionError { function, message } => {
            let message = unread(function).unwrap_or(message);
            Cause::new(format!("`{function}`: {message}"))
        }
        ExecutionError::DuplicateKey(_) => Cause::new("a map has one key twice"),
        ExecutionError::UnsupportedKeyType(key) => {
            Cause::new(format!("a {} cannot be the key of a map", named(key)))
        }
        ExecutionError::InvalidArgumentCount { expected, actual } => {
            Cause::new(format!("{expected} arguments expected, {actual} given"))
        }
        _ => Cause::new("the evaluation failed"),
    }
}

/// What functions that read a text say of one they cannot read; the crate tells how its parsers failed.
fn unread(function: &str) -> Option<&'static str> {
    match function {
        "duration" => Some("that is no length of time, write one such as `1h30m`"),
        "timestamp" => Some("that is no moment with its zone, write one such as `2026-01-31T08:00:00Z`"),
        "int" | "uint" => Some("that is no whole number it can hold"),
        "double" => Some("that is no number"),
        _ => None,
    }
}

/// The type of a value as the language calls it.
fn named(value: &cel::Value) -> String {
    match value.type_of().to_string().as_str() {
        "float" => "double".to_owned(),
        name => name.to_owned(),
    }
}

fn no_overload(overload: &OverloadError) -> Cause {
    no_operator(overload.function(), overload.argument_types())
}

fn no_operator(function: &str, types: &[String]) -> Cause {
    let written = OPERATORS.iter().find(|(name, _)| *name == function).map_or(function, |(_, sign)| sign);
    let written = written.trim_start_matches('@');
    let cause = Cause::new(format!("`{written}` does not take {}", types.join(" and ")));
    let numbers = types.iter().filter(|name| ["int", "uint", "double", "float"].contains(&name.as_str()));
    if types.iter().any(|name| name.contains("null")) {
        cause.help(NULL)
    } else if types.len() == 2 && numbers.count() == 2 {
        cause.help(MIXED)
    } else {
        cause
    }
}
