//! `/v1/flows`: the flows that serve, with their texts and cases.

use std::{collections::BTreeMap, sync::Arc};

use schemars::JsonSchema;
use sdk::{BizId, Identity, Scenario, Value};
use serde::Serialize;

use super::{Answer, Ask, Page, Problem, component::spelled, ok};
use crate::{
    Served,
    catalog::FlowEntry,
    flow::{
        document::{Case, Document, Title},
        parse::parse,
        plan::{Node, Plan},
        tree::Tree,
    },
    recent::Figures,
    run,
    serve::openapi::{Operation, Tag},
};

/// A flow as lists show it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::serve) struct FlowItem {
    /// `metadata.name`.
    name: String,
    /// What people read.
    title: Option<Title>,
    /// `metadata.version`.
    version: u32,
    /// Level one of its identity.
    use_case: String,
    /// Who looks after it.
    owner: Option<String>,
    /// `metadata.labels`.
    labels: BTreeMap<String, Title>,
    /// Its label `description`.
    description: Option<Title>,
    /// Journalled, survives a crash.
    is_durable: bool,
    /// The file that states it.
    file: String,
    /// Where it begins there, from 1.
    line: u32,
    /// Its patches for businesses.
    variants: Vec<FlowVariant>,
    /// What starts it beside a call by name.
    triggers: Triggers,
    /// Its nodes, as written.
    nodes: Vec<FlowNode>,
    /// Whether it serves.
    #[schemars(extend("enum" = ["published", "draft"]))]
    state: &'static str,
    /// The Chinese title as it sounds.
    pinyin: String,
    /// The first letter of each of its sounds.
    initials: String,
    /// The hash of its plan.
    plan_hash: Option<String>,
    /// The revision it serves from.
    revision: u64,
    /// What its calls come to.
    stats: Figures,
}

/// A patch of a flow for a business.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::serve) struct FlowVariant {
    /// `metadata.name`.
    name: String,
    /// For which business.
    biz_id: Option<String>,
    /// In which circumstances.
    scenario: Option<String>,
    /// The level at which it answers.
    #[schemars(extend("enum" = [1, 2, 3]))]
    level: u8,
}

/// What starts a flow beside a call by name.
#[derive(Default, Serialize, JsonSchema)]
pub(in crate::serve) struct Triggers {
    /// Its own route.
    #[serde(skip_serializing_if = "Option::is_none")]
    http: Option<HttpTrigger>,
    /// Its schedule.
    #[serde(skip_serializing_if = "Option::is_none")]
    cron: Option<String>,
    /// The topic it consumes.
    #[serde(skip_serializing_if = "Option::is_none")]
    consume: Option<String>,
}

/// A flow's own route.
#[derive(Serialize, JsonSchema)]
pub(in crate::serve) struct HttpTrigger {
    /// The method.
    method: String,
    /// The path with `{name}` parameters.
    path: String,
}

/// A node by id.
#[derive(Serialize, JsonSchema)]
pub(in crate::serve) struct FlowNode {
    /// Its id.
    id: String,
    /// The word of its kind.
    kind: &'static str,
}

/// A flow with its text.
#[derive(Serialize, JsonSchema)]
pub(in crate::serve) struct Flow {
    /// As lists show it.
    #[serde(flatten)]
    item: FlowItem,
    /// The whole text of its file.
    text: String,
    /// The JSON Schema of its input.
    #[schemars(with = "Option<BTreeMap<String, Value>>")]
    input: Option<Value>,
    /// Its cases, inline or beside it.
    cases: Vec<FlowCase>,
}

/// A case of a flow.
#[derive(Serialize, JsonSchema)]
pub(in crate::serve) struct FlowCase {
    /// Its name.
    name: Option<String>,
    /// What it shows, for people.
    title: Option<Title>,
    /// What is expected, as written.
    #[schemars(with = "Option<BTreeMap<String, Value>>")]
    expect: Option<Value>,
    /// The input.
    input: Value,
    /// For whom.
    identity: CaseIdentity,
    /// What stands in for calls, by node.
    mocks: BTreeMap<String, Value>,
    /// Where it begins in its file, from 1.
    line: u32,
}

/// For whom a case is; null = the default.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::serve) struct CaseIdentity {
    /// The business line.
    biz_id: Option<String>,
    /// The circumstances within it.
    scenario: Option<String>,
}

pub(in crate::serve) const LIST: Operation = Operation::of::<Page<FlowItem>>(Tag::Flows, "listFlows");

