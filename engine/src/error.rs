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

    /// Collects the sources below a folder, without their tests.
    fn read(folder: &Path, text: &mut String) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                read(&path, text);
            } else if name.ends_with(".rs") && !name.ends_with("tests.rs") && name != "testing.rs" {
                let source = fs::read_to_string(&path).unwrap();
                text.push_str(source.split("#[cfg(test)]").next().unwrap_or_default());
            }
        }
    }

    /// Words in capitals that are no codes: HTTP methods, and what the compiler is asked for.
    const OTHERS: [&str; 7] =
        ["DELETE", "PATCH", "POST", "HEAD", "UPPERCASE", "CARGO_PKG_VERSION", "OUT_DIR"];

    /// The literals in capitals of a source, comments left out.
    fn literals(text: &str) -> BTreeSet<&str> {
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        // Every second part of a line lies between quotes; an escaped quote only moves parts that are no codes.
        let quoted = code.flat_map(|line| line.split('"').collect::<Vec<_>>());
        let is_code = |word: &&str| {
            word.len() > 3
                && word.starts_with(|c: char| c.is_ascii_uppercase())
                && word.bytes().all(|c| c.is_ascii_uppercase() || c == b'_')
        };
        quoted.filter(is_code).filter(|word| !OTHERS.contains(word)).collect()
    }

    #[test]
    fn every_code_has_a_page_and_every_page_a_code() {
        let engine = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut text = String::new();
        for folder in ["src", "../components/src", "../sdk/src"] {
            read(&engine.join(folder), &mut text);
        }
        let told = literals(&text);
        let without_page: Vec<_> = told.iter().filter(|code| page(code).is_none()).collect();
        assert_eq!(without_page, Vec::<&&str>::new(), "write engine/errors/CODE.md");
        let without_code: Vec<_> = codes().filter(|code| !told.contains(code)).collect();
        assert_eq!(without_code, Vec::<&str>::new(), "take the page away");
    }
}
