//! Opening an engine from the command line: registry, secrets, and what is printed when it does not open.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use engine::{Engine, OpenError, Rejected, Settings, clock::SystemClock, secrets::Secrets};
use sdk::{Clock as _, Registry, Timestamp};

use crate::output::{Fault, Output};

/// Settings with everything that is linked.
///
/// # Errors
/// When nothing is linked, or two things of one name.
pub(crate) fn settings(flows: &[PathBuf]) -> Result<Settings, Fault> {
    if let Some(missing) = flows.iter().find(|path| !path.exists()) {
        return Err(Fault::Usage(format!("{} does not exist", missing.display())));
    }
    let registry = Registry::collect().map_err(|fault| Fault::Environment(fault.to_string()))?;
    let version = format!("{} ui={} {}", env!("CARGO_PKG_VERSION"), bactrian_ui::KIND, bactrian_ui::HASH);
    Ok(Settings { flows: flows.to_vec(), version, ..Settings::new(registry) })
}

/// Secrets from a JSON file of names and texts.
///
/// # Errors
/// When the file cannot be read; its contents are never shown.
pub(crate) fn secrets(path: Option<&Path>) -> Result<Secrets, Fault> {
    let Some(path) = path else { return Ok(Secrets::default()) };
    let text = fs::read(path).map_err(|fault| Fault::file("read", path, &fault))?;
    let pairs: BTreeMap<String, String> = serde_json::from_slice(&text).map_err(|fault| {
        let place = format!("line {}, column {}", fault.line(), fault.column());
        Fault::Usage(format!("{} is no JSON object of texts: {place}", path.display()))
    })?;
    Ok(Secrets::new(pairs))
}

/// A runtime for one command.
///
/// # Errors
/// When the system gives no threads.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Fault> {
    let built = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    built.map_err(|fault| Fault::Environment(format!("no runtime: {fault}")))
}

/// Opens an engine. `None` when the documents were refused and what is wrong has been printed.
///
/// # Errors
/// When the store cannot be opened.
pub(crate) async fn open(settings: Settings, output: &Output) -> Result<Option<Engine>, Fault> {
    match Engine::open(settings).await {
        Ok(engine) => Ok(Some(engine)),
        Err(OpenError::Refused(rejected)) => {
            refused(&rejected, output);
            Ok(None)
        }
        Err(fault) => Err(Fault::Environment(fault.to_string())),
    }
}

/// Prints why documents were refused.
pub(crate) fn refused(rejected: &Rejected, output: &Output) {
    if output.is_json() {
        output.json(&rejected.to_json());
    } else {
        output.line(rejected.to_text().trim_end());
        output.line(&format!("refused: {} errors", rejected.errors()));
    }
}

/// The time.
pub(crate) fn now() -> Timestamp {
    SystemClock::new().now()
}
