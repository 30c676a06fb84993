//! Documents that would cost much: bombs are refused before a value is built, and each cap lets the largest
//! document through and refuses the next (SECURITY rules 11, 15 and 16). All of them are made here.

use std::{
    fmt::Write as _,
    fs,
    process::{Command, Stdio},
    time::Instant,
};

use bactrian_engine::{
    catalog::{Sources, compile},
    flow::{
        diagnostic::{Diagnostic, Severity},
        load::{Source, load},
        policy::States,
    },
};
use sdk::Registry;

/// The most memory that reading a bomb may take, in KiB.
const MEMORY_KIB: u64 = 64 * 1024;
/// Names the bomb that a process of its own reads.
const BOMB: &str = "BACTRIAN_TEST_BOMB";

fn findings(sources: &[Source], registry: &Registry) -> Vec<Diagnostic> {
    let states = States::default();
    match compile(Sources { texts: sources, registry, states: &states }, None) {
        Ok(snapshot) => snapshot.warnings().to_vec(),
        Err(found) => found,
    }
}

/// The codes of the errors in documents that lie in a folder, as `bactrian check` finds them.
fn refused(documents: &str) -> Vec<&'static str> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("flow.yaml"), documents).unwrap();
    let (sources, mut found) = load(&[folder.path().to_path_buf()]);
    found.extend(findings(&sources, &Registry::collect().unwrap()));
    let errors = found.iter().filter(|finding| finding.severity == Severity::Error);
    errors.map(|finding| finding.code).collect()
}

/// A flow with that body.
fn flow(name: &str, body: &str) -> String {
    format!("apiVersion: bactrian/v1\nkind: Flow\nmetadata: {{name: {name}}}\n{body}\n")
}

/// At the cap nothing is refused; one over it only that is.
#[track_caller]
fn check(code: &str, cap: usize, document: impl Fn(usize) -> String) {
    assert_eq!(refused(&document(cap)), Vec::<&str>::new(), "at {cap}");
    assert_eq!(refused(&document(cap + 1)), [code], "one over {cap}");
}

const NODE: &str = "{use: map, with: 1}";

/// `count` nodes that follow `first` by what `edge` writes into each.
fn nodes(count: usize, edge: &str) -> String {
    let mut text = String::new();
    for index in 0..count {
        writeln!(text, "  n{index}: {{{edge}use: map, with: {index}}}").unwrap();
    }
    text
}

fn ids(count: usize) -> String {
    let ids: Vec<String> = (0..count).map(|index| format!("n{index}")).collect();
    ids.join(", ")
}

#[test]
fn a_file_has_at_most_512_kib() {
    check("FILE_TOO_LARGE", 512 * 1024, |size| {
        let text = flow("f", &format!("nodes: {{a: {NODE}}}")) + "#";
        let rest = "x".repeat(size - text.len());
        text + &rest
    });
}

#[test]
fn values_nest_at_most_64_deep() {
    // The flow, `nodes`, the node and `with` are four levels.
    let deep = |depth: usize| format!("{}1{}", "[".repeat(depth - 4), "]".repeat(depth - 4));
    check("YAML_DEPTH", 64, |depth| {
        flow("f", &format!("nodes: {{a: {{use: map, with: {{x: {}}}}}}}", deep(depth)))
    });
    let block = |depth: usize| {
        let mut text = "nodes:\n  a:\n    use: map\n    with:\n".to_owned();
        for level in 3..depth - 1 {
            writeln!(text, "{}k:", "  ".repeat(level)).unwrap();
        }
        writeln!(text, "{}k: 1", "  ".repeat(depth - 1)).unwrap();
        flow("f", &text)
    };
    check("YAML_DEPTH", 64, block);
}

#[test]
fn a_flow_has_at_most_2_000_nodes() {
    check("TOO_MANY_NODES", 2_000, |count| flow("f", &format!("nodes:\n{}", nodes(count, ""))));
}

#[test]
fn at_most_256_nodes_follow_one() {
    check("TOO_MANY_EDGES", 256, |count| {
        flow("f", &format!("nodes:\n  first: {NODE}\n{}", nodes(count, "needs: [first], ")))
    });
    check("TOO_MANY_EDGES", 256, |count| {
        flow("f", &format!("order: [first, [{}]]\nnodes:\n  first: {NODE}\n{}", ids(count), nodes(count, "")))
    });
    check("TOO_MANY_EDGES", 256, |count| {
        let switch = format!("  first: {{switch: [{{default: true, to: [{}]}}]}}\n", ids(count));
        flow("f", &format!("nodes:\n{switch}{}", nodes(count, "")))
    });
}

#[test]
fn sub_flows_call_at_most_16_deep() {
    check("FLOW_DEPTH", 16, |depth| {
        let calls = (1..depth)
            .map(|level| flow(&format!("f{level}"), &format!("nodes: {{a: {{flow: f{}}}}}", level + 1)));
        let last = flow(&format!("f{depth}"), &format!("nodes: {{a: {NODE}}}"));
        calls.chain([last]).collect::<Vec<_>>().join("---\n")
    });
}

#[test]
fn foreach_and_loop_go_round_at_most_10_000_times() {
    check("OUT_OF_RANGE", 10_000, |max| {
        flow("f", &format!("nodes: {{a: {{foreach: {{in: input.items, max: {max}, do: {NODE}}}}}}}"))
    });
    check("OUT_OF_RANGE", 10_000, |max| {
        flow("f", &format!("nodes: {{a: {{loop: {{until: last == 1, max: {max}, do: {NODE}}}}}}}"))
    });
    check("OUT_OF_RANGE", 10_000, |wide| {
        flow("f", &format!("nodes: {{a: {{foreach: {{in: input.items, concurrency: {wide}, do: {NODE}}}}}}}"))
    });
}

