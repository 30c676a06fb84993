//! The one integration binary: behaviour of the engine as a whole, and the rules its sources keep.
#![cfg(test)]

mod architecture;
mod callback;
mod cron;
mod durable;
mod errors;
mod family;
mod http;
mod language;
mod limits;
mod outbox;
mod store;

use components as _;
