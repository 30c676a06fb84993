//! One life of the program under test: started, waited for, killed. Not graceful by intent.

use std::{
    fs::OpenOptions,
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
};

use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};

use crate::victim::{ARMED, Arms};

/// How the program is started.
#[derive(Clone, Debug)]
pub(super) struct Program {
    /// This crate's binary, or `bactrian` itself.
    pub(super) path: PathBuf,
    /// The flows it serves.
    pub(super) flows: PathBuf,
    /// Its data.
    pub(super) data: PathBuf,
    /// Where its log goes.
    pub(super) log: PathBuf,
}

/// A running program; dropping it kills it.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    /// Where it listens.
    pub(super) address: SocketAddr,
}

impl Program {
    /// Starts it and waits until it says where it listens.
    ///
    /// # Errors
    /// It does not start; its log says why.
    pub(super) async fn start(&self, arms: &Arms) -> io::Result<Process> {
        let log = OpenOptions::new().create(true).append(true).open(&self.log)?;
        let mut command = Command::new(&self.path);
        command.arg("serve").arg("--flows").arg(&self.flows).arg("--data").arg(&self.data);
        command.args(["--listen", "127.0.0.1:0", "--log", "warn"]);
        command.env(ARMED, serde_json::to_string(arms)?).stdout(Stdio::piped()).stderr(log);
        let mut child = command.kill_on_drop(true).spawn()?;
        let stdout = child.stdout.take().ok_or_else(|| io::Error::other("no output"))?;
        let mut lines = BufReader::new(stdout).lines();
        let line = lines.next_line().await?.unwrap_or_default();
        let address = line.split("http://").nth(1).and_then(|rest| rest.split_whitespace().next());
        match address.and_then(|address| address.parse().ok()) {
            Some(address) => Ok(Process { child, address }),
            None => Err(io::Error::other(format!("no address: `{line}`; see {}", self.log.display()))),
        }
    }
}

impl Process {
    /// `kill -9`.
    ///
    /// # Errors
    /// The system refuses.
    pub(super) async fn kill(mut self) -> io::Result<()> {
        self.child.kill().await
    }

    /// Whether it has died by itself.
    pub(super) fn has_died(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Waits until it has died by itself.
    ///
    /// # Errors
    /// The system refuses.
    pub(super) async fn died(&mut self) -> io::Result<()> {
        self.child.wait().await.map(drop)
    }
}

/// Copies a directory with everything in it. A file that goes away meanwhile is left out.
///
/// # Errors
/// The system refuses.
pub fn copy(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else if let Err(error) = std::fs::copy(entry.path(), &target)
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(error);
        }
    }
    Ok(())
}
