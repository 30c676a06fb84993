//! The team's own program: the shipped flows, the built-in components, and this crate's three extensions.
//!
//! ```text
//! cargo run -p bactrian-sandbox -- --listen 127.0.0.1:9000 --data .run/sandbox     # the services, in another shell
//! cargo run -p bactrian-example-extension -- T3011 travel train
//! ```
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for people")]

// Linking a crate registers what is in it; one that nothing names would be left out.
use bactrian_example_extension as _;
use components as _;

use std::{collections::BTreeMap, fs, path::PathBuf, process::ExitCode};

use engine::{Engine, Invocation, Settings, secrets::Secrets};
use sdk::{Identity, Registry, Shared};
use serde_json::json;

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let order = arguments.next().unwrap_or_else(|| "T3011".to_owned());
    let (biz_id, scenario) = match (arguments.next(), arguments.next()) {
        (None, _) => (Some("travel".to_owned()), Some("train".to_owned())),
        given => given,
    };
    match cancel(&order, biz_id.as_deref(), scenario.as_deref()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// Opens the flows, says who will answer each extension point, cancels the order.
async fn cancel(order: &str, biz_id: Option<&str>, scenario: Option<&str>) -> Result<(), String> {
    let registry = Registry::collect().map_err(|fault| fault.to_string())?;
    let settings =
        Settings { flows: vec![PathBuf::from("flows")], secrets: secrets()?, ..Settings::new(registry) };
    let engine = Engine::open(settings).await.map_err(|fault| fault.to_string())?;
    let identity = Identity::new("cancel-order", biz_id, scenario).map_err(|fault| fault.to_string())?;
    let view = engine.served().explain("cancel-order", &identity).map_err(|fault| fault.message)?;
    for point in &view.points {
        let level = point.level.map_or("default".to_owned(), |level| level.to_string());
        println!("{:<24} answered at level {level}", point.point);
    }
    let input = Shared::new(json!({"orderId": order, "reason": "changed my mind"}));
    let answer = engine.invoke(Invocation { flow: "cancel-order", input, biz_id, scenario }).await;
    println!("{}", answer.map_err(|failure| format!("{}: {}", failure.code, failure.detail))?.value);
    Ok(())
}

/// The demonstration's secrets; a real program reads its own.
fn secrets() -> Result<Secrets, String> {
    let text =
        fs::read("examples/secrets.json").map_err(|fault| format!("examples/secrets.json: {fault}"))?;
    let pairs: BTreeMap<String, String> = serde_json::from_slice(&text).map_err(|fault| fault.to_string())?;
    Ok(Secrets::new(pairs))
}
