//! Who may name whom. `components → sdk ← engine`; each heavy library has exactly one home.

use super::{Finding, Sources, sources::Source};

fn names(line: &str, word: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    code.match_indices(word).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + word.len()..].chars().next();
        let part_of_a_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        !part_of_a_word(before) && !part_of_a_word(after)
    })
}

fn lines_naming<'a>(
    file: &'a Source,
    word: &'static str,
    rule: &'static str,
    remedy: &'a str,
) -> impl Iterator<Item = Finding> + 'a {
    file.text.lines().enumerate().filter(move |(_, line)| names(line, word)).map(move |(index, _)| Finding {
        file: file.path.clone(),
        line: index + 1,
        rule,
        remedy: remedy.to_owned(),
    })
}

/// The manifests: what a crate may depend on.
pub(crate) fn manifests(sources: &Sources) -> Vec<Finding> {
    let banned: [(&str, &[&str]); 3] = [
        ("sdk/Cargo.toml", &["tokio", "hyper", "petgraph", "sled", "serde_yaml", "engine", "components"]),
        ("components/Cargo.toml", &["engine", "petgraph", "sled", "serde_yaml", "bactrian-ui"]),
        ("ui/Cargo.toml", &["dependencies"]),
    ];
    let mut findings = Vec::new();
    for (path, words) in banned {
        let file = sources.files.iter().find(|file| file.path == path).expect("the crate exists");
        for (index, line) in file.text.lines().enumerate() {
            let key = line.split(['.', ' ', '=']).next().unwrap_or_default().trim_matches(['[', ']']);
            if words.contains(&key) {
                findings.push(Finding {
                    file: path.to_owned(),
                    line: index + 1,
                    rule: "arrows point one way",
                    remedy: format!("this crate does without `{key}`"),
                });
            }
        }
    }
    findings
}

/// Each heavy library is named in one place of the engine, so it can be replaced there.
pub(crate) fn homes(sources: &Sources) -> Vec<Finding> {
    let homes = [
        ("serde_yaml", "flow/parse"),
        ("granit_parser", "flow/parse"),
        ("petgraph", "flow/plan"),
        ("cel", "flow/expr"),
        ("sled", "state/sled"),
        ("components", "nowhere"),
    ];
    let mut findings = Vec::new();
    for file in sources.engine() {
        for (word, home) in homes {
            if !file.path.starts_with(&format!("engine/src/{home}")) {
                let naming = file
                    .text
                    .lines()
                    .enumerate()
                    .filter(|(_, line)| line.trim_start().starts_with("use ") || line.contains("::"))
                    .filter(|(_, line)| {
                        let code = line.split("//").next().unwrap_or_default();
                        code.contains(&format!("use {word}::"))
                            || code.contains(&format!(" {word}::"))
                            || code.contains(&format!("({word}::"))
                            || code.contains(&format!("<{word}::"))
                    });
                findings.extend(naming.map(|(index, _)| Finding {
                    file: file.path.clone(),
                    line: index + 1,
                    rule: "each heavy library has one home",
                    remedy: format!("only engine/src/{home} names `{word}`"),
                }));
            }
        }
    }
    findings
}

/// A stage knows the stages before it, never those after it.
pub(crate) fn stages(sources: &Sources) -> Vec<Finding> {
    let later: [(&str, &[&str]); 3] = [
        ("engine/src/flow/", &["crate::run", "crate::state", "crate::serve"]),
        ("engine/src/run/", &["crate::serve"]),
        ("engine/src/state/", &["crate::flow", "crate::run", "crate::serve"]),
    ];
    let mut findings = Vec::new();
    for file in sources.engine() {
        for (folder, words) in later {
            if file.path.starts_with(folder) {
                for word in words {
                    findings.extend(lines_naming(
                        file,
                        word,
                        "a stage never names a later one",
                        "hand the value over from above",
                    ));
                }
            }
        }
    }
    findings
}

/// `step` and `validate` are pure: no async, no clock, no IO.
pub(crate) fn pure(sources: &Sources) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in sources.engine() {
        let is_pure = file.path.contains("/run/step") || file.path.contains("/flow/validate");
        if !is_pure {
            continue;
        }
        for word in ["async", "await", "tokio", "std::fs", "std::net", "Clock"] {
            findings.extend(lines_naming(
                file,
                word,
                "step and validate are pure",
                "let `drive` or `load` do it",
            ));
        }
    }
    findings
}
