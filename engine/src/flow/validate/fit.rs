//! Whether a value that may hold `${ }` anywhere fits a JSON Schema. What an expression will give is not
//! known yet, so faults at such a text, and choices that depend on one, are left to the run.

use std::collections::HashMap;

use jsonschema::{ValidationError, Validator, error::ValidationErrorKind as Kind};
use sdk::Value;

use super::misfit::Words;
use crate::flow::{
    diagnostic::Diagnostic,
    nearest::nearest,
    schema::options,
    tree::{Span, Tree},
};

/// Schemas compiled once, by a name of the caller's. One that does not compile fits everything: the
/// check of its own document tells.
#[derive(Default)]
pub(super) struct Schemas {
    compiled: HashMap<String, Option<(Value, Validator)>>,
}

/// What a value is held against.
pub(super) struct About<'a> {
    /// The code of the findings.
    pub(super) code: &'static str,
    /// What the value is called in messages.
    pub(super) what: &'a str,
    /// Where to point when something is missing.
    pub(super) owner: Span,
}

impl Schemas {
    /// Checks `tree` against the schema known as `name`, which `schema` makes when it is new.
    pub(super) fn fit(
        &mut self,
        name: &str,
        schema: impl FnOnce() -> Value,
        tree: &Tree,
        about: &About<'_>,
        faults: &mut Vec<Diagnostic>,
    ) {
        if !self.compiled.contains_key(name) {
            let schema = schema();
            let validator = options().build(&schema).ok();
            self.compiled.insert(name.to_owned(), validator.map(|validator| (schema, validator)));
        }
        let Some(Some((schema, validator))) = self.compiled.get(name) else { return };
        let value = tree.to_json();
        if validator.is_valid(&value) {
            return;
        }
        for fault in validator.iter_errors(&value) {
            Finding { schema, tree, about, fault: &fault }.tell(faults);
        }
    }
}

/// Whether a value holds an expression anywhere.
pub(super) fn holds_expression(tree: &Tree) -> bool {
    tree.any_text(&|text| text.contains("${"))
}

struct Finding<'f> {
    schema: &'f Value,
    tree: &'f Tree,
    about: &'f About<'f>,
    fault: &'f ValidationError<'f>,
}

impl Finding<'_> {
    fn tell(&self, faults: &mut Vec<Diagnostic>) {
        let pointer = self.fault.instance_path().as_str();
        let Some(at) = self.tree.pointer(pointer) else { return };
        let what = self.about.what;
        let code = self.about.code;
        match self.fault.kind() {
            Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
                for name in unexpected {
                    let span = at.entries().iter().find(|entry| entry.key.value == *name);
                    let span = span.map_or(at.span, |entry| entry.key.span);
                    let message = format!("{what} has no key `{name}`");
                    faults.push(Diagnostic::error(code, span, message, self.known(name)));
                }
            }
            Kind::Required { property } => {
                let name = property.as_str().unwrap_or_default();
                if self.has_default(name) || self.is_slip(name, at) {
                    return;
                }
                let span = self.owner(pointer).unwrap_or(at.span);
                let message = format!("{what} lacks `{name}`");
                faults.push(Diagnostic::error(
                    code,
                    span,
                    message,
                    format!("add `{name}:`{}", self.describe(name)),
                ));
            }
            _ if holds_expression(at) => {}
            _ => {
                let around = self.around().unwrap_or(&Value::Null);
                let words = Words { schema: self.schema, around, at, fault: self.fault };
                let (message, help) = words.tell(&self.place());
                let help = help.unwrap_or_else(|| self.allowed());
                faults.push(Diagnostic::error(code, at.span, message, help));
            }
        }
    }

    /// The part in words: `path` of `with`.
    fn place(&self) -> String {
        let path = self.fault.instance_path().as_str().trim_start_matches('/').replace('/', ".");
        if path.is_empty() { self.about.what.to_owned() } else { format!("`{path}` of {}", self.about.what) }
    }

    /// The schema around the keyword that failed.
    fn around(&self) -> Option<&Value> {
        let path = self.fault.schema_path().as_str();
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        match parent.rsplit_once("/$ref") {
            // A reference inside the schema: what follows it is a path within `$defs`.
            Some((before, after)) => {
                let target = self.schema.pointer(before)?.get("$ref")?.as_str()?.trim_start_matches('#');
                self.schema.pointer(target)?.pointer(after)
            }
            None => self.schema.pointer(parent),
        }
    }

    fn property(&self, name: &str) -> Option<&Value> {
        self.around()?.get("properties")?.get(name)
    }

    /// A default is filled in before the value is checked.
    fn has_default(&self, name: &str) -> bool {
        self.property(name).is_some_and(|property| property.get("default").is_some())
    }

    /// The key that a part stands under; of the whole, what the caller says.
    fn owner(&self, pointer: &str) -> Option<Span> {
        let Some((parent, key)) = pointer.rsplit_once('/') else { return Some(self.about.owner) };
        let entries = self.tree.pointer(parent)?.entries();
        entries.iter().find(|entry| entry.key.value == key).map(|entry| entry.key.span)
    }

    /// Whether a key beside it is this one, misspelt: that is told as unknown already.
    fn is_slip(&self, name: &str, at: &Tree) -> bool {
        let is_closed = |schema: &&Value| schema.get("additionalProperties") == Some(&Value::Bool(false));
        let known = self.around().filter(is_closed).and_then(|schema| schema.get("properties"));
        let unknown = at.entries().iter().map(|entry| entry.key.value.as_str());
        unknown
            .filter(|key| known.is_some_and(|known| known.get(key).is_none()))
            .any(|key| nearest(key, [name]).is_some())
    }

    fn describe(&self, name: &str) -> String {
        let about =
            self.property(name).and_then(|property| property.get("description")).and_then(Value::as_str);
        about.map(|about| format!(" ({})", about.lines().next().unwrap_or_default())).unwrap_or_default()
    }

    fn known(&self, name: &str) -> String {
        let properties = self.around().and_then(|schema| schema.get("properties")).and_then(Value::as_object);
        let names: Vec<&str> =
            properties.into_iter().flat_map(|map| map.keys()).map(String::as_str).collect();
        match nearest(name, names.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None if names.is_empty() => "take it away".to_owned(),
            None => format!("{} knows: {}", self.about.what, names.join(", ")),
        }
    }

    fn allowed(&self) -> String {
        let about = self.around().and_then(|schema| schema.get("description")).and_then(Value::as_str);
        match about {
            Some(about) => about.lines().collect::<Vec<_>>().join(" "),
            None => format!("write what the schema of {} asks for", self.about.what),
        }
    }
}
