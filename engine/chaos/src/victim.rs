//! The program under test: `bactrian` as it is, in this binary, so that it can be told by its environment to die at a
//! failpoint or to leave behind what a power cut would. Without a word from the environment nothing differs.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::atomic::{AtomicU64, Ordering},
};

use serde::{Deserialize, Serialize};

/// Makes this binary the program under test, and says how it is armed.
pub const ARMED: &str = "BACTRIAN_CHAOS_VICTIM";

/// The failpoints of the store, in the order an append passes them, then those of a change of periods.
pub const POINTS: [&str; 8] = [
    "commit::gathered",
    "sled::apply",
    "sled::flushed",
    "sled::synced",
    "commit::applied",
    "commit::flushed",
    "period::copied",
    "period::turned",
];

/// What goes wrong with commits that fail, once the program is open.
const FAULTS: [(&str, &str); 4] = [
    ("commit::gathered", "15*off->1%delay(50)"),
    ("commit::applied", "15*off->2%return"),
    ("commit::flushed", "15*off->2%return"),
    ("sled::flushed", "15*off->2%return"),
];

/// How the program is armed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arms {
    /// Dies at this failpoint when it has passed it so many times.
    pub dies: Option<(String, u64)>,
    /// After so many syncs it copies its data to `before` in this directory, after the next one to `after`, and dies
    /// before that one is acknowledged.
    pub cut: Option<(u64, PathBuf)>,
    /// Begins a new period all the time.
    pub turns: bool,
    /// Commits fail now and then: their outcome unknown, the disk full, or only late.
    pub fails: bool,
}

/// Runs `bactrian`, armed.
#[must_use]
pub fn run(arms: &str, arguments: &[OsString]) -> ExitCode {
    match serde_json::from_str::<Arms>(arms).map_err(|fault| fault.to_string()).and_then(|arms| {
        let data = arguments.iter().skip_while(|word| *word != "--data").nth(1).map(PathBuf::from);
        arm(arms, data.unwrap_or_default())
    }) {
        Ok(()) => bactrian::main(),
        Err(_) => ExitCode::from(2),
    }
}

fn arm(arms: Arms, data: PathBuf) -> Result<(), String> {
    if arms != Arms::default() && !fail::has_failpoints() {
        return Err("this build has no failpoints".to_owned());
    }
    if arms.turns {
        fail::cfg("upkeep::often", "return")?;
    }
    if arms.fails {
        for (point, action) in FAULTS {
            fail::cfg(point, action)?;
        }
    }
    if let Some((point, survived)) = arms.dies {
        let passed = AtomicU64::new(0);
        fail::cfg_callback(point, move || {
            if passed.fetch_add(1, Ordering::SeqCst) >= survived {
                std::process::abort();
            }
        })?;
    }
    if let Some((after, dir)) = arms.cut {
        let passed = AtomicU64::new(0);
        fail::cfg_callback("sled::synced", move || {
            let now = passed.fetch_add(1, Ordering::SeqCst);
            if now == after {
                keep(&data, &dir.join("before"));
            } else if now > after {
                keep(&data, &dir.join("after"));
                std::process::abort();
            }
        })?;
    }
    Ok(())
}

/// A copy that fails shows as an image that is not there, in the harness.
fn keep(data: &Path, to: &Path) {
    crate::crash::copy(data, to).unwrap_or_else(|_| std::process::abort());
}
