//! Single nodes: what they call must exist, and what they give it must fit.

use sdk::{ComponentEntry, Effect, Value};

use super::{
    fit::{About, holds_expression},
    set::Set,
};
use crate::flow::{
    document::{Callback, Flow, FlowMode, Kind, Node, Wait},
    tree::{Shape, Spanned, Tree},
};

/// What surrounds a node.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    /// The flow it stands in; `None` in an extension.
    pub(super) flow: Option<&'a Flow>,
}

pub(super) fn check(set: &mut Set<'_>, node: &Node, around: Around<'_>) {
    match &node.kind {
        Kind::Use(name) => component(set, name, node, around),
        Kind::Extension { point, .. } => extension(set, point, node),
        Kind::Flow { name, version, mode } => flow(set, name, *version, *mode, node),
        Kind::Wait(wait) => waits(set, wait, node, around),
        Kind::Race(branches) if branches.len() == 1 => {
            let help = "name at least two branches, or write the one as a node of its own";
            set.error("RACE_BRANCHES", node.at("race"), "a race needs somebody to race against", help);
        }
        _ => {}
    }
    policies(set, node);
    if let Some(flow) = around.flow {
        blocks(set, node, flow);
    } else if let Some(block) = node.blocks.first() {
        let help = "write the policies out: an extension has no `policies`";
        set.error("UNKNOWN_POLICY", block.span, format!("there is no policy block `{}`", block.value), help);
    }
}

fn blocks(set: &mut Set<'_>, node: &Node, flow: &Flow) {
    for block in &node.blocks {
        if !flow.blocks.iter().any(|known| known.value == block.value) {
            let known = flow.blocks.iter().map(|known| known.value.as_str());
            set.unknown(
                "UNKNOWN_POLICY",
                "policy block",
                block,
                known,
                "state it under `policies` of the flow",
            );
        }
    }
}

fn component(set: &mut Set<'_>, name: &Spanned<String>, node: &Node, around: Around<'_>) {
    let Some(entry) = set.registry.component(&name.value).copied() else {
        let known: Vec<&str> = set.registry.components().map(|entry| entry.name).collect();
        let otherwise = format!("this server has: {}", known.join(", "));
        set.unknown("UNKNOWN_COMPONENT", "component", name, known.into_iter(), &otherwise);
        return;
    };
    let schema = || serde_json::to_value((entry.schema)()).unwrap_or(Value::Bool(true));
    let empty = Tree { span: name.span, shape: Shape::Map(Vec::new()) };
    let with = node.with.as_ref().unwrap_or(&empty);
    let owner = if node.with.is_some() { node.at("with") } else { name.span };
    let about = About { code: "CONFIG_INVALID", what: "`with`", owner };
    set.schemas.fit(&format!("use:{}", entry.name), schema, with, &about, &mut set.faults);
    references(set, with);
    writes(set, &entry, with, node, around);
}

/// Names of other documents in `with`: every component calls them `connection` and `decision`.
fn references(set: &mut Set<'_>, with: &Tree) {
    let named = |key: &str| {
        let tree = with.get(key).filter(|tree| !holds_expression(tree))?;
        Some(Spanned::new(tree.text()?.to_owned(), tree.span))
    };
    if let Some(name) = named("connection") {
        set.connection(&name);
    }
    if let Some(name) = named("decision")
        && !set.decisions.contains(name.value.as_str())
    {
        let known: Vec<&str> = set.decisions.iter().copied().collect();
        let otherwise = "write a document of kind Decision with that name";
        set.unknown("UNKNOWN_DECISION", "decision", &name, known.into_iter(), otherwise);
    }
    if let Some(tree) = secret_in(with) {
        let help = "put it into a Connection; a flow refers to the connection by name";
        set.error("SECRET_MISPLACED", tree, "a flow may not hold a secret, not even by reference", help);
    }
}

pub(super) fn secret_in(tree: &Tree) -> Option<crate::flow::tree::Span> {
    if tree.text().is_some_and(|text| text.contains("secret://")) {
        return Some(tree.span);
    }
    let inner = tree.entries().iter().map(|entry| &entry.value);
    match &tree.shape {
        Shape::List(items) => items.iter().find_map(secret_in),
        _ => inner.into_iter().find_map(secret_in),
    }
}

/// Repeating or keeping what changes the world.
fn writes(set: &mut Set<'_>, entry: &ComponentEntry, with: &Tree, node: &Node, around: Around<'_>) {
    if (entry.effect_of)(&with.to_json()) != Effect::Write {
        return;
    }
    if let Some(cache) = &node.policies.cache {
        let help = "take `cache` away; use `idempotencyKey` to make repetitions harmless";
        set.error("CACHE_OF_WRITE", cache.span, "a cached write would not happen", help);
    }
    let is_durable = around.flow.is_none_or(|flow| flow.is_durable.value);
    let retries = node.policies.retry.as_ref().is_some_and(|retry| retry.attempts > 1);
    if retries && !is_durable && node.idempotency_key.is_none() && !node.id.value.is_empty() {
        let message = format!("`{}` is tried again, and each attempt may change something", node.id.value);
        let help = "state an `idempotencyKey` that is the same for every repetition of the work";
        set.warn("RETRY_WITHOUT_KEY", node.at("retry"), message, help);
    }
}

