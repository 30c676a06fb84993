//! `http`: what a run costs beyond the HTTP and JSON around it.

mod compare;
mod reference;

pub(crate) use compare::{Settings, compare};
pub(crate) use reference::{Role, serve};
