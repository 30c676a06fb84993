//! The program under test: `bactrian` as it is, in this binary, so that it can be told by its environment to die at a
//! failpoint or to leave behind what a power cut would. Without a word from the environment nothing differs.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use serde::{Deserialize, Serialize};

/// Makes this binary the program under test, and says how it is armed.
pub const ARMED: &str = "BACTRIAN_CHAOS_VICTIM";

/// The failpoints of the store, in the order an append passes them, then those of a checkpoint and of a change of
/// periods.
pub const POINTS: [&str; 12] = [
    "commit::gathered",
    "commit::applied",
    "log::written",
    "log::synced",
    "commit::flushed",
    "sled::apply",
    "sled::flushed",
    "sled::synced",
    "checkpoint::flushed",
    "checkpoint::marked",
    "period::copied",
    "period::turned",
];

/// What goes wrong with commits that fail, once the program is open.
const FAULTS: [(&str, &str); 5] = [
    ("commit::gathered", "15*off->1%delay(50)"),
    ("commit::applied", "15*off->2%return"),
    ("commit::flushed", "15*off->2%return"),
    ("log::written", "15*off->2%return"),
    ("sled::flushed", "15*off->2%return"),
];

/// How the program is armed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arms {
    /// Dies at this failpoint when it has passed it so many times.
    pub dies: Option<(String, u64)>,
    /// After so many syncs of its log it copies its data to `before` in this directory, after the next one to
    /// `after`, and dies before that one is acknowledged. What sled had synced by then is in `synced`.
    pub cut: Option<(u64, PathBuf)>,
    /// Begins a new period all the time.
    pub turns: bool,
    /// Hands its log on to sled all the time.
    pub checkpoints: bool,
    /// Commits fail now and then: their outcome unknown, the disk full, or only late.
    pub fails: bool,
}

/// Runs `bactrian`, armed.
#[must_use]
pub fn run(arms: &str, arguments: &[OsString]) -> ExitCode {
    match serde_json::from_str::<Arms>(arms).map_err(|fault| fault.to_string()).and_then(|arms| {
        let data = arguments.iter().skip_while(|word| *word != "--data").nth(1).map(PathBuf::from);
        arm(arms, &data.unwrap_or_default())
    }) {
        Ok(()) => bactrian::main(),
        Err(_) => ExitCode::from(2),
    }
}

fn arm(arms: Arms, data: &Path) -> Result<(), String> {
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
    if arms.checkpoints {
        fail::cfg("checkpoint::often", "return")?;
    }
    if let Some((after, dir)) = arms.cut {
        cut(after, data, &dir)?;
    }
    Ok(())
}

fn cut(after: u64, data: &Path, dir: &Path) -> Result<(), String> {
    let synced = dir.join("synced");
    if data.exists() {
        keep(data, &synced);
    }
    let of_sled = data.to_owned();
    // Nobody dies in the middle of a copy.
    let one_at_a_time = Arc::new(Mutex::new(()));
    let copying = one_at_a_time.clone();
    fail::cfg_callback("sled::synced", move || {
        let _copying = copying.lock();
        let _gone_or_not_there = std::fs::remove_dir_all(&synced);
        keep(&of_sled, &synced);
    })?;
    let passed = AtomicU64::new(0);
    let (data, dir) = (data.to_owned(), dir.to_owned());
    fail::cfg_callback("log::synced", move || {
        let _copying = one_at_a_time.lock();
        let now = passed.fetch_add(1, Ordering::SeqCst);
        if now == after {
            keep(&data, &dir.join("before"));
        } else if now > after {
            keep(&data, &dir.join("after"));
            std::process::abort();
        }
    })
}

/// A copy that fails shows as an image that is not there, in the harness.
fn keep(data: &Path, to: &Path) {
    crate::crash::copy(data, to).unwrap_or_else(|_| std::process::abort());
}
