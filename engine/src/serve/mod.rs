//! Stage 8 of 8: serve. HTTP in, HTTP out.
//!
//! ```text
//! listen --> stack (layers) --> front --+-- call      POST /v1/flows/{name} and the flows' own routes
//!                                       +-- route     the fixed routes, one table --> resource/*
//!                                       +-- assets    the designer
//! ```

mod admission;
mod assets;
mod body;
mod call;
mod durable;
mod events;
mod front;
mod guard;
mod limits;
mod listen;
mod measure;
mod openapi;
mod parameter;
mod query;
mod replay;
mod reply;
mod request;
mod resource;
mod route;
mod server;
mod stack;

pub use assets::{Asset, Assets};
pub use body::{collect, parse};
pub use events::Event;
pub use guard::{Guard, IDENTITY_HEADERS};
pub use limits::Limits;
pub use listen::{Body, ListenError, bind};
pub use openapi::openapi;
pub use query::Query;
pub use reply::{Cause, Details, Problem, Reply, bytes, json};
pub use route::{Answer, Ask, Permission, Principal, Row, Takes, rows};
pub use server::{Server, serve};
pub use stack::{Service, service};
