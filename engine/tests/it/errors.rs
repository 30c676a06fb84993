//! Wrong documents: every folder of `testdata/errors` is one mistake that people make, refused at the line
//! marked `# <- here`, with a mend. `UPDATE=1` rewrites the rendered text.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use bactrian_engine::{
    catalog::{Sources, compile},
    error,
    flow::{
        diagnostic::{Diagnostic, Severity},
        load::Source,
        policy::States,
        report::Report,
    },
};
use sdk::Registry;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/errors")
}

fn findings(sources: &[Source], registry: &Registry) -> Vec<Diagnostic> {
    let states = States::default();
    match compile(Sources { texts: sources, registry, states: &states }, None) {
        Ok(snapshot) => snapshot.warnings().to_vec(),
        Err(found) => found,
    }
}

/// What is wrong with a case, or nothing.
fn check(case: &Path, registry: &Registry) -> Option<String> {
    let name = case.file_name().unwrap().to_string_lossy().into_owned();
    let text = fs::read_to_string(case.join("flow.yaml")).unwrap();
    let sources = [Source::new(0, "flow.yaml", text.as_str())];
    let found = findings(&sources, registry);
    let rendered: String = found.iter().map(|found| Report::new(found, &sources).to_text() + "\n").collect();
    let golden = case.join("error.txt");
    #[expect(clippy::disallowed_methods, reason = "`make golden` says so to the tests this way")]
    let is_update = std::env::var_os("UPDATE").is_some();
    if is_update {
        fs::write(&golden, &rendered).unwrap();
    }
    let Some(first) = found.iter().find(|found| found.severity == Severity::Error) else {
        return Some(format!("{name}: accepted\n{rendered}"));
    };
    let marked = text.lines().position(|line| line.contains("# <- here")).unwrap() + 1;
    if usize::try_from(first.span.line).unwrap() != marked {
        return Some(format!("{name}: told at line {}, marked at {marked}\n{rendered}", first.span.line));
    }
    if found.iter().any(|found| found.help.is_empty() || found.message.is_empty()) {
        return Some(format!("{name}: a finding without words\n{rendered}"));
    }
    if let Some(found) = found.iter().find(|found| error::page(found.code).is_none()) {
        return Some(format!("{name}: no page for {}", found.code));
    }
    let expected = fs::read_to_string(&golden).unwrap_or_default();
    (expected != rendered).then(|| format!("{name}: now says\n{rendered}instead of\n{expected}"))
}

#[test]
fn every_mistake_is_told_at_its_line_with_a_mend() {
    let registry = Registry::collect().unwrap();
    let mut cases: Vec<PathBuf> =
        fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() >= 200, "only {} wrong documents", cases.len());
    let wrong: Vec<String> = cases.iter().filter_map(|case| check(case, &registry)).collect();
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn no_two_cases_show_the_same_document() {
    let texts: Vec<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| fs::read_to_string(entry.unwrap().path().join("flow.yaml")).unwrap())
        .collect();
    assert_eq!(texts.iter().collect::<BTreeSet<_>>().len(), texts.len());
}

/// SECURITY §4: each in under 100 ms and 64 MiB. Time is measured here and not asserted in a debug build on
/// a busy machine beyond ten times that; what bounds memory is that no value is built (`parse` tells).
#[test]
fn bombs_are_answered_at_once() {
    let registry = Registry::default();
    let limit_ms = if cfg!(debug_assertions) { 1_000 } else { 100 };
    for (name, text) in [
        ("1 MB of aliases", format!("a: &a \"{}\"\n{}", "x".repeat(1_000_000), "b: *a\n".repeat(2_000))),
        (
            "as many aliases as a file may hold",
            format!("a: &a \"{}\"\nb: [{}]\n", "x".repeat(400_000), "*a, ".repeat(20_000)),
        ),
        ("80 KB of brackets", "[".repeat(80_000)),
        ("a thousand levels", (0..1_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect()),
    ] {
        #[expect(clippy::disallowed_methods, reason = "this test measures the real time an answer takes")]
        let start = Instant::now();
        let found = findings(&[Source::new(0, "bomb.yaml", text)], &registry);
        let took = start.elapsed();
        assert!(found.iter().any(|found| found.severity == Severity::Error), "{name}: accepted");
        assert!(took.as_millis() < limit_ms, "{name}: {took:?}");
    }
}
