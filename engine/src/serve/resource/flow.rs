//! `/v1/flows`: the flows that serve, their texts, and each as an identity sees it.

use sdk::{Identity, Value};
use serde_json::json;

use super::{Answer, Ask, Problem, component::spelled, identity, ok};
use crate::{
    Served,
    catalog::FlowEntry,
    flow::{
        document::Document,
        parse::parse,
        plan::{Kind, Node, Plan},
        variant::{Change, Origin},
    },
    run,
    scoped::level_of,
};

/// `GET /v1/flows`.
pub(in crate::serve) async fn list(ask: Ask) -> Answer {
    let served = ask.engine.served();
    let items: Vec<Value> = served.flows().map(|(name, entry)| item(&ask, &served, name, entry)).collect();
    ok(&json!({"items": items, "next": null}))
}

fn item(ask: &Ask, served: &Served, name: &str, entry: &FlowEntry) -> Value {
    let document = &entry.document;
    let base = entry.base();
    let variants: Vec<Value> = entry
        .plans
        .sorted()
        .into_iter()
        .filter(|(_, plan)| !plan.variants.is_empty())
        .map(|(place, plan)| {
            json!({"name": plan.variants.first(), "bizId": place.biz_id, "scenario": place.scenario, "level": plan.level})
        })
        .collect();
    let nodes: Vec<Value> = base
        .iter()
        .flat_map(|plan| &plan.body.nodes)
        .map(|node| json!({"id": node.id, "kind": run::kind(node)}))
        .collect();
    let title = document.title.as_ref().map_or(name, |title| &title.zh);
    let (pinyin, initials) = spelled(title);
    json!({
        "name": name, "title": document.title, "version": document.version, "useCase": entry.use_case,
        "owner": document.owner, "labels": document.labels, "description": document.labels.get("description"),
        "isDurable": base.is_some_and(|plan| plan.is_durable), "file": document.path, "line": document.line,
        "variants": variants, "triggers": triggers(base.map(|plan| &**plan)), "nodes": nodes,
        "state": "published", "pinyin": pinyin, "initials": initials,
        "planHash": base.map(|plan| &plan.hash), "revision": served.about.number,
        "stats": ask.engine.runs().statistics(&entry.document.name).to_json(ask.engine.settings().clock.now()),
    })
}

fn triggers(plan: Option<&Plan>) -> Value {
    let Some(plan) = plan else { return json!({}) };
    json!({
        "http": plan.http.as_ref().map(|http| json!({"method": http.method, "path": http.path})),
        "cron": plan.cron.as_ref().map(|cron| &cron.asked.schedule.value),
        "consume": plan.consume.as_ref().map(|consume| &consume.asked.topic),
    })
}

/// `GET /v1/flows/{name}`.
pub(in crate::serve) async fn show(ask: Ask) -> Answer {
    let served = ask.engine.served();
    let name = ask.param("name");
    let entry = served.entry(name).ok_or_else(|| missing(name))?;
    let mut shown = item(&ask, &served, name, entry);
    let source = served.sources.iter().find(|source| source.path == entry.document.path);
    shown["text"] = json!(source.map(|source| &*source.text));
    shown["input"] =
        json!(entry.base().and_then(|plan| plan.input.as_ref()).map(|contract| contract.schema()));
    shown["cases"] = json!(cases(&served, name));
    ok(&shown)
}

/// The cases of a flow as they are written, inline or beside it.
fn cases(served: &Served, name: &str) -> Vec<Value> {
    let (parsed, _) = parse(&served.sources);
    let flows = parsed.iter().filter_map(|parsed| match &parsed.document {
        Document::Flow(flow) if flow.header.name.value == name => Some(flow),
        _ => None,
    });
    flows
        .flat_map(|flow| &flow.cases)
        .map(|case| {
            let mocks: serde_json::Map<String, Value> =
                case.mocks.iter().map(|(node, value)| (node.value.clone(), value.to_json())).collect();
            json!({
                "name": case.name, "title": case.title, "expect": case.expected.as_ref().map(crate::flow::tree::Tree::to_json), "input": case.input.to_json(), "mocks": mocks,
                "identity": {"bizId": case.biz_id.as_ref().map(|text| &text.value),
                             "scenario": case.scenario.as_ref().map(|text| &text.value)},
                "line": case.span.line,
            })
        })
        .collect()
}

/// `GET /v1/flows/{name}/effective?bizId&scenario`.
pub(in crate::serve) async fn effective(ask: Ask) -> Answer {
    let served = ask.engine.served();
    let name = ask.param("name");
    let entry = served.entry(name).ok_or_else(|| missing(name))?;
    let who = identity(&ask, Some(entry.use_case.as_str()))?;
    let hit = entry.plans.get(&who).ok_or_else(|| missing(name))?;
    let plan = hit.value;
    let nodes: Vec<Value> = plan
        .body
        .nodes
        .iter()
        .zip(&plan.origins)
        .map(|(node, origin)| effective_node(&served, plan, node, origin.as_ref(), &who))
        .collect();
    let removed: Vec<Value> = entry
        .base()
        .iter()
        .flat_map(|base| &base.body.nodes)
        .filter(|node| !plan.body.nodes.iter().any(|kept| kept.id == node.id))
        .map(|node| json!({"id": node.id, "kind": run::kind(node), "by": plan.variants.first()}))
        .collect();
    ok(&json!({"level": plan.level, "planHash": plan.hash, "variants": plan.variants, "identity": who,
               "ownLevel": level_of(&who), "nodes": nodes, "removed": removed}))
}

fn effective_node(
    served: &Served,
    plan: &Plan,
    node: &Node,
    origin: Option<&Origin>,
    who: &Identity,
) -> Value {
    let change = origin.and_then(|origin| match (origin.change, origin.touched.is_empty()) {
        (Change::Added, _) => Some("added"),
        (Change::Replaced, _) => Some("replaced"),
        (Change::None, false) => Some("changed"),
        (Change::None, true) => None,
    });
    let needs: Vec<Value> = node
        .needs
        .iter()
        .map(|edge| {
            let from = &plan.body.nodes[usize::from(edge.from)];
            let kind = match (edge.is_order_only, &from.kind) {
                (true, _) => "data",
                (false, Kind::Switch(_)) => "switch",
                (false, _) => "need",
            };
            json!({"from": from.id, "kind": kind})
        })
        .collect();
    let extension = match &node.kind {
        Kind::Extension { point, .. } => served.resolve(point, who).ok().map(|view| {
            let hit = view.tried.iter().find(|tried| !tried.candidates.is_empty());
            let level = match (hit, &view.default) {
                (Some(hit), _) => json!(hit.level),
                (None, Some(_)) => json!("default"),
                (None, None) => Value::Null,
            };
            let name =
                hit.and_then(|hit| hit.candidates.first()).or(view.default.as_ref()).map(|found| &found.name);
            json!({"name": name, "level": level})
        }),
        _ => None,
    };
    json!({
        "id": node.id, "title": node.title, "kind": run::kind(node), "use": run::used(node), "change": change, "needs": needs,
        "origin": origin.and_then(|origin| origin.variant.as_deref()).unwrap_or("base"),
        "touched": origin.map(|origin| &origin.touched), "extension": extension,
        "isOptional": node.when.is_some(), "isUndoable": node.compensate.is_some(),
    })
}

fn missing(name: &str) -> Problem {
    Problem::not_found("FLOW_NOT_FOUND", format!("there is no flow `{name}`"))
}
