//! A small world for tests of the runtime: flows from YAML, components that answer as told and keep a log,
//! a paused clock.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use sdk::{
    Class, Clock, Component, ComponentEntry, Context, Effect, Error, Evaluate, Identity, Outcome, Registry,
    Resource, Secret, Shared, Value, async_trait, serde_json::json,
};

use super::{Begun, Finished, Keep, Mocks, Snapshot, Start, begin};
use crate::{
    clock::SystemClock,
    flow::{
        diagnostic::Severity,
        document::{Document, Flow},
        load::Source,
        parse::parse,
        plan::{ExtensionPlan, Implementation, Plan, PointPlan, Workshop, plan, plan_extension, plan_point},
        policy::States,
        tree::{Shape, Tree},
        validate::CheckedFlow,
    },
    scoped::{Key, Scoped},
};

/// Gives its `with`.
struct Map(Value);

/// Answers as told: `{say, fail, take, failFirst, effect}`. Logs `ADDRESS KEY` when it starts, `ADDRESS done`
/// when it ends.
#[derive(sdk::serde::Deserialize, sdk::schemars::JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Act {
    #[serde(default)]
    say: Value,
    #[serde(default)]
    fail: Option<String>,
    #[serde(default)]
    take: Option<sdk::Duration>,
    #[serde(default)]
    fail_first: u32,
    #[serde(default)]
    #[expect(dead_code, reason = "read from the `with` as written")]
    effect: Option<String>,
}

impl<'de> sdk::serde::Deserialize<'de> for Map {
    fn deserialize<D: sdk::serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Value::deserialize(from).map(Self)
    }
}

impl sdk::schemars::JsonSchema for Map {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "map".into()
    }
    fn json_schema(_: &mut sdk::schemars::SchemaGenerator) -> sdk::schemars::Schema {
        sdk::schemars::json_schema!({})
    }
}

#[async_trait]
impl Component for Map {
    const NAME: &'static str = "map";
    const EFFECT: Effect = Effect::Pure;
    async fn run(&self, _: &Context, _: Shared) -> Outcome {
        Ok(Shared::new(self.0.clone()))
    }
}

#[async_trait]
impl Component for Act {
    const NAME: &'static str = "act";
    const EFFECT: Effect = Effect::Write;

    fn effect(with: &Value) -> Effect {
        match with["effect"].as_str() {
            Some("pure") => Effect::Pure,
            Some("read") => Effect::Read,
            _ => Effect::Write,
        }
    }

    async fn run(&self, cx: &Context, input: Shared) -> Outcome {
        let log: Arc<Log> = cx.resource("Log", "log")?.derived(|_| Ok(Log::default()))?;
        let address = &cx.call().node;
        log.0.lock().unwrap().push(format!("{address} {}", cx.idempotency_key().unwrap_or("-")));
        if let Some(take) = self.take {
            cx.sleep(take).await;
        }
        log.0.lock().unwrap().push(format!("{address} done"));
        match &self.fail {
            Some(code) if self.fail_first == 0 || cx.call().attempt <= self.fail_first => {
                Err(Error::new(Class::of_code(code), code.as_str(), "as told"))
            }
            _ if self.say.is_null() => Ok(input),
            _ => Ok(Shared::new(self.say.clone())),
        }
    }
}

#[derive(Default)]
struct Log(Mutex<Vec<String>>);

/// A revision made from YAML.
pub(super) struct World {
    plans: BTreeMap<String, Arc<Plan>>,
    points: BTreeMap<String, Arc<PointPlan>>,
    extensions: BTreeMap<String, Scoped<Vec<Arc<ExtensionPlan>>>>,
    log: Arc<Resource>,
    clock: Arc<dyn Clock>,
    launched: Mutex<Vec<Start>>,
}

/// The components of the trial.
fn registry() -> Registry {
    let registry = Registry::default().with(ComponentEntry::of::<Map>("trial")).unwrap();
    registry.with(ComponentEntry::of::<Act>("trial")).unwrap()
}

