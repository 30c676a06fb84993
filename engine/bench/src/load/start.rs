//! How long `bactrian serve` takes until `/readyz` says yes, and what it holds when nobody calls.

use std::{
    io::{self, BufRead as _, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::{
    loader::count,
    process::{get, resident_kib},
    table::Table,
};

const ROUNDS: usize = 5;
/// How long a server idles before its memory is read.
const IDLE: Duration = Duration::from_secs(2);

/// Starts the binary beside this one several times on the shipped flows, and prints the fastest start.
///
/// # Errors
/// When it does not start.
pub(crate) fn measure(flows: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let program = std::env::current_exe()?.with_file_name("bactrian");
    if !program.exists() {
        return Err(format!("{} is not built: cargo build --release -p bactrian", program.display()).into());
    }
    let mut table = Table::new(&["bactrian serve", "until ready ms", "idle RSS MiB"]);
    for is_kept in [false, true] {
        let (mut best, mut resident) = (Duration::MAX, 0);
        for _ in 0..ROUNDS {
            let data = tempfile::tempdir()?;
            let (time, kib) = start(&program, flows, is_kept.then(|| data.path()))?;
            best = best.min(time);
            resident = resident.max(kib);
        }
        let name = if is_kept { "with an empty --data" } else { "in memory" };
        let (time, memory) = (best.as_secs_f64() * 1e3, count(resident) / 1024.0);
        table.row(vec![name.to_owned(), format!("{time:.0}"), format!("{memory:.1}")]);
    }
    table.print();
    Ok(())
}

/// A child that does not outlive its measure.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // A child that has ended already is what is wanted.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[expect(clippy::disallowed_methods, reason = "a measure of real time, on a thread of its own")]
fn start(program: &Path, flows: &Path, data: Option<&Path>) -> io::Result<(Duration, u64)> {
    let mut command = Command::new(program);
    command.arg("serve").arg("--flows").arg(flows).args(["--listen", "127.0.0.1:0", "--log", "error"]);
    if let Some(data) = data {
        command.arg("--data").arg(data);
    }
    let begun = Instant::now();
    let mut running = Running(command.stdout(Stdio::piped()).spawn()?);
    let stdout = running.0.stdout.take().ok_or_else(|| io::Error::other("no output"))?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line)?;
    let address = line.split("http://").nth(1).and_then(|rest| rest.split_whitespace().next());
    let address: Option<SocketAddr> = address.and_then(|address| address.parse().ok());
    let address = address.ok_or_else(|| io::Error::other(format!("no address: {line:?}")))?;
    while !get(address, "/readyz").is_ok_and(|answer| answer.starts_with("HTTP/1.1 200")) {
        std::thread::sleep(Duration::from_millis(1));
    }
    let time = begun.elapsed();
    std::thread::sleep(IDLE);
    Ok((time, resident_kib(running.0.id())?))
}