pub(in crate::serve) const SHOW: Operation =
    Operation::of::<Flow>(Tag::Flows, "getFlow").refuses(&[(404, "FLOW_NOT_FOUND")]);

/// `GET /v1/flows`.
pub(in crate::serve) async fn list(ask: Ask) -> Answer {
    let served = ask.engine.served();
    ok(&Page::whole(served.flows().map(|(name, entry)| item(&ask, &served, name, entry)).collect()))
}

fn item(ask: &Ask, served: &Served, name: &str, entry: &FlowEntry) -> FlowItem {
    let document = &entry.document;
    let base = entry.base().map(|plan| &**plan);
    let title = document.title.as_ref().map_or(name, |title| &title.zh);
    let (pinyin, initials) = spelled(title);
    let node = |node: &Node| FlowNode { id: node.id.to_string(), kind: run::kind(node) };
    FlowItem {
        name: name.to_owned(),
        title: document.title.clone(),
        version: document.version,
        use_case: entry.use_case.as_str().to_owned(),
        owner: document.owner.clone(),
        labels: document.labels.clone(),
        description: document.labels.get("description").cloned(),
        is_durable: base.is_some_and(|plan| plan.is_durable),
        file: document.path.to_string(),
        line: document.line,
        variants: variants(entry),
        triggers: base.map(triggers).unwrap_or_default(),
        nodes: base.into_iter().flat_map(|plan| &plan.body.nodes).map(node).collect(),
        state: "published",
        pinyin,
        initials,
        plan_hash: base.map(|plan| plan.hash.to_string()),
        revision: served.about.number,
        stats: ask.engine.runs().statistics(&entry.document.name).figures(ask.engine.settings().clock.now()),
    }
}

fn variants(entry: &FlowEntry) -> Vec<FlowVariant> {
    let variant = |(place, plan): (&Identity, &Arc<Plan>)| {
        Some(FlowVariant {
            name: plan.variants.first()?.to_string(),
            biz_id: place.biz_id.as_ref().map(BizId::as_str).map(str::to_owned),
            scenario: place.scenario.as_ref().map(Scenario::as_str).map(str::to_owned),
            level: plan.level,
        })
    };
    entry.plans.sorted().into_iter().filter_map(variant).collect()
}

fn triggers(plan: &Plan) -> Triggers {
    Triggers {
        http: plan
            .http
            .as_ref()
            .map(|http| HttpTrigger { method: http.method.to_string(), path: http.path.to_string() }),
        cron: plan.cron.as_ref().map(|cron| cron.asked.schedule.value.clone()),
        consume: plan.consume.as_ref().map(|consume| consume.asked.topic.clone()),
    }
}

/// `GET /v1/flows/{name}`.
pub(in crate::serve) async fn show(ask: Ask) -> Answer {
    let served = ask.engine.served();
    let name = ask.param("name");
    let entry = served.entry(name).ok_or_else(|| missing(name))?;
    let source = served.sources.iter().find(|source| source.path == entry.document.path);
    let contract = entry.base().and_then(|plan| plan.input.as_ref());
    ok(&Flow {
        item: item(&ask, &served, name, entry),
        text: source.map(|source| source.text.to_string()).unwrap_or_default(),
        input: contract.map(|contract| contract.schema().clone()),
        cases: cases(&served, name),
    })
}

/// The cases of a flow as they are written, inline or beside it.
fn cases(served: &Served, name: &str) -> Vec<FlowCase> {
    let (parsed, _) = parse(&served.sources);
    let flows = parsed.iter().filter_map(|parsed| match &parsed.document {
        Document::Flow(flow) if flow.header.name.value == name => Some(flow),
        _ => None,
    });
    let case = |case: &Case| FlowCase {
        name: case.name.clone(),
        title: case.title.clone(),
        expect: case.expected.as_ref().map(Tree::to_json),
        input: case.input.to_json(),
        identity: CaseIdentity {
            biz_id: case.biz_id.as_ref().map(|text| text.value.clone()),
            scenario: case.scenario.as_ref().map(|text| text.value.clone()),
        },
        mocks: case.mocks.iter().map(|(node, value)| (node.value.clone(), value.to_json())).collect(),
        line: case.span.line,
    };
    flows.flat_map(|flow| &flow.cases).map(case).collect()
}

/// There is no such flow.
pub(super) fn missing(name: &str) -> Problem {
    let name: String = name.chars().take(128).collect();
    Problem::not_found("FLOW_NOT_FOUND", format!("there is no flow `{name}`"))
}
