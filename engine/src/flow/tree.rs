//! A YAML value that remembers where every part of it was written.
//!
//! Stage 2 makes it, variants patch it, the typed documents are read from it. It prints nothing.

use serde_json::{Map, Number, Value};

/// Which source text a span points into: an index into the set that was loaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(pub u32);

/// A place in a source text. Lines and columns count from 1, columns in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The source text.
    pub source: SourceId,
    /// The line, from 1; 0 means nowhere.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
    /// How many characters of that line to mark; at least 1 for a real place.
    pub length: u32,
}

/// Something with its place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spanned<T> {
    /// The thing.
    pub value: T,
    /// Where it was written.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Puts a thing at its place.
    pub const fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// One value with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    /// Where the value starts.
    pub span: Span,
    /// The value.
    pub shape: Shape,
}

/// The shapes of YAML 1.2 after aliases, tags and merge keys are refused.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer or a finite float.
    Number(Number),
    /// A text.
    Text(String),
    /// A sequence.
    List(Vec<Tree>),
    /// A mapping in written order, keys unique.
    Map(Vec<Entry>),
}

/// One entry of a mapping.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: Spanned<String>,
    /// Its value.
    pub value: Tree,
}

impl Tree {
    /// The value under `key`, when this is a mapping that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|entry| entry.key.value == key).map(|entry| &entry.value)
    }

    /// The entries; empty when this is no mapping.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        match &self.shape {
            Shape::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The text, when this is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.shape {
            Shape::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value without its places.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match &self.shape {
            Shape::Null => Value::Null,
            Shape::Bool(truth) => Value::Bool(*truth),
            Shape::Number(number) => Value::Number(number.clone()),
            Shape::Text(text) => Value::String(text.clone()),
            Shape::List(items) => Value::Array(items.iter().map(Self::to_json).collect()),
            Shape::Map(entries) => Value::Object(
                entries
                    .iter()
                    .map(|entry| (entry.key.value.clone(), entry.value.to_json()))
                    .collect::<Map<_, _>>(),
            ),
        }
    }

    /// The place of the part at a JSON pointer (`/a/0/b`), or of the nearest part that exists.
    #[must_use]
    pub fn span_at(&self, pointer: &str) -> Span {
        let mut at = self;
        for step in pointer.split('/').skip(1) {
            let step = step.replace("~1", "/").replace("~0", "~");
            let next = match &at.shape {
                Shape::List(items) => step.parse::<usize>().ok().and_then(|index| items.get(index)),
                _ => at.get(&step),
            };
            let Some(next) = next else { break };
            at = next;
        }
        at.span
    }
}
