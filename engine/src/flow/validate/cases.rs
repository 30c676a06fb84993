//! Cases: what they mock and expect must be nodes of some variant of their flow.

use std::collections::HashSet;

use super::{address, set::Set};
use crate::flow::{
    document::{Body, Case, Flow},
    tree::Span,
};

pub(super) fn check(set: &mut Set<'_>) {
    let checked = set.checked;
    // A family is a flow with its variants: they stand together, the base first.
    for family in
        checked.flows.chunk_by(|one, next| one.flow.header.name.value == next.flow.header.name.value)
    {
        let Some(flow) = family.first().map(|base| &base.flow) else { continue };
        let family: Vec<&Flow> = family.iter().map(|checked| &checked.flow).collect();
        let mut names: HashSet<&str> = HashSet::new();
        for case in &flow.cases {
            if let Some(name) = &case.name
                && !names.insert(name)
            {
                let message = format!("two cases are called `{name}`");
                set.error("DUPLICATE_CASE", case.span, message, "say in the name what this one shows");
            }
            addresses(set, case, flow, &family);
            contradictions(set, case);
            codes(set, case);
        }
    }
}

fn addresses(set: &mut Set<'_>, case: &Case, flow: &Flow, family: &[&Flow]) {
    let expect = &case.expect;
    let lists = [&expect.ran, &expect.skipped, &expect.compensated];
    let named = lists.into_iter().flatten().flatten();
    let all = case
        .mocks
        .iter()
        .map(|(node, _)| node)
        .chain(named)
        .chain(expect.attempts.iter().map(|(node, _)| node));
    for node in all {
        let is_known = family.iter().any(|flow| {
            let bodies: [Option<&Body>; 2] = [Some(&flow.body), flow.finally.as_ref()];
            let mut bodies = bodies.into_iter().flatten();
            bodies.any(|body| address::leads_somewhere(set, body, &node.value))
        });
        if !is_known {
            address::unknown(set, node, &flow.body);
        }
    }
}

/// A mock that fails names a code.
fn codes(set: &mut Set<'_>, case: &Case) {
    for (_, mock) in &case.mocks {
        let ([entry], Some(code)) = (mock.entries(), mock.get("fail")) else { continue };
        let is_code = |text: &str| {
            text.starts_with(|c: char| c.is_ascii_uppercase())
                && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        };
        if !code.text().is_some_and(is_code) {
            let message = format!("`{}` of a mock names a code", entry.key.value);
            let help = "write one in capitals: TIMEOUT, UNAVAILABLE, NOT_FOUND, CONFLICT or one of your own";
            set.error("BAD_NAME", code.span, message, help);
        }
    }
}

fn contradictions(set: &mut Set<'_>, case: &Case) {
    let expect = &case.expect;
    if let (Some(_), Some(output)) = (&expect.error, &expect.output) {
        let help = "a run that fails has no output: keep one of the two";
        set.error(
            "CASE_CONTRADICTION",
            output.span,
            "a case cannot expect both an output and an error",
            help,
        );
    }
    let ran: HashSet<&str> = expect.ran.iter().flatten().map(|node| node.value.as_str()).collect();
    let both: Vec<(Span, &str)> = expect
        .skipped
        .iter()
        .flatten()
        .filter(|node| ran.contains(node.value.as_str()))
        .map(|node| (node.span, node.value.as_str()))
        .collect();
    for (span, node) in both {
        let message = format!("`{node}` cannot both run and be skipped");
        set.error("CASE_CONTRADICTION", span, message, "keep it in one of `ran` and `skipped`");
    }
}
