//! The summary for people: one row per kind of proof.

/// One row.
#[derive(Clone, Debug)]
pub struct Row {
    /// What was done.
    pub what: String,
    /// How often.
    pub rounds: u64,
    /// Sagas or seeds that were driven.
    pub sagas: u64,
    /// What was found, one text each.
    pub violations: Vec<String>,
    /// From what it was drawn.
    pub seed: u64,
    /// How long it took.
    pub seconds: f64,
    /// What else is worth knowing.
    pub note: String,
}

/// The rows as a table, then what was found.
#[must_use]
pub fn render(rows: &[Row]) -> String {
    let mut text = format!(
        "{:<34} {:>7} {:>8} {:>11} {:>8} {:>9}  {}\n",
        "proof", "rounds", "sagas", "violations", "seed", "seconds", "note"
    );
    for row in rows {
        let broken = format!("{}/{}", row.violations.len(), row.rounds);
        text.push_str(&format!(
            "{:<34} {:>7} {:>8} {:>11} {:>8} {:>9.1}  {}\n",
            row.what, row.rounds, row.sagas, broken, row.seed, row.seconds, row.note
        ));
    }
    for row in rows {
        for violation in row.violations.iter().take(50) {
            text.push_str(&format!("{} (seed {}): {violation}\n", row.what, row.seed));
        }
    }
    text
}

/// Milliseconds as seconds.
#[must_use]
pub fn millis(ms: i64) -> f64 {
    f64::from(u32::try_from(ms).unwrap_or(u32::MAX)) / 1e3
}
