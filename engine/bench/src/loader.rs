//! Closed-loop load over keep-alive connections: each sends a request, reads the answer, sends the next.

use std::{
    io,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
};

use crate::watch::now;

/// What a round of load saw.
pub(crate) struct Round {
    /// Requests answered with 2xx.
    pub(crate) good: u64,
    /// Requests answered otherwise, or not at all.
    pub(crate) bad: u64,
    /// How long it lasted.
    pub(crate) elapsed: Duration,
    latencies_us: Vec<u32>,
}

impl Round {
    /// Requests per second.
    pub(crate) fn rate(&self) -> f64 {
        count(self.good) / self.elapsed.as_secs_f64()
    }

    /// The latency below which this share of the requests lies, in µs.
    pub(crate) fn percentile_us(&self, share: f64) -> u32 {
        let last = self.latencies_us.len().saturating_sub(1);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "an index below the length"
        )]
        let index = (count(last as u64) * share) as usize;
        self.latencies_us.get(index).copied().unwrap_or(0)
    }
}

/// A count as a number with a fraction; exact up to 2^52.
#[expect(clippy::cast_precision_loss, reason = "counts here stay far below 2^52")]
pub(crate) const fn count(number: u64) -> f64 {
    number as f64
}

/// A POST of a JSON body, as bytes.
pub(crate) fn request(path: &str, body: &str, headers: &str) -> Arc<[u8]> {
    let length = body.len();
    let text = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    );
    text.into_bytes().into()
}

/// Loads `address` for `duration` over `connections`.
///
/// # Errors
/// When no connection can be made.
pub(crate) async fn load(
    address: SocketAddr,
    request: &Arc<[u8]>,
    connections: usize,
    duration: Duration,
) -> io::Result<Round> {
    let begun = now();
    let mut tasks = JoinSet::new();
    for _ in 0..connections {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        tasks.spawn(one(stream, Arc::clone(request), begun + duration));
    }
    let mut round = Round { good: 0, bad: 0, elapsed: Duration::ZERO, latencies_us: Vec::new() };
    while let Some(done) = tasks.join_next().await {
        let (latencies, bad) = done.map_err(io::Error::other)?;
        round.good += latencies.len() as u64;
        round.bad += bad;
        round.latencies_us.extend(latencies);
    }
    round.elapsed = begun.elapsed();
    round.latencies_us.sort_unstable();
    Ok(round)
}

async fn one(mut stream: TcpStream, request: Arc<[u8]>, until: Instant) -> (Vec<u32>, u64) {
    let mut latencies = Vec::with_capacity(1 << 16);
    let mut buffer = Vec::with_capacity(16 << 10);
    let mut bad = 0;
    while now() < until {
        let sent = now();
        match exchange(&mut stream, &request, &mut buffer).await {
            Ok(true) => latencies.push(u32::try_from(sent.elapsed().as_micros()).unwrap_or(u32::MAX)),
            Ok(false) => bad += 1,
            Err(_) => {
                bad += 1;
                break;
            }
        }
    }
    (latencies, bad)
}

/// Sends one request and reads its whole answer; true when it is a 2xx.
pub(crate) async fn exchange(
    stream: &mut TcpStream,
    request: &[u8],
    buffer: &mut Vec<u8>,
) -> io::Result<bool> {
    stream.write_all(request).await?;
    buffer.clear();
    loop {
        if stream.read_buf(buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if let Some(end) = answer_end(buffer) {
            while buffer.len() < end {
                if stream.read_buf(buffer).await? == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
            return Ok(buffer.get(9) == Some(&b'2'));
        }
    }
}

/// Where the answer ends, once its head is there. All our servers say `content-length`.
fn answer_end(buffer: &[u8]) -> Option<usize> {
    let head = buffer.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&buffer[..head]).ok()?;
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    Some(head + length.unwrap_or(0))
}
