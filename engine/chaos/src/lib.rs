//! The proof that durable runs survive: the real program is killed, loses power, and is simulated, while many callers
//! use it; a checker then reads what the callers heard, what the far side did and what the store holds, and looks for
//! broken invariants. It leaves judging performance to `bactrian-bench`, and mends nothing.
//!
//! * [`crash`]: `bactrian serve` on real files, killed at random instants, at every failpoint, or cut from power;
//! * [`simulate`]: the whole engine over the store in memory, on paused time, from a seed;
//! * [`check`]: the invariants, by number.

pub mod check;
pub mod crash;
pub mod dice;
pub mod history;
pub mod simulate;
pub mod table;
pub mod victim;
