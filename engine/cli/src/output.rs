//! What the binary prints: text for people, coloured only on a terminal, or JSON for programs.

use std::io::{self, IsTerminal as _, Write as _};

use serde::Serialize;

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// It was called wrongly.
    #[error("{0}")]
    Usage(String),
    /// The environment refused.
    #[error("{0}")]
    Environment(String),
}

impl Fault {
    pub(crate) const fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Environment(_) => 3,
        }
    }

    /// A file that cannot be read or written.
    pub(crate) fn file(what: &str, path: &std::path::Path, fault: &io::Error) -> Self {
        Self::Environment(format!("cannot {what} {}: {fault}", path.display()))
    }
}

/// Where a command writes.
pub(crate) struct Output {
    is_json: bool,
    is_coloured: bool,
}

/// A colour with a meaning.
#[derive(Clone, Copy)]
pub(crate) enum Ink {
    Good,
    Bad,
    Quiet,
    Strong,
}

impl Output {
    pub(crate) fn new(is_json: bool) -> Self {
        Self { is_json, is_coloured: io::stdout().is_terminal() }
    }

    pub(crate) const fn is_json(&self) -> bool {
        self.is_json
    }

    /// A text in a colour, when there is a terminal to show it.
    pub(crate) fn ink(&self, ink: Ink, text: &str) -> String {
        if !self.is_coloured {
            return text.to_owned();
        }
        let code = match ink {
            Ink::Good => "32",
            Ink::Bad => "31",
            Ink::Quiet => "2",
            Ink::Strong => "1",
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }

    /// Prints one line of text. A closed pipe ends the output, not the program.
    pub(crate) fn line(&self, text: &str) {
        writeln!(io::stdout().lock(), "{text}").ok();
    }

    /// Prints one JSON document.
    pub(crate) fn json(&self, value: &impl Serialize) {
        let mut stdout = io::stdout().lock();
        if serde_json::to_writer_pretty(&mut stdout, value).is_ok() {
            writeln!(stdout).ok();
        }
    }

    /// Says on standard error why a command could not do its work.
    pub(crate) fn fault(&self, fault: &Fault) {
        let mut stderr = io::stderr().lock();
        writeln!(stderr, "bactrian: {fault}").ok();
        if fault.to_string().contains("could not acquire lock") {
            writeln!(stderr, "  another process has it open, such as a server: stop that first").ok();
        }
    }
}
