//! Titles and labels: texts for people, in the languages they read. Stage 2 of 8 reads them; nothing runs by them.

/// What people read instead of a name, in both languages; one text stands for both.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Title {
    /// In English.
    pub en: String,
    /// In Chinese.
    pub zh: String,
}

impl From<&str> for Title {
    fn from(text: &str) -> Self {
        Self { en: text.to_owned(), zh: text.to_owned() }
    }
}
