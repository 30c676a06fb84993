//! Faults on demand, per endpoint: slow, failing, down, or losing its answer after the effect. Decisions come from
//! the seed and a count per endpoint, so a run can be repeated. It only decides; `serve` carries out.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The switches of one endpoint, or of `*`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Switch {
    /// Waited before the work, in milliseconds.
    pub(crate) latency_ms: u64,
    /// Up to so many milliseconds more, evenly spread.
    pub(crate) jitter_ms: u64,
    /// Waited after the work, before the answer, in milliseconds: the caller may have given up by then.
    pub(crate) reply_delay_ms: u64,
    /// Share of calls refused before any effect, 0 to 1.
    pub(crate) error_rate: f64,
    /// What a refused call is answered; 503 unless stated.
    pub(crate) status: Option<u16>,
    /// Share of calls whose effect happens and whose answer is lost, 0 to 1.
    pub(crate) lost_response_rate: f64,
    /// Refuses everything until then (RFC 3339).
    pub(crate) down_until: Option<DateTime<Utc>>,
    /// For `callback` only: share never sent, 0 to 1.
    pub(crate) drop_rate: f64,
    /// For `callback` only: share sent twice, 0 to 1.
    pub(crate) duplicate_rate: f64,
}

/// What becomes of one call.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fate {
    pub(crate) latency: Duration,
    pub(crate) reply_delay: Duration,
    pub(crate) refused: Option<u16>,
    pub(crate) is_lost: bool,
    pub(crate) is_dropped: bool,
    pub(crate) is_doubled: bool,
}

/// All switches and the count of calls they have judged.
#[derive(Debug, Default)]
pub(crate) struct Switches {
    seed: u64,
    set: BTreeMap<(String, String), Switch>,
    judged: BTreeMap<(String, String), u64>,
}

impl Switches {
    /// No faults.
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, ..Self::default() }
    }

    /// Sets the switches of one endpoint; `*` stands for all, of a service or of everything.
    pub(crate) fn put(&mut self, service: &str, endpoint: &str, switch: Switch) {
        self.set.insert((service.to_owned(), endpoint.to_owned()), switch);
    }

    /// All that is set, by `service/endpoint`.
    pub(crate) fn all(&self) -> BTreeMap<String, &Switch> {
        self.set
            .iter()
            .map(|((service, endpoint), switch)| (format!("{service}/{endpoint}"), switch))
            .collect()
    }

    /// Judges the next call of an endpoint. The closest switch holds: the endpoint's, the service's `*`, `*`/`*`.
    pub(crate) fn judge(&mut self, service: &str, endpoint: &str, now: DateTime<Utc>) -> Fate {
        let key = |service: &str, endpoint: &str| (service.to_owned(), endpoint.to_owned());
        let count = self.judged.entry(key(service, endpoint)).or_default();
        *count += 1;
        let mut dice = Dice::new(self.seed, service, endpoint, *count);
        let switch = [key(service, endpoint), key(service, "*"), key("*", "*")]
            .iter()
            .find_map(|key| self.set.get(key))
            .cloned()
            .unwrap_or_default();
        let is_down = switch.down_until.is_some_and(|until| now < until);
        let jitter = if switch.jitter_ms == 0 { 0 } else { dice.roll() % (switch.jitter_ms + 1) };
        let is_refused = dice.hits(switch.error_rate) || is_down;
        Fate {
            latency: Duration::from_millis(switch.latency_ms + jitter),
            reply_delay: Duration::from_millis(switch.reply_delay_ms),
            refused: is_refused.then(|| switch.status.unwrap_or(503)),
            is_lost: dice.hits(switch.lost_response_rate),
            is_dropped: dice.hits(switch.drop_rate),
            is_doubled: dice.hits(switch.duplicate_rate),
        }
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014), started from the seed, the endpoint's name and the count.
struct Dice(u64);

impl Dice {
    fn new(seed: u64, service: &str, endpoint: &str, count: u64) -> Self {
        let mut state = seed;
        for byte in service.bytes().chain([b'/']).chain(endpoint.bytes()).chain(count.to_le_bytes()) {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Self(state)
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// True for `share` of all rolls. The dice is thrown either way, so that one switch does not shift another's luck.
    fn hits(&mut self, share: f64) -> bool {
        let rolled = u32::try_from(self.roll() >> 32).unwrap_or(u32::MAX);
        f64::from(rolled) < share * 4_294_967_296.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fates(seed: u64, switch: &Switch) -> Vec<Fate> {
        let mut switches = Switches::new(seed);
        switches.put("orders", "*", switch.clone());
        (0..1000).map(|_| switches.judge("orders", "close", crate::clock::now())).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_faults_and_another_seed_others() {
        let switch = Switch { error_rate: 0.3, lost_response_rate: 0.1, jitter_ms: 50, ..Switch::default() };
        assert_eq!(fates(7, &switch), fates(7, &switch));
        assert_ne!(fates(7, &switch), fates(8, &switch));
    }

    #[test]
    fn rates_hold_over_many_calls() {
        let seen = fates(1, &Switch { error_rate: 0.3, ..Switch::default() });
        let refused = seen.iter().filter(|fate| fate.refused == Some(503)).count();
        assert!((250..350).contains(&refused), "{refused} of 1000");
        assert!(seen.iter().all(|fate| !fate.is_lost));
    }

    #[test]
    fn the_closest_switch_holds() {
        let mut switches = Switches::new(1);
        switches.put("*", "*", Switch { error_rate: 1.0, ..Switch::default() });
        switches.put("orders", "close", Switch::default());
        assert_eq!(switches.judge("orders", "close", crate::clock::now()).refused, None);
        assert_eq!(switches.judge("orders", "get", crate::clock::now()).refused, Some(503));
    }
}
