//! Cancels a train ticket: works out the fee, then asks the railway to refund.

use chrono::{DateTime, TimeDelta, Utc};
use schemars::JsonSchema;
use sdk::{Context, Error, Extension, ExtensionPoint, async_trait};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::service;

/// The point, as `flows/order/travel.yaml` declares it.
pub struct CancelSupplierOrder;

/// What is to be cancelled.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Booking {
    /// The ticket's number at the railway.
    pub supplier_ref: String,
}

/// What became of it.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Cancelled {
    /// Always true: a refusal is an error.
    pub cancelled: bool,
    /// What the railway keeps, in fen.
    pub fee_fen: i64,
}

impl ExtensionPoint for CancelSupplierOrder {
    type Input = Booking;
    type Output = Cancelled;
    const NAME: &'static str = "cancel-supplier-order";
}

/// The railway's refund, with a fee by the time left.
#[derive(Default)]
pub struct CancelTrain;

/// The railway's answer, as far as we need it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Ticket {
    fare_fen: i64,
    departs_at: DateTime<Utc>,
}

#[async_trait]
impl Extension<CancelSupplierOrder> for CancelTrain {
    async fn run(&self, cx: &Context, input: Booking) -> Result<Cancelled, Error> {
        let id = input.supplier_ref.as_str();
        let ticket = service::get(cx, "suppliers", ("/trains/tickets/", id, "")).await?;
        let ticket: Ticket = serde_json::from_value(ticket)
            .map_err(|fault| Error::internal(format!("train ticket: {fault}")))?;
        let now = DateTime::from_timestamp_millis(cx.now()).unwrap_or(DateTime::UNIX_EPOCH);
        let fee_fen = fee(ticket.fare_fen, ticket.departs_at - now)?;
        service::post(cx, "suppliers", ("/trains/tickets/", id, "/refund"), json!({"feeFen": fee_fen}))
            .await?;
        Ok(Cancelled { cancelled: true, fee_fen })
    }
}
sdk::extension!(CancelSupplierOrder => CancelTrain, "cancel-order", "travel", "train");

/// 5 % from 48 hours on, 10 % from 24 hours on, 20 % later, rounded down; nothing back after departure.
fn fee(fare_fen: i64, left: TimeDelta) -> Result<i64, Error> {
    let percent = match left.num_hours() {
        _ if left <= TimeDelta::zero() => {
            return Err(Error::business("TRAIN_DEPARTED", "the train has left"));
        }
        48.. => 5,
        24.. => 10,
        _ => 20,
    };
    Ok(fare_fen * percent / 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fee_rises_as_the_departure_comes_closer() {
        let check = |hours: i64, expected: Option<i64>| {
            assert_eq!(fee(55_300, TimeDelta::hours(hours)).ok(), expected, "{hours} h before");
        };
        check(72, Some(2_765));
        check(48, Some(2_765));
        check(47, Some(5_530));
        check(24, Some(5_530));
        check(1, Some(11_060));
        check(0, None);
    }
}
