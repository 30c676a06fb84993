//! The one integration binary: behaviour of the engine as a whole, and the rules its sources keep.
#![cfg(test)]

mod architecture;
mod errors;
mod language;
mod limits;
mod http;
mod store;

use components as _;
