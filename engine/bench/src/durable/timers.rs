//! How late runs wake from a sleep that ends at a given instant: thousands of them, spread over a while. Measured
//! where the node behind the sleep is called, by the clock that the instant was meant for.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use engine::clock::SystemClock;
use sdk::{Clock as _, prelude::*};
use tokio::{net::TcpStream, runtime::Runtime};

use super::{Settings, crowd};
use crate::{
    loader::{self, exchange},
    table::Table,
    watch::{now, pause},
};

/// The flows of this measurement.
pub(super) const FLOWS: &str = "apiVersion: bactrian/v1
kind: Flow
metadata: {name: bench.timer, version: 1, title: A sleep until an instant}
durable: true
timeout: 24h
order: [reserve, nap, woke]
nodes:
  reserve: {use: bench.write, with: {id: '${input.at}'}}
  nap: {wait: {until: '${input.at}'}}
  woke: {use: bench.woke, with: {at: '${input.at}'}}
---
apiVersion: bactrian/v1
kind: Flow
metadata: {name: bench.lateness, version: 1, title: How late they woke}
nodes:
  told: {use: bench.lateness, with: {}}
";

/// Until the first one is due: all have been started and become rows by then.
const LEAD: Duration = Duration::from_secs(15);
/// Over so long they are spread.
const SPREAD: Duration = Duration::from_secs(20);

static LATE_MS: Mutex<Vec<i64>> = Mutex::new(Vec::new());

/// Notes how late it is.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Woke {
    /// When it was to be called, in milliseconds since 1970.
    at: i64,
}

#[async_trait]
impl Component for Woke {
    const NAME: &'static str = "bench.woke";
    const EFFECT: Effect = Effect::Read;

    async fn run(&self, cx: &Context, input: Shared) -> Outcome {
        LATE_MS.lock().unwrap_or_else(PoisonError::into_inner).push(cx.now() - self.at);
        Ok(input)
    }
}
sdk::component!(Woke);

/// Tells what was noted.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Lateness {}

#[async_trait]
impl Component for Lateness {
    const NAME: &'static str = "bench.lateness";
    const EFFECT: Effect = Effect::Read;

    async fn run(&self, _cx: &Context, _input: Shared) -> Outcome {
        let mut late = LATE_MS.lock().unwrap_or_else(PoisonError::into_inner).clone();
        late.sort_unstable();
        let at = |share: usize| late.get(late.len() * share / 1_000).or(late.last()).copied();
        let early = late.iter().filter(|late| **late < 0).count();
        let told = serde_json::json!({
            "woken": late.len(), "early": early, "p50": at(500), "p99": at(990), "max": late.last(),
        });
        Ok(Shared::new(told))
    }
}
sdk::component!(Lateness);

/// Measures.
///
/// # Errors
/// When a server does not start.
pub(super) fn measure(settings: &Settings, runtime: &Runtime) -> Result<(), Box<dyn std::error::Error>> {
    runtime.block_on(async {
        let dir = tempfile::tempdir_in(&settings.scratch)?;
        let server = crowd::server(dir.path(), &[])?;
        let timers = settings.timers;
        let spread = SPREAD.as_millis();
        let first = SystemClock::new().now() + i64::try_from(LEAD.as_millis())?;
        let begun = now();
        let body = move |nth: usize| {
            // Not in the order in which they are started.
            let nth = u128::try_from(nth * 7_919 % timers.max(1)).unwrap_or(0);
            let after = nth * spread / u128::try_from(timers.max(1)).unwrap_or(1);
            format!(r#"{{"at":{}}}"#, first + i64::try_from(after).unwrap_or(0))
        };
        crowd::start(server.address, "bench.timer", timers, body).await?;
        let started = begun.elapsed();
        let mut stream = TcpStream::connect(server.address).await?;
        let (call, mut answer) = (loader::request("/v1/flows/bench.lateness", "{}", ""), Vec::new());
        let told = loop {
            exchange(&mut stream, &call, &mut answer).await?;
            let text = String::from_utf8_lossy(&answer);
            let told: Value = serde_json::from_str(text.split("\r\n\r\n").nth(1).unwrap_or_default())?;
            let is_over = begun.elapsed() > LEAD + SPREAD + Duration::from_secs(30);
            if told["woken"].as_u64() >= Some(timers.try_into()?) || is_over {
                break told;
            }
            pause(Duration::from_millis(500)).await;
        };
        let mut table =
            Table::new(&["sleeping runs", "all started s", "woken", "early", "p50 ms late", "p99", "max"]);
        let figures = ["woken", "early", "p50", "p99", "max"].map(|name| told[name].to_string());
        let head = [timers.to_string(), format!("{:.1}", started.as_secs_f64())];
        table.row(head.into_iter().chain(figures).collect());
        table.print();
        Ok(())
    })
}