#[test]
fn an_expression_has_at_most_4_kib_and_200_operators() {
    let when = |when: &str| flow("f", &format!("nodes: {{a: {{when: '{when}', use: map, with: 1}}}}"));
    check("EXPR_TOO_LONG", 4_096, |length| {
        let open = "input.text == \"";
        when(&format!("{open}{}\"", "x".repeat(length - open.len() - 1)))
    });
    check("EXPR_TOO_MANY_OPERATORS", 200, |count| when(&format!("input.a{}", " || input.a".repeat(count))));
}

#[test]
fn functions_over_lists_nest_at_most_two_deep() {
    check("EXPR_TOO_COSTLY", 2, |depth| {
        let names = ["a", "b", "c"];
        let open: String = names[..depth].iter().map(|name| format!("input.l.all({name}, ")).collect();
        let when = format!("{open}true{}", ")".repeat(depth));
        flow("f", &format!("nodes: {{a: {{when: '{when}', use: map, with: 1}}}}"))
    });
}

#[test]
fn a_schema_has_at_most_256_kib_and_its_patterns_1_024_letters() {
    let schema = |description: usize, pattern: usize| {
        format!(
            r#"{{"description":"{}","type":"string","pattern":"{}"}}"#,
            "d".repeat(description),
            "x".repeat(pattern)
        )
    };
    let around = schema(0, 1).len();
    let input = |schema: &str| flow("f", &format!("input: {schema}\nnodes: {{a: {NODE}}}"));
    check("SCHEMA_INVALID", 256 * 1024, |size| input(&schema(size - around, 1)));
    check("SCHEMA_INVALID", 1_024, |length| input(&schema(0, length)));
}

/// Texts that ask for far more memory or time than they have bytes.
fn bombs() -> Vec<(&'static str, String)> {
    let scalar = |size: usize| format!("a: &a \"{}\"\n", "x".repeat(size));
    let nested = (0..10).fold("l0: &l0 [x, x]\n".to_owned(), |text, level| {
        let before = format!("*l{level}, ").repeat(10);
        format!("{text}l{}: &l{} [{before}]\n", level + 1, level + 1)
    });
    vec![
        ("1 MB with 2,000 aliases", scalar(1_000_000) + &"b: *a\n".repeat(2_000)),
        (
            "as many aliases as a file may hold",
            scalar(100_000) + &format!("b: [{}]\n", "*a, ".repeat(100_000)),
        ),
        ("ten levels of ten aliases", nested),
        ("80 KB of brackets", "[".repeat(80_000)),
        ("80 KB of braces", "{a: ".repeat(20_000)),
        ("a thousand levels", (0..700).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect()),
        ("500 KB of dashes", "- ".repeat(250_000)),
        ("a key of 500 KB", format!("? [{}]\n: 1\n", "a, ".repeat(160_000))),
        ("a hundred thousand empty documents", "---\n".repeat(100_000)),
        (
            "an expression of brackets",
            flow("f", &format!("nodes: {{a: {{when: '{}', use: map}}}}", "(".repeat(4_000))),
        ),
        (
            "an expression of marks",
            flow("f", &format!("nodes: {{a: {{when: '{}1', use: map}}}}", "!".repeat(4_000))),
        ),
    ]
}

/// The most memory this process has had, in KiB, where the system tells.
fn peak_kib() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}

/// Run by the next test in a process of its own, where nothing else takes memory; by itself it has no bomb.
#[test]
fn a_bomb_in_a_process_of_its_own() {
    #[expect(clippy::disallowed_methods, reason = "the parent process names the bomb this way")]
    let Ok(index) = std::env::var(BOMB) else { return };
    let (_, text) = bombs().swap_remove(index.parse().unwrap());
    let registry = Registry::collect().unwrap();
    let sources = [Source::new(0, "bomb.yaml", text)];
    let before = peak_kib();
    #[expect(clippy::disallowed_methods, reason = "the real time an answer takes is shown")]
    let start = Instant::now();
    let found = findings(&sources, &registry);
    let took = start.elapsed();
    let code = found.iter().find(|found| found.severity == Severity::Error).map(|found| found.code);
    let grown = peak_kib().zip(before).map(|(after, before)| after - before);
    assert!(code.is_some(), "accepted");
    assert!(grown.is_none_or(|grown| grown <= MEMORY_KIB), "{grown:?} KiB");
    let line =
        format!("{} after {} ms with {} KiB more", code.unwrap(), took.as_millis(), grown.unwrap_or(0));
    std::io::Write::write_all(&mut std::io::stdout(), format!("BOMB {line}\n").as_bytes()).unwrap();
}

#[test]
fn bombs_are_refused_in_little_memory() {
    let mut wrong = Vec::new();
    for (index, (name, _)) in bombs().iter().enumerate() {
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "limits::a_bomb_in_a_process_of_its_own", "--nocapture"])
            .env(BOMB, index.to_string())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let line = said.lines().find_map(|line| line.split_once("BOMB ")).map(|(_, line)| line.to_owned());
        match (output.status.success(), line) {
            (true, Some(line)) => {
                std::io::Write::write_all(&mut std::io::stdout(), format!("{name}: {line}\n").as_bytes())
                    .unwrap()
            }
            _ => wrong.push(format!("{name}: {said}{}", String::from_utf8_lossy(&output.stderr))),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
