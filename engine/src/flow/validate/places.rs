//! Extensions and settings: one answer for every identity, and none that nobody can reach.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sdk::Effect;

use super::{fit::About, set::Set};
use crate::flow::{
    diagnostic::Diagnostic,
    document::{ExtensionDocument, For, Implementation, Kind},
    tree::{Span, Spanned, Tree},
};

pub(super) type Place = (String, Option<String>, Option<String>);

pub(super) fn place(stated: &For) -> Place {
    let text = |text: &Option<Spanned<String>>| text.as_ref().map(|text| text.value.clone());
    (text(&stated.use_case).unwrap_or_default(), text(&stated.biz_id), text(&stated.scenario))
}

/// A registration at one key.
struct Registered {
    name: String,
    priority: i32,
    when: Option<String>,
    span: Option<Span>,
}

pub(super) fn extensions(set: &mut Set<'_>) {
    let mut keys: BTreeMap<(String, Place), Vec<Registered>> = BTreeMap::new();
    for entry in set.registry.extensions() {
        let own = |text: Option<&'static str>| text.map(str::to_owned);
        let place = (entry.place.use_case.to_owned(), own(entry.place.biz_id), own(entry.place.scenario));
        keys.entry((entry.point.to_owned(), place)).or_default().push(Registered {
            name: format!("{}::{}", entry.module, entry.name),
            priority: entry.priority,
            when: None,
            span: None,
        });
    }
    for extension in &set.checked.extensions {
        point(set, extension);
        for stated in &extension.places {
            reachable(set, stated);
            keys.entry((extension.point.value.clone(), place(stated))).or_default().push(Registered {
                name: extension.header.name.value.clone(),
                priority: extension.priority,
                when: extension.when.as_ref().map(|when| when.value.clone()),
                span: Some(stated.span),
            });
        }
    }
    let reduced = reduced_points(set);
    for ((point, place), registered) in &keys {
        clashes(set, point, place, registered);
        if !reduced.contains(point) {
            shadowed(set, registered);
        }
    }
}

/// Points that some node asks for all answers of.
fn reduced_points(set: &Set<'_>) -> BTreeSet<String> {
    let nodes = set.checked.flows.iter().flat_map(|checked| checked.flow.all_nodes());
    nodes
        .filter_map(|node| match &node.kind {
            Kind::Extension { point, reduce } if *reduce != crate::flow::document::Reduce::First => {
                Some(point.value.clone())
            }
            _ => None,
        })
        .collect()
}

fn point(set: &mut Set<'_>, extension: &ExtensionDocument) {
    let Some(document) = set.points.get(extension.point.value.as_str()).copied() else {
        let in_code: Vec<&str> = set.registry.extensions().iter().map(|entry| entry.point).collect();
        if !in_code.contains(&extension.point.value.as_str()) {
            let known: Vec<&str> = set.points.keys().copied().chain(in_code).collect();
            let otherwise = "write a document of kind ExtensionPoint with that name";
            set.unknown("UNKNOWN_POINT", "extension point", &extension.point, known.into_iter(), otherwise);
        }
        return;
    };
    let output = match &extension.implementation {
        Implementation::One(node) => node.output.as_ref(),
        Implementation::Body(body) => body.output.as_ref(),
    };
    if let (Some(schema), Some(output)) = (&document.output, output) {
        contract(set, &extension.point, schema, output);
    }
}

/// An output that is written out must have what the point promises.
fn contract(set: &mut Set<'_>, point: &Spanned<String>, schema: &Tree, output: &Tree) {
    let what = format!("the output of `{}`", point.value);
    let about = About { code: "EXTENSION_CONTRACT", what: &what, owner: output.span };
    set.schemas.fit(&format!("answer:{}", point.value), || schema.to_json(), output, &about, &mut set.faults);
}

