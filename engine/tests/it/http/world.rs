//! A server on port 0 with documents of the test's own, and a client that sends exactly what it is told.

use std::{net::SocketAddr, time::Duration};

use bactrian_engine::{Engine, OpenError, Settings, serve::Server};
use sdk::{Registry, Value, serde_json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::oneshot,
    task::JoinHandle,
};

/// A server and what it serves.
pub(crate) struct World {
    pub(crate) engine: Engine,
    pub(crate) address: SocketAddr,
    pub(crate) flows: TempDir,
    stop: Option<oneshot::Sender<()>>,
    served: Option<JoinHandle<()>>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Told {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|fault| panic!("{fault}: {self:?}"))
    }

    /// The code of a problem; empty for anything else.
    pub(crate) fn code(&self) -> String {
        let value: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        value["code"].as_str().unwrap_or_default().to_owned()
    }
}

/// A document, its header written in one line: `Flow name`, then the rest.
pub(crate) fn document(text: &str) -> String {
    let (head, rest) = text.trim_start().split_once('\n').unwrap();
    let (kind, name) = head.split_once(' ').unwrap();
    format!("apiVersion: bactrian/v1\nkind: {kind}\nmetadata: {{name: {name}, version: 1}}\n{rest}\n")
}

impl World {
    /// A server of these documents, separated by `---`.
    pub(crate) async fn new(documents: &str) -> Self {
        Self::with(documents, |_| {}).await
    }

    /// A server with other settings.
    pub(crate) async fn with(documents: &str, change: impl FnOnce(&mut Settings)) -> Self {
        let flows = tempfile::tempdir().unwrap();
        let texts: Vec<String> = documents.split("\n---\n").map(document).collect();
        std::fs::write(flows.path().join("all.yaml"), texts.join("---\n")).unwrap();
        let mut settings = Settings::new(Registry::collect().unwrap());
        settings.flows = vec![flows.path().to_owned()];
        settings.limits.notice_time = Duration::ZERO;
        change(&mut settings);
        let engine = match Engine::open(settings).await {
            Ok(engine) => engine,
            Err(OpenError::Refused(rejected)) => panic!("{}", rejected.to_text()),
            Err(fault) => panic!("{fault}"),
        };
        let server = Server::bind(engine.clone(), "127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = server.address();
        let (stop, stopped) = oneshot::channel::<()>();
        let served = spawn(server.run(async move { drop(stopped.await) }));
        Self { engine, address, flows, stop: Some(stop), served: Some(served) }
    }

    /// Tells the server to stop and waits until it has.
    pub(crate) async fn stop(&mut self) {
        drop(self.stop.take());
        if let Some(served) = self.served.take() {
            served.await.unwrap();
        }
    }

    /// Tells the server to stop, and goes on.
    pub(crate) fn tell_to_stop(&mut self) {
        drop(self.stop.take());
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends these bytes on a connection of their own and reads the answer; `None` when there is none.
    pub(crate) async fn raw(&self, bytes: &[u8]) -> Option<Told> {
        let mut stream = self.connect().await;
        // A server that has refused may close before all of it is sent.
        stream.write_all(bytes).await.ok();
        read(&mut stream).await
    }

    pub(crate) async fn send(&self, method: &str, path: &str, headers: &str, body: &[u8]) -> Told {
        let length = body.len();
        let mut bytes = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {length}\r\n{headers}\r\n"
        )
        .into_bytes();
        bytes.extend_from_slice(body);
        self.raw(&bytes).await.unwrap_or_else(|| panic!("no answer to {method} {path}"))
    }

    pub(crate) async fn get(&self, path: &str) -> Told {
        self.send("GET", path, "", b"").await
    }

    pub(crate) async fn post(&self, path: &str, headers: &str, body: &Value) -> Told {
        let headers = format!("content-type: application/json\r\n{headers}");
        self.send("POST", path, &headers, body.to_string().as_bytes()).await
    }

    /// Calls a flow by name.
    pub(crate) async fn call(&self, flow: &str, headers: &str, input: &Value) -> Told {
        self.post(&format!("/v1/flows/{flow}"), headers, input).await
    }
}

/// Reads one answer: head, then as much as it says, or to the end.
pub(crate) async fn read(stream: &mut TcpStream) -> Option<Told> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
    let mut lines = text.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length =
        headers.iter().find(|(name, _)| name == "content-length").and_then(|(_, value)| value.parse().ok());
    let mut body = bytes.split_off(head);
    while body.len() < length.unwrap_or(usize::MAX) {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            break;
        }
    }
    Some(Told { status, headers, body })
}

/// Asks again until it is so; the test's own limit of time is the limit.
pub(crate) async fn until(is_so: impl AsyncFn() -> bool) {
    while !is_so().await {
        tokio::task::yield_now().await;
    }
}

/// A task of a test, which awaits it.
#[expect(clippy::disallowed_methods, reason = "the test awaits what it spawns")]
pub(crate) fn spawn<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
    tokio::spawn(work)
}
