//! A text whose interpolated values arrive in pieces, so that the component decides how each is escaped.
//!
//! Declaring a field as [`Template`] instead of `String` is what makes `/orders/${input.id}` safe: the
//! engine evaluates `input.id`, and the component percent-encodes it before it joins the path.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de};
use serde_json::Value;

/// One part of a [`Template`].
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Piece {
    /// Written by the author of the flow: trusted.
    Text(String),
    /// Came from data: to be escaped.
    Value(Value),
}

/// A text with interpolated values, in pieces.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Template(Vec<Piece>);

/// The schema keyword by which the engine knows such a field.
pub const TEMPLATE_KEYWORD: &str = "x-bactrian-template";
/// The key under which the engine hands over the pieces.
pub const PIECES_KEY: &str = "$pieces";

impl Template {
    /// The pieces in order.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.0
    }

    /// Joins the pieces; `escape` turns each interpolated value into text.
    pub fn render(&self, mut escape: impl FnMut(&Value, &mut String)) -> String {
        let mut out = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Value(value) => escape(value, &mut out),
            }
        }
        out
    }

    /// Joins the pieces with values as they stand: strings raw, null as nothing, the rest as JSON.
    #[must_use]
    pub fn plain(&self) -> String {
        self.render(|value, out| out.push_str(&plain(value)))
    }
}

/// A value as text: strings raw, null as nothing, the rest as compact JSON.
#[must_use]
pub fn plain(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        Value::Null => Cow::Borrowed(""),
        other => Cow::Owned(other.to_string()),
    }
}

impl From<&str> for Template {
    fn from(text: &str) -> Self {
        Self(vec![Piece::Text(text.to_owned())])
    }
}

impl<'de> Deserialize<'de> for Template {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => Ok(Self(vec![Piece::Text(text)])),
            Value::Object(mut object) => {
                let pieces = object.remove(PIECES_KEY).ok_or_else(|| de::Error::custom("expected a text"))?;
                serde_json::from_value(pieces).map(Self).map_err(de::Error::custom)
            }
            other => Err(de::Error::custom(format_args!("expected a text, found {other}"))),
        }
    }
}

impl JsonSchema for Template {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Template".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "x-bactrian-template": true})
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Template;

    #[test]
    fn a_value_is_escaped_and_the_authors_text_is_not() {
        let given = json!({"$pieces": [{"text": "/orders/"}, {"value": "a/b"}, {"text": "/close"}]});
        let template: Template = serde_json::from_value(given).unwrap();
        let path = template.render(|value, out| out.push_str(&value.as_str().unwrap().replace('/', "%2F")));
        assert_eq!(path, "/orders/a%2Fb/close");
    }

    #[test]
    fn a_plain_text_is_one_piece() {
        let template: Template = serde_json::from_value(json!("/health")).unwrap();
        assert_eq!(template.plain(), "/health");
    }
}
