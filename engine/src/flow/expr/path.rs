//! A path such as `nodes.load.lines[0].sku`: the part of the language that never needs CEL. Follows it
//! through borrowed JSON and says in words where it broke off. Knows nothing of what names are allowed.

use std::{borrow::Cow, sync::Arc};

use serde_json::Value;

use super::fault::Cause;
use super::lexer::{Lexer, Token};
use super::scope::{Root, Scope};
use crate::flow::nearest::nearest;

/// One step down from a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Key(Box<str>),
    Index(usize),
}

impl Step {
    pub(super) fn key(&self) -> Option<&str> {
        match self {
            Self::Key(key) => Some(key),
            Self::Index(_) => None,
        }
    }

    pub(super) fn follow<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        match self {
            Self::Key(key) => value.as_object()?.get(&**key),
            Self::Index(index) => value.as_array()?.get(*index),
        }
    }
}

/// Words the grammar keeps for itself, so that a path holding one is left to the parser.
const KEYWORDS: [&str; 4] = ["true", "false", "null", "in"];

/// The steps of a text that is exactly a path; the first is the name it starts from.
pub(super) fn scan(text: &str) -> Option<Vec<Step>> {
    let mut tokens = Lexer::new(text);
    let mut steps = Vec::new();
    let mut next = tokens.next()?;
    loop {
        match next.0 {
            Token::Word if !KEYWORDS.contains(&&text[next.1.clone()]) => {
                steps.push(Step::Key(text[next.1].into()));
            }
            Token::Open(b'[') if !steps.is_empty() => {
                steps.push(bracket(text, &mut tokens)?);
            }
            _ => return None,
        }
        next = match tokens.next() {
            None => return Some(steps),
            Some((Token::Dot, _)) => tokens.next().filter(|(token, _)| *token == Token::Word)?,
            Some(open @ (Token::Open(b'['), _)) => open,
            Some(_) => return None,
        };
    }
}

/// What stands between `[` and `]`: a plain number or a string without escapes.
fn bracket(text: &str, tokens: &mut Lexer<'_>) -> Option<Step> {
    let (token, range) = tokens.next()?;
    let inner = &text[range];
    let step = match token {
        Token::Number if inner.bytes().all(|byte| byte.is_ascii_digit()) => Step::Index(inner.parse().ok()?),
        Token::Text => {
            let bare = inner.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            let bare = bare.or_else(|| inner.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')))?;
            if bare.contains(['\\', '"', '\'']) {
                return None;
            }
            Step::Key(bare.into())
        }
        _ => return None,
    };
    matches!(tokens.next(), Some((Token::Close(b']'), _))).then_some(step)
}

/// The value at the end of the steps.
pub(super) fn walk<'v>(value: &'v Value, steps: &[Step]) -> Option<&'v Value> {
    steps.iter().try_fold(value, |value, step| step.follow(value))
}

/// A path from a root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Path {
    pub(super) root: Root,
    /// The root as the author wrote it, such as `nodes.load`.
    pub(super) name: Box<str>,
    pub(super) steps: Arc<[Step]>,
}

impl Path {
    pub(super) fn walk<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        walk(value, &self.steps)
    }

    /// The value at the end; `None` when anything along the way is missing.
    pub(super) fn find<'s>(&self, scope: &'s dyn Scope) -> Option<Cow<'s, Value>> {
        match scope.get(self.root)? {
            Cow::Borrowed(value) => self.walk(value).map(Cow::Borrowed),
            Cow::Owned(value) if self.steps.is_empty() => Some(Cow::Owned(value)),
            Cow::Owned(value) => self.walk(&value).cloned().map(Cow::Owned),
        }
    }

    /// Whether the root is a node's, which may be missing because the node did not run.
    pub(super) fn is_of_node(&self) -> bool {
        matches!(self.root, Root::Node { .. } | Root::Status { .. } | Root::Errors { .. })
    }

    /// Why [`Path::find`] found nothing.
    pub(super) fn explain(&self, scope: &dyn Scope) -> Cause {
        let Some(root) = scope.get(self.root) else {
            return self.explain_root();
        };
        let mut written = self.name.to_string();
        let mut value: &Value = &root;
        for step in &*self.steps {
            match step.follow(value) {
                Some(next) => value = next,
                None => return broken(&written, value, step),
            }
            append(&mut written, step);
        }
        Cause::new(format!("`{written}` was missing"))
    }

    fn explain_root(&self) -> Cause {
        let name = &self.name;
        if self.is_of_node() {
            return Cause::new(format!("`{name}` is missing: the node did not run or has not ended"))
                .help(format!("write `orDefault({name}, …)` where the node may be skipped"));
        }
        Cause::new(format!("`{name}` is missing"))
    }
}

fn append(written: &mut String, step: &Step) {
    match step {
        Step::Key(key) => {
            written.push('.');
            written.push_str(key);
        }
        Step::Index(index) => written.push_str(&format!("[{index}]")),
    }
}

fn broken(written: &str, value: &Value, step: &Step) -> Cause {
    match (step, value) {
        (Step::Key(key), Value::Object(object)) => {
            let cause = Cause::new(format!("`{written}` has no key `{key}`"));
            match nearest(key, object.keys().map(String::as_str)) {
                Some(meant) => cause.help(format!("did you mean `{meant}`?")),
                None => cause.help(with_default(written, key)),
            }
        }
        (Step::Key(key), other) => {
            Cause::new(format!("`{written}` is {}, it has no key `{key}`", kind(other)))
                .help(with_default(written, key))
        }
        (Step::Index(index), Value::Array(items)) => {
            Cause::new(format!("`{written}` has {} items, there is no [{index}]", items.len()))
        }
        (Step::Index(index), other) => {
            Cause::new(format!("`{written}` is {}, it has no item [{index}]", kind(other)))
        }
    }
}

fn with_default(written: &str, key: &str) -> String {
    format!("write `orDefault({written}.{key}, …)` where it may be missing")
}

/// The kind of a value in words.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
