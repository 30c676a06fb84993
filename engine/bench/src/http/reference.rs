//! The servers: (a) bare hyper that echoes, (b) bare hyper that parses and re-serialises, (c) Bactrian.

use std::{convert::Infallible, io};

use bytes::Bytes;
use clap::ValueEnum;
use http_body_util::{BodyExt as _, Full};
use hyper::{Request, Response, body::Incoming, header::CONTENT_TYPE, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use tokio::net::TcpListener;

/// One of the servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Role {
    /// Bare hyper, the body sent back.
    Echo,
    /// Bare hyper, the body parsed by serde_json and written again.
    Json,
}

/// Serves until killed, after printing its address.
///
/// # Errors
/// When the port cannot be opened.
pub(crate) fn serve(role: Role) -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        print_address(&listener)?;
        accept(listener, role).await?;
        Ok(())
    })
}

#[expect(clippy::print_stdout, reason = "the parent reads the address from the first line")]
fn print_address(listener: &TcpListener) -> io::Result<()> {
    println!("{}", listener.local_addr()?);
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "one task per connection, as the engine does")]
async fn accept(listener: TcpListener, role: Role) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(request, role));
            // A connection that breaks is the load's business, not the server's.
            Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await.ok();
        });
    }
}

async fn answer(request: Request<Incoming>, role: Role) -> Result<Response<Full<Bytes>>, Infallible> {
    let body =
        request.into_body().collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let body = match role {
        Role::Echo => body,
        Role::Json => {
            let value: Option<serde_json::Value> = serde_json::from_slice(&body).ok();
            Bytes::from(serde_json::to_vec(&value).unwrap_or_default())
        }
    };
    let mut response = Response::new(Full::new(body));
    response.headers_mut().insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static("application/json"));
    Ok(response)
}

impl Role {
    /// What is called.
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Echo | Self::Json => "/",
        }
    }
}
