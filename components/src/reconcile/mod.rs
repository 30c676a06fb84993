//! `reconcile`: compares two files row by row. What differs is kept aside in pages; the run's state holds counts and
//! references, never rows.

mod compare;
mod side;

use sdk::prelude::*;

use crate::files;

pub use side::{Side, Unit};

/// Compares two files of rows, such as our ledger and a channel's bill, and keeps what differs in pages.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Reconcile {
    /// Our file.
    pub left: Side,
    /// The other party's file.
    pub right: Side,
    /// The field by which rows of both files belong together, such as `orderNo`.
    pub key: String,
    /// The fields that must be equal, such as `fen` and `status`.
    #[serde(default)]
    pub compare: Vec<String>,
    /// Rows of a page. Normally 500.
    #[serde(default = "five_hundred")]
    #[schemars(range(min = 1, max = 10_000))]
    pub page_size: u32,
}

const fn five_hundred() -> u32 {
    500
}

#[async_trait]
impl Component for Reconcile {
    const NAME: &'static str = "reconcile";
    const EFFECT: Effect = Effect::Read;
    const ABOUT: Option<About> = Some(About {
        title: Title { en: "Reconcile two files", zh: "对账" },
        category: "check",
        icon: "shuffle",
        keywords: &["compare", "ledger", "bill", "differences", "csv", "对账", "账单", "比对", "差异"],
    });

    async fn run(&self, _cx: &Context, _input: Shared) -> Outcome {
        let (left, right) = (files::open(&self.left.r#ref).await?, files::open(&self.right.r#ref).await?);
        let (ours, theirs) = (self.left.clone(), self.right.clone());
        let (key, fields) = (self.key.clone(), self.compare.clone());
        // A file of a million rows takes a second: not on a thread that other runs share.
        let work = move || {
            let ours = ours.rows(&left, &key, &fields)?;
            Ok::<_, Error>(compare::compare(&fields, ours, &theirs.rows(&right, &key, &fields)?))
        };
        let found = tokio::task::spawn_blocking(work).await;
        let found = found.map_err(|fault| Error::internal(fault.to_string()))??;
        let size = usize::try_from(self.page_size.max(1)).unwrap_or(usize::MAX);
        let mut pages = Vec::new();
        for rows in found.differences.chunks(size) {
            let text = serde_json::to_vec(rows).map_err(|fault| Error::internal(fault.to_string()))?;
            pages.push(files::keep(text).await?);
        }
        Ok(Shared::new(serde_json::json!({
            "matched": found.matched,
            "diffs": found.differences.len(),
            "onlyLeft": found.only_left,
            "onlyRight": found.only_right,
            "differing": found.differing,
            "pages": pages,
        })))
    }
}
sdk::component!(Reconcile);
