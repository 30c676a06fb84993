//! The servers: (a) bare hyper that echoes, (b) bare hyper that parses and re-serialises, (c) Bactrian.

use std::{convert::Infallible, io, net::SocketAddr, path::Path};

use bytes::Bytes;
use clap::ValueEnum;
use engine::{Engine, Settings, serve::Server};
use http_body_util::{BodyExt as _, Full};
use hyper::{Request, Response, body::Incoming, header::CONTENT_TYPE, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use sdk::Registry;
use tokio::net::TcpListener;

/// One of the servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Role {
    /// Bare hyper, the body sent back.
    Echo,
    /// Bare hyper, the body parsed by serde_json and written again.
    Json,
    /// Bactrian with the flow `bench.five`.
    Bactrian,
}

/// Serves until killed, after printing its address.
///
/// # Errors
/// When the port cannot be opened.
pub(crate) fn serve(role: Role) -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        if role == Role::Bactrian {
            return bactrian().await;
        }
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        print_address(listener.local_addr()?);
        accept(listener, role).await?;
        Ok(())
    })
}

#[expect(clippy::print_stdout, reason = "the parent reads the address from the first line")]
fn print_address(address: SocketAddr) {
    println!("{address}");
}

/// The whole engine with nothing but the flow under load.
async fn bactrian() -> Result<(), Box<dyn std::error::Error>> {
    let mut settings = Settings::new(Registry::collect()?);
    settings.flows = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../../flows/bench")];
    let engine = Engine::open(settings).await?;
    let server = Server::bind(engine, "127.0.0.1:0".parse()?).await?;
    print_address(server.address());
    server.run(std::future::pending()).await;
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
        // Bactrian answers for itself.
        Role::Echo | Role::Bactrian => body,
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
            Self::Bactrian => "/v1/flows/bench.five",
        }
    }
}
