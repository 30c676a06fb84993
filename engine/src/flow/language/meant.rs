//! Words of other languages that people write for a key of this one. No synonyms: each is refused, and the
//! refusal names the key that was meant.

/// What was written, and the keys it may stand for: the first that an object has is meant.
const MEANT: &[(&str, &[&str])] = &[
    ("after", &["needs"]),
    ("args", &["with"]),
    ("arguments", &["with"]),
    ("backoff", &["initial"]),
    ("biz", &["bizId"]),
    ("businessid", &["bizId"]),
    ("catch", &["fallback"]),
    ("component", &["use"]),
    ("condition", &["when", "case"]),
    ("count", &["attempts", "max"]),
    ("delay", &["initial", "every"]),
    ("delete", &["remove"]),
    ("depends", &["needs"]),
    ("depends_on", &["needs"]),
    ("dependson", &["needs"]),
    ("desc", &["title"]),
    ("description", &["title"]),
    ("each", &["in"]),
    ("else", &["otherwise", "default"]),
    ("error", &["code", "fail"]),
    ("event", &["consume"]),
    ("expires", &["ttl"]),
    ("goto", &["to"]),
    ("if", &["when", "case"]),
    ("input", &["with"]),
    ("inputs", &["input", "with"]),
    ("interval", &["every"]),
    ("items", &["in"]),
    ("list", &["in"]),
    ("maxattempts", &["attempts"]),
    ("maxconcurrency", &["concurrency", "max"]),
    ("maxconcurrent", &["max"]),
    ("next", &["to", "needs"]),
    ("onerror", &["fallback", "onItemError"]),
    ("over", &["in"]),
    ("parallel", &["concurrency"]),
    ("parallelism", &["concurrency"]),
    ("parameters", &["with"]),
    ("params", &["with"]),
    ("period", &["per", "every"]),
    ("queue", &["consume", "topic"]),
    ("requires", &["needs"]),
    ("result", &["output"]),
    ("returns", &["output"]),
    ("rollback", &["compensate", "compensation"]),
    ("route", &["http"]),
    ("scene", &["scenario"]),
    ("schedule", &["cron"]),
    ("schema", &["input"]),
    ("states", &["nodes"]),
    ("steps", &["nodes"]),
    ("tags", &["labels"]),
    ("target", &["to"]),
    ("tasks", &["nodes"]),
    ("tenant", &["bizId"]),
    ("then", &["to"]),
    ("threshold", &["failureRate"]),
    ("timer", &["cron"]),
    ("times", &["attempts", "max"]),
    ("type", &["use"]),
    ("undo", &["compensate"]),
    ("uses", &["use"]),
    ("variables", &["vars"]),
    ("webhook", &["http"]),
    ("when", &["case"]),
    ("while", &["until"]),
];

/// The key that `written` stands for elsewhere, if `is_key` knows it.
pub fn meant(written: &str, is_key: impl Fn(&str) -> bool) -> Option<&'static str> {
    let folded = written.to_ascii_lowercase();
    let (_, keys) = MEANT.iter().find(|(other, _)| *other == folded)?;
    keys.iter().copied().find(|key| is_key(key))
}

#[cfg(test)]
mod tests {
    use super::{MEANT, meant};

    #[test]
    fn each_word_is_here_once_in_small_letters_and_order() {
        assert!(MEANT.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(MEANT.iter().all(|(word, _)| word.chars().all(|c| c == '_' || c.is_ascii_lowercase())));
    }

    #[test]
    fn the_first_key_that_the_object_has_is_meant() {
        assert_eq!(meant("dependsOn", |key| key == "needs"), Some("needs"));
        assert_eq!(meant("if", |key| key == "case"), Some("case"));
        assert_eq!(meant("if", |_| false), None);
    }
}
