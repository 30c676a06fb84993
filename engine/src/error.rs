//! The page of each code: cause, example, remedy. Compiled in from `engine/errors/CODE.md`; problem JSON's
//! `type` and `bactrian explain-code` lead here. Each stage owns its own errors; this file owns their pages.

/// Codes with their pages, by code.
static PAGES: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// The page of a code, in Markdown.
#[must_use]
pub fn page(code: &str) -> Option<&'static str> {
    PAGES.binary_search_by_key(&code, |(known, _)| known).ok().map(|index| PAGES[index].1)
}

/// Every code that has a page, sorted.
pub fn codes() -> impl Iterator<Item = &'static str> {
    PAGES.iter().map(|(code, _)| *code)
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::{codes, page};

    #[test]
    fn every_page_is_found_and_tells_cause_example_and_remedy() {
        for code in codes() {
            let text = page(code).unwrap();
            assert!(text.starts_with(&format!("# {code}\n")), "{code}: the title is the code");
            assert!(text.contains("**Example**: ") && text.contains("**Remedy**: "), "{code}: incomplete");
        }
        assert!(codes().count() > 50 && page("NO_SUCH_CODE").is_none());
    }

    /// Collects the texts of all Rust sources below a folder.
    fn read(folder: &Path, text: &mut String) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                read(&path, text);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                text.push_str(&fs::read_to_string(&path).unwrap());
            }
        }
    }

    /// What the words before a literal say of it: that it is the code of a finding.
    const TELLING: [&str; 6] =
        ["Diagnostic::error(", "Diagnostic::warning(", ".error(", ".warn(", ".unknown(", "code: "];

    #[test]
    fn every_code_of_a_finding_has_a_page_and_every_page_a_code() {
        let engine = Path::new(env!("CARGO_MANIFEST_DIR"));
        let (mut flow, mut all) = (String::new(), String::new());
        read(&engine.join("src/flow"), &mut flow);
        for folder in ["src", "cli/src", "../components/src", "../sdk/src"] {
            read(&engine.join(folder), &mut all);
        }
        let mut told = BTreeSet::new();
        for (at, _) in flow.match_indices('"') {
            let before = flow[..at].trim_end();
            let literal = flow[at + 1..].split('"').next().unwrap_or_default();
            let is_code = literal.len() > 3 && literal.chars().all(|c| c.is_ascii_uppercase() || c == '_');
            if is_code && TELLING.iter().any(|word| before.ends_with(word.trim_end())) {
                told.insert(literal);
            }
        }
        let without_page: Vec<_> = told.into_iter().filter(|code| page(code).is_none()).collect();
        assert_eq!(without_page, Vec::<&str>::new(), "write engine/errors/CODE.md");
        let without_code: Vec<_> = codes().filter(|code| !all.contains(&format!("\"{code}\""))).collect();
        assert_eq!(without_code, Vec::<&str>::new(), "take the page away");
    }
}
