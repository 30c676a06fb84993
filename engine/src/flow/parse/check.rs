//! Holds a tree against the grammar: unknown and missing keys, wrong forms, all of them at once.
//! What it lets through, the readers can read without looking twice.

use std::str::FromStr;

use sdk::Duration;

use super::words;
use crate::flow::{
    diagnostic::Diagnostic,
    language::{self, BESIDE, Form, KINDS, Key, Name, Object},
    nearest::nearest,
    tree::{Shape, Span, Spanned, Tree},
};

/// Checks `tree` against `object`. `owner` is where to point when a key is missing.
pub(super) fn object(tree: &Tree, object: &'static Object, owner: Span, faults: &mut Vec<Diagnostic>) {
    Check { faults }.object(tree, object, owner);
}

struct Check<'f> {
    faults: &'f mut Vec<Diagnostic>,
}

impl Check<'_> {
    fn object(&mut self, tree: &Tree, object: &'static Object, owner: Span) {
        let Shape::Map(entries) = &tree.shape else {
            let key = object.keys().find(|key| key.is_required).or_else(|| object.keys().next());
            let mend = key.map_or_else(String::new, |key| format!(": `{}: …`", key.name));
            self.wrong(tree, object.name, "a mapping", &format!("write its keys below it, indented{mend}"));
            return;
        };
        for entry in entries {
            match object.key(&entry.key.value) {
                Some(key) => self.form(&key.form, &entry.value, &entry.key),
                None if object.is_open => {}
                None => self.faults.push(words::unknown_key(&entry.key, object)),
            }
        }
        let unknown = || entries.iter().filter(|entry| object.key(&entry.key.value).is_none());
        for key in object.keys().filter(|key| key.is_required && tree.get(key.name).is_none()) {
            // A misspelt key was told as unknown; telling it as missing too helps nobody.
            if !unknown().any(|entry| nearest(&entry.key.value, [key.name]).is_some()) {
                self.faults.push(missing(key, object, owner));
            }
        }
        if let Some(choices) = object.exactly_one {
            self.exactly_one(tree, object, choices, owner);
        }
    }

    fn exactly_one(&mut self, tree: &Tree, object: &'static Object, choices: &[&str], owner: Span) {
        let mut found =
            tree.entries().iter().map(|entry| &entry.key).filter(|key| choices.contains(&key.value.as_str()));
        let Some(first) = found.next() else {
            // A key that is nearly one of the choices was reported as unknown already; naming it again helps nobody.
            let is_slip = tree.entries().iter().any(|entry| {
                object.key(&entry.key.value).is_none()
                    && (nearest(&entry.key.value, choices.iter().copied()).is_some()
                        || language::meant(&entry.key.value, |key| choices.contains(&key)).is_some())
            });
            if !is_slip {
                self.faults.push(words::none_of(object, choices, owner));
            }
            return;
        };
        for (key, kinds) in BESIDE.iter().filter(|(_, kinds)| !kinds.contains(&first.value.as_str())) {
            let beside = tree.entries().iter().find(|entry| entry.key.value == *key);
            if let Some(entry) = beside.filter(|_| KINDS.contains(&first.value.as_str())) {
                self.faults.push(words::misplaced(&entry.key, &first.value, kinds));
            }
        }
        for second in found {
            self.faults.push(words::one_too_many(object, first, second, choices == KINDS));
        }
    }

    fn form(&mut self, form: &'static Form, tree: &Tree, key: &Spanned<String>) {
        match form {
            Form::Template | Form::Data => {}
            Form::Object(inner) => self.object(tree, inner, key.span),
            Form::Marked(plain, marker, marked) => {
                let inner = if tree.get(marker).is_some() { marked } else { plain };
                self.object(tree, inner, key.span);
            }
            Form::MarkedOrNamed(marked, marker, name, inner) => {
                if tree.get(marker).is_some() {
                    self.object(tree, marked, key.span);
                } else {
                    self.named(*name, inner, tree, key);
                }
            }
            Form::Named(name, inner) => self.named(*name, inner, tree, key),
            Form::List(inner) => match &tree.shape {
                Shape::List(items) if items.is_empty() => self.faults.extend(words::empty(key)),
                Shape::List(items) => items.iter().for_each(|item| self.item(inner, item, key)),
                _ => self.wrong(
                    tree,
                    &key.value,
                    "a list",
                    "write it as `[ … ]`, or one entry per line after `- `",
                ),
            },
            Form::OneOrMore(inner) => match &tree.shape {
                Shape::List(items) if items.is_empty() => self.faults.extend(words::empty(key)),
                Shape::List(items) => items.iter().for_each(|item| self.item(inner, item, key)),
                _ => self.item(inner, tree, key),
            },
            Form::Either(forms) => match forms.iter().find(|form| fits(form, tree)) {
                Some(form) => self.form(form, tree, key),
                None => self.wrong(tree, &key.value, &words::either(forms), ""),
            },
            Form::Order => self.order(tree, key, 0),
            Form::Schema => {
                if !matches!(tree.shape, Shape::Map(_) | Shape::Bool(_)) {
                    self.wrong(tree, &key.value, "a JSON Schema", "write a mapping, such as {type: object}");
                }
            }
            scalar => self.scalar(scalar, tree, key),
        }
    }

    /// An item of a list is pointed at itself, not at the list's key.
    fn item(&mut self, form: &'static Form, tree: &Tree, key: &Spanned<String>) {
        self.form(form, tree, &Spanned::new(key.value.clone(), tree.span));
    }

    fn named(&mut self, name: Name, form: &'static Form, tree: &Tree, key: &Spanned<String>) {
        let Shape::Map(entries) = &tree.shape else {
            self.wrong(tree, &key.value, "a mapping by name", "write `name: …` below it, indented");
            return;
        };
        if entries.is_empty() {
            self.faults.extend(words::empty(key));
        }
        for entry in entries {
            self.name(name, &entry.key.value, entry.key.span, &key.value);
            self.form(form, &entry.value, &entry.key);
        }
    }

    fn order(&mut self, tree: &Tree, key: &Spanned<String>, depth: usize) {
        match &tree.shape {
            Shape::List(items) if items.is_empty() && depth == 0 => self.faults.extend(words::empty(key)),
            Shape::List(items) => items.iter().for_each(|item| self.order(item, key, depth + 1)),
            Shape::Text(text) if depth > 0 => self.name(Name::Node, text, tree.span, &key.value),
            _ => self.wrong(
                tree,
                &key.value,
                "a list of node ids",
                "write `order: [first, [second, third], last]`; an inner list runs side by side",
            ),
        }
    }

    fn scalar(&mut self, form: &Form, tree: &Tree, key: &Spanned<String>) {
        let name = key.value.as_str();
        match (form, &tree.shape) {
            (Form::Expression, Shape::Text(text)) => self.expression(text, tree.span, name),
            (Form::Text | Form::Line, Shape::Text(text)) if text.is_empty() => {}
            (Form::Text | Form::Line, Shape::Text(_) | Shape::Number(_) | Shape::Bool(_))
            | (Form::Line, Shape::Null)
            | (Form::Expression, Shape::Bool(_))
            | (Form::Flag, Shape::Bool(_))
            | (Form::Yes, Shape::Bool(true)) => {}
            (Form::Whole(low, high), Shape::Number(number)) => match number.as_u64() {
                Some(number) if (*low..=*high).contains(&number) => {}
                _ => self.faults.push(words::out_of_range(tree, name, &number.to_string(), low, high)),
            },
            (Form::Integer, Shape::Number(number)) => {
                if number.as_i64().and_then(|number| i32::try_from(number).ok()).is_none() {
                    self.faults.push(words::out_of_range(
                        tree,
                        name,
                        &number.to_string(),
                        i32::MIN,
                        i32::MAX,
                    ));
                }
            }
            (Form::Number(low, high), Shape::Number(number)) => match number.as_f64() {
                Some(number) if (*low..=*high).contains(&number) => {}
                _ => self.faults.push(words::out_of_range(tree, name, &number.to_string(), low, high)),
            },
            (Form::Duration, Shape::Text(text)) => {
                if Duration::from_str(text).is_err() {
                    self.faults.push(words::no_duration(tree.span, name, text));
                }
            }
            (Form::Duration, Shape::Number(number)) => {
                self.faults.push(words::no_duration(tree.span, name, &number.to_string()));
            }
            (Form::Word(choices), Shape::Text(text)) => {
                if !choices.contains(&text.as_str()) {
                    self.faults.push(words::unknown_word(tree.span, name, text, choices));
                }
            }
            (Form::Name(rule), Shape::Text(text)) => self.name(*rule, text, tree.span, name),
            _ => self.wrong(tree, name, words::form(form), words::mend(form, tree)),
        }
    }

    /// The commonest slip: bare CEL wrapped as if it stood in a template.
    fn expression(&mut self, text: &str, span: Span, name: &str) {
        if let Some(inner) = text.trim().strip_prefix("${").and_then(|text| text.strip_suffix('}')) {
            self.faults.push(words::wrapped(span, name, inner.trim()));
        } else if text.trim().is_empty() {
            self.faults.push(words::blank(span, name));
        }
    }

    fn name(&mut self, rule: Name, text: &str, span: Span, what: &str) {
        if let Err(why) = words::name(rule, text) {
            self.faults.push(words::bad_name(span, what, text, why));
        }
    }

    fn wrong(&mut self, tree: &Tree, what: &str, expected: &str, mend: &str) {
        self.faults.push(words::wrong_form(tree, what, expected, mend));
    }
}

fn missing(key: &Key, object: &Object, owner: Span) -> Diagnostic {
    Diagnostic::error(
        "MISSING_KEY",
        owner,
        format!("{} lacks `{}`", object.name, key.name),
        format!("add `{}:` ({})", key.name, key.about),
    )
}

/// Whether the value has the outer shape of the form, so that its own check says the rest.
fn fits(form: &Form, tree: &Tree) -> bool {
    match form {
        Form::Object(_) | Form::Named(..) => matches!(tree.shape, Shape::Map(_)),
        Form::List(_) => matches!(tree.shape, Shape::List(_)),
        Form::Duration => matches!(tree.shape, Shape::Text(_) | Shape::Number(_)),
        Form::Text => matches!(tree.shape, Shape::Text(_) | Shape::Number(_) | Shape::Bool(_)),
        _ => matches!(tree.shape, Shape::Text(_)),
    }
}
