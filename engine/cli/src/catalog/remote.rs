//! The texts of a running server, over its HTTP API.

use std::{fmt::Write as _, time::Duration};

use bytes::Bytes;
use engine::publish::Texts;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::Request;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::Value;

use super::environment;
use crate::output::Fault;

/// Bytes of one answer that are read.
const LARGEST: usize = 16 << 20;
const PATIENCE: Duration = Duration::from_secs(30);

struct Server<'s> {
    base: &'s str,
    client: Client<HttpConnector, Full<Bytes>>,
}

/// The number and the texts of a revision. Revisions never change, so a publish meanwhile tears nothing.
pub(super) async fn texts(base: &str, revision: Option<u64>) -> Result<(u64, Texts), Fault> {
    let client = Client::builder(TokioExecutor::new()).build_http();
    let server = Server { base: base.trim_end_matches('/'), client };
    let number = match revision {
        Some(number) => number,
        None => server.get("/v1/catalog").await?["revision"].as_u64().unwrap_or(0),
    };
    let mut texts = Texts::new();
    if number == 0 {
        return Ok((number, texts));
    }
    let shown = server.get(&format!("/v1/catalog/revisions/{number}")).await?;
    for path in shown["files"].as_object().into_iter().flat_map(|files| files.keys()) {
        let file = server.get(&format!("/v1/catalog/revisions/{number}/files/{}", encoded(path))).await?;
        let text =
            file["text"].as_str().ok_or_else(|| environment(format!("`{path}` came without a text")))?;
        texts.insert(path.clone(), text.into());
    }
    Ok((number, texts))
}

impl Server<'_> {
    async fn get(&self, path: &str) -> Result<Value, Fault> {
        let url = format!("{}{path}", self.base);
        let request = Request::get(&url)
            .body(Full::default())
            .map_err(|fault| Fault::Usage(format!("{url}: {fault}")))?;
        let answered = tokio::time::timeout(PATIENCE, async {
            let (head, body) = self.client.request(request).await.map_err(environment)?.into_parts();
            let bytes = Limited::new(body, LARGEST).collect().await.map_err(environment)?.to_bytes();
            Ok((head.status, bytes))
        });
        let (status, bytes) = answered.await.map_err(|_| environment(format!("{url}: no answer")))??;
        let body: Value =
            serde_json::from_slice(&bytes).map_err(|fault| environment(format!("{url}: {fault}")))?;
        if status.is_success() {
            return Ok(body);
        }
        let detail = body["detail"].as_str().unwrap_or_default();
        Err(environment(format!("{url} answered {status}: {detail}")))
    }
}

/// A path with everything escaped but what has no other meaning in a URL.
fn encoded(path: &str) -> String {
    path.bytes().fold(String::with_capacity(path.len()), |mut url, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            url.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            write!(url, "%{byte:02X}").ok();
        }
        url
    })
}
