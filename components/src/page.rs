//! `page`: the rows of one page of differences that `reconcile` kept aside.

use sdk::prelude::*;

use crate::files;

/// Reads one page of the differences that a reconciliation found.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// The page: one of the `pages` of a reconciliation.
    pub r#ref: String,
}

#[async_trait]
impl Component for Page {
    const NAME: &'static str = "page";
    const EFFECT: Effect = Effect::Read;
    const ABOUT: Option<About> = Some(About {
        title: Title { en: "Page of differences", zh: "差异明细" },
        category: "data",
        icon: "shuffle",
        keywords: &["rows", "reconcile", "differences", "对账", "差异", "明细"],
    });

    async fn run(&self, _cx: &Context, _input: Shared) -> Outcome {
        let bytes = files::open(&self.r#ref).await?;
        let rows = serde_json::from_slice(&bytes);
        rows.map(Shared::new).map_err(|_| Error::validation("FILE_INVALID", "the reference leads to no page"))
    }
}
sdk::component!(Page);
