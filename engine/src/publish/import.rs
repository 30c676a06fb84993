//! Importing a directory beside what was published since: a three-way merge by file.

use serde::Serialize;

use super::Texts;

/// A file that changed on both sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Conflict {
    /// The file.
    pub path: String,
}

/// What an import comes to.
#[derive(Debug, PartialEq, Eq)]
pub enum Merge {
    /// The directory says nothing new.
    Unchanged,
    /// These texts are to be served.
    Texts(Texts),
    /// Both sides changed these files; what serves stays.
    Conflicts(Vec<Conflict>),
}

/// Merges the directory as it is (`disk`) into what serves (`current`); `base` is the directory as it was
/// imported last.
#[must_use]
pub fn merge(base: &Texts, disk: &Texts, current: &Texts) -> Merge {
    let mut merged = current.clone();
    let mut conflicts = Vec::new();
    let paths: std::collections::BTreeSet<&String> = base.keys().chain(disk.keys()).collect();
    for path in paths {
        let (was, is, serves) = (base.get(path), disk.get(path), current.get(path));
        if is == was || is == serves {
            continue;
        }
        if serves != was {
            conflicts.push(Conflict { path: path.clone() });
            continue;
        }
        match is {
            Some(text) => merged.insert(path.clone(), text.clone()),
            None => merged.remove(path),
        };
    }
    match (conflicts.is_empty(), merged == *current) {
        (false, _) => Merge::Conflicts(conflicts),
        (true, true) => Merge::Unchanged,
        (true, false) => Merge::Texts(merged),
    }
}

#[cfg(test)]
mod tests {
    use super::{Conflict, Merge, Texts, merge};

    fn texts(given: &str) -> Texts {
        given
            .split_whitespace()
            .map(|pair| pair.split_once('=').unwrap())
            .map(|(p, t)| (p.to_owned(), t.into()))
            .collect()
    }

    fn check(base: &str, disk: &str, current: &str, expected: &Merge) {
        assert_eq!(
            merge(&texts(base), &texts(disk), &texts(current)),
            *expected,
            "{base} | {disk} | {current}"
        );
    }

    #[test]
    fn an_import_never_replaces_a_newer_publish_in_silence() {
        check("a=1 b=1", "a=1 b=1", "a=2 b=1", &Merge::Unchanged);
        check("a=1 b=1", "a=1 b=2", "a=2 b=1", &Merge::Texts(texts("a=2 b=2")));
        check("a=1", "a=3", "a=2", &Merge::Conflicts(vec![Conflict { path: "a".to_owned() }]));
        check("a=1", "", "a=2", &Merge::Conflicts(vec![Conflict { path: "a".to_owned() }]));
        check("a=1", "", "a=1 c=1", &Merge::Texts(texts("c=1")));
        check("", "a=1", "", &Merge::Texts(texts("a=1")));
        check("a=1", "a=2", "a=2", &Merge::Unchanged);
    }
}
