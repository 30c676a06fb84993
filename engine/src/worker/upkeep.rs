//! What a store wants from time to time: a sign of life, and room made where runs have ended.

use std::{sync::Arc, time::Duration};

use crate::{Served, engine::Inside, state::Upkeep};

/// How often the process says that it lives.
const BEAT: Duration = Duration::from_secs(5);
/// Beats between two looks at what may be dropped.
const ROUND: u32 = 12;
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// A database that is this large, or this old, is left for a fresh one.
const MAX_BYTES: u64 = 256 << 20;
const MAX_AGE_MS: i64 = DAY_MS;
/// For how long ended runs are kept of a flow that does not say, or is not there any more.
const KEEP_MS: i64 = 30 * DAY_MS;

/// How often it beats, beats between two looks, and the size that ends a period.
fn pace() -> (Duration, u32, u64) {
    fail::fail_point!("upkeep::often", |_| (Duration::from_millis(300), 1, 0));
    (BEAT, ROUND, MAX_BYTES)
}

/// For how long a flow's ended runs are kept: what the most patient of its variants says.
fn kept_for(served: &Served, flow: &str) -> i64 {
    let plans = served.entry(flow).map(|entry| entry.plans.sorted()).unwrap_or_default();
    let stated = plans.into_iter().filter_map(|(_, plan)| plan.retention).max();
    stated.and_then(|kept| i64::try_from(kept.as_millis()).ok()).unwrap_or(KEEP_MS)
}

/// Until the engine closes.
pub(super) async fn keep_up(inside: Arc<Inside>) {
    let (beat, round, max_bytes) = pace();
    let mut beats: u32 = 0;
    loop {
        inside.world.clock.sleep(beat).await;
        let now = inside.world.clock.now();
        if let Err(error) = inside.store.heartbeat(now).await {
            tracing::warn!(%error, "saying that this process lives");
        }
        beats = beats.wrapping_add(1);
        if !beats.is_multiple_of(round) {
            continue;
        }
        inside.desk.sweep();
        let Some(sled) = &inside.sled else { continue };
        let served = inside.served.load_full();
        let keep_ms = |flow: &str| kept_for(&served, flow);
        let upkeep = Upkeep { max_bytes, max_age_ms: MAX_AGE_MS, keep_ms: &keep_ms };
        match sled.maintain(now, upkeep).await {
            Ok(true) => tracing::info!("a new period of the store began"),
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "making room in the store"),
        }
    }
}

#[cfg(test)]
mod tests {
    use sdk::Registry;

    use super::{DAY_MS, KEEP_MS, kept_for};
    use crate::{Engine, Settings};

    #[tokio::test]
    async fn runs_are_kept_as_long_as_the_most_patient_variant_says() {
        let flows = tempfile::tempdir().unwrap();
        let head = |kind, name| {
            format!("apiVersion: bactrian/v1\nkind: {kind}\nmetadata: {{name: {name}, version: 1}}\n")
        };
        let text = format!(
            "{}durable: true\nretention: 7d\nnodes:\n  a: {{fail: {{code: X}}}}\n---\n{}of: brief\nfor: {{bizId: bank}}\npatch: \
             {{set: {{retention: 3650d}}}}\n---\n{}durable: true\nretention: 1d\nnodes:\n  a: {{fail: {{code: X}}}}\n",
            head("Flow", "brief"),
            head("Variant", "brief-bank"),
            head("Flow", "briefer"),
        );
        std::fs::write(flows.path().join("all.yaml"), text).unwrap();
        let mut settings = Settings::new(Registry::default());
        settings.flows = vec![flows.path().to_owned()];
        let engine = Engine::open(settings).await.unwrap();
        let kept = |flow| kept_for(&engine.served(), flow);
        assert_eq!((kept("brief"), kept("briefer"), kept("gone")), (3650 * DAY_MS, DAY_MS, KEEP_MS));
    }
}
