//! `NAME.cases.yaml`: cases kept beside their flow. A document in it is either a list of cases of the
//! flow `NAME`, or `{flow: name, cases: […]}`.

use super::Parsed;
use super::{check, read};
use crate::flow::{
    diagnostic::Diagnostic,
    document::{Case, Document, Flow},
    language,
    load::Source,
    nearest::nearest,
    tree::{Shape, SourceId, Span, Tree},
};

/// Adds the cases of one document to their flow.
pub(super) fn attach(
    source: &Source,
    sources: &[Source],
    tree: &Tree,
    parsed: &mut [Parsed],
    faults: &mut Vec<Diagnostic>,
) {
    match &tree.shape {
        Shape::List(items) => {
            for item in items {
                check::object(item, &language::CASE, item.span, faults);
            }
            let stem = stem(&source.path);
            let beside = beside(source, sources);
            match by_name(stem, parsed).or_else(|| only_one_in(beside, parsed)) {
                Some(index) => add(index, read::cases(tree), parsed),
                None => faults.push(unknown(stem, tree.span, parsed)),
            }
        }
        _ => {
            check::object(tree, &language::CASES, tree.span, faults);
            let (Some(flow), Some(cases)) = (tree.get("flow"), tree.get("cases")) else { return };
            let Some(name) = flow.text() else { return };
            match by_name(name, parsed) {
                Some(index) => add(index, read::cases(cases), parsed),
                None => faults.push(unknown(name, flow.span, parsed)),
            }
        }
    }
}

/// `cancel-order` of `flows/trade/cancel-order.cases.yaml`.
fn stem(path: &str) -> &str {
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    file.split(".cases.").next().unwrap_or(file)
}

/// The file of the same name without `.cases`.
fn beside(cases: &Source, sources: &[Source]) -> Option<SourceId> {
    let base = cases.path.rsplit_once(".cases.").map_or("", |(base, _)| base);
    let is_beside =
        |path: &str| path.strip_prefix(base).is_some_and(|rest| rest == ".yaml" || rest == ".yml");
    sources.iter().find(|source| is_beside(&source.path)).map(|source| source.id)
}

fn flow(parsed: &Parsed) -> Option<&Flow> {
    match &parsed.document {
        Document::Flow(flow) => Some(flow),
        _ => None,
    }
}

fn by_name(name: &str, parsed: &[Parsed]) -> Option<usize> {
    parsed.iter().position(|parsed| flow(parsed).is_some_and(|flow| flow.header.name.value == name))
}

fn only_one_in(source: Option<SourceId>, parsed: &[Parsed]) -> Option<usize> {
    let source = source?;
    let mut flows = parsed
        .iter()
        .enumerate()
        .filter(|(_, parsed)| flow(parsed).is_some() && parsed.tree.span.source == source);
    let (index, _) = flows.next()?;
    flows.next().is_none().then_some(index)
}

fn add(index: usize, cases: Vec<Case>, parsed: &mut [Parsed]) {
    if let Some(Parsed { document: Document::Flow(flow), .. }) = parsed.get_mut(index) {
        flow.cases.extend(cases);
    }
}

fn unknown(name: &str, span: Span, parsed: &[Parsed]) -> Diagnostic {
    let known = parsed.iter().filter_map(flow).map(|flow| flow.header.name.value.as_str());
    let help = match nearest(name, known) {
        Some(name) => format!("did you mean `{name}`?"),
        None => "name the flow: `{flow: NAME, cases: [ … ]}`".to_owned(),
    };
    Diagnostic::error("UNKNOWN_FLOW", span, format!("there is no flow `{name}` for these cases"), help)
}
