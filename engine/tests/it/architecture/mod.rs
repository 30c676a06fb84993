//! The rules of ARCHITECTURE.md and STYLE, held by reading the sources. No exception list.
//!
//! Each rule is a function from sources to findings; the one test prints all findings at once.

mod arrows;
mod documents;
mod sizes;
mod sources;

use sources::Sources;

/// One broken rule.
pub(crate) struct Finding {
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) rule: &'static str,
    pub(crate) remedy: String,
}

fn check(rules: &[fn(&Sources) -> Vec<Finding>]) {
    let sources = Sources::read();
    let findings: Vec<String> = rules
        .iter()
        .flat_map(|rule| rule(&sources))
        .map(|f| format!("{}:{}: {}: {}", f.file, f.line, f.rule, f.remedy))
        .collect();
    assert!(findings.is_empty(), "{} findings\n{}", findings.len(), findings.join("\n"));
}

#[test]
fn files_and_functions_stay_small_and_say_what_they_are() {
    check(&[sizes::files, sizes::functions, sizes::modules, sizes::openings]);
}

#[test]
fn arrows_point_one_way_and_each_library_has_one_home() {
    check(&[arrows::manifests, arrows::homes, arrows::stages, arrows::pure]);
}

#[test]
fn documents_name_what_exists() {
    check(&[documents::paths, documents::commands, documents::top_level]);
}