impl World {
    /// A world of these documents; anything wrong with them fails the test.
    pub(super) fn new(text: &str) -> Arc<Self> {
        let registry = registry();
        let workshop = Workshop::new(&registry, States::default());
        let mut world = Self {
            plans: BTreeMap::new(),
            points: BTreeMap::new(),
            extensions: BTreeMap::new(),
            log: Arc::new(Resource::new("Log", "log", Value::Null)),
            clock: Arc::new(SystemClock::new()),
            launched: Mutex::default(),
        };
        let texts: String = text
            .split("\n---\n")
            .map(|text| {
                let (kind, name) = text.trim_start().split_once('\n').unwrap().0.split_once(' ').unwrap();
                let rest = text.trim_start().split_once('\n').unwrap().1;
                format!("apiVersion: bactrian/v1\nkind: {kind}\nmetadata: {{name: {name}}}\n{rest}\n---\n")
            })
            .collect();
        let (parsed, mut said) = parse(&[Source::new(0, "trial.yaml", texts.trim_end_matches("---\n"))]);
        for document in parsed.into_iter().map(|parsed| parsed.document) {
            world.add(&document, &workshop, &mut said);
        }
        said.retain(|found| found.severity == Severity::Error);
        assert!(said.is_empty(), "{said:#?}");
        Arc::new(world)
    }

    fn add(
        &mut self,
        document: &Document,
        workshop: &Workshop<'_>,
        said: &mut Vec<crate::flow::diagnostic::Diagnostic>,
    ) {
        let name = document.header().name.value.clone();
        match document {
            Document::Flow(flow) => {
                let checked = CheckedFlow {
                    flow: Flow::clone(flow),
                    tree: Tree { span: flow.header.span, shape: Shape::Null },
                    place: Identity::new(&flow.use_case.value, None, None).unwrap(),
                    level: 3,
                    variants: vec![],
                    origins: BTreeMap::new(),
                    removed: vec![],
                };
                let (plan, found) = plan(&checked, workshop);
                said.extend(found);
                self.plans.extend(plan.map(|plan| (name, Arc::new(plan))));
            }
            Document::ExtensionPoint(point) => {
                let (plan, found) = plan_point(point, workshop);
                said.extend(found);
                self.points.extend(plan.map(|plan| (name, Arc::new(plan))));
            }
            Document::Extension(extension) => {
                let (plan, found) = plan_extension(extension, workshop);
                said.extend(found);
                let Some(plan) = plan.map(Arc::new) else { return };
                for place in &extension.places {
                    let text = |part: &Option<crate::flow::tree::Spanned<String>>| {
                        part.as_ref().map(|part| part.value.clone())
                    };
                    let (biz_id, scenario) = (text(&place.biz_id), text(&place.scenario));
                    let place = Identity::new(
                        &text(&place.use_case).unwrap(),
                        biz_id.as_deref(),
                        scenario.as_deref(),
                    )
                    .unwrap();
                    let all = self
                        .extensions
                        .entry(extension.point.value.clone())
                        .or_default()
                        .entry(&place, Vec::new);
                    all.push(Arc::clone(&plan));
                    all.sort_by_key(|extension| std::cmp::Reverse(extension.priority));
                }
            }
            other => panic!("no {} in a trial", other.kind()),
        }
    }

    /// Adds an extension in Rust at level 3.
    pub(super) fn with_code(
        self: Arc<Self>,
        point: &str,
        use_case: &str,
        code: Arc<dyn sdk::Implementation>,
    ) -> Arc<Self> {
        let mut world = Arc::into_inner(self).unwrap();
        let plan = ExtensionPlan {
            name: "Code".into(),
            version: 0,
            priority: 0,
            when: None,
            implementation: Implementation::Rust(code),
            hash: "".into(),
        };
        let place = Identity::new(use_case, None, None).unwrap();
        world.extensions.entry(point.to_owned()).or_default().entry(&place, Vec::new).push(Arc::new(plan));
        Arc::new(world)
    }

    /// A start of `flow` for the default identity.
    pub(super) fn start(self: &Arc<Self>, flow: &str, input: Value) -> Start {
        self.start_for(flow, None, None, input)
    }

