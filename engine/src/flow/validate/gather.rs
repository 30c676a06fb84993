//! Sorts documents by kind, refuses duplicates, applies variants.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use sdk::Identity;

use super::checked::{Checked, CheckedFlow, at_change};
use crate::flow::{
    diagnostic::Diagnostic,
    document::{Document, Flow, Header, Variant},
    nearest::nearest,
    parse::{Parsed, check_flow, read},
    tree::{Span, Tree},
    variant::Effective,
};

/// Sorts documents into a set. `trees` receives those that are not kept with a flow.
pub(super) fn gather(parsed: Vec<Parsed>, trees: &mut Vec<Tree>, faults: &mut Vec<Diagnostic>) -> Checked {
    let mut checked = Checked::default();
    let mut flows: BTreeMap<String, (Flow, Tree)> = BTreeMap::new();
    let mut variants = Vec::new();
    let mut seen: HashMap<(&'static str, String), Span> = HashMap::new();
    for Parsed { document, tree } in parsed {
        let header = document.header();
        let key = (document.kind(), header.name.value.clone());
        if let Some(first) = seen.insert(key.clone(), header.name.span) {
            faults.push(duplicate(document.kind(), header, first));
            seen.insert(key, first);
            trees.push(tree);
            continue;
        }
        match document {
            Document::Flow(flow) => {
                flows.insert(flow.header.name.value.clone(), (*flow, tree));
                continue;
            }
            Document::Variant(variant) => {
                checked.variants.push(variant.header.clone());
                variants.push(*variant);
            }
            Document::ExtensionPoint(point) => checked.points.push(*point),
            Document::Extension(extension) => checked.extensions.push(*extension),
            Document::Config(config) => checked.configs.push(*config),
            Document::Identity(rules) => checked.identities.push(*rules),
            Document::Connection(connection) => checked.connections.push(*connection),
            Document::Decision(decision) => checked.decisions.push(*decision),
        }
        trees.push(tree);
    }
    checked.points.sort_by(|left, right| left.header.name.value.cmp(&right.header.name.value));
    checked.extensions.sort_by(|left, right| left.header.name.value.cmp(&right.header.name.value));
    checked.configs.sort_by(|left, right| left.header.name.value.cmp(&right.header.name.value));
    checked.identities.sort_by(|left, right| left.header.name.value.cmp(&right.header.name.value));
    checked.connections.sort_by(|left, right| left.header.name.value.cmp(&right.header.name.value));
    checked.decisions.sort_by(|left, right| left.header.name.value.cmp(&right.header.name.value));
    let variants = by_flow(variants, &flows, faults);
    for (name, (flow, tree)) in flows {
        let patches = variants.get(name.as_str()).map(Vec::as_slice).unwrap_or_default();
        family(flow, tree, patches, &mut checked.flows, faults);
    }
    checked
}

fn duplicate(kind: &str, header: &Header, first: Span) -> Diagnostic {
    Diagnostic::error(
        "DUPLICATE_DOCUMENT",
        header.name.span,
        format!("there are two documents of kind {kind} called `{}`", header.name.value),
        "give one of them another name, or delete it",
    )
    .see(first, "the first")
}

/// Variants by the flow they patch, the level-2 ones first, without those that clash.
fn by_flow(
    variants: Vec<Variant>,
    flows: &BTreeMap<String, (Flow, Tree)>,
    faults: &mut Vec<Diagnostic>,
) -> HashMap<String, Vec<Variant>> {
    let mut sorted: HashMap<String, Vec<Variant>> = HashMap::new();
    let mut places: HashMap<(String, String, Option<String>), Span> = HashMap::new();
    for variant in variants {
        let Some((flow, _)) = flows.get(&variant.of.value) else {
            if !variant.of.value.is_empty() {
                faults.push(unknown_flow(&variant, flows));
            }
            continue;
        };
        if let Some(stated) =
            variant.place.use_case.as_ref().filter(|stated| stated.value != flow.use_case.value)
        {
            let message = format!("`{}` is not the use case of `{}`", stated.value, variant.of.value);
            let help = format!("write `{}`, or leave `useCase` out", flow.use_case.value);
            faults.push(Diagnostic::error("VARIANT_USE_CASE", stated.span, message, help));
        }
        let Some(biz_id) = &variant.place.biz_id else { continue };
        let scenario = variant.place.scenario.as_ref().map(|scenario| scenario.value.clone());
        let key = (variant.of.value.clone(), biz_id.value.clone(), scenario);
        if let Some(first) = places.get(&key) {
            let message = format!("`{}` has a second variant for the same business", variant.of.value);
            let help = "merge the two, or let one of them name a scenario";
            let fault = Diagnostic::error("DUPLICATE_PLACE", variant.place.span, message, help);
            faults.push(fault.see(*first, "the first"));
            continue;
        }
        places.insert(key, variant.place.span);
        sorted.entry(variant.of.value.clone()).or_default().push(variant);
    }
    #[expect(clippy::iter_over_hash_type, reason = "each list is sorted by itself")]
    for list in sorted.values_mut() {
        list.sort_by_key(|variant| {
            let text = |text: &Option<crate::flow::tree::Spanned<String>>| {
                text.as_ref().map(|text| text.value.clone())
            };
            (variant.place.scenario.is_some(), text(&variant.place.biz_id), text(&variant.place.scenario))
        });
    }
    sorted
}

fn unknown_flow(variant: &Variant, flows: &BTreeMap<String, (Flow, Tree)>) -> Diagnostic {
    let help = match nearest(&variant.of.value, flows.keys().map(String::as_str)) {
        Some(name) => format!("did you mean `{name}`?"),
        None => "name a flow of this set".to_owned(),
    };
    let message = format!("there is no flow `{}` to be a variant of", variant.of.value);
    Diagnostic::error("UNKNOWN_FLOW", variant.of.span, message, help)
}

/// A flow and all its variants. A level-1 variant builds on the level-2 one of its business.
fn family(
    flow: Flow,
    tree: Tree,
    variants: &[Variant],
    found: &mut Vec<CheckedFlow>,
    faults: &mut Vec<Diagnostic>,
) {
    let Ok(place) = Identity::new(&flow.use_case.value, None, None) else { return };
    let base = Effective::base(tree);
    let told = if variants.is_empty() { Vec::new() } else { check_flow(&base.tree) };
    let mut levels: HashMap<&str, Effective> = HashMap::new();
    let mut patched = Vec::with_capacity(variants.len());
    for variant in variants {
        let biz_id = variant.place.biz_id.as_ref().map_or("", |biz_id| biz_id.value.as_str());
        let scenario = variant.place.scenario.as_ref().map(|scenario| scenario.value.as_str());
        let (effective, mut wrong) = levels.get(biz_id).unwrap_or(&base).patched(variant);
        faults.append(&mut wrong);
        let new = check_flow(&effective.tree).into_iter().filter(|fault| !told.contains(fault));
        faults.extend(new.map(|fault| match variant.patch.remove.last() {
            // What a variant empties is not wrong where it was written.
            Some(removed) if fault.code == "NO_NODES" => {
                let at = Diagnostic { span: removed.span, ..fault.clone() };
                at.see(fault.span, "here nothing is left")
            }
            _ => at_change(&base.tree, &effective.changes, fault),
        }));
        if let Ok(place) = Identity::new(&flow.use_case.value, Some(biz_id), scenario) {
            patched.push((place, if scenario.is_some() { 1 } else { 2 }, effective.clone()));
        }
        if scenario.is_none() {
            levels.insert(biz_id, effective);
        }
    }
    let cases = flow.cases.clone();
    found.push(checked(flow, base, place, 3));
    for (place, level, effective) in patched {
        let flow = Flow { cases: cases.clone(), ..read::flow(&effective.tree) };
        found.push(checked(flow, effective, place, level));
    }
}

fn checked(flow: Flow, effective: Effective, place: Identity, level: u8) -> CheckedFlow {
    let Effective { tree, origins, removed, variants, changes } = effective;
    CheckedFlow {
        flow,
        tree,
        place,
        level,
        variants: variants.iter().map(Arc::clone).collect(),
        origins,
        removed,
        changes,
    }
}