fn extension(set: &mut Set<'_>, point: &Spanned<String>, node: &Node) {
    let Some(document) = set.points.get(point.value.as_str()).copied() else {
        let in_code: Vec<&str> = set.registry.extensions().iter().map(|entry| entry.point).collect();
        if in_code.contains(&point.value.as_str()) {
            return;
        }
        let known: Vec<&str> = set.points.keys().copied().chain(in_code).collect();
        let otherwise = "write a document of kind ExtensionPoint with that name";
        set.unknown("UNKNOWN_POINT", "extension point", point, known.into_iter(), otherwise);
        return;
    };
    if let (Some(schema), Some(with)) = (&document.input, &node.with) {
        let what = format!("the input of `{}`", point.value);
        let about = About { code: "POINT_INPUT", what: &what, owner: node.at("with") };
        set.schemas.fit(
            &format!("point:{}", point.value),
            || schema.to_json(),
            with,
            &about,
            &mut set.faults,
        );
    }
}

fn flow(set: &mut Set<'_>, name: &Spanned<String>, version: Option<u32>, mode: FlowMode, node: &Node) {
    let Some(target) = set.flows.get(name.value.as_str()).copied() else {
        let known: Vec<&str> = set.flows.keys().copied().collect();
        set.unknown(
            "UNKNOWN_FLOW",
            "flow",
            name,
            known.into_iter(),
            "write a document of kind Flow with that name",
        );
        return;
    };
    if version.is_some_and(|version| version != target.header.version) {
        let message = format!("`{}` is at version {}", name.value, target.header.version);
        set.error(
            "UNKNOWN_VERSION",
            name.span,
            message,
            "leave `version` out to follow the flow, or state this one",
        );
    }
    if mode == FlowMode::Inline
        && target.is_durable.value
        && target.all_nodes().iter().any(|node| is_wait(node))
    {
        let help = "let it be a child: `mode: child`";
        set.error("WAIT_NOT_DURABLE", name.span, "a flow that waits cannot run within another", help);
    }
    if let (Some(schema), Some(with)) = (&target.input, &node.with) {
        let what = format!("the input of `{}`", name.value);
        let about = About { code: "FLOW_INPUT", what: &what, owner: node.at("with") };
        set.schemas.fit(&format!("flow:{}", name.value), || schema.to_json(), with, &about, &mut set.faults);
    }
}

pub(super) const fn is_wait(node: &Node) -> bool {
    matches!(node.kind, Kind::Wait(_))
}

fn waits(set: &mut Set<'_>, wait: &Wait, node: &Node, around: Around<'_>) {
    if around.flow.is_some_and(|flow| !flow.is_durable.value) {
        let help = "say `durable: true` in the flow; for a short pause use the component `delay`";
        set.error("WAIT_NOT_DURABLE", node.at("wait"), "a flow that is not durable cannot wait", help);
    }
    match wait {
        Wait::For(tree) => {
            if let Shape::Number(number) = &tree.shape {
                let help = format!("add the unit: `{number}s` or `{number}m`");
                let message = format!("`for: {number}` is no length of time");
                set.error("BAD_DURATION", tree.span, message, help);
            }
            if let Some(text) = constant(tree)
                && text.parse::<sdk::Duration>().is_err()
            {
                let help = "write whole numbers with ms, s, m, h or d, such as `72h`";
                set.error("BAD_DURATION", tree.span, format!("`for: {text}` is no length of time"), help);
            }
        }
        Wait::Until(tree) => {
            if let Some(text) = constant(tree)
                && chrono::DateTime::parse_from_rfc3339(text).is_err()
            {
                let help = "write a moment with its zone, such as '2026-01-31T08:00:00+08:00', or an expression: `input.at`";
                set.error("BAD_TIME", tree.span, format!("`until: {text}` is no moment"), help);
            }
        }
        Wait::Callback(callback) => verified(set, callback),
    }
}

fn constant(tree: &Tree) -> Option<&str> {
    tree.text().filter(|text| !text.contains("${"))
}

fn verified(set: &mut Set<'_>, callback: &Callback) {
    let Some(name) = &callback.verify else { return };
    if let Some(connection) = set.connection(name)
        && connection.settings.get("signature").is_none()
    {
        let message = format!("connection `{}` does not say how messages are signed", name.value);
        set.error(
            "NO_SIGNATURE",
            name.span,
            message,
            "add `signature:` to the connection, or take `verify` away",
        );
    }
}

/// Numbers that contradict each other.
fn policies(set: &mut Set<'_>, node: &Node) {
    let zero = sdk::Duration::default();
    if let Some(timeout) = node.policies.timeout {
        if timeout.attempt == Some(zero) || timeout.total == Some(zero) {
            let help = "write a length of time above zero, or take the key away to have none";
            set.error(
                "POLICY_NUMBERS",
                node.at("timeout"),
                "a timeout of nothing lets nothing succeed",
                help,
            );
        } else if let (Some(attempt), Some(total)) = (timeout.attempt, timeout.total)
            && attempt > total
        {
            let message = format!("one attempt may take {attempt}, all together only {total}");
            set.warn("POLICY_NUMBERS", node.at("timeout"), message, "let `total` be at least `attempt`");
        }
    }
    if let Some(retry) = &node.policies.retry
        && retry.initial > retry.max
    {
        let message = format!("the first delay may be {}, the largest {}", retry.initial, retry.max);
        set.warn("POLICY_NUMBERS", node.at("retry"), message, "let `max` be at least `initial`");
    }
    if node.policies.cache.as_ref().is_some_and(|cache| cache.ttl == zero) {
        set.error(
            "POLICY_NUMBERS",
            node.at("cache"),
            "a cache that keeps nothing is none",
            "write a `ttl` above zero",
        );
    }
}
