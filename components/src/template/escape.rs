//! How a value is written into each format.

use sdk::{Value, plain, schemars};
use serde::Deserialize;

use crate::percent;

/// What is being written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Escape {
    /// Plain text: values stand as they are.
    #[default]
    None,
    /// XML or HTML: a value cannot open or close an element or an attribute.
    Xml,
    /// JSON: a value is written as JSON, a text with its quotes: `{"name": ${input.name}}`.
    Json,
    /// A part of an address: `/`, `?`, `&` and the like in a value are written as `%XX`.
    Url,
}

impl Escape {
    /// The kind under which compiled templates of this format are kept.
    pub(super) const fn kind(self) -> &'static str {
        match self {
            Self::None => "jinja",
            Self::Xml => "jinja-xml",
            Self::Json => "jinja-json",
            Self::Url => "jinja-url",
        }
    }

    /// Appends `value` as this format wants it.
    pub(super) fn append(self, value: &Value, out: &mut String) {
        match self {
            Self::None => out.push_str(&plain(value)),
            Self::Xml => plain(value).chars().for_each(|c| xml(c, out)),
            Self::Json => out.push_str(&value.to_string()),
            Self::Url => percent::encode(&plain(value), percent::is_unreserved, out),
        }
    }
}

/// XML 1.0 §2.2 and §2.4. A character that no XML document may hold becomes U+FFFD.
fn xml(c: char, out: &mut String) {
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        '\'' => out.push_str("&#39;"),
        '\t' | '\n' | '\r' => out.push(c),
        '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
        other => out.push(other),
    }
}
