//! The components every engine ships with, one file each; the file is named after the word in `use:`.
//!
//! Of our crates this one knows only `sdk`. A component registers itself: linking this crate
//! (`use components as _;`) is enough. Each has its cases in `cases/NAME.json`; `tests/spec.rs` holds all
//! of them to the same rules.

pub mod assert;
pub mod decide;
pub mod delay;
pub mod download;
pub mod http;
pub mod log;
pub mod map;
pub mod page;
pub mod publish;
pub mod reconcile;
pub mod template;
pub mod validate;

// Shared by several; no component.
mod files;
mod percent;
mod present;
