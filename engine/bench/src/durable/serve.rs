//! The server under load: the whole engine on sled, with flows whose writes happen in its own memory.

use std::{
    future::pending,
    path::PathBuf,
    sync::atomic::{AtomicBool, Ordering},
};

use engine::{Engine, Settings, serve::Server};
use sdk::{Registry, prelude::*};

use super::timers;

/// Flows of three write steps, of a step that may never answer, and of a wait.
const FLOWS: &str = "apiVersion: bactrian/v1
kind: Flow
metadata: {name: bench.steps, version: 1, title: Three writes}
durable: true
order: [reserve, charge, ship]
nodes:
  reserve: {use: bench.write, with: {id: '${input.id}'}}
  charge: {use: bench.write, with: {id: '${nodes.reserve.id}'}}
  ship: {use: bench.write, with: {id: '${nodes.charge.id}'}}
---
apiVersion: bactrian/v1
kind: Flow
metadata: {name: bench.held, version: 1, title: A write that is on its way}
durable: true
order: [reserve, hold]
nodes:
  reserve: {use: bench.write, with: {id: '${input.id}'}}
  hold: {use: bench.hold, with: {}}
---
apiVersion: bactrian/v1
kind: Flow
metadata: {name: bench.waiting, version: 1, title: A wait for a callback}
durable: true
timeout: 24h
order: [reserve, paid]
nodes:
  reserve: {use: bench.write, with: {id: '${input.id}'}}
  paid: {wait: {callback: {channel: bench, key: '${input.id}'}}}
";

/// Writes nothing anywhere, and is treated as if it did.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Write {
    /// What it is about.
    id: Value,
}

#[async_trait]
impl Component for Write {
    const NAME: &'static str = "bench.write";
    const EFFECT: Effect = Effect::Write;

    async fn run(&self, _cx: &Context, _input: Shared) -> Outcome {
        Ok(Shared::new(Value::Object([("id".to_owned(), self.id.clone())].into_iter().collect())))
    }
}
sdk::component!(Write);

static HOLDS: AtomicBool = AtomicBool::new(false);

/// A write that is on its way for ever, or done at once.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Hold {}

#[async_trait]
impl Component for Hold {
    const NAME: &'static str = "bench.hold";
    const EFFECT: Effect = Effect::Write;

    async fn run(&self, _cx: &Context, input: Shared) -> Outcome {
        if HOLDS.load(Ordering::Relaxed) {
            pending::<()>().await;
        }
        Ok(input)
    }
}
sdk::component!(Hold);

/// Serves until killed, after printing its address.
///
/// # Errors
/// When the port or the store cannot be opened.
#[expect(clippy::print_stdout, reason = "the parent reads the address from the first line")]
pub(crate) fn serve(data: PathBuf, holds: bool) -> Result<(), Box<dyn std::error::Error>> {
    HOLDS.store(holds, Ordering::Relaxed);
    let flows = data.with_extension("yaml");
    std::fs::write(&flows, format!("{FLOWS}---\n{}", timers::FLOWS))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut settings = Settings::new(Registry::collect()?);
        settings.flows = vec![flows];
        settings.data = Some(data);
        settings.limits.tasks = 1_000_000;
        let engine = Engine::open(settings).await?;
        engine.work();
        let server = Server::bind(engine, "127.0.0.1:0".parse()?).await?;
        println!("{}", server.address());
        server.run(pending()).await;
        Ok(())
    })
}
