//! Train prices are shown as "from": the fare depends on the day.

use schemars::JsonSchema;
use sdk::{Context, Error, Extension, ExtensionPoint, async_trait};
use serde::{Deserialize, Serialize};

use crate::service;

/// The point, as `flows/page/product-page.yaml` declares it.
pub struct PriceView;

/// Which product.
#[derive(Deserialize, JsonSchema)]
pub struct Product {
    /// Its id.
    pub id: String,
}

/// What the page shows.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub struct Price {
    /// The price in words.
    pub text: String,
}

impl ExtensionPoint for PriceView {
    type Input = Product;
    type Output = Price;
    const NAME: &'static str = "price-view";
}

/// Puts "from" before the catalog's price.
#[derive(Default)]
pub struct TrainPrice;

#[async_trait]
impl Extension<PriceView> for TrainPrice {
    async fn run(&self, cx: &Context, input: Product) -> Result<Price, Error> {
        let price = service::get(cx, "catalog", ("/products/", &input.id, "/price")).await?;
        match price["text"].as_str() {
            Some(text) => Ok(Price { text: format!("from {text}") }),
            None => Err(Error::internal("the catalog gave no price")),
        }
    }
}
sdk::extension!(PriceView => TrainPrice, "product-page", "travel", "train");
