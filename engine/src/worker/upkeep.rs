//! What a store wants from time to time: a sign of life, and room made where runs have ended.

use std::{sync::Arc, time::Duration};

use crate::{engine::Inside, state::Upkeep};

/// How often the process says that it lives.
const BEAT: Duration = Duration::from_secs(5);
/// Beats between two looks at what may be dropped.
const ROUND: u32 = 12;
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// A database that is this large, or this old, is left for a fresh one.
const MAX_BYTES: u64 = 256 << 20;
const MAX_AGE_MS: i64 = DAY_MS;
/// For how long ended runs are kept.
const KEEP_MS: i64 = 30 * DAY_MS;

/// How often it beats, beats between two looks, and the size that ends a period.
fn pace() -> (Duration, u32, u64) {
    fail::fail_point!("upkeep::often", |_| (Duration::from_millis(300), 1, 0));
    (BEAT, ROUND, MAX_BYTES)
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
        let upkeep = Upkeep { max_bytes, max_age_ms: MAX_AGE_MS, keep_ms: &|_| KEEP_MS };
        match sled.maintain(now, upkeep).await {
            Ok(true) => tracing::info!("a new period of the store began"),
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "making room in the store"),
        }
    }
}
