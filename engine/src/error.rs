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
}
