//! What the channels do by themselves: end a payment after a while, and call back. Queues are rows like all others,
//! so they survive a restart; callbacks may be dropped, doubled and late, as the switch `callback` says.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use bytes::Bytes;
use chrono::TimeDelta;
use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::clock;
use crate::serve::Shared;
use crate::service::{bank, qr};
use crate::world::{Transaction, text};

/// How often the queues are looked at.
const TICK: Duration = Duration::from_millis(20);
/// How long a payer takes when no switch says otherwise.
const PAYER: TimeDelta = TimeDelta::milliseconds(200);
/// How long a callback may take before it counts as failed.
const PATIENCE: Duration = Duration::from_secs(5);
/// A callback that nobody accepts is sent so often.
const ATTEMPTS: i64 = 8;

/// Where callbacks go and how they are signed.
pub(crate) struct Outbound {
    url: String,
    webhook: Webhook,
    key: Option<RsaKeyPair>,
    client: Client<HttpConnector, Full<Bytes>>,
}

/// Queues the end of a payment.
pub(crate) fn settle_later(tx: &mut Transaction<'_>, service: &str, number: &str) {
    queue(tx, json!({"what": "settle", "service": service, "no": number}));
}

/// Queues a callback.
pub(crate) fn call_back(tx: &mut Transaction<'_>, service: &str, notice: &Value) {
    let id = format!("msg_{service}_{}", notice["txnId"].as_str().unwrap_or_default());
    queue(tx, json!({"what": "callback", "service": service, "id": id, "notice": notice}));
}

fn queue(tx: &mut Transaction<'_>, row: Value) {
    let id = format!("{:010}", tx.next("arrivals"));
    tx.put("arrivals", &id, row);
}

impl Outbound {
    /// `key` is an RSA private key, PKCS#8 in DER; with one, callbacks carry `X-Signature` too.
    pub(crate) fn new(url: &str, secret: &str, key: Option<&[u8]>) -> Result<Self, String> {
        let webhook = Webhook::new(secret).map_err(|cause| format!("callback secret: {cause}"))?;
        let key =
            key.map(RsaKeyPair::from_pkcs8).transpose().map_err(|cause| format!("bank key: {cause}"))?;
        let url = format!("{}/bank-notify", url.trim_end_matches('/'));
        Ok(Self { url, webhook, key, client: Client::builder(TokioExecutor::new()).build_http() })
    }

    /// What the far side answered, and the word by which it says what it did with it; none without an answer.
    async fn send(&self, id: &str, notice: &Value) -> Option<(u16, Value)> {
        let body = Bytes::from(notice.to_string());
        let request = self.request(id, &body)?;
        let answer = async {
            let response = self.client.request(request).await.ok()?;
            let status = response.status().as_u16();
            let body = response.into_body().collect().await.ok()?.to_bytes();
            let said: Value = serde_json::from_slice(&body).unwrap_or_default();
            Some((status, said["status"].clone()))
        };
        timeout(PATIENCE, answer).await.ok().flatten()
    }

    fn request(&self, id: &str, body: &Bytes) -> Option<Request<Full<Bytes>>> {
        let at = clock::now().timestamp();
        let mut request = Request::post(&self.url)
            .header("content-type", "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", at)
            .header("webhook-signature", self.webhook.sign(id, at, body).ok()?);
        if let Some(key) = &self.key {
            let mut signature = vec![0; key.public().modulus_len()];
            key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), body, &mut signature).ok()?;
            request =
                request.header("x-signature", base64::engine::general_purpose::STANDARD.encode(signature));
        }
        request.body(Full::new(body.clone())).ok()
    }
}

/// Works the queues until the task is dropped.
pub(crate) async fn work(shared: Arc<Shared>) {
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut sending = JoinSet::new();
    loop {
        tick.tick().await;
        while sending.try_join_next().is_some() {}
        for (key, row) in take_due(&shared) {
            let shared = Arc::clone(&shared);
            sending.spawn(async move { deliver(&shared, &key, row).await });
        }
    }
}

