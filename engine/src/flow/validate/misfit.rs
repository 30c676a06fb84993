//! What is said of a value that does not fit a JSON Schema: in the words of the language, not of the schema.

use jsonschema::{ValidationError, error::ValidationErrorKind as Kind};
use sdk::Value;

use crate::flow::{
    nearest::nearest,
    tree::{Shape, Tree},
};

/// The pattern that lengths of time have in schemas.
const DURATION: &str = "ms|s|m|h|d";

/// A value that does not fit, and the schema around the keyword it fails.
pub(super) struct Words<'w> {
    /// The whole schema, for references in it.
    pub(super) schema: &'w Value,
    /// The part that holds the keyword.
    pub(super) around: &'w Value,
    /// The value.
    pub(super) at: &'w Tree,
    /// What the validator said.
    pub(super) fault: &'w ValidationError<'w>,
}

impl Words<'_> {
    /// What is wrong at `place`, and how to mend it if that is plain from the schema.
    pub(super) fn tell(&self, place: &str) -> (String, Option<String>) {
        match self.fault.kind() {
            Kind::AnyOf { .. }
            | Kind::OneOfNotValid { .. }
            | Kind::OneOfMultipleValid { .. }
            | Kind::Enum { .. }
            | Kind::Constant { .. } => self.choice(place),
            Kind::Type { .. } => {
                let wanted = self.types();
                let message = format!("{place} must be {wanted}, found {}", found(self.at));
                (message, Some(self.mend(&wanted)))
            }
            Kind::Pattern { pattern } if pattern.contains(DURATION) => {
                let written = self.at.text().unwrap_or_default();
                let help = "write whole numbers with ms, s, m, h or d, such as `250ms` or `1m30s`";
                (format!("{place}: `{written}` is no length of time"), Some(help.to_owned()))
            }
            _ => {
                let said: String = self.fault.to_string().chars().take(200).collect();
                (format!("{place} does not fit: {said}"), None)
            }
        }
    }

    fn choice(&self, place: &str) -> (String, Option<String>) {
        let mut options = Options::default();
        options.gather(self.schema, self.around, 0);
        let help = match self.at.text() {
            Some(text) => {
                nearest(text, options.words.iter().map(String::as_str)).map(|word| format!("`{word}`"))
            }
            None => {
                let keys = self.at.entries().iter().map(|entry| entry.key.value.as_str());
                let close = |key| nearest(key, options.keys.iter().map(String::as_str));
                keys.into_iter().find_map(close).map(|key| format!("`{key}`"))
            }
        };
        let all = options.all();
        let help = match help {
            Some(meant) => Some(format!("did you mean {meant}? Possible: {all}")),
            None if all.is_empty() => None,
            None => Some(format!("write one of {all}")),
        };
        match self.at.text() {
            Some(text) => (format!("{place} cannot be `{text}`"), help),
            None => (format!("{place} has none of the forms it may have"), help),
        }
    }

    /// The types that the schema allows, in words.
    fn types(&self) -> String {
        let types = match self.around.get("type") {
            Some(Value::Array(types)) => types.iter().filter_map(Value::as_str).collect(),
            Some(Value::String(one)) => vec![one.as_str()],
            _ => Vec::new(),
        };
        let words: Vec<&str> = types.into_iter().filter(|name| *name != "null").map(in_words).collect();
        words.join(" or ")
    }

    fn is_duration(&self) -> bool {
        let pattern = self.around.get("pattern").and_then(Value::as_str);
        pattern.is_some_and(|pattern| pattern.contains(DURATION))
    }

    fn mend(&self, wanted: &str) -> String {
        let about = self.around.get("description").and_then(Value::as_str).unwrap_or_default();
        let about = about.lines().next().map(|line| format!(" ({line})")).unwrap_or_default();
        match &self.at.shape {
            Shape::Text(text) if wanted.contains("number") && text.parse::<f64>().is_ok() => {
                format!("write the number without quotes{about}")
            }
            Shape::Number(number) if self.is_duration() => {
                format!("add the unit: `{number}s` or `{number}ms`")
            }
            Shape::Number(number) if wanted == "a text" => format!("quote it: '{number}'{about}"),
            _ => format!("write {wanted}{about}"),
        }
    }
}

/// What a choice allows.
#[derive(Default)]
struct Options {
    /// Words.
    words: Vec<String>,
    /// Keys of mappings with one key.
    keys: Vec<String>,
}

impl Options {
    fn gather(&mut self, whole: &Value, schema: &Value, depth: usize) {
        // A schema may refer to itself.
        if depth > 8 {
            return;
        }
        if let Some(target) = schema.get("$ref").and_then(Value::as_str)
            && let Some(target) = whole.pointer(target.trim_start_matches('#'))
        {
            self.gather(whole, target, depth + 1);
        }
        let words = schema.get("enum").and_then(Value::as_array).into_iter().flatten();
        self.words.extend(words.chain(schema.get("const")).filter_map(Value::as_str).map(str::to_owned));
        if let Some([Value::String(key)]) =
            schema.get("required").and_then(Value::as_array).map(Vec::as_slice)
        {
            self.keys.push(key.clone());
        }
        for several in ["oneOf", "anyOf"] {
            for option in schema.get(several).and_then(Value::as_array).into_iter().flatten() {
                self.gather(whole, option, depth + 1);
            }
        }
    }

    fn all(&self) -> String {
        let keys = self.keys.iter().map(|key| format!("{{{key}: …}}"));
        self.words.iter().cloned().chain(keys).collect::<Vec<_>>().join(", ")
    }
}

fn in_words(name: &str) -> &str {
    match name {
        "string" => "a text",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        "object" => "a mapping",
        "array" => "a list",
        other => other,
    }
}

const fn found(tree: &Tree) -> &'static str {
    match &tree.shape {
        Shape::Null => "nothing",
        Shape::Bool(true) => "true",
        Shape::Bool(false) => "false",
        Shape::Number(_) => "a number",
        Shape::Text(_) => "a text",
        Shape::List(_) => "a list",
        Shape::Map(_) => "a mapping",
    }
}
