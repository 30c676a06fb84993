//! Ids of runs: UUIDs of version 7, so that later runs have greater ones.

use std::sync::atomic::{AtomicU64, Ordering};

use ring::rand::{SecureRandom as _, SystemRandom};
use sdk::Timestamp;

use crate::state::RunId;

/// Makes ids. They need not be secret, only different: a random start, then a count, mixed.
pub(crate) struct Ids {
    seed: u64,
    count: AtomicU64,
}

impl Ids {
    pub(crate) fn new() -> Self {
        let mut seed = [0; 16];
        // Without a source of randomness ids still differ within the process.
        SystemRandom::new().fill(&mut seed).unwrap_or_default();
        let (a, b) = seed.split_at(8);
        let read = |half: &[u8]| u64::from_le_bytes(half.try_into().unwrap_or_default());
        Self { seed: read(a), count: AtomicU64::new(read(b) >> 32) }
    }

    /// The same ids again for the same seed.
    pub(crate) const fn seeded(seed: u64) -> Self {
        Self { seed, count: AtomicU64::new(0) }
    }

    pub(crate) fn next(&self, now: Timestamp) -> RunId {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let mixed = mix(self.seed ^ count).to_le_bytes();
        let mut random = [0; 10];
        // The count leads, so that ids made within one millisecond sort as they were made.
        let [.., c, d] = count.to_be_bytes();
        random[..2].copy_from_slice(&[c, d]);
        random[2..].copy_from_slice(&mixed);
        RunId::new(now, random)
    }
}

impl Ids {
    /// An even number between 0 and 1, for jitter.
    pub(crate) fn random(&self) -> f64 {
        let drawn = mix(self.seed.rotate_left(32) ^ self.count.fetch_add(1, Ordering::Relaxed));
        f64::from(u32::try_from(drawn >> 32).unwrap_or(0)) / f64::from(u32::MAX)
    }
}

/// SplitMix64's finalizer.
const fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Ids;

    #[test]
    fn ids_differ() {
        let ids = Ids::new();
        let made: BTreeSet<String> = (0..10_000).map(|n| ids.next(n / 1_000).to_string()).collect();
        assert_eq!(made.len(), 10_000);
    }
}
