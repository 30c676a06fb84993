//! The same `Idempotency-Key` gives the same answer: a bounded window in memory, for flows that are not durable.
//! Durable ones keep theirs in the store, with the run.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http_body_util::{Either, Full};
use hyper::{HeaderMap, Response, StatusCode, header::HeaderName};
use moka::future::Cache;
use sdk::Identity;
use sha2::{Digest as _, Sha256};

use super::{Body, Problem};

/// How long an answer is kept.
const WINDOW: Duration = Duration::from_secs(600);
/// Bytes of answers that are kept.
const BYTES: u64 = 32 << 20;
/// The longest key, in bytes.
const LONGEST: usize = 255;

/// Whose key it is: a key of one business never answers another's.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) flow: Arc<str>,
    pub(super) identity: Arc<Identity>,
    pub(super) key: Box<str>,
}

/// An answer as it was given the first time.
#[derive(Debug)]
pub(super) struct Saved {
    digest: [u8; 32],
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

/// Answers by key.
#[derive(Clone)]
pub(super) struct Replay(Cache<Key, Arc<Saved>>);

impl Default for Replay {
    fn default() -> Self {
        let weight = |key: &Key, saved: &Arc<Saved>| {
            u32::try_from(saved.body.len() + key.key.len() + 512).unwrap_or(u32::MAX)
        };
        Self(Cache::builder().weigher(weight).max_capacity(BYTES).time_to_live(WINDOW).build())
    }
}

/// A call as the window knows it again.
pub(super) fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.len().to_le_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}

/// Checks a key: it must be text that can stand in a header.
///
/// # Errors
/// `IDEMPOTENCY_KEY_INVALID` (400).
pub(super) fn check(key: &str) -> Result<Box<str>, Problem> {
    let is_plain =
        key.len() <= LONGEST && !key.is_empty() && key.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    if is_plain {
        return Ok(key.into());
    }
    let detail = format!("an idempotency key has 1 to {LONGEST} visible ASCII characters");
    Err(Problem::refused(StatusCode::BAD_REQUEST, "IDEMPOTENCY_KEY_INVALID", detail))
}

impl Replay {
    /// The answer of the first call with this key, made by `call` when this is the first. Calls that come
    /// meanwhile wait for it. An answer that asks to try again is not kept.
    pub(super) async fn answer(
        &self,
        key: Key,
        digest: [u8; 32],
        call: impl Future<Output = Response<Body>>,
    ) -> Response<Body> {
        let mut is_first = false;
        let saved = self
            .0
            .try_get_with(key, async {
                is_first = true;
                save(call.await, digest).await
            })
            .await;
        match saved {
            Ok(saved) if saved.digest == digest => saved.response(is_first),
            Ok(_) => {
                let detail = "this idempotency key was used with another body";
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                Problem::refused(status, "IDEMPOTENCY_KEY_REUSED", detail).response()
            }
            Err(passing) => passing.response(is_first),
        }
    }
}

/// What is kept; the other side of it passes by.
async fn save(response: Response<Body>, digest: [u8; 32]) -> Result<Arc<Saved>, Arc<Saved>> {
    let (parts, body) = response.into_parts();
    let body = match body {
        Either::Left(ready) => ready_bytes(ready).await,
        // Calls of flows never answer with a stream.
        Either::Right(_) => Bytes::new(),
    };
    let saved = Arc::new(Saved { digest, status: parts.status, headers: parts.headers, body });
    let is_passing = matches!(saved.status.as_u16(), 400 | 429 | 499 | 503 | 504);
    if is_passing { Err(saved) } else { Ok(saved) }
}

async fn ready_bytes(body: Full<Bytes>) -> Bytes {
    use http_body_util::BodyExt as _;
    body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default()
}

impl Saved {
    fn response(&self, is_first: bool) -> Response<Body> {
        let mut response = Response::new(Either::Left(Full::new(self.body.clone())));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers.clone();
        if !is_first {
            let replayed = HeaderName::from_static("idempotency-replayed");
            response.headers_mut().insert(replayed, hyper::header::HeaderValue::from_static("true"));
        }
        response
    }
}
