//! A small world for tests of the runtime: flows from YAML, components that answer as told and keep a log,
//! a paused clock.

use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use sdk::{
    Class, Clock, Component, ComponentEntry, Context, Effect, Error, Evaluate, ExtensionEntry, Identity,
    Outcome, Registry, Resource, Secret, Shared, Value, async_trait,
};

use super::{Begun, Finished, Keep, Snapshot, Start, begin};
use crate::{
    catalog::{self, Sources},
    clock::SystemClock,
    flow::{
        document::{Case, Document, Flow},
        load::Source,
        parse::parse,
        plan::{ExtensionPlan, Plan, PointPlan},
        policy::States,
    },
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

/// Any document's component that is not there: `write` unless it says otherwise.
macro_rules! anything {
    ($($type:ident $name:literal $effect:ident),*) => {
        $(struct $type;
        impl<'de> sdk::serde::Deserialize<'de> for $type {
            fn deserialize<D: sdk::serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                Value::deserialize(from).map(|_| Self)
            }
        }
        impl sdk::schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }
            fn json_schema(_: &mut sdk::schemars::SchemaGenerator) -> sdk::schemars::Schema {
                sdk::schemars::json_schema!({"type": "object"})
            }
        }
        #[async_trait]
        impl Component for $type {
            const NAME: &'static str = $name;
            const EFFECT: Effect = Effect::$effect;
            fn effect(with: &Value) -> Effect {
                if with["method"] == "GET" { Effect::Read } else { Effect::$effect }
            }
            async fn run(&self, _: &Context, input: Shared) -> Outcome {
                Ok(input)
            }
        })*
        fn registry() -> Registry {
            let registry = Registry::default().with(ComponentEntry::of::<Map>("trial")).unwrap();
            let mut registry = registry.with(ComponentEntry::of::<Act>("trial")).unwrap();
            $(registry = registry.with(ComponentEntry::of::<$type>("trial")).unwrap();)*
            registry
        }
    };
}

anything!(
    Http "http" Write, Log2 "log" Pure, Publish "publish" Write, Decide "decide" Pure, Download "download" Read,
    Reconcile "reconcile" Read, Template "template" Pure
);

/// A revision made from YAML.
pub(super) struct World {
    catalog: catalog::Snapshot,
    flows: Vec<Flow>,
    log: Arc<Resource>,
    clock: Arc<dyn Clock>,
    launched: Mutex<Vec<Start>>,
}

impl World {
    /// A world of these documents, written short: `Flow NAME` and what follows the header. Anything wrong
    /// with them fails the test.
    pub(super) fn new(text: &str) -> Arc<Self> {
        Self::of(&long(text), &registry())
    }

    /// A world with an extension in Rust.
    pub(super) fn with_extension(text: &str, extension: ExtensionEntry) -> Arc<Self> {
        Self::of(&long(text), &registry().with_extension(extension))
    }

    /// The flows of the language reference.
    pub(super) fn reference() -> Arc<Self> {
        Self::of(include_str!("../../testdata/flows-reference.yaml"), &registry())
    }

    fn of(text: &str, registry: &Registry) -> Arc<Self> {
        let texts = [Source::new(0, "trial.yaml", text)];
        let states = States::default();
        let sources = Sources { texts: &texts, registry, states: &states };
        let catalog = catalog::compile(sources, None).unwrap_or_else(|found| panic!("{found:#?}"));
        let flows = parse(&texts).0.into_iter().filter_map(|parsed| match parsed.document {
            Document::Flow(flow) => Some(*flow),
            _ => None,
        });
        Arc::new(Self {
            catalog,
            flows: flows.collect(),
            log: Arc::new(Resource::new("Log", "log", Value::Null)),
            clock: Arc::new(SystemClock::new()),
            launched: Mutex::default(),
        })
    }

    /// Every case of every flow.
    pub(super) fn cases(&self) -> impl Iterator<Item = (&str, &Case)> {
        self.flows
            .iter()
            .flat_map(|flow| flow.cases.iter().map(|case| (flow.header.name.value.as_str(), case)))
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
        let start = Start::new(
            "r1".into(),
            self.catalog.flow(flow, None, &identity).unwrap(),
            identity,
            Shared::new(input),
            snapshot,
        );
        Start { keep: Keep::Values(1024), ..start }
    }

    pub(super) fn begin(self: &Arc<Self>, flow: &str, input: Value) -> Begun {
        begin(self.start(flow, input)).unwrap()
    }

    /// Runs a flow to its end.
    pub(super) async fn run(self: &Arc<Self>, flow: &str, input: Value) -> Finished {
        self.begin(flow, input).future.await
    }

    /// What the components logged.
    pub(super) fn log(&self) -> Vec<String> {
        let log: Arc<Log> = self.log.derived(|_| Ok(Log::default())).unwrap();
        let log = log.0.lock().unwrap();
        log.clone()
    }

    /// Forgets what the components logged.
    pub(super) fn clear_log(&self) {
        let log: Arc<Log> = self.log.derived(|_| Ok(Log::default())).unwrap();
        log.0.lock().unwrap().clear();
    }

    pub(super) fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    pub(super) fn launched(&self) -> usize {
        self.launched.lock().unwrap().len()
    }
}

impl Snapshot for World {
    fn flow(&self, name: &str, version: Option<u32>, identity: &Identity) -> Result<Arc<Plan>, Error> {
        self.catalog.flow(name, version, identity)
    }

    fn point(&self, name: &str) -> Result<Arc<PointPlan>, Error> {
        self.catalog.point(name)
    }

    fn extensions(&self, point: &str, identity: &Identity, level: u8) -> &[Arc<ExtensionPlan>] {
        self.catalog.extensions(point, identity, level)
    }

    fn config(&self, identity: &Identity) -> Shared {
        self.catalog.config(identity)
    }

    fn resource(&self, kind: &str, name: &str) -> Result<Arc<Resource>, Error> {
        match kind {
            "Log" => Ok(Arc::clone(&self.log)),
            _ => self.catalog.resource(kind, name),
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

    fn launch(&self, start: Start) -> BoxFuture<'_, Result<(), Error>> {
        self.launched.lock().unwrap().push(start);
        Box::pin(async { Ok(()) })
    }
}

/// Documents with their headers written out.
fn long(text: &str) -> String {
    let document = |text: &str| {
        let (head, rest) = text.trim_start().split_once('\n').unwrap();
        let (kind, name) = head.split_once(' ').unwrap();
        format!("apiVersion: bactrian/v1\nkind: {kind}\nmetadata: {{name: {name}}}\n{rest}")
    };
    text.split("\n---\n").map(document).collect::<Vec<_>>().join("\n---\n")
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
