//! README and ARCHITECTURE name only files that exist; README's commands are Makefile targets; the top
//! level holds nothing that is not listed here.

use std::fs;

use super::{Finding, Sources};

const DOCUMENTS: [&str; 4] = ["README.md", "README.zh-CN.md", "ARCHITECTURE.md", "CONTRIBUTING.md"];
const TOP_LEVEL: [&str; 27] = [
    ".ci",
    ".config",
    ".git",
    ".gitignore",
    ".run",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "Makefile",
    "README.md",
    "README.zh-CN.md",
    "SECURITY.md",
    "clippy.toml",
    "components",
    "data",
    "deny.toml",
    "docs",
    "engine",
    "examples",
    "flows",
    "rustfmt.toml",
    "sdk",
    "ui",
];

fn finding(file: &str, line: usize, rule: &'static str, remedy: String) -> Finding {
    Finding { file: file.to_owned(), line, rule, remedy }
}

/// Words in back quotes or links that look like paths of this project.
fn mentioned(line: &str) -> impl Iterator<Item = &str> {
    let quoted = line.split('`').skip(1).step_by(2);
    let linked = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    quoted.chain(linked).filter(|word| {
        let first = word.split('/').next().unwrap_or_default();
        word.contains('/')
            && !word.contains([' ', '*', '{', '<', '$', ':', '|'])
            && TOP_LEVEL.contains(&first)
    })
}

pub(crate) fn paths(sources: &Sources) -> Vec<Finding> {
    let mut findings = Vec::new();
    for document in DOCUMENTS {
        let text = fs::read_to_string(sources.root.join(document)).unwrap_or_default();
        if text.is_empty() {
            findings.push(finding(document, 1, "the document exists", "write it".to_owned()));
        }
        for (index, line) in text.lines().enumerate() {
            for path in mentioned(line) {
                let path = path.split('#').next().unwrap_or(path).trim_end_matches('/');
                let is_built =
                    path.starts_with("data/") || path.starts_with("ui/dist") || path.starts_with(".run/");
                if !is_built && !sources.root.join(path).exists() {
                    findings.push(finding(
                        document,
                        index + 1,
                        "documents name what exists",
                        format!("`{path}` does not"),
                    ));
                }
            }
        }
    }
    findings
}

pub(crate) fn commands(sources: &Sources) -> Vec<Finding> {
    let makefile = fs::read_to_string(sources.root.join("Makefile")).unwrap_or_default();
    let mut findings = Vec::new();
    for document in ["README.md", "README.zh-CN.md"] {
        let text = fs::read_to_string(sources.root.join(document)).unwrap_or_default();
        for target in ["run", "test"] {
            if !text.contains(&format!("make {target}")) || !makefile.contains(&format!("\n{target}:")) {
                let remedy = format!("`make {target}` stands in it and is a Makefile target");
                findings.push(finding(document, 1, "the README has two commands", remedy));
            }
        }
    }
    findings
}

pub(crate) fn top_level(sources: &Sources) -> Vec<Finding> {
    let entries = fs::read_dir(&sources.root).expect("the root is readable");
    entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name != "target" && name != "shared" && !TOP_LEVEL.contains(&name.as_str()))
        .map(|name| {
            finding(&name, 1, "no stray top-level entry", "move it, or list it with an ADR".to_owned())
        })
        .collect()
}
