//! What the callers saw, one JSON line each, in the order they saw it: a call is begun, and then it is answered,
//! refused, or its outcome stays unknown. Judging is `check`.

use std::{
    fs::File,
    io::{BufWriter, Write as _},
    path::Path,
    sync::{Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};

/// What a saga is to come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// Goes through.
    Confirm,
    /// Fails after its writes: they are undone.
    Reject,
    /// Sleeps on a timer on its way.
    Rest,
    /// Waits for a message on its way.
    Paid,
}

impl Fate {
    /// The word the flow reads.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Reject => "reject",
            Self::Rest => "rest",
            Self::Paid => "paid",
        }
    }
}

/// One step of a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The call is begun.
    Invoke {
        /// What the saga is to come to.
        fate: Fate,
    },
    /// ok: the run's final answer.
    Answered {
        /// The run.
        run: String,
        /// The HTTP status.
        status: u16,
        /// The body, byte by byte.
        body: String,
    },
    /// ok: the run is there, its answer is not.
    Accepted {
        /// The run.
        run: String,
    },
    /// fail: it certainly did not begin.
    Refused {
        /// The HTTP status.
        status: u16,
        /// The code of the problem.
        code: String,
    },
    /// info: nobody knows.
    Unknown {
        /// What the connection said.
        why: String,
    },
    /// The key was used with another body: what was answered.
    Reused {
        /// The HTTP status; 422 is right.
        status: u16,
    },
}

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// The business that called.
    pub tenant: String,
    /// The idempotency key, which is the saga's name too.
    pub key: String,
    /// What happened.
    pub event: Event,
}

/// Collects lines, in memory and in a file.
#[derive(Debug)]
pub struct Recorder(Mutex<Inside>);

#[derive(Debug)]
struct Inside {
    lines: Vec<Line>,
    file: BufWriter<File>,
}

impl Recorder {
    /// Writes to `path`.
    ///
    /// # Errors
    /// The file cannot be made.
    pub fn new(path: &Path) -> std::io::Result<Self> {
        let file = BufWriter::new(File::create(path)?);
        Ok(Self(Mutex::new(Inside { lines: Vec::new(), file })))
    }

    /// Adds a line.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn add(&self, line: Line) -> std::io::Result<()> {
        let mut inside = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let text = serde_json::to_string(&line)?;
        writeln!(inside.file, "{text}")?;
        inside.lines.push(line);
        Ok(())
    }

    /// All lines so far.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn lines(&self) -> std::io::Result<Vec<Line>> {
        let mut inside = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inside.file.flush()?;
        Ok(inside.lines.clone())
    }
}
