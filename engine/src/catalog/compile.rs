//! From texts to a snapshot: parse, validate, plan, and everything found wrong at once. What has not changed
//! since the snapshot before is taken over.

use std::sync::Arc;

use sdk::{Identity, Registry, Resource, UseCase, Value};

use super::{
    channel::channels,
    config::Settings,
    point::{self, Point},
    route::{Declared, Routes},
    snapshot::{DocumentView, FlowEntry, Snapshot},
};
use crate::{
    flow::{
        diagnostic::{Diagnostic, Severity, merged},
        document::{Config, For, Header},
        load::Source,
        nearest::nearest,
        parse::parse,
        plan::{Plan, SettingRead, Workshop, plan, plan_extension, plan_point, plan_rules},
        policy::States,
        spread::spread,
        validate::{Checked, CheckedFlow, validate},
    },
    scoped::Scoped,
};

/// What a snapshot is made of.
#[derive(Clone, Copy)]
pub struct Sources<'s> {
    /// The texts.
    pub texts: &'s [Source],
    /// The components and Rust extensions.
    pub registry: &'s Registry,
    /// What policies remember beyond a reload.
    pub states: &'s States,
}

/// Compiles a whole set. Unchanged plans and resources of `previous` are taken over.
///
/// # Errors
/// Everything found, warnings included, when anything is an error.
pub fn compile(sources: Sources<'_>, previous: Option<&Snapshot>) -> Result<Snapshot, Vec<Diagnostic>> {
    let (parsed, read) = parse(sources.texts);
    let (checked, found) = validate(parsed, sources.registry);
    let found = merged(read, found);
    let workshop = Workshop::new(sources.registry, sources.states.clone());
    let mut build = Build { workshop: &workshop, previous, found: Vec::new(), snapshot: Snapshot::default() };
    build.all(&checked, sources.texts);
    let Build { found: planned, mut snapshot, .. } = build;
    let found = merged(found, planned);
    if found.iter().any(|found| found.severity == Severity::Error) {
        return Err(found);
    }
    snapshot.warned = found.iter().map(|found| found.span.source).collect();
    snapshot.warnings = found;
    snapshot.channels = channels(&snapshot);
    Ok(snapshot)
}

struct Build<'b> {
    workshop: &'b Workshop<'b>,
    previous: Option<&'b Snapshot>,
    found: Vec<Diagnostic>,
    snapshot: Snapshot,
}

