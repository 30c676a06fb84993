//! A YAML value that remembers where every part of it was written.
//!
//! Stage 2 makes it, variants patch it, the typed documents are read from it. It prints nothing.

use serde_json::{Map, Number, Value};
use sha2::{Digest, Sha256};

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

    /// The value under `key`, to change it.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Self> {
        match &mut self.shape {
            Shape::Map(entries) => {
                entries.iter_mut().find(|entry| entry.key.value == key).map(|entry| &mut entry.value)
            }
            _ => None,
        }
    }

    /// Puts `value` under `key`, in the place of what was there.
    pub fn set(&mut self, key: Spanned<String>, value: Self) {
        if let Some(there) = self.get_mut(&key.value) {
            *there = value;
        } else if let Shape::Map(entries) = &mut self.shape {
            entries.push(Entry { key, value });
        }
    }

    /// Takes away what is under `key`.
    pub fn remove(&mut self, key: &str) {
        if let Shape::Map(entries) = &mut self.shape {
            entries.retain(|entry| entry.key.value != key);
        }
    }

    /// A list of texts.
    #[must_use]
    pub fn texts(texts: Vec<Spanned<String>>, span: Span) -> Self {
        let text = |text: Spanned<String>| Self { span: text.span, shape: Shape::Text(text.value) };
        Self { span, shape: Shape::List(texts.into_iter().map(text).collect()) }
    }

    /// The text, when this is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.shape {
            Shape::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether any text in it is such a one; keys are not looked at.
    pub fn any_text(&self, is_such: &dyn Fn(&str) -> bool) -> bool {
        match &self.shape {
            Shape::Text(text) => is_such(text),
            Shape::List(items) => items.iter().any(|item| item.any_text(is_such)),
            Shape::Map(entries) => entries.iter().any(|entry| entry.value.any_text(is_such)),
            _ => false,
        }
    }

    /// The part at a JSON pointer (`/a/0/b`).
    #[must_use]
    pub fn pointer(&self, pointer: &str) -> Option<&Self> {
        pointer.split('/').skip(1).try_fold(self, |at, step| {
            let step = step.replace("~1", "/").replace("~0", "~");
            match &at.shape {
                Shape::List(items) => step.parse::<usize>().ok().and_then(|index| items.get(index)),
                _ => at.get(&step),
            }
        })
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

    /// Whether a place lies among the lines of what was written here.
    #[must_use]
    pub fn holds(&self, place: Span) -> bool {
        place.source == self.span.source && place.line >= self.span.line && place.line <= self.last_line()
    }

    fn last_line(&self) -> u32 {
        let inner = match &self.shape {
            Shape::List(items) => items.last().map(Self::last_line),
            _ => self.entries().last().map(|entry| entry.value.last_line().max(entry.key.span.line)),
        };
        inner.unwrap_or_default().max(self.span.line)
    }

    /// The path (`nodes.load.with.path`, `order[1][0]`) of what stands at a place: the last part that
    /// starts there or before it. For trees as they were written, whose parts stand in the order of the text.
    #[must_use]
    pub fn path_at(&self, place: Span) -> String {
        let mut path = String::new();
        let mut at = self;
        loop {
            let is_before = |span: Span| (span.line, span.column) <= (place.line, place.column);
            at = match &at.shape {
                Shape::Map(entries) => {
                    let Some(entry) = entries.iter().rfind(|entry| is_before(entry.key.span)) else {
                        return path;
                    };
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(&entry.key.value);
                    &entry.value
                }
                Shape::List(items) => {
                    let Some(index) = items.iter().rposition(|item| is_before(item.span)) else {
                        return path;
                    };
                    path.push_str(&format!("[{index}]"));
                    &items[index]
                }
                _ => return path,
            };
        }
    }

    /// SHA-256 of the values in hex; places do not count, the order of keys does.
    #[must_use]
    pub fn hash(&self) -> String {
        let mut digest = Sha256::new();
        self.digest(&mut digest);
        digest.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
            for half in [byte >> 4, byte & 15] {
                hex.push(char::from_digit(u32::from(half), 16).unwrap_or('0'));
            }
            hex
        })
    }

    /// Every part is written with its kind and its length, so that no two values give the same bytes.
    fn digest(&self, digest: &mut Sha256) {
        let mut write = |kind: u8, bytes: &[u8]| {
            digest.update([kind]);
            digest.update(bytes.len().to_le_bytes());
            digest.update(bytes);
        };
        match &self.shape {
            Shape::Null => write(b'n', b""),
            Shape::Bool(truth) => write(b'b', &[u8::from(*truth)]),
            Shape::Number(number) => write(b'#', number.to_string().as_bytes()),
            Shape::Text(text) => write(b't', text.as_bytes()),
            Shape::List(items) => {
                write(b'l', &items.len().to_le_bytes());
                items.iter().for_each(|item| item.digest(digest));
            }
            Shape::Map(entries) => {
                write(b'm', &entries.len().to_le_bytes());
                for entry in entries {
                    digest.update(entry.key.value.len().to_le_bytes());
                    digest.update(entry.key.value.as_bytes());
                    entry.value.digest(digest);
                }
            }
        }
    }
}
