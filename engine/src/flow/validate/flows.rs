//! Whole flows: their size, their schema, their sub-flows, their error rules.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{
    address,
    checked::{Checked, CheckedFlow},
    set::Set,
};
use crate::flow::{
    document::{Body, ErrorRule, For, Implementation, Kind, Node},
    nearest::nearest,
    schema::{Contract, Mismatch},
    tree::{Span, Tree},
};

/// The most nodes of one flow (SECURITY rule 15).
const NODES: usize = 2_000;
/// How deep sub-flows may call sub-flows.
const DEPTH: usize = 16;
/// The largest schema, in bytes of JSON (SECURITY rule 16).
const SCHEMA: usize = 256 * 1024;
/// The types of JSON Schema.
const TYPES: [&str; 7] = ["string", "integer", "number", "boolean", "object", "array", "null"];
/// The longest pattern in a schema.
const PATTERN: usize = 1_024;

pub(super) fn check(set: &mut Set<'_>, checked: &CheckedFlow) {
    let flow = &checked.flow;
    let count = flow.all_nodes().len();
    if count > NODES {
        let help = "move a part into a flow of its own and call it with `flow:`";
        set.error(
            "TOO_MANY_NODES",
            flow.header.name.span,
            format!("{count} nodes; at most {NODES} may be"),
            help,
        );
    }
    if let Some(input) = &flow.input {
        schema(set, input);
    }
    if let (true, Some(stated)) =
        (flow.timeout == Some(sdk::Duration::default()), checked.tree.get("timeout"))
    {
        let help = "write a length of time above zero, or take the key away to have the default";
        set.error("POLICY_NUMBERS", stated.span, "a timeout of nothing lets nothing succeed", help);
    }
    if let (Some(stated), false) = (checked.tree.get("retention"), flow.is_durable.value) {
        let help = "say `durable: true`, or take the key away";
        set.error(
            "RETENTION_NOT_DURABLE",
            stated.span,
            "runs of a flow that is not durable are not kept",
            help,
        );
    }
    error_rules(set, &flow.errors, &flow.body);
    for (node, fault) in misplaced_triggers(checked) {
        set.error(
            "CONSUME_NOT_DURABLE",
            node,
            fault,
            "say `durable: true`: a message is acknowledged once its run is on disk",
        );
    }
}

fn misplaced_triggers(checked: &CheckedFlow) -> Vec<(Span, &'static str)> {
    let flow = &checked.flow;
    let mut found = Vec::new();
    if let (Some(consume), false) = (&flow.triggers.consume, flow.is_durable.value) {
        found.push((consume.connection.span, "a flow that consumes messages must be durable"));
    }
    found
}

/// A JSON Schema of an input or output.
pub(super) fn schema(set: &mut Set<'_>, tree: &Tree) {
    let schema = tree.to_json();
    let size = serde_json::to_vec(&schema).map_or(0, |text| text.len());
    if size > SCHEMA {
        let message = format!("the schema has {size} bytes; at most {SCHEMA} may be");
        set.error("SCHEMA_INVALID", tree.span, message, "describe less, or split the flow");
        return;
    }
    if let Some(span) = long_pattern(tree) {
        let message = format!("a pattern longer than {PATTERN} characters");
        set.error("SCHEMA_INVALID", span, message, "check such a text in a node of its own");
        return;
    }
    if let Some((span, target)) = remote_reference(tree) {
        let message = format!("`{target}` lies outside this schema");
        set.error(
            "SCHEMA_INVALID",
            span,
            message,
            "copy the definition into `$defs` and refer to it as `#/$defs/…`",
        );
        return;
    }
    if let Err(fault) = Contract::compile(&schema) {
        let (span, message, help) = invalid(tree, &fault);
        set.error("SCHEMA_INVALID", span, message, help);
    }
}

/// What is wrong with a schema, where, and how to mend it.
fn invalid(tree: &Tree, fault: &Mismatch) -> (Span, String, String) {
    let form =
        "write JSON Schema 2020-12, such as {type: object, properties: {id: {type: string}}}".to_owned();
    let dangling = walk(tree, &|key, value| {
        let target = value.text().filter(|text| key == "$ref" && fault.message.contains(&text[1..]))?;
        fault.message.contains("not exist").then(|| (value.span, target.to_owned()))
    });
    if let Some((span, target)) = dangling {
        let message = format!("`{target}` leads nowhere in this schema");
        return (span, message, "define it under `$defs`, or name one that is there".to_owned());
    }
    let span = tree.span_at(&fault.pointer);
    let key = fault.pointer.rsplit('/').next().unwrap_or_default();
    match (key, tree.pointer(&fault.pointer)) {
        ("type", Some(at)) if at.text().is_some() => {
            let written = at.text().unwrap_or_default();
            let help = match nearest(written, TYPES) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("write {}; of a date `{{type: string, format: date}}`", TYPES.join(", ")),
            };
            (span, format!("`type` cannot be `{written}`"), help)
        }
        ("required", Some(_)) => {
            let help = "beside `properties` list the names that must be there: `required: [id, fen]`";
            (span, "`required` must be a list of names".to_owned(), help.to_owned())
        }
        ("pattern", Some(_)) => {
            let help = "write a regular expression without look-around and back-references".to_owned();
            (span, "`pattern` is no regular expression that can be matched in linear time".to_owned(), help)
        }
        ("", _) => (span, fault.message.clone(), form),
        _ => (span, format!("`{key}` does not fit: {}", fault.message), form),
    }
}