/// Judges arrivals, ends payments that are due, and returns the callbacks that are, leased so that a crash sends
/// them again.
fn take_due(shared: &Shared) -> Vec<(String, Value)> {
    let now = clock::now();
    let mut due = Vec::new();
    let written = shared.write(|tx| {
        let arrivals: Vec<(String, Value)> =
            tx.rows("arrivals").map(|(id, row)| (id.clone(), row.clone())).collect();
        for (id, row) in arrivals {
            tx.remove("arrivals", &id);
            schedule(shared, tx, &id, row);
        }
        let ready = text(now);
        let rows: Vec<(String, Value)> = tx
            .rows("scheduled")
            .take_while(|(id, _)| id.as_str() <= ready.as_str())
            .map(|(id, row)| (id.clone(), row.clone()))
            .collect();
        for (id, mut row) in rows {
            tx.remove("scheduled", &id);
            if row["what"] == "settle" {
                let (number, is_refused) = (row["no"].as_str().unwrap_or_default(), row["isRefused"] == true);
                match row["service"].as_str() {
                    Some("bank") => bank::settle(tx, number, is_refused),
                    _ => qr::settle(tx, number, is_refused),
                };
            } else if shared.outbound.is_some() {
                row["attempt"] = json!(row["attempt"].as_i64().unwrap_or(0) + 1);
                let lease = format!("{} {id}", text(now + TimeDelta::seconds(20)));
                tx.put("scheduled", &lease, row.clone());
                due.push((lease, row));
            }
        }
    });
    if written { due } else { Vec::new() }
}

/// Gives an arrival its time, as its switch says.
fn schedule(shared: &Shared, tx: &mut Transaction<'_>, id: &str, mut row: Value) {
    let service = row["service"].as_str().unwrap_or_default().to_owned();
    let is_settle = row["what"] == "settle";
    let fate = shared.judge(&service, if is_settle { "settle" } else { "callback" });
    if fate.is_dropped {
        return;
    }
    let latency = TimeDelta::from_std(fate.latency).unwrap_or_default();
    let at = tx.now() + latency + if is_settle { PAYER } else { TimeDelta::zero() };
    if is_settle {
        row["isRefused"] = json!(fate.refused.is_some());
    }
    if fate.is_doubled {
        let later = at + latency + TimeDelta::milliseconds(50);
        tx.put("scheduled", &format!("{} {id}b", text(later)), row.clone());
    }
    tx.put("scheduled", &format!("{} {id}", text(at)), row);
}

async fn deliver(shared: &Shared, lease: &str, row: Value) {
    let Some(outbound) = &shared.outbound else { return };
    let answered = outbound.send(row["id"].as_str().unwrap_or_default(), &row["notice"]).await;
    let (status, said) = answered.unwrap_or_default();
    let is_taken = (200..300).contains(&status);
    let attempt = row["attempt"].as_i64().unwrap_or(1);
    let event = json!({
        "at": text(clock::now()), "service": row["service"], "endpoint": "callback", "key": row["notice"]["paymentNo"],
        "id": row["id"], "status": status, "answer": said, "attempt": attempt,
    });
    shared.write_with(event, |tx| {
        tx.remove("scheduled", lease);
        if !is_taken && attempt < ATTEMPTS {
            let wait = TimeDelta::milliseconds(250 << attempt);
            let (_, id) = lease.rsplit_once(' ').unwrap_or(("", lease));
            tx.put("scheduled", &format!("{} {id}", text(tx.now() + wait)), row);
        }
    });
    let outcome = if is_taken { "callback accepted" } else { "callback refused" };
    tracing::debug!(id = %row_id(lease), attempt, outcome);
}

fn row_id(lease: &str) -> &str {
    lease.rsplit(' ').next().unwrap_or(lease)
}
