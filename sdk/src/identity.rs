//! The caller's business identity as typed values. Refuses text that could be taken for another key.
//!
//! A key is a triple and is never joined to one string, so `("a.b", "c")` and `("a", "b.c")` differ.

use std::{borrow::Borrow, fmt, sync::Arc};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why a text cannot be part of an identity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} cannot be a {what}: {reason}")]
pub struct NameRefused {
    what: &'static str,
    text: String,
    reason: &'static str,
}

/// Words that other systems use for "none"; accepting them would hide a caller's bug.
const RESERVED: [&str; 6] = ["default", "null", "none", "undefined", "nil", "true"];
const LONGEST: usize = 128;

fn check(what: &'static str, text: &str) -> Result<(), NameRefused> {
    let refuse = |reason| Err(NameRefused { what, text: text.chars().take(LONGEST).collect(), reason });
    if text.is_empty() {
        return refuse("it is empty; leave it out to mean the default");
    }
    if text.len() > LONGEST {
        return refuse("it is longer than 128 bytes");
    }
    if RESERVED.iter().any(|word| text.eq_ignore_ascii_case(word)) {
        return refuse("this word is reserved; leave it out to mean the default");
    }
    if !text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':')) {
        return refuse("only letters, digits, `-`, `_`, `.` and `:` are allowed");
    }
    Ok(())
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks the text and takes it.
            ///
            /// # Errors
            /// When it is empty, a wildcard, a reserved word, too long, or holds other characters.
            pub fn new(text: &str) -> Result<Self, NameRefused> {
                check($what, text)?;
                Ok(Self(text.into()))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameRefused;
            fn try_from(text: String) -> Result<Self, NameRefused> {
                Self::new(&text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0.as_ref().to_owned()
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name!(
    /// What is being done, such as `cancel-order`. Level one of every key.
    UseCase,
    "use case"
);
name!(
    /// The business line it is done for, such as `used-car`.
    BizId,
    "biz id"
);
name!(
    /// The circumstances within that business, such as `auction`.
    Scenario,
    "scenario"
);

/// Who is served: (use case, biz id, scenario). An absent part means the default.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Identity {
    /// What is being done.
    #[schemars(with = "String")]
    pub use_case: UseCase,
    /// The business line, or the default.
    #[schemars(with = "Option<String>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub biz_id: Option<BizId>,
    /// The circumstances, or the default.
    #[schemars(with = "Option<String>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<Scenario>,
}

impl Identity {
    /// The identity of `use_case` with everything else at its default.
    #[must_use]
    pub const fn of(use_case: UseCase) -> Self {
        Self { use_case, biz_id: None, scenario: None }
    }

    /// Builds an identity from texts; `None` means the default.
    ///
    /// # Errors
    /// When one of the texts is refused: see [`UseCase::new`].
    pub fn new(use_case: &str, biz_id: Option<&str>, scenario: Option<&str>) -> Result<Self, NameRefused> {
        Ok(Self {
            use_case: UseCase::new(use_case)?,
            biz_id: biz_id.map(BizId::new).transpose()?,
            scenario: scenario.map(Scenario::new).transpose()?,
        })
    }

    /// The same caller in another use case.
    #[must_use]
    pub fn in_use_case(&self, use_case: UseCase) -> Self {
        Self { use_case, biz_id: self.biz_id.clone(), scenario: self.scenario.clone() }
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |text: Option<&str>| text.unwrap_or("default").to_owned();
        write!(
            f,
            "({}, {}, {})",
            self.use_case,
            part(self.biz_id.as_ref().map(BizId::as_str)),
            part(self.scenario.as_ref().map(Scenario::as_str))
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{BizId, Identity};

    #[test]
    fn text_that_means_another_key_is_refused() {
        for text in ["", "*", "default", "NULL", "a b", "a/b", "a\n", "undefined", "a*", "\u{0}"] {
            assert!(BizId::new(text).is_err(), "{text:?} was accepted");
        }
        assert!(BizId::new(&"x".repeat(129)).is_err());
    }

    #[test]
    fn ordinary_names_of_any_script_pass() {
        for text in ["used-car", "travel", "二手车", "a.b_c:1", "NO"] {
            assert_eq!(BizId::new(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn absent_parts_print_as_default() {
        let identity = Identity::new("cancel-order", Some("travel"), None).unwrap();
        assert_eq!(identity.to_string(), "(cancel-order, travel, default)");
    }
}
