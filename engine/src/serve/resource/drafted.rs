//! What a draft comes to: the set that serves with the draft in place, and the flow that is run of it.
//!
//! An extension runs as a flow of its own: its body, with the point's input schema as its own. So whatever holds for
//! a flow's case (mocks, `until`, addresses) holds for an extension's.

use std::sync::Arc;

use hyper::StatusCode;
use sdk::{Identity, Shared, Value};
use serde_json::{Map, json};

use super::flow::missing;
use crate::{
    ChangeError, Edit, Engine, Served,
    flow::{
        diagnostic::Severity,
        document::{Case, Document, For},
        load::Source,
        parse::{Parsed, parse},
        report::Finding,
    },
    run::case::Difference,
    serve::Problem,
};

/// Keys of an extension that are no part of its body.
const AROUND: [&str; 7] = ["apiVersion", "kind", "metadata", "point", "for", "priority", "when"];

/// A set with a draft in place.
pub(super) struct Drafted {
    /// It serves nobody.
    pub(super) served: Arc<Served>,
    /// The flow to run.
    pub(super) flow: String,
    /// The extension that the flow was made of.
    pub(super) extension: Option<Extension>,
}

/// An extension that runs as a flow.
pub(super) struct Extension {
    point: String,
    /// Where it is stated first: for whom it runs unless the case says.
    pub(super) place: Option<Identity>,
}

/// A draft as it is sent.
#[derive(Default)]
pub(super) struct Text {
    pub(super) text: Option<String>,
    pub(super) file: Option<String>,
}

/// What serves with the draft in place; inside, what is wrong with the draft.
pub(super) async fn drafted(
    engine: &Engine,
    name: &str,
    Text { text, file }: Text,
) -> Result<Result<Drafted, Vec<Finding>>, Problem> {
    let served = engine.served();
    let known = served.entry(name).map(|entry| entry.document.path.as_ref().to_owned());
    let is_flow = known.is_some();
    let path = file.or(known).unwrap_or_else(|| format!("{name}.yaml"));
    let mut edits: Vec<Edit> = text.map(|text| Edit { path, text: Some(text) }).into_iter().collect();
    let stands_in = if is_flow { None } else { stand_in(&served, name, &edits) };
    let Some((flow, extension, text)) = stands_in else {
        let flow = name.to_owned();
        if edits.is_empty() {
            return Ok(Ok(Drafted { served, flow, extension: None }));
        }
        let drafted = compiled(engine, &edits, "").await?;
        return Ok(drafted.map(|served| Drafted { served, flow, extension: None }));
    };
    let own = format!("{flow}.yaml");
    edits.push(Edit { path: own.clone(), text: Some(text) });
    let drafted = compiled(engine, &edits, &own).await?;
    Ok(drafted.map(|served| Drafted { served, flow, extension: Some(extension) }))
}

/// Compiles; what is wrong in the file `own` is told only when nothing else is wrong.
async fn compiled(
    engine: &Engine,
    edits: &[Edit],
    own: &str,
) -> Result<Result<Arc<Served>, Vec<Finding>>, Problem> {
    match engine.try_out(edits).await {
        Ok(served) => Ok(Ok(Arc::new(served))),
        Err(ChangeError::Refused(rejected)) => {
            let all = rejected.findings();
            let is_theirs = |found: &&Finding| found.severity != "error" || found.file != own;
            let theirs: Vec<Finding> = all.iter().filter(is_theirs).cloned().collect();
            let has_error = theirs.iter().any(|found| found.severity == "error");
            Ok(Err(if has_error { theirs } else { all }))
        }
        Err(fault) => Err(Problem::refused(StatusCode::BAD_REQUEST, "PATH_INVALID", fault.to_string())),
    }
}

