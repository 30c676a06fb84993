//! The real binary, as a person or a pipeline calls it: exit codes, plain text when nobody looks, JSON that parses.
#![cfg(test)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// What a call left behind.
struct Done {
    code: i32,
    stdout: String,
    stderr: String,
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn bactrian(folder: &Path, arguments: &[&str]) -> Done {
    let output = Command::new(env!("CARGO_BIN_EXE_bactrian"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("BACTRIAN_SECRETS")
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Done { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Calls in the repository: exit code, and a text that must be printed, on either side. Never a colour.
fn check(arguments: &[&str], code: i32, expected: &str) {
    let done = bactrian(&repository(), arguments);
    let all = format!("{}{}", done.stdout, done.stderr);
    assert_eq!(done.code, code, "{arguments:?}: {all}");
    assert!(all.contains(expected), "{arguments:?}: `{expected}` is not in: {all}");
    assert!(!all.contains('\x1b'), "{arguments:?}: colours without a terminal");
}

fn json(arguments: &[&str], code: i32) -> Value {
    let done = bactrian(&repository(), arguments);
    assert_eq!(done.code, code, "{arguments:?}: {}{}", done.stdout, done.stderr);
    serde_json::from_str(&done.stdout)
        .unwrap_or_else(|fault| panic!("{arguments:?}: {fault}: {}", done.stdout))
}

const BROKEN: &str = "apiVersion: bactrian/v1\nkind: Flow\nmetadata: {name: broken, version: 1, title: B}\nnodes:\n  a: {use: mapp}\n";
const GOOD: &str = "apiVersion: bactrian/v1\nkind: Flow\nmetadata: {name: good, version: 1, title: G}\nnodes:\n  a: {use: map, with: {x: 1}}\ntests:\n  - {input: {}, expect: {output: {x: 2}}}\n";

fn written(name: &str, text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), text).unwrap();
    folder
}

#[test]
fn the_flows_of_the_reference_are_good_and_all_their_cases_pass() {
    let reference = "engine/testdata/flows-reference.yaml";
    check(&["check", reference], 0, " documents are good: 0 errors, 0 warnings");
    check(&["test", reference], 0, " passed, 0 failed");
}

#[test]
fn every_answer_has_a_form_for_programs() {
    let graph = json(&["--json", "graph", "cancel-order", "--biz-id", "used-car"], 0);
    assert_eq!(graph["nodes"][0]["id"], "load");
    assert_eq!(graph["edges"][0]["from"], "load");
    assert_eq!(json(&["explain-code", "no_case", "--json"], 0)["code"], "NO_CASE");
    assert!(json(&["explain-code", "--json"], 0).as_array().is_some_and(|codes| codes.len() > 100));
}

#[test]
fn check_says_yes_to_the_shipped_flows_and_no_with_a_place_and_a_mend() {
    check(&["check", "flows"], 0, "documents are good: 0 errors");
    let folder = written("broken.yaml", BROKEN);
    let path = folder.path().to_str().unwrap();
    check(&["check", path], 1, "error[UNKNOWN_COMPONENT]");
    check(&["check", path], 1, "broken.yaml:5");
    check(&["check", "no-such-folder"], 2, "no-such-folder does not exist");
    check(&["check"], 2, "required");
    let told = json(&["--json", "check", path], 1);
    assert_eq!(told["summary"]["errors"], 1);
    assert_eq!(told["diagnostics"][0]["range"]["start"]["line"], 5);
    assert_eq!(json(&["check", "flows", "--json"], 0)["summary"]["errors"], 0);
}

#[test]
fn test_counts_cases_and_a_failed_one_is_an_answer_of_no() {
    check(&["test", "examples/embed/flows"], 0, "2 passed, 0 failed");
    let folder = written("good.yaml", GOOD);
    let path = folder.path().to_str().unwrap();
    check(&["test", path], 1, "0 passed, 1 failed");
    let junit = folder.path().join("junit.xml");
    let told = json(&["--json", "test", path, "--junit", junit.to_str().unwrap()], 1);
    assert_eq!((&told["failed"], &told["cases"][0]["passed"]), (&Value::from(1), &Value::from(false)));
    assert!(fs::read_to_string(junit).unwrap().contains("failures=\"1\""));
}

#[test]
fn run_answers_with_the_output_alone() {
    let folder = written("good.yaml", GOOD);
    let path = folder.path().to_str().unwrap();
    assert_eq!(json(&["run", "good", "--flows", path], 0), serde_json::json!({"x": 1}));
    check(&["run", "god", "--flows", path], 1, "FLOW_NOT_FOUND");
    check(&["run", "good", "--flows", path, "--input", "{"], 2, "the input is no JSON");
}

#[test]
fn explain_names_the_level_and_the_variant_of_an_identity() {
    let used_car = ["explain", "cancel-order", "--biz-id", "used-car"];
    check(&used_car, 0, "level 2");
    check(&used_car, 0, "cancel-order-used-car");
    check(&["explain", "cancel-order", "--biz-id", "*"], 2, "bactrian: ");
    check(&["explain", "cancel-ordr"], 2, "cancel-order");
    let told = json(&["--json", "explain", "cancel-order", "--biz-id", "used-car"], 0);
    assert_eq!(told["plan"]["level"], 2);
}

#[test]
fn graph_draws_in_each_format() {
    check(&["graph", "cancel-order"], 0, "flowchart");
    check(&["graph", "cancel-order", "--format", "dot"], 0, "digraph");
    check(&["graph", "cancel-order", "--format", "svg"], 0, "<svg");
    check(&["graph", "cancel-order", "--format", "png"], 2, "invalid value");
}

#[test]
fn schema_is_a_json_schema_of_every_kind_of_document() {
    let schema = json(&["schema"], 0);
    let text = schema.to_string();
    assert!(schema["$schema"].as_str().unwrap().contains("2020-12"));
    for kind in ["Flow", "Variant", "ExtensionPoint", "Extension", "Config", "Identity", "Connection"] {
        assert!(text.contains(&format!("\"{kind}\"")), "{kind}");
    }
}

#[test]
fn explain_code_prints_the_page_and_names_the_nearest_of_a_wrong_one() {
    check(&["explain-code", "NO_CASE"], 0, "**Remedy**");
    check(&["explain-code", "no_case"], 0, "# NO_CASE");
    check(&["explain-code", "NO_CASES"], 2, "did you mean `NO_CASE`?");
    check(&["explain-code"], 0, "EXTENSION_NOT_FOUND");
}

#[test]
fn new_writes_skeletons_that_are_good_as_they_are_and_never_overwrites() {
    let folder = tempfile::tempdir().unwrap();
    let call = |arguments: &[&str]| bactrian(folder.path(), arguments);
    assert_eq!(call(&["new", "flow", "greet"]).code, 0);
    assert_eq!(call(&["test", "flows"]).code, 0);
    assert_eq!(call(&["new", "flow", "greet"]).code, 2);
    assert_eq!(call(&["new", "flow", "Greet"]).code, 2);
    assert_eq!(call(&["new", "component", "shout"]).code, 2, "there is no components/ here");
    let library = folder.path().join("components/src/lib.rs");
    fs::create_dir_all(library.parent().unwrap()).unwrap();
    fs::write(&library, "//! Components.\n\nmod map;\nmod zip;\n").unwrap();
    assert_eq!(call(&["new", "component", "shout"]).code, 0);
    assert_eq!(fs::read_to_string(&library).unwrap(), "//! Components.\n\nmod map;\nmod shout;\nmod zip;\n");
    let code = fs::read_to_string(folder.path().join("components/src/shout.rs")).unwrap();
    assert!(code.contains("\"shout\"") && code.contains("Shout") && !code.contains('$'), "{code}");
}

#[test]
fn the_catalog_is_published_listed_compared_rolled_back_and_exported() {
    let folder = tempfile::tempdir().unwrap();
    let call = |arguments: &[&str]| bactrian(folder.path(), arguments);
    for name in ["data", "flows"] {
        fs::create_dir(folder.path().join(name)).unwrap();
    }
    let flow = folder.path().join("flows/good.yaml");
    let told = |done: Done, code: i32| -> Value {
        assert_eq!(done.code, code, "{}{}", done.stdout, done.stderr);
        serde_json::from_str(&done.stdout).unwrap()
    };
    fs::write(&flow, GOOD).unwrap();
    let publish = ["--json", "catalog", "publish", "--data", "data", "flows", "--note", "first"];
    assert_eq!(told(call(&publish), 0)["revision"], 1);
    assert_eq!(told(call(&publish), 0)["changed"], serde_json::json!([]));
    fs::write(&flow, GOOD.replace("x: 1", "x: 2")).unwrap();
    assert_eq!(told(call(&publish), 0)["revision"], 2);
    fs::write(&flow, BROKEN).unwrap();
    assert_eq!(told(call(&publish), 1)["diagnostics"][0]["code"], "UNKNOWN_COMPONENT");
    let diff = told(call(&["catalog", "diff", "--data", "data", "1", "--json"]), 1);
    assert_eq!((&diff["to"], &diff["items"][0]["change"]), (&Value::from(2), &Value::from("changed")));
    assert_eq!(call(&["catalog", "rollback", "--data", "data", "1"]).code, 0);
    assert_eq!(call(&["catalog", "rollback", "--data", "data", "9"]).code, 2);
    let listed = told(call(&["--json", "catalog", "list", "--data", "data"]), 0);
    assert_eq!(listed["items"].as_array().unwrap().len(), 3);
    assert_eq!(listed["items"][0]["origin"], "rollback");
    assert_eq!(call(&["catalog", "export", "--data", "data", "--to", "out"]).code, 0);
    assert_eq!(fs::read_to_string(folder.path().join("out/good.yaml")).unwrap(), GOOD);
    assert_eq!(call(&["catalog", "list", "--data", "dta"]).code, 2);
    assert_eq!(call(&["catalog", "export", "--to", "out"]).code, 2);
}

/// What a store holds goes through a file into another directory, and a smaller file loses nothing.
#[test]
fn a_data_directory_moves_through_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    fs::create_dir(here.join("flows")).unwrap();
    fs::write(here.join("flows/good.yaml"), GOOD).unwrap();
    let call = |arguments: &[&str], code: i32| {
        let done = bactrian(here, arguments);
        assert_eq!(done.code, code, "{arguments:?}: {}{}", done.stdout, done.stderr);
        done
    };
    fs::create_dir(here.join("data")).unwrap();
    call(&["catalog", "publish", "--data", "data", "--note", "first", "flows"], 0);
    call(&["compact", "--data", "data"], 0);
    call(&["export", "--data", "data", "--out", "all.jsonl"], 0);
    let again = call(&["export", "--data", "data", "--out", "all.jsonl"], 3);
    assert!(again.stderr.contains("cannot make all.jsonl"), "no export is written over: {}", again.stderr);
    call(&["import", "--data", "moved", "all.jsonl"], 0);
    let history = call(&["catalog", "list", "--data", "moved"], 0);
    assert!(history.stdout.contains("first"), "{}", history.stdout);
    let refused = call(&["import", "--data", "moved", "all.jsonl"], 3);
    assert!(refused.stderr.contains("not empty"), "{}", refused.stderr);
    let all = fs::read_to_string(here.join("all.jsonl")).unwrap();
    let lines: Vec<&str> = all.lines().collect();
    fs::write(here.join("half.jsonl"), lines[..lines.len() - 2].join("\n")).unwrap();
    let half = call(&["import", "--data", "half", "half.jsonl"], 3);
    assert!(half.stderr.contains("cut off"), "{}", half.stderr);
    assert_eq!(fs::read_dir(here.join("half")).unwrap().count(), 0, "half a store is none");
    call(&["import", "--data", "half", "all.jsonl"], 0);
    let other = call(&["export", "--data", "flows", "--out", "other.jsonl"], 2);
    assert!(other.stderr.contains("no data directory"), "{}", other.stderr);
    fs::write(here.join("half/period-000001/conf"), "segment_size: nonsense\n").unwrap();
    call(&["export", "--data", "half", "--out", "other.jsonl"], 3);
    assert!(!here.join("other.jsonl").exists(), "an export that failed does not stand in the way");
    let missing = call(&["compact", "--data", "nowhere"], 2);
    assert!(missing.stderr.contains("no data directory"), "{}", missing.stderr);
}
