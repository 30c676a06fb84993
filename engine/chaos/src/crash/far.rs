//! The far side: the sandbox's services in this process, its switches, its books and the list of calls it has seen.

use std::{io, net::SocketAddr, path::Path};

use bactrian_sandbox::{DEMO_SECRET, Sandbox, Settings};
use hyper::Method;
use serde_json::{Value, json};

use super::call::Http;

/// A call the far side has seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// Service and endpoint.
    pub endpoint: String,
    /// Its idempotency key.
    pub key: Option<String>,
    /// Whether it changed something; a repeated one is answered from memory.
    pub is_applied: bool,
}

/// A reserve as the books have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reserve {
    /// The saga's key.
    pub key: String,
    /// `OPEN`, `CONFIRMED` or `RELEASED`; empty when there is none.
    pub state: String,
    /// How often it was confirmed.
    pub confirms: i64,
    /// How often it was released.
    pub releases: i64,
}

/// An event that has arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The saga's key.
    pub key: String,
    /// The node that announced it.
    pub node: String,
    /// When it came first, as text that sorts.
    pub at: String,
}

/// What the far side says at the end.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Audit {
    /// The sum of all accounts.
    pub sum_fen: i64,
    /// Broken rules of its own books.
    pub violations: Vec<String>,
    /// Every call.
    pub effects: Vec<Effect>,
    /// Every reserve.
    pub reserves: Vec<Reserve>,
    /// Every event; one that came twice once.
    pub notices: Vec<Notice>,
}

/// The running far side.
pub(super) struct Far {
    _sandbox: Sandbox,
    address: SocketAddr,
    http: Http,
}

impl Far {
    pub(super) async fn start(data: &Path, seed: u64, http: Http) -> io::Result<Self> {
        let settings = Settings {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            data: data.to_owned(),
            seed,
            callback_url: None,
            callback_secret: DEMO_SECRET.to_owned(),
            bank_key: None,
        };
        let sandbox = bactrian_sandbox::start(settings).await.map_err(io::Error::other)?;
        let address = sandbox.address();
        Ok(Self { _sandbox: sandbox, address, http })
    }

    /// The connections of the flow, as a document.
    pub(super) fn connections(&self) -> String {
        let one = |name: &str| {
            format!(
                "apiVersion: bactrian/v1\nkind: Connection\nmetadata: {{name: {name}, version: 1, title: {name}, owner: \
                 platform}}\ntype: http\nbaseUrl: http://{}/{name}\ninternal: true\ntimeout: 2s\n",
                self.address
            )
        };
        format!("{}---\n{}---\n{}", one("finance"), one("orders"), one("notify"))
    }

    /// Everything slow, some of it failing, some answers lost after the effect.
    pub(super) async fn trouble(&self) -> io::Result<()> {
        let switch = |errors: f64| json!({"latencyMs": 1, "jitterMs": 25, "errorRate": errors, "lostResponseRate": 0.12});
        self.control(Method::PUT, "/switches/*/*", &switch(0.12)).await?;
        // An event that is refused five times in a row is left to an operator: that is to stay rare.
        self.control(Method::PUT, "/switches/notify/*", &switch(0.03)).await.map(drop)
    }

    /// Everything works from now on.
    pub(super) async fn peace(&self) -> io::Result<()> {
        self.control(Method::DELETE, "/switches", &Value::Null).await.map(drop)
    }

    /// Reads the books, every call, and the reserve of each of `keys`.
    pub(super) async fn audit(&self, keys: impl Iterator<Item = &str>) -> io::Result<Audit> {
        let audit = self.control(Method::GET, "/audit", &Value::Null).await?;
        let events = self.control(Method::GET, "/events", &Value::Null).await?;
        let listed = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let effects = listed(&events["events"]).iter().map(effect).collect();
        let violations = listed(&audit["violations"]).iter().map(super::caller::text).collect();
        let mut reserves = Vec::new();
        for key in keys {
            let row = self.control(Method::GET, &format!("/finance/reserves/{key}"), &Value::Null).await?;
            let count = |name: &str| row[name].as_i64().unwrap_or(0);
            let state = row["state"].as_str().unwrap_or_default().to_owned();
            let (confirms, releases) = (count("confirms"), count("releases"));
            reserves.push(Reserve { key: key.to_owned(), state, confirms, releases });
        }
        let sum_fen = audit["sumFen"].as_i64().unwrap_or(i64::MAX);
        Ok(Audit { sum_fen, violations, effects, reserves, notices: self.notices().await? })
    }

    /// The events that have arrived.
    pub(super) async fn notices(&self) -> io::Result<Vec<Notice>> {
        let page = self.control(Method::GET, "/notify", &Value::Null).await?;
        let rows = page["notices"].as_array().cloned().unwrap_or_default();
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let notice = |row: &Value| Notice {
            key: word(&row["key"]),
            node: word(&row["body"]["node"]),
            at: word(&row["at"]),
        };
        Ok(rows.iter().map(notice).collect())
    }

    async fn control(&self, method: Method, path: &str, body: &Value) -> io::Result<Value> {
        let answer = self.http.call(method, self.address, path, &[], body).await.map_err(io::Error::other)?;
        Ok(answer.json())
    }
}

fn effect(event: &Value) -> Effect {
    let word = |name: &str| event[name].as_str().unwrap_or_default();
    Effect {
        endpoint: format!("{}/{}", word("service"), word("endpoint")),
        key: event["key"].as_str().map(str::to_owned),
        is_applied: word("outcome") == "applied",
    }
}
