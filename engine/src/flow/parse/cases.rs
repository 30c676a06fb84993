//! `NAME.cases.yaml`: cases kept beside their flow. A document in it is either a list of cases of the
//! flow `NAME`, or `{flow: name, cases: […]}`.

use std::{collections::HashMap, sync::Arc};

use super::{Parsed, check, read};
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
    flows: &Flows,
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
            match flows.by_name.get(stem).copied().or_else(|| flows.beside(source)) {
                Some(index) => add(index, read::cases(tree), parsed),
                None => faults.push(unknown(stem, tree.span, parsed)),
            }
        }
        _ => {
            check::object(tree, &language::CASES, tree.span, faults);
            let (Some(flow), Some(cases)) = (tree.get("flow"), tree.get("cases")) else { return };
            let Some(name) = flow.text() else { return };
            match flows.by_name.get(name).copied() {
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

fn flow(parsed: &Parsed) -> Option<&Flow> {
    match &parsed.document {
        Document::Flow(flow) => Some(flow),
        _ => None,
    }
}

/// Where flows stand among the documents, by name and by the text they are in.
pub(super) struct Flows {
    by_name: HashMap<String, usize>,
    by_source: HashMap<SourceId, Vec<usize>>,
    by_path: HashMap<Arc<str>, SourceId>,
}

impl Flows {
    pub(super) fn new(sources: &[Source], parsed: &[Parsed]) -> Self {
        let mut flows = Self { by_name: HashMap::new(), by_source: HashMap::new(), by_path: HashMap::new() };
        for (index, flow) in
            parsed.iter().enumerate().filter_map(|(index, parsed)| Some((index, flow(parsed)?)))
        {
            flows.by_name.entry(flow.header.name.value.clone()).or_insert(index);
            flows.by_source.entry(flow.header.span.source).or_default().push(index);
        }
        flows.by_path = sources.iter().map(|source| (Arc::clone(&source.path), source.id)).collect();
        flows
    }

    /// The only flow of the file of the same name without `.cases`.
    fn beside(&self, cases: &Source) -> Option<usize> {
        let base = cases.path.rsplit_once(".cases.").map(|(base, _)| base)?;
        let source =
            ["yaml", "yml"].iter().find_map(|end| self.by_path.get(format!("{base}.{end}").as_str()))?;
        match self.by_source.get(source)?.as_slice() {
            [one] => Some(*one),
            _ => None,
        }
    }
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
