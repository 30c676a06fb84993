//! One number of flows, in a process of its own.

use std::time::Duration;

use engine::{
    catalog::{Snapshot, Sources, compile},
    flow::{load::Source, policy::States},
};
use sdk::Registry;

use super::texts::{changed, texts};
use crate::{loader::count as number, process::resident_kib};

use crate::watch::now;

/// How often each is done; the fastest counts, since everything else only adds.
const ROUNDS: usize = 3;

/// Loads and plans `count` flows and prints a row of figures for the parent.
///
/// # Errors
/// When the flows do not compile.
pub(crate) fn round(count: usize) -> Result<(), Box<dyn std::error::Error>> {
    let registry = Registry::collect()?;
    let states = States::default();
    let run = |texts: &[Source], before: Option<&Snapshot>| {
        compile(Sources { texts, registry: &registry, states: &states }, before)
            .map_err(|found| format!("{} findings, the first: {:?}", found.len(), found.first()))
    };
    let texts = texts(count);
    let before_kib = resident_kib(std::process::id())?;
    let snapshot = run(&texts, None)?;
    let kib = resident_kib(std::process::id())?.saturating_sub(before_kib);
    let whole = fastest(|| run(&texts, None))?;
    let yaml = fastest(|| texts.iter().map(|text| parse(&text.text)).collect::<Result<Vec<_>, _>>())?;
    let texts = changed(texts, count);
    let reload = fastest(|| {
        let after = run(&texts, Some(&snapshot))?;
        let reused = after.reused();
        if reused + 1 < count { Err(format!("only {reused} plans were taken over")) } else { Ok(after) }
    })?;
    print(&[
        count.to_string(),
        format!("{:.0}", ms(yaml)),
        format!("{:.0}", ms(whole)),
        format!("{:.2}", ms(whole) / ms(yaml)),
        format!("{:.0}", ms(reload)),
        format!("{:.0}", number(kib) / 1024.0),
        format!("{:.1}", number(kib) / number(count as u64)),
    ]);
    Ok(())
}

/// The reference: the same texts, to values and no further.
fn parse(text: &str) -> Result<serde_yaml::Value, String> {
    serde_yaml::from_str(text).map_err(|fault| fault.to_string())
}

/// What was made is given back after the clock has stopped: a server keeps it.
fn fastest<T>(mut work: impl FnMut() -> Result<T, String>) -> Result<Duration, String> {
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS {
        let begun = now();
        let made = work()?;
        best = best.min(begun.elapsed());
        drop(made);
    }
    Ok(best)
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[expect(clippy::print_stdout, reason = "the parent reads the figures from here")]
fn print(cells: &[String]) {
    println!("{}", cells.join(" "));
}
