//! Extensions written in code, in durable runs.

use std::sync::atomic::{AtomicU32, Ordering};

use sdk::{
    Context, Error, Extension, ExtensionEntry, ExtensionPoint, Place, Value, async_trait, serde_json::json,
};

use super::{
    shop::Shop,
    trial::{World, told},
};

struct Counted;

impl ExtensionPoint for Counted {
    type Input = Value;
    type Output = Value;
    const NAME: &'static str = "counted";
}

/// Says how often it was called before, after a day.
#[derive(Default)]
struct Count<const WHERE: usize>;

static CALLS: [AtomicU32; 2] = [AtomicU32::new(0), AtomicU32::new(0)];

#[async_trait]
impl<const WHERE: usize> Extension<Counted> for Count<WHERE> {
    async fn run(&self, cx: &Context, _: Value) -> Result<Value, Error> {
        let call = CALLS[WHERE].fetch_add(1, Ordering::SeqCst);
        cx.sleep(sdk::Duration::new(std::time::Duration::from_secs(86_400))).await;
        Ok(json!(call))
    }
}

const FLOW: &str = "Flow f
durable: true
order: [p, w]
nodes:
  p: {extension: counted, with: {}}
  w: {wait: {for: 3d}}
output: '${nodes.p}'
---
ExtensionPoint counted
input: {}
output: {}
";

async fn runs<const WHERE: usize>(text: &str) {
    let place = Place { use_case: "f", biz_id: None, scenario: None };
    let entry = ExtensionEntry::of::<Counted, Count<WHERE>>("Count", place, 0, "trial");
    let shop = Shop::of(World::with_extension(text, entry));
    assert_eq!(told(&shop.finish(shop.open(json!({}))).await), "succeeded 0");
    assert_eq!(CALLS[WHERE].load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn an_extension_in_code_whose_answer_is_recorded_is_not_called_again() {
    runs::<0>(FLOW).await;
}

#[tokio::test(start_paused = true)]
async fn a_run_is_no_row_while_an_extension_in_code_is_at_work() {
    runs::<1>(&FLOW.replace("[p, w]", "[[p, w]]")).await;
}