/// The flow that stands in for an extension of this name: its name, what it stands in for, and its text.
fn stand_in(served: &Served, name: &str, edits: &[Edit]) -> Option<(String, Extension, String)> {
    let drafts = (0..)
        .zip(edits)
        .map(|(id, edit)| Source::new(id, edit.path.as_str(), edit.text.as_deref().unwrap_or_default()));
    let drafts: Vec<Source> = drafts.collect();
    let (drafted, _) = parse(&drafts);
    let is_flow =
        |parsed: &Parsed| matches!(&parsed.document, Document::Flow(flow) if flow.header.name.value == name);
    if drafted.iter().any(is_flow) {
        return None;
    }
    let (parsed, extension) = match find(drafted, name) {
        Some(found) => found,
        None => find(parse(&served.sources).0, name)?,
    };
    let point = extension.point.value.clone();
    let place = extension.places.first().and_then(identity);
    // Nothing that serves has the name, whatever it is.
    let taken = |flow: &String| served.entry(flow).is_some();
    let mut flow = format!("{name}-draft");
    while taken(&flow) {
        flow.push('x');
    }
    let input = served.point(&point).ok().and_then(|point| Some(point.input.as_ref()?.schema().clone()));
    let use_case = place.as_ref().map(|place| place.use_case.as_str().to_owned());
    let Value::Object(all) = parsed.to_json() else { return None };
    let text = as_flow(&flow, use_case, input, all).to_string();
    Some((flow, Extension { point, place }, text))
}

type Found = (crate::flow::tree::Tree, crate::flow::document::ExtensionDocument);

fn find(parsed: Vec<Parsed>, name: &str) -> Option<Found> {
    parsed.into_iter().find_map(|Parsed { document, tree }| match document {
        Document::Extension(extension) if extension.header.name.value == name => Some((tree, *extension)),
        _ => None,
    })
}

fn identity(place: &For) -> Option<Identity> {
    let text =
        |part: &Option<crate::flow::tree::Spanned<String>>| part.as_ref().map(|part| part.value.clone());
    let (use_case, biz_id, scenario) = (text(&place.use_case)?, text(&place.biz_id), text(&place.scenario));
    Identity::new(&use_case, biz_id.as_deref(), scenario.as_deref()).ok()
}

/// JSON is YAML: the flow is written as JSON.
fn as_flow(name: &str, use_case: Option<String>, input: Option<Value>, all: Map<String, Value>) -> Value {
    let mut body: Map<String, Value> =
        all.into_iter().filter(|(key, _)| !AROUND.contains(&key.as_str())).collect();
    let mut flow =
        json!({"apiVersion": "bactrian/v1", "kind": "Flow", "metadata": {"name": name, "version": 1}});
    if let Some(use_case) = use_case {
        flow["useCase"] = json!(use_case);
    }
    if let Some(input) = input {
        flow["input"] = input;
    }
    if body.contains_key("nodes") {
        // An extension answers a value and never an envelope.
        if let Some(output) = body.remove("output") {
            flow["output"] = json!({"value": output});
        }
    } else {
        body = [("nodes".to_owned(), json!({"answer": body}))].into_iter().collect();
    }
    for (key, value) in body {
        flow[key] = value;
    }
    flow
}

impl Drafted {
    /// The cases of the flow, and what is wrong with texts added to what serves.
    pub(super) fn cases(&self, more: &[Source]) -> Result<(Vec<Case>, Vec<Finding>), Problem> {
        let sources: Vec<Source> = self.served.sources.iter().chain(more).cloned().collect();
        let (parsed, found) = parse(&sources);
        let added = |source| more.iter().any(|more| more.id == source);
        let wrong = found
            .iter()
            .filter(|found| found.severity == Severity::Error && added(found.span.source))
            .map(|found| Finding::new(found, &sources))
            .collect();
        let cases = parsed.into_iter().find_map(|parsed| match parsed.document {
            Document::Flow(document) if document.header.name.value == self.flow => Some(document.cases),
            _ => None,
        });
        Ok((cases.ok_or_else(|| missing(&self.flow))?, wrong))
    }

    /// Where an extension's output does not fit its point.
    pub(super) fn misfits(&self, output: &Shared) -> Vec<Difference> {
        let point = self.extension.as_ref().and_then(|extension| self.served.point(&extension.point).ok());
        let refused = point.and_then(|point| point.output.as_ref()?.accept(output).err());
        let told = |fault: crate::flow::schema::Mismatch| Difference {
            path: format!("output{}", fault.pointer.replace('/', ".")),
            expected: Some(Value::from(fault.message)),
            actual: output.pointer(&fault.pointer).cloned(),
        };
        refused.unwrap_or_default().into_iter().map(told).collect()
    }
}