impl Build<'_> {
    fn all(&mut self, checked: &Checked, texts: &[Source]) {
        self.snapshot.documents = documents(checked, texts);
        let hashes: Vec<&str> = checked
            .flows
            .iter()
            .map(|flow| flow.flow.header.hash.as_str())
            .chain(self.snapshot.documents.iter().map(|document| document.hash.as_ref()))
            .collect();
        self.snapshot.hash = point::hash(&hashes);
        self.flows(checked);
        self.points(checked);
        self.settings(&checked.configs);
        self.unset();
        for rules in &checked.identities {
            let (plan, mut found) = plan_rules(rules, self.workshop);
            self.found.append(&mut found);
            self.snapshot.rules.extend(plan.map(Arc::new));
        }
        for connection in &checked.connections {
            self.resource("Connection", &connection.header, connection.settings.to_json());
        }
        for decision in &checked.decisions {
            let body = Value::Object([("table".to_owned(), decision.table.to_json())].into_iter().collect());
            self.resource("Decision", &decision.header, body);
        }
    }

    fn flows(&mut self, checked: &Checked) {
        let before = self.previous;
        let plans = spread(&checked.flows, |flow| match before.and_then(|before| unchanged(flow, before)) {
            Some(plan) => (Some(plan), Vec::new(), true),
            None => {
                let (plan, found) = plan(flow, self.workshop);
                (plan.map(Arc::new), found, false)
            }
        });
        let mut declared = Vec::new();
        let mut told = Vec::new();
        for (flow, (plan, mut found, is_reused)) in checked.flows.iter().zip(plans) {
            if flow.level == 3 {
                told.clone_from(&found);
            } else {
                // What the flow as written has told its variants need not tell again.
                found.retain(|found| !told.iter().any(|told: &Diagnostic| told.is_same(found)));
            }
            self.found.extend(found.drain(..).map(|found| checked.blame(flow, found)));
            self.snapshot.reused += usize::from(is_reused);
            let Some(plan) = plan else { continue };
            if let (3, Some(http)) = (plan.level, &flow.flow.triggers.http) {
                declared.push(Declared {
                    method: http.method.value.as_str().into(),
                    path: http.path.value.as_str().into(),
                    flow: Arc::clone(&plan.flow),
                    span: http.path.span,
                });
            }
            self.flow(flow, plan);
        }
        self.snapshot.routes = Routes::build(&declared, &mut self.found);
    }

    fn flow(&mut self, flow: &CheckedFlow, plan: Arc<Plan>) {
        let documents = &self.snapshot.documents;
        let key = ("Flow", &*plan.flow);
        let Ok(at) = documents.binary_search_by(|document| (document.kind, &*document.name).cmp(&key)) else {
            return;
        };
        let document = documents[at].clone();
        self.snapshot.by_hash.insert(Arc::clone(&plan.hash), Arc::clone(&plan));
        let use_case = plan.use_case.clone();
        let entry = self.snapshot.flows.entry(Arc::clone(&plan.flow)).or_insert_with(|| FlowEntry {
            document,
            use_case,
            plans: Scoped::default(),
        });
        // Validation has refused two variants at one place.
        let _first_stays = entry.plans.insert(flow.place.clone(), plan);
    }

    fn points(&mut self, checked: &Checked) {
        for document in &checked.points {
            let (plan, mut found) = plan_point(document, self.workshop);
            self.found.append(&mut found);
            if let Some(plan) = plan {
                self.snapshot.points.insert(Arc::clone(&plan.name), Point::new(Arc::new(plan)));
            }
        }
        for document in &checked.extensions {
            let name = document.header.name.value.as_str();
            let known = self.previous.filter(|before| !before.warned.contains(&document.header.span.source));
            let known = known.and_then(|before| before.extensions.get(name));
            let plan = match known.filter(|known| *known.hash == *document.header.hash) {
                Some(known) => Some(Arc::clone(known)),
                None => {
                    let (plan, mut found) = plan_extension(document, self.workshop);
                    self.found.append(&mut found);
                    plan.map(Arc::new)
                }
            };
            let Some(plan) = plan else { continue };
            self.snapshot.extensions.insert(Arc::clone(&plan.name), Arc::clone(&plan));
            let Some(point) = self.snapshot.points.get_mut(document.point.value.as_str()) else { continue };
            for place in document.places.iter().filter_map(place) {
                point.add(&place, Arc::clone(&plan));
            }
        }
        point::add_rust(&mut self.snapshot.points, self.workshop.registry, &mut self.found);
    }

    fn settings(&mut self, configs: &[Config]) {
        let mut settings = Settings::default();
        for config in configs {
            let name: Arc<str> = config.header.name.value.as_str().into();
            let Some(place) = place(&config.place) else { continue };
            for (key, value) in &config.values {
                // Validation has told of a second value for one place; the first stays.
                settings.state(&place, &key.value, value.to_json(), &name);
            }
        }
        self.snapshot.settings = settings.settle();
    }

    /// Settings that a flow reads without a guard and that not every business has.
    fn unset(&mut self) {
        let Snapshot { flows, settings, .. } = &self.snapshot;
        for entry in flows.values() {
            let base = Identity::of(entry.use_case.clone());
            let always: Vec<String> = settings.explain(&base).into_iter().map(|view| view.key).collect();
            for (_, plan) in entry.plans.sorted() {
                let reads = plan.settings.iter().filter(|read| !always.iter().any(|key| **key == *read.key));
                self.found.extend(reads.map(|read| unset(read, &entry.use_case, settings)));
            }
        }
    }

    fn resource(&mut self, kind: &str, header: &Header, body: Value) {
        let key = (kind.to_owned(), header.name.value.clone());
        let known = self.previous.and_then(|before| before.resources.get(&key));
        let resource = match known.filter(|known| known.body == body) {
            Some(known) => Arc::clone(known),
            None => Arc::new(Resource::new(kind, header.name.value.as_str(), body)),
        };
        self.snapshot.resources.insert(key, resource);
    }
}

