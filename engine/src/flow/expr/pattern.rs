//! `matches`: regular expressions, matched in linear time and bounded in size. One written out in the
//! expression is compiled with it, so a slip in it is found at load and a macro does not compile it per item.

use std::any::Any;

use cel::ExecutionError;
use cel::common::types::{CelString, Type};
use cel::common::value::{CowVal, StaticVal, Val};
use regex::{Regex, RegexBuilder};

use super::functions::{MATCHES, take, truth};

/// Largest compiled pattern.
const MAX_BYTES: usize = 1024 * 1024;

static TYPE: Type = Type::new_unspecified_type("pattern");

/// A compiled pattern, as a value an expression hands to [`matches`].
#[derive(Debug, Clone)]
pub(super) struct Pattern(Regex);

impl Pattern {
    /// Compiles a pattern, or says why it is none.
    pub(super) fn new(text: &str) -> Result<Self, String> {
        let compiled = RegexBuilder::new(text).size_limit(MAX_BYTES).build();
        compiled.map(Self).map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => "the pattern is too large".to_owned(),
            other => {
                let text = other.to_string();
                text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
            }
        })
    }
}

impl Val for Pattern {
    fn get_type(&self) -> &Type {
        &TYPE
    }

    fn cel_type() -> &'static Type {
        &TYPE
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v>
    where
        Self: 'v,
    {
        Box::new(self.clone())
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl StaticVal for Pattern {}

/// Whether a text holds a match of a pattern.
pub(super) fn matches<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let [text, pattern] = take(MATCHES, args)?;
    let name = |value: &CowVal<'b, 'v>| value.get_type().name().to_owned();
    let refused = || ExecutionError::no_such_overload("matches", vec![name(&text), name(&pattern)]);
    let given = text.downcast_ref::<CelString<'_>>().ok_or_else(refused)?.inner();
    if let Some(compiled) = pattern.downcast_ref::<Pattern>() {
        return Ok(truth(compiled.0.is_match(given)));
    }
    let written = pattern.downcast_ref::<CelString<'_>>().ok_or_else(refused)?.inner();
    let compiled = Pattern::new(written).map_err(|cause| ExecutionError::function_error("matches", cause))?;
    Ok(truth(compiled.0.is_match(given)))
}
