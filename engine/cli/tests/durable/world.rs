//! A sandbox in this process, the real binary beside it, and the shipped flows between the two.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use bactrian_sandbox::{DEMO_SECRET, Sandbox};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// What a test waits for comes within this time.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct World {
    folder: TempDir,
    sandbox: Sandbox,
    address: SocketAddr,
    engine: Option<Child>,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Told {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|fault| panic!("{fault}: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }
}

impl World {
    /// The flows that are shipped, with these texts replaced in them: minutes become moments.
    pub(crate) async fn new(replaced: &[(&str, &str)]) -> Self {
        Self::with(replaced, &[]).await
    }

    /// The same, and more files beside them.
    pub(crate) async fn with(replaced: &[(&str, &str)], more: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Free a moment ago; the bank must know where to call before the engine knows where the bank is.
        let free = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let sandbox = bactrian_sandbox::start(bactrian_sandbox::Settings {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            data: folder.path().join("sandbox"),
            seed: 1,
            callback_url: Some(format!("http://{address}/v1/callbacks")),
            callback_secret: DEMO_SECRET.to_owned(),
            bank_key: None,
        })
        .await
        .unwrap();
        let sandbox_at = sandbox.address().to_string();
        let mut replaced = replaced.to_vec();
        replaced.push(("127.0.0.1:9000", &sandbox_at));
        copy(&repository().join("flows"), &folder.path().join("flows"), &replaced);
        for (name, text) in more {
            std::fs::write(folder.path().join("flows").join(name), text).unwrap();
        }
        let mut world = Self { folder, sandbox, address, engine: None };
        world.start().await;
        world
    }

    /// Starts the engine where it was, and waits until it serves.
    pub(crate) async fn start(&mut self) {
        let folder = self.folder.path().to_owned();
        let path = |name: &str| folder.join(name);
        let log = std::fs::File::options().create(true).append(true).open(path("log")).unwrap();
        let engine = Command::new(env!("CARGO_BIN_EXE_bactrian"))
            .args(["serve", "--listen", &self.address.to_string(), "--flows"])
            .arg(path("flows"))
            .arg("--data")
            .arg(path("data"))
            .arg("--secrets")
            .arg(repository().join("examples/secrets.json"))
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        self.engine = Some(engine);
        until("the engine serves", async || {
            let exited = self.engine.as_mut().and_then(|engine| engine.try_wait().unwrap());
            assert!(exited.is_none(), "{}", std::fs::read_to_string(path("log")).unwrap());
            self.try_call("GET", "/readyz", &Value::Null).await.is_some_and(|told| told.status == 200)
        })
        .await;
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self) {
        if let Some(mut engine) = self.engine.take() {
            engine.kill().unwrap();
            engine.wait().unwrap();
        }
    }

    /// Asks the engine; none when nobody answers.
    pub(crate) async fn try_call(&self, method: &str, path: &str, body: &Value) -> Option<Told> {
        ask(self.address, (method, path), "", body).await
    }

    /// A call with headers of its own, each with its line end.
    pub(crate) async fn call_with(&self, headers: &str, path: &str, body: &Value) -> Told {
        ask(self.address, ("POST", path), headers, body).await.expect("the engine answers")
    }

    pub(crate) async fn call(&self, method: &str, path: &str, body: &Value) -> Told {
        self.try_call(method, path, body).await.expect("the engine answers")
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        self.call("GET", path, &Value::Null).await.json()
    }

    /// Asks the sandbox.
    pub(crate) async fn service(&self, method: &str, path: &str, body: &Value) -> Value {
        let told = ask(self.sandbox.address(), (method, path), "", body).await.expect("the sandbox answers");
        assert_eq!(told.status, 200, "{told:?}");
        told.json()
    }

    /// Sets one switch and clears all others.
    pub(crate) async fn switch(&self, endpoint: &str, switch: &Value) {
        self.service("DELETE", "/switches", &Value::Null).await;
        self.service("PUT", &format!("/switches/{endpoint}"), switch).await;
    }

    /// Calls that a service has heard of, as they are in its journal.
    pub(crate) async fn heard(&self, service: &str, endpoint: &str, key: &str) -> Vec<Value> {
        let path = format!("/events?service={service}&endpoint={endpoint}&key={key}");
        self.service("GET", &path, &Value::Null).await["events"].as_array().unwrap().clone()
    }

    /// Runs of a flow by status word.
    pub(crate) async fn runs(&self, flow: &str) -> Vec<String> {
        let page = self.get(&format!("/v1/runs?flow={flow}&limit=500")).await;
        let items = page["items"].as_array().unwrap().iter();
        items.map(|item| item["status"].as_str().unwrap().to_owned()).collect()
    }

    /// Waits until every run of a flow has ended, and says how.
    pub(crate) async fn ended(&self, flow: &str) -> Vec<String> {
        let goes_on = |status: &String| status == "running" || status == "waiting";
        until("all runs have ended", async || !self.runs(flow).await.iter().any(goes_on)).await;
        self.runs(flow).await
    }

    /// The sandbox finds nothing wrong with its books.
    pub(crate) async fn audit(&self) {
        let audit = self.service("GET", "/audit", &Value::Null).await;
        assert_eq!(
            (&audit["ok"], &audit["openReserves"], &audit["halfSettledLots"]),
            (&json!(true), &json!([]), &json!([]))
        );
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            #[expect(clippy::print_stderr, reason = "what the engine said, for whoever reads the failure")]
            {
                eprintln!("{log}");
            }
        }
    }
}

/// Asks until it is so.
pub(crate) async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let asking = async {
        while !is_so().await {
            rest(20).await;
        }
    };
    tokio::time::timeout(PATIENCE, asking).await.unwrap_or_else(|_| panic!("in vain: {what}"));
}

/// Other processes have no clock of ours.
#[expect(clippy::disallowed_methods, reason = "waits for another process")]
pub(crate) async fn rest(ms: u64) {
    tokio::time::sleep(Duration::from_millis(ms)).await;
}

async fn ask(address: SocketAddr, (method, path): (&str, &str), headers: &str, body: &Value) -> Option<Told> {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-type: application/json\r\n\
         {headers}content-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address).await.ok()?;
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.ok()?;
    let text = String::from_utf8(answer).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Told { status, head: head.to_owned(), body: body.to_owned() })
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn copy(from: &Path, to: &Path, replaced: &[(&str, &str)]) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let (path, to) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        if path.is_dir() {
            copy(&path, &to, replaced);
            continue;
        }
        let mut text = std::fs::read_to_string(&path).unwrap();
        for (old, new) in replaced {
            text = text.replace(old, new);
        }
        std::fs::write(to, text).unwrap();
    }
}
