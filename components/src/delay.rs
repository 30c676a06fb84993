//! `delay`: waits, then passes its input on. For short pauses within a run; days are the business of `wait`.

use sdk::prelude::*;

/// Waits before passing its input on.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Delay {
    /// How long to wait, such as `250ms` or `2s`.
    pub wait: Duration,
}

#[async_trait]
impl Component for Delay {
    const NAME: &'static str = "delay";
    const EFFECT: Effect = Effect::Pure;
    const ABOUT: Option<About> = Some(About {
        title: Title { en: "Delay", zh: "延时" },
        category: "flow",
        icon: "timer",
        keywords: &["sleep", "pause", "wait", "延时", "等待", "暂停"],
    });

    async fn run(&self, cx: &Context, input: Shared) -> Outcome {
        cx.sleep(self.wait).await;
        Ok(input)
    }
}
sdk::component!(Delay);
