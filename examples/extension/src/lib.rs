//! The railway team's crate. Travel already cancels hotels and flights by extensions in YAML; the team adds the
//! scenario `train` in Rust, because the fee of a train ticket is worked out here and not at the supplier.
//!
//! Nothing outside this crate changes: linking it registers the three extensions at (`cancel-order`, `travel`, `train`)
//! and (`product-page`, `travel`, `train`).

mod cancel_train;
mod points;
mod price_view;
mod service;

pub use cancel_train::CancelTrain;
pub use points::TrainPoints;
pub use price_view::TrainPrice;