fn long_pattern(tree: &Tree) -> Option<Span> {
    walk(tree, &|key, value| {
        (key == "pattern" && value.text().is_some_and(|text| text.len() > PATTERN)).then_some(value.span)
    })
}

fn remote_reference(tree: &Tree) -> Option<(Span, String)> {
    walk(tree, &|key, value| {
        let target = value.text().filter(|text| key == "$ref" && !text.starts_with('#'))?;
        Some((value.span, target.to_owned()))
    })
}

fn walk<T>(tree: &Tree, look: &dyn Fn(&str, &Tree) -> Option<T>) -> Option<T> {
    if let crate::flow::tree::Shape::List(items) = &tree.shape {
        return items.iter().find_map(|item| walk(item, look));
    }
    tree.entries()
        .iter()
        .find_map(|entry| look(&entry.key.value, &entry.value).or_else(|| walk(&entry.value, look)))
}

fn error_rules(set: &mut Set<'_>, rules: &[ErrorRule], body: &Body) {
    let mut catches_all: Option<Span> = None;
    for rule in rules {
        if let Some(before) = catches_all {
            let fault = crate::flow::diagnostic::Diagnostic::warning(
                "ERROR_RULE_UNREACHABLE",
                rule.span,
                "this rule is never looked at: one before it matches every failure",
                "put the rule that matches everything last",
            );
            set.faults.push(fault.see(before, "matches every failure"));
        }
        if let Some(node) = &rule.node
            && !address::leads_somewhere(set, body, &node.value)
        {
            address::unknown(set, node, body);
        }
        if rule.node.is_none() && rule.class.is_none() && rule.match_code.is_none() && rule.when.is_none() {
            catches_all = catches_all.or(Some(rule.span));
        }
        if rule.status.is_none() && rule.code.is_none() && rule.message.is_none() {
            let help = "add `status`, `code` or `message`";
            set.error("ERROR_RULE_EMPTY", rule.span, "this rule changes nothing for the caller", help);
        }
    }
}

/// Flows that call each other in a circle, or too deep.
pub(super) fn sub_flows(set: &mut Set<'_>) {
    let mut calls: BTreeMap<&str, BTreeMap<&str, Span>> = BTreeMap::new();
    for checked in &set.checked.flows {
        let from = calls.entry(checked.flow.header.name.value.as_str()).or_default();
        called(set.checked, &checked.flow.use_case.value, checked.flow.all_nodes(), &mut Vec::new(), from);
    }
    let mut told = BTreeSet::new();
    let mut depths: HashMap<&str, usize> = HashMap::new();
    let starts: Vec<&str> = calls.keys().copied().collect();
    for start in starts {
        let mut path = Vec::new();
        depth(set, &calls, start, &mut path, &mut told, &mut depths);
    }
}

/// The flows that nodes call, themselves and by the extensions that may answer for the use case.
fn called<'c>(
    checked: &'c Checked,
    use_case: &str,
    nodes: Vec<&'c Node>,
    points: &mut Vec<&'c str>,
    found: &mut BTreeMap<&'c str, Span>,
) {
    for node in nodes {
        match &node.kind {
            Kind::Flow { name, .. } => {
                found.entry(&name.value).or_insert(name.span);
            }
            Kind::Extension { point, .. } if !points.contains(&point.value.as_str()) => {
                points.push(&point.value);
                for body in answers(checked, use_case, &point.value) {
                    called(checked, use_case, body.all_nodes(), points, found);
                }
            }
            _ => {}
        }
    }
}

/// What may answer at a point for a use case.
fn answers<'c>(checked: &'c Checked, use_case: &str, point: &str) -> Vec<&'c Implementation> {
    let is_for = |place: &For| place.use_case.as_ref().is_some_and(|stated| stated.value == use_case);
    let written = checked
        .extensions
        .iter()
        .filter(|extension| extension.point.value == point && extension.places.iter().any(is_for));
    let default = checked.points.iter().filter(|found| found.header.name.value == point);
    written
        .map(|extension| &extension.implementation)
        .chain(default.filter_map(|found| found.default.as_ref()))
        .collect()
}

/// How deep calls go below a flow; a circle is told once, with its path.
fn depth<'c>(
    set: &mut Set<'_>,
    calls: &BTreeMap<&'c str, BTreeMap<&'c str, Span>>,
    flow: &'c str,
    path: &mut Vec<&'c str>,
    told: &mut BTreeSet<&'c str>,
    depths: &mut HashMap<&'c str, usize>,
) -> usize {
    if let Some(depth) = depths.get(flow) {
        return *depth;
    }
    path.push(flow);
    let mut deepest = 1;
    for (&next, &span) in calls.get(flow).into_iter().flatten() {
        if let Some(start) = path.iter().position(|there| *there == next) {
            if told.insert(next) {
                let circle: Vec<&str> = path[start..].iter().copied().chain([next]).collect();
                let message = format!("flows call each other without end: {}", circle.join(" -> "));
                set.error(
                    "FLOW_CYCLE",
                    span,
                    message,
                    "take one of the calls away; to repeat work use `loop`",
                );
            }
            continue;
        }
        deepest = deepest.max(1 + depth(set, calls, next, path, told, depths));
        if deepest > DEPTH {
            let message = format!("sub-flows call sub-flows {deepest} levels deep; at most {DEPTH} may be");
            set.error("FLOW_DEPTH", span, message, "call the inner flow from further out");
            deepest = 1;
        }
    }
    path.pop();
    depths.insert(flow, deepest);
    deepest
}
