//! Which runs are traced: all while the rate is low, above it an even share. Knows no runs.

use std::sync::atomic::{AtomicU64, Ordering};

const SECOND: u64 = 1_000_000_000;

/// Lets so many through per second, evenly, with one second's worth at once after a pause.
#[derive(Debug)]
pub struct Sampler {
    /// Nanoseconds between two that are let through.
    step: u64,
    /// The theoretical time of arrival of the next one (GCRA, ITU-T I.371).
    next: AtomicU64,
}

impl Sampler {
    /// A sampler that lets `per_second` through; 0 lets none.
    #[must_use]
    pub fn new(per_second: u32) -> Self {
        let step = SECOND.checked_div(u64::from(per_second)).unwrap_or(u64::MAX);
        Self { step, next: AtomicU64::new(0) }
    }

    /// Whether what happens at `now` (nanoseconds that never go back) is let through.
    pub fn takes(&self, now: u64) -> bool {
        let next = self.next.load(Ordering::Relaxed);
        if self.step == u64::MAX || next > now.saturating_add(SECOND) {
            return false;
        }
        let after = next.max(now).saturating_add(self.step);
        // Two at the same moment: the loser is not let through, which a sample can bear.
        self.next.compare_exchange(next, after, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::{SECOND, Sampler};

    #[test]
    fn all_pass_while_the_rate_is_low_and_an_even_share_above_it() {
        let sampler = Sampler::new(100);
        let low = (0..1_000_u64).filter(|n| sampler.takes(10 * SECOND + n * SECOND / 50)).count();
        assert_eq!(low, 1_000);
        let sampler = Sampler::new(100);
        let high = (0..40_000_u64).filter(|n| sampler.takes(10 * SECOND + n * SECOND / 10_000)).count();
        assert!((480..=520).contains(&high), "{high} of four seconds, the first of them doubled");
        assert!(!Sampler::new(0).takes(SECOND));
    }
}