pub(super) fn default_of(set: &mut Set<'_>, point: &crate::flow::document::ExtensionPointDocument) {
    let output = match &point.default {
        Some(Implementation::One(node)) => node.output.as_ref(),
        Some(Implementation::Body(body)) => body.output.as_ref(),
        None => None,
    };
    if let (Some(schema), Some(output)) = (&point.output, output) {
        contract(set, &point.header.name, schema, output);
    }
}

/// A registration that no caller can reach.
pub(super) fn reachable(set: &mut Set<'_>, stated: &For) {
    if let (Some(scenario), None) = (&stated.scenario, &stated.biz_id) {
        let message =
            format!("no caller reaches this: a scenario (`{}`) is only tried with a bizId", scenario.value);
        let help = "add the `bizId`; one document may stand for several: `for: [{…}, {…}]`";
        set.warn("UNREACHABLE", scenario.span, message, help);
    }
    let Some(use_case) = &stated.use_case else { return };
    if !use_case.value.is_empty() && !set.use_cases.contains(use_case.value.as_str()) {
        let help = match crate::flow::nearest::nearest(&use_case.value, set.use_cases.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "name the use case of a flow (its name, unless it states `useCase`)".to_owned(),
        };
        let message = format!("no caller reaches this: no flow has the use case `{}`", use_case.value);
        set.warn("UNREACHABLE", use_case.span, message, help);
    }
}

fn words(place: &Place) -> String {
    let or_default = |text: &Option<String>| text.clone().unwrap_or_else(|| "default".to_owned());
    format!("({}, {}, {})", place.0, or_default(&place.1), or_default(&place.2))
}

/// Equal priority at one key, and nothing to tell them apart.
fn clashes(set: &mut Set<'_>, point: &str, place: &Place, registered: &[Registered]) {
    for (index, second) in registered.iter().enumerate() {
        let Some(span) = second.span else { continue };
        let first = registered[..index]
            .iter()
            .find(|first| first.priority == second.priority && !tells_apart(first, second));
        if let Some(first) = first {
            let message =
                format!("`{}` and `{}` both answer `{point}` for {}", first.name, second.name, words(place));
            let help = "give one of them a higher `priority`, or let both guards compare one path with different literals";
            let fault = Diagnostic::error("EXTENSION_CONFLICT", span, message, help);
            set.faults.push(match first.span {
                Some(there) => fault.see(there, "the other"),
                None => fault,
            });
        }
    }
}

/// Guards that compare one path with different literals cannot both hold.
fn tells_apart(first: &Registered, second: &Registered) -> bool {
    let guard = |registered: &Registered| registered.when.as_deref().and_then(comparison);
    match (guard(first), guard(second)) {
        (Some((path, literal)), Some((other, there))) => path == other && literal != there,
        _ => false,
    }
}

/// `path == literal` of a guard that is nothing else.
fn comparison(guard: &str) -> Option<(String, String)> {
    let (left, right) = guard.split_once("==")?;
    let (left, right) = (left.trim(), right.trim());
    let is_path = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_alphabetic())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'))
            && !matches!(text, "true" | "false" | "null")
    };
    let literal = |text: &str| {
        let quoted = |quote: char| {
            let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
            (!inner.contains([quote, '\\'])).then(|| format!("text {inner}"))
        };
        let plain = text.parse::<i64>().is_ok() || matches!(text, "true" | "false" | "null");
        quoted('"').or_else(|| quoted('\'')).or_else(|| plain.then(|| text.to_owned()))
    };
    match (is_path(left), is_path(right)) {
        (true, false) => Some((left.to_owned(), literal(right)?)),
        (false, true) => Some((right.to_owned(), literal(left)?)),
        _ => None,
    }
}