fn unset(read: &SettingRead, use_case: &UseCase, settings: &Settings) -> Diagnostic {
    let SettingRead { key, span, path } = read;
    let is_known = settings.keys(use_case).any(|known| *known == **key);
    let message = if is_known {
        format!("`config.{key}` is read, but only some businesses set it")
    } else {
        format!("`config.{key}` is read, but nobody sets it for `{use_case}`")
    };
    let help = match nearest(key, settings.keys(use_case)).filter(|_| !is_known) {
        Some(meant) => format!("did you mean `config.{meant}`?"),
        None => {
            format!("set it in a Config for {{useCase: {use_case}}}, or write `orDefault(config.{key}, …)`")
        }
    };
    Diagnostic::warning("SETTING_UNSET", *span, message, help).at(&**path)
}

/// The plan of the snapshot before, when nothing of it has changed, places of warnings included.
fn unchanged(flow: &CheckedFlow, before: &Snapshot) -> Option<Arc<Plan>> {
    let plan = before.flows.get(flow.flow.header.name.value.as_str())?.plans.at(&flow.place)?;
    let is_same = *plan.hash == *flow.flow.header.hash
        && plan.variants == flow.variants
        && plan
            .origins
            .iter()
            .zip(&plan.body.nodes)
            .all(|(at, node)| flow.origins.get(&*node.id) == at.as_ref());
    let is_warned = before.warned.contains(&flow.tree.span.source);
    (is_same && !is_warned).then(|| Arc::clone(plan))
}

/// The identity a document is bound to; `None` when it is malformed, which validation has told.
fn place(place: &For) -> Option<Identity> {
    let text =
        |part: &Option<crate::flow::tree::Spanned<String>>| part.as_ref().map(|part| part.value.clone());
    Identity::new(&text(&place.use_case)?, text(&place.biz_id).as_deref(), text(&place.scenario).as_deref())
        .ok()
}

fn documents(checked: &Checked, texts: &[Source]) -> Vec<DocumentView> {
    let view = |kind: &'static str, header: &Header| DocumentView {
        kind,
        name: header.name.value.as_str().into(),
        version: header.version,
        title: header.title.clone(),
        owner: header.owner.clone(),
        labels: header.labels.iter().cloned().collect(),
        hash: header.hash.as_str().into(),
        path: texts
            .get(usize::try_from(header.span.source.0).unwrap_or(usize::MAX))
            .filter(|text| text.id == header.span.source)
            .or_else(|| texts.iter().find(|text| text.id == header.span.source))
            .map_or_else(|| Arc::from(""), |text| Arc::clone(&text.path)),
        line: header.span.line,
    };
    let mut all: Vec<DocumentView> = checked
        .flows
        .iter()
        .filter(|flow| flow.level == 3)
        .map(|flow| view("Flow", &flow.flow.header))
        .chain(checked.variants.iter().map(|variant| view("Variant", variant)))
        .chain(checked.points.iter().map(|point| view("ExtensionPoint", &point.header)))
        .chain(checked.extensions.iter().map(|extension| view("Extension", &extension.header)))
        .chain(checked.configs.iter().map(|config| view("Config", &config.header)))
        .chain(checked.identities.iter().map(|rules| view("Identity", &rules.header)))
        .chain(checked.connections.iter().map(|connection| view("Connection", &connection.header)))
        .chain(checked.decisions.iter().map(|decision| view("Decision", &decision.header)))
        .collect();
    all.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
    all
}
