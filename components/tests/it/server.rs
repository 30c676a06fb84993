//! A real HTTP server on a free port: echoes, refuses, redirects, hangs up, never answers.

use std::{
    collections::HashMap,
    convert::Infallible,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body_util::{BodyExt, Either, Full};
use hyper::{
    Request, Response,
    body::{Body, Frame, Incoming},
    service::service_fn,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use sdk::Value;
use serde_json::json;
use tokio::{net::TcpListener, task::JoinSet};

/// One request the server was asked.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) headers: HashMap<String, String>,
}

/// Runs until dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    _accept: JoinSet<()>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::<Mutex<Vec<Seen>>>::default();
        let mut accept = JoinSet::new();
        accept.spawn(serve(listener, Arc::clone(&seen)));
        Self { address, seen, _accept: accept }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Everything asked so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

async fn serve(listener: TcpListener, seen: Arc<Mutex<Vec<Seen>>>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let seen = Arc::clone(&seen);
        connections.spawn(async move {
            let answer = service_fn(move |request| answer(request, Arc::clone(&seen)));
            // A test that hangs up on us is no fault of ours.
            drop(Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), answer).await);
        });
    }
}

/// Promises more bytes than it sends, then breaks.
struct Broken(bool);

impl Body for Broken {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.0 {
            return Poll::Ready(Some(Err(io::ErrorKind::BrokenPipe.into())));
        }
        self.0 = true;
        cx.waker().wake_by_ref();
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"{\"half\":")))))
    }
}

type Reply = Response<Either<Full<Bytes>, Broken>>;

fn reply(status: u16, kind: &str, body: impl Into<Bytes>) -> Reply {
    let body = Either::Left(Full::new(body.into()));
    Response::builder().status(status).header("content-type", kind).body(body).unwrap()
}

fn query_of(query: Option<&str>) -> HashMap<&str, &str> {
    query.unwrap_or_default().split('&').filter_map(|pair| pair.split_once('=')).collect()
}

async fn answer(request: Request<Incoming>, seen: Arc<Mutex<Vec<Seen>>>) -> io::Result<Reply> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let headers: HashMap<_, _> = head
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or("?").to_owned()))
        .collect();
    let path = head.uri.path_and_query().unwrap().to_string();
    seen.lock().unwrap().push(Seen { headers: headers.clone() });
    let query = query_of(head.uri.query());
    let first = head.uri.path().split('/').nth(1).unwrap_or_default();
    Ok(match first {
        "status" => {
            let status = head.uri.path()["/status/".len()..].parse().unwrap();
            let body = query.get("code").map_or(json!({}), |code| json!({"code": code, "detail": "canary"}));
            let mut reply = reply(status, "application/problem+json", body.to_string());
            if let Some(wait) = query.get("wait") {
                reply.headers_mut().insert("retry-after", wait.parse().unwrap());
            }
            reply
        }
        "redirect" => {
            let to = query["to"].replace("%3A", ":").replace("%2F", "/");
            let mut reply = reply(query["status"].parse().unwrap(), "text/plain", "");
            reply.headers_mut().insert("location", to.parse().unwrap());
            reply
        }
        "loop" => {
            let mut reply = reply(302, "text/plain", "");
            reply.headers_mut().insert("location", "/loop".parse().unwrap());
            reply
        }
        "text" => reply(200, "text/plain; charset=utf-8", "二手车"),
        "garbled" => reply(200, "application/json", "{"),
        "empty" => reply(204, "application/json", ""),
        "large" => reply(200, "text/plain", vec![b'x'; query["bytes"].parse().unwrap()]),
        "broken" => Response::new(Either::Right(Broken(false))),
        "hang-up" => return Err(io::ErrorKind::ConnectionReset.into()),
        "never" => std::future::pending::<Result<Reply, Infallible>>().await.unwrap(),
        _ => {
            let body = std::str::from_utf8(&body).unwrap_or_default();
            let body = serde_json::from_str(body).unwrap_or_else(|_| Value::from(body));
            let echo = json!({
                "method": head.method.as_str(),
                "path": path,
                "type": headers.get("content-type"),
                "key": headers.get("idempotency-key"),
                "auth": headers.get("authorization"),
                "body": body,
            });
            reply(200, "application/json", echo.to_string())
        }
    })
}