    /// A start of `flow`.
    pub(super) fn start_for(
        self: &Arc<Self>,
        flow: &str,
        biz_id: Option<&str>,
        scenario: Option<&str>,
        input: Value,
    ) -> Start {
        let identity = Arc::new(Identity::new(flow, biz_id, scenario).unwrap());
        let snapshot: Arc<dyn Snapshot> = Arc::clone(self) as Arc<dyn Snapshot>;
        let start =
            Start::new("r1".into(), Arc::clone(&self.plans[flow]), identity, Shared::new(input), snapshot);
        Start { keep: Keep::Values(1024), ..start }
    }

    pub(super) fn begin(self: &Arc<Self>, flow: &str, input: Value) -> Begun {
        begin(self.start(flow, input)).unwrap()
    }

    /// Runs a flow to its end.
    pub(super) async fn run(self: &Arc<Self>, flow: &str, input: Value) -> Finished {
        self.begin(flow, input).future.await
    }

    /// Runs a flow with mocks.
    pub(super) async fn run_mocked(
        self: &Arc<Self>,
        flow: &str,
        input: Value,
        mocks: &[(&str, Value)],
    ) -> Finished {
        let mocks = Mocks::new(mocks.iter().map(|(path, value)| ((*path).to_owned(), value.clone())));
        begin(Start { mocks: Some(Arc::new(mocks)), ..self.start(flow, input) }).unwrap().future.await
    }

    /// What the components logged.
    pub(super) fn log(&self) -> Vec<String> {
        let log: Arc<Log> = self.log.derived(|_| Ok(Log::default())).unwrap();
        let log = log.0.lock().unwrap();
        log.clone()
    }

    pub(super) fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    pub(super) fn launched(&self) -> usize {
        self.launched.lock().unwrap().len()
    }
}

impl Snapshot for World {
    fn flow(&self, name: &str, _: Option<u32>, _: &Identity) -> Result<Arc<Plan>, Error> {
        self.plans.get(name).cloned().ok_or_else(|| Error::new(Class::NotFound, "FLOW_NOT_FOUND", name))
    }

    fn point(&self, name: &str) -> Result<Arc<PointPlan>, Error> {
        self.points.get(name).cloned().ok_or_else(|| Error::internal(name))
    }

    fn extensions(&self, point: &str, identity: &Identity, level: u8) -> &[Arc<ExtensionPlan>] {
        let found =
            self.extensions.get(point).zip(Key::at(identity, level)).and_then(|(all, key)| all.at(&key));
        found.map(Vec::as_slice).unwrap_or_default()
    }

    fn config(&self, identity: &Identity) -> Shared {
        Shared::new(json!({"biz": identity.biz_id}))
    }

    fn resource(&self, kind: &str, name: &str) -> Result<Arc<Resource>, Error> {
        match kind {
            "Log" => Ok(Arc::clone(&self.log)),
            _ => Err(Error::internal(format!("no {kind} `{name}`"))),
        }
    }

    fn secret(&self, reference: &str) -> Result<Secret, Error> {
        Err(Error::internal(reference))
    }

    fn compile(&self, text: &str, _: &[&str]) -> Result<Arc<dyn Evaluate>, Error> {
        Err(Error::internal(text))
    }

    fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    fn launch(&self, start: Start) -> Result<(), Error> {
        self.launched.lock().unwrap().push(start);
        Ok(())
    }
}

/// What a run came to, in one text: `STATUS VALUE` or `STATUS CODE HTTP`.
pub(super) fn told(finished: &Finished) -> String {
    let word = finished.report.status.word();
    match &finished.answer {
        Ok(answer) => format!("{word} {}", answer.value),
        Err(failure) => format!("{word} {} {}", failure.code, failure.status),
    }
}

/// `ADDRESS:STATUS` of each node that was reported.
pub(super) fn nodes(finished: &Finished) -> Vec<String> {
    let told = |report: &super::NodeReport| {
        let status = sdk::serde_json::to_value(report.status).unwrap();
        format!("{}:{}", report.address, status.as_str().unwrap())
    };
    finished.report.nodes.iter().map(told).collect()
}
