//! What stage 2 accepts and what it refuses. That it refuses in time is `tests/it/errors.rs`' affair.

use super::{Parsed, parse};
use crate::flow::{diagnostic::Diagnostic, document::Document, load::Source};

fn read(text: &str) -> (Vec<Parsed>, Vec<Diagnostic>) {
    parse(&[Source::new(0, "a.yaml", text)])
}

/// `CODE line:column` of each finding.
fn findings(text: &str) -> Vec<String> {
    read(text).1.iter().map(|d| format!("{} {}:{}", d.code, d.span.line, d.span.column)).collect()
}

const FLOW: &str = "apiVersion: bactrian/v1\nkind: Flow\nmetadata: {name: f}\n";

#[test]
fn every_reference_document_is_read_without_a_finding() {
    let text = include_str!("../../../testdata/flows-reference.yaml");
    let (parsed, faults) = read(text);
    assert_eq!(faults, []);
    let flows = parsed.iter().filter(|parsed| matches!(parsed.document, Document::Flow(_))).count();
    assert_eq!((parsed.len(), flows), (61, 12));
}

#[test]
fn yaml_that_flows_must_not_use_is_refused_at_its_place() {
    for (text, expected) in [
        ("a: &x 1\n", vec!["YAML_ANCHOR 1:4"]),
        ("a: *x\n", vec!["YAML_ALIAS 1:4"]),
        ("when: !vars.done\n", vec!["YAML_TAG 1:7"]),
        ("<<: {a: 1}\n", vec!["YAML_MERGE_KEY 1:1"]),
        ("a: 1\nb: 2\na: 3\n", vec!["DUPLICATE_KEY 3:1"]),
        ("kind: Config\na: .nan\n", vec!["YAML_NUMBER 2:4"]),
        ("a: 123456789012345678901234567890\n", vec!["YAML_VALUE 1:4"]),
        ("? [a]\n: 1\n", vec!["YAML_KEY 1:3"]),
        ("", vec!["EMPTY_FILE 1:1"]),
        ("# nothing\n", vec!["EMPTY_FILE 1:1"]),
        ("a: [1\n---\nb: &x 1\n", vec!["YAML_SYNTAX 1:4", "YAML_ANCHOR 3:4"]),
        ("a: {b: ${x}}\n---\nb: &x 1\n", vec!["YAML_SYNTAX 1:9", "YAML_ANCHOR 3:4"]),
    ] {
        assert_eq!(findings(text), expected, "{text}");
    }
}

#[test]
fn an_operator_in_a_plain_text_is_no_alias() {
    let (parsed, faults) = read(&format!("{FLOW}nodes: {{a: {{when: a && b * c, use: log}}}}\n"));
    assert_eq!((parsed.len(), faults), (1, vec![]));
}

#[test]
fn an_empty_document_between_others_is_nothing() {
    let (parsed, faults) = read(&format!("---\n---\n{FLOW}nodes: {{a: {{use: log}}}}\n---\n# only words\n"));
    assert_eq!((parsed.len(), faults), (1, vec![]));
}

#[test]
fn places_are_those_of_the_second_document_too() {
    let text =
        format!("{FLOW}nodes: {{a: {{use: log}}}}\n---\n{FLOW}nodes:\n  a:\n    use: log\n    retyr: {{}}\n");
    let (_, faults) = read(&text);
    assert_eq!(faults.len(), 1);
    assert_eq!((faults[0].span.line, faults[0].span.column), (12, 5));
    assert_eq!(faults[0].path, "nodes.a.retyr");
    assert_eq!(faults[0].help, "did you mean `retry`?");
}

#[test]
fn the_same_values_have_the_same_hash_however_they_are_written() {
    let hash = |text: &str| read(text).0[0].document.header().hash.clone();
    let block = format!("{FLOW}nodes:\n  a: # a comment\n    use: log\n");
    let inline = format!("{FLOW}nodes: {{a: {{use: 'log'}}}}\n");
    assert_eq!(hash(&block), hash(&inline));
    assert_ne!(hash(&block), hash(&inline.replace("log", "map")));
}

/// Text that grows or nests without end, whatever it asks for.
#[test]
fn bombs_are_refused_before_they_are_built() {
    let anchored = format!("a: &a \"{}\"\nb: [{}]\n", "x".repeat(400_000), "*a, ".repeat(20_000));
    let levels: String = (0..10)
        .map(|n| format!("l{}: &l{} [{}]\n", n + 1, n + 1, vec![format!("*l{n}"); 10].join(",")))
        .collect();
    let deep: String = (0..200).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    for (name, text, code) in [
        (
            "1 MB of aliases",
            format!("a: &a \"{}\"\n{}", "x".repeat(1_000_000), "b: *a\n".repeat(2_000)),
            "FILE_TOO_LARGE",
        ),
        ("480 KB of aliases", anchored, "YAML_ANCHOR"),
        ("ten to the tenth", format!("l0: &l0 x\n{levels}"), "YAML_ANCHOR"),
        ("80 KB of brackets", "[".repeat(80_000), "YAML_DEPTH"),
        ("braces", "{a: ".repeat(40_000), "YAML_DEPTH"),
        ("deep blocks", deep, "YAML_DEPTH"),
        ("dashes", "- ".repeat(100_000), "YAML_DEPTH"),
    ] {
        let (parsed, faults) = read(&text);
        assert!(parsed.is_empty() && faults.len() <= 40, "{name}");
        assert_eq!(faults.first().map(|fault| fault.code), Some(code), "{name}");
    }
}

#[test]
fn a_title_is_one_text_or_one_for_each_language() {
    for (title, expected) in [
        ("Refund", vec![]),
        ("{zh: 退款, en: Refund}", vec![]),
        ("{zh: 退款}", vec!["MISSING_KEY 3:21"]),
        ("{zh: 退款, en: Refund, fr: x}", vec!["UNKNOWN_KEY 3:49"]),
        ("[退款]", vec!["WRONG_TYPE 3:28"]),
    ] {
        let header = format!("apiVersion: bactrian/v1\nkind: Flow\nmetadata: {{name: f, title: {title}}}\n");
        assert_eq!(findings(&format!("{header}nodes: {{a: {{use: log}}}}\n")), expected, "{title}");
    }
    let (parsed, _) = read(&format!("{FLOW}nodes: {{a: {{use: log, title: {{zh: 退款, en: Refund}}}}}}\n"));
    let Some(Document::Flow(flow)) = parsed.first().map(|parsed| &parsed.document) else { panic!() };
    let title = flow.body.nodes[0].title.clone().unwrap();
    assert_eq!((title.zh.as_str(), title.en.as_str()), ("退款", "Refund"));
}
