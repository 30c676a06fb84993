//! A child process and what it cost: CPU time and memory as the kernel counts them.

use std::{
    fs,
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    process::{Child, Command, Stdio},
    time::Duration,
};

/// Ticks per second of `/proc/PID/stat`. Fixed at 100 for user space on every Linux.
const TICKS: u64 = 100;

/// A server that prints its address on its first line.
pub(crate) struct Server {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts this program again with `arguments`, and waits for its address.
    ///
    /// # Errors
    /// When it does not start or prints no address.
    pub(crate) fn start(arguments: &[&str]) -> io::Result<Self> {
        let mut child =
            Command::new(std::env::current_exe()?).args(arguments).stdout(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take().ok_or_else(|| io::Error::other("no output"))?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let address = line.trim().parse().map_err(|_| io::Error::other(format!("no address: {line:?}")))?;
        Ok(Self { child, address })
    }

    /// User and system time so far.
    pub(crate) fn cpu(&self) -> io::Result<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The command's name may hold spaces, so fields are counted from its closing bracket.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks: u64 = [11, 12].iter().filter_map(|&at| fields.get(at)?.parse::<u64>().ok()).sum();
        Ok(Duration::from_millis(ticks * 1_000 / TICKS))
    }

    /// Bytes it has made the disk write so far.
    pub(crate) fn disk_bytes(&self) -> io::Result<u64> {
        let counts = fs::read_to_string(format!("/proc/{}/io", self.child.id()))?;
        let line = counts.lines().find_map(|line| line.strip_prefix("write_bytes: "));
        Ok(line.and_then(|number| number.parse().ok()).unwrap_or(0))
    }

    /// One of its counters, from `/metrics`; 0 while there is none.
    pub(crate) fn counter(&self, name: &str) -> io::Result<u64> {
        let text = get(self.address, "/metrics")?;
        let found = text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
        Ok(found.unwrap_or(0))
    }

    /// Resident memory in KiB.
    pub(crate) fn resident_kib(&self) -> io::Result<u64> {
        resident_kib(self.child.id())
    }
}

/// Resident memory of a process in KiB.
///
/// # Errors
/// When there is no such process.
pub(crate) fn resident_kib(process: u32) -> io::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    Ok(line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).unwrap_or(0))
}

/// The whole answer to a GET, its head included.
///
/// # Errors
/// When nobody answers.
pub(crate) fn get(address: SocketAddr, path: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

impl Drop for Server {
    fn drop(&mut self) {
        // A child that has ended already is what is wanted.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
