//! Railway points come in tens: what a cancelled order gives back is rounded down.

use schemars::JsonSchema;
use sdk::{Context, Error, Extension, ExtensionPoint, async_trait};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::service;

/// The point, as `flows/order/cancel-order.yaml` declares it.
pub struct PointsReturn;

/// Whose points, for which order.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Spent {
    /// The order.
    pub order_id: String,
    /// The account.
    pub user_id: String,
    /// How many were spent.
    pub points: u64,
}

/// What came back.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub struct Returned {
    /// Points.
    pub returned: u64,
}

impl ExtensionPoint for PointsReturn {
    type Input = Spent;
    type Output = Returned;
    const NAME: &'static str = "points-return";
}

/// Gives tens back.
#[derive(Default)]
pub struct TrainPoints;

#[async_trait]
impl Extension<PointsReturn> for TrainPoints {
    async fn run(&self, cx: &Context, input: Spent) -> Result<Returned, Error> {
        let returned = input.points / 10 * 10;
        let body = json!({"order": input.order_id, "points": returned});
        service::post(cx, "points", ("/accounts/", &input.user_id, "/return"), body).await?;
        Ok(Returned { returned })
    }
}
sdk::extension!(PointsReturn => TrainPoints, "cancel-order", "travel", "train");
