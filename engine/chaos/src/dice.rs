//! A small generator, so that everything drawn can be drawn again from its seed. Not for secrets.

/// SplitMix64 (Steele, Lea, Flood 2014).
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The dice of a seed; `lane` tells apart those who draw side by side.
    #[must_use]
    pub const fn new(seed: u64, lane: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ lane.wrapping_mul(0xd134_2543_de82_ef95))
    }

    /// A number below `below`, which must not be 0.
    pub fn below(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % below
    }

    /// True in so many of a hundred.
    pub fn hits(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}