/// One without a guard and with a higher priority answers always.
fn shadowed(set: &mut Set<'_>, registered: &[Registered]) {
    for hidden in registered {
        let Some(span) = hidden.span else { continue };
        let above = registered.iter().find(|other| other.when.is_none() && other.priority > hidden.priority);
        if let Some(above) = above {
            let message =
                format!("no caller reaches this: `{}` always answers before `{}`", above.name, hidden.name);
            set.warn(
                "UNREACHABLE",
                span,
                message,
                format!("give `{}` a guard, or take this one away", above.name),
            );
        }
    }
}

pub(super) fn configs(set: &mut Set<'_>) {
    let mut seen: HashMap<(Place, &str), Span> = HashMap::new();
    for config in &set.checked.configs {
        reachable(set, &config.place);
        for (key, value) in &config.values {
            if let Some(span) = super::nodes::secret_in(value) {
                let help = "put it into a Connection; settings are shown to people and read by flows";
                set.error(
                    "SECRET_MISPLACED",
                    span,
                    "a setting may not hold a secret, not even by reference",
                    help,
                );
            }
            let at = (place(&config.place), key.value.as_str());
            if let Some(first) = seen.get(&at) {
                let message = format!("`{}` is set a second time for {}", key.value, words(&at.0));
                let fault = Diagnostic::error("CONFIG_CONFLICT", key.span, message, "keep one of the two");
                set.faults.push(fault.see(*first, "the first"));
            } else {
                seen.insert(at, key.span);
            }
        }
    }
}

pub(super) fn identities(set: &mut Set<'_>) {
    for rule in set.checked.identities.iter().flat_map(|rules| &rules.rules) {
        if rule.biz_id.is_none() && rule.scenario.is_none() {
            let help = "add `bizId`, and `scenario` if it has one";
            set.error("IDENTITY_RULE_EMPTY", rule.span, "this rule says nothing about the identity", help);
        } else if rule.biz_id.is_none() {
            let help = "add the `bizId` it belongs to";
            set.warn("UNREACHABLE", rule.span, "a scenario is only tried with a bizId", help);
        }
        for tree in [&rule.biz_id, &rule.scenario].into_iter().flatten() {
            let constant = tree.text().filter(|text| !text.contains("${"));
            if let Some(fault) = constant.and_then(|text| sdk::BizId::new(text).err()) {
                let help = "write a name, or null (or nothing) to mean the default";
                set.error("BAD_NAME", tree.span, fault.to_string(), help);
            }
        }
    }
}

/// An extension that waits cannot answer a flow that is not durable.
pub(super) fn waits(set: &mut Set<'_>) {
    let mut users: HashMap<&str, &str> = HashMap::new();
    for checked in set.checked.flows.iter().filter(|checked| !checked.flow.is_durable.value) {
        for node in checked.flow.all_nodes() {
            if let Kind::Extension { point, .. } = &node.kind {
                users.insert(&point.value, &checked.flow.header.name.value);
            }
        }
    }
    for extension in &set.checked.extensions {
        let Some(user) = users.get(extension.point.value.as_str()) else { continue };
        for node in extension.implementation.all_nodes() {
            if super::nodes::is_wait(node) {
                let message = format!("`{user}` uses this point and is not durable: it cannot wait");
                set.error("WAIT_NOT_DURABLE", node.span, message, format!("say `durable: true` in `{user}`"));
            }
        }
    }
}

/// What undoes must change something, and what changes nothing needs no undoing.
pub(super) fn undone(set: &mut Set<'_>) {
    let flows = &set.checked.flows;
    for node in flows.iter().flat_map(|checked| checked.flow.all_nodes()) {
        let (Some(undo), Kind::Use(name)) = (&node.compensate, &node.kind) else { continue };
        let Some(entry) = set.registry.component(&name.value) else { continue };
        let with = node.with.as_ref().map_or(sdk::Value::Null, Tree::to_json);
        if (entry.effect_of)(&with) == Effect::Pure {
            let message = format!("`{}` changes nothing that could be undone", node.id.value);
            set.warn("COMPENSATE_NOTHING", undo.span, message, "take `compensate` away");
        }
    }
}
