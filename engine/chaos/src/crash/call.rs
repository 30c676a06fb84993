//! HTTP for the callers: one request, its answer or the end of the connection.

use std::{net::SocketAddr, time::Duration};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{Method, Request};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::Value;
use tokio::time::timeout;

/// Longer than any answer takes; a call that has none by then has an unknown outcome.
const PATIENCE: Duration = Duration::from_secs(40);

/// An answer.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    /// The HTTP status.
    pub(super) status: u16,
    /// The run, if the answer is about one.
    pub(super) run: Option<String>,
    /// The body.
    pub(super) body: String,
}

/// A client. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Http(Client<HttpConnector, Full<Bytes>>);

impl Default for Http {
    fn default() -> Self {
        Self(Client::builder(TokioExecutor::new()).build_http())
    }
}

impl Http {
    /// Sends a request.
    ///
    /// # Errors
    /// The connection ended before the answer was there: nobody knows what became of it.
    pub(super) async fn call(
        &self,
        method: Method,
        address: SocketAddr,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Result<Answer, String> {
        let mut request = Request::builder().method(method).uri(format!("http://{address}{path}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let bytes = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        let request = request
            .header("content-type", "application/json")
            .body(Full::new(bytes))
            .map_err(|fault| fault.to_string())?;
        let answered = async {
            let response = self.0.request(request).await.map_err(|fault| fault.to_string())?;
            let status = response.status().as_u16();
            let run = response.headers().get("x-run-id").and_then(|run| run.to_str().ok()).map(str::to_owned);
            let body = response.into_body().collect().await.map_err(|fault| fault.to_string())?;
            let body = String::from_utf8_lossy(&body.to_bytes()).into_owned();
            Ok(Answer { status, run, body })
        };
        timeout(PATIENCE, answered).await.unwrap_or_else(|_| Err("no answer in time".to_owned()))
    }
}

impl Answer {
    /// The body as JSON, null if it is none.
    #[must_use]
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }
}
