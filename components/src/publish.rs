//! `publish`: announces that something happened, by POST of `{id, topic, key, body}` to the connection. The id is
//! the node's idempotency key: the same over retries and crashes, so that the far side knows an event again.
//! In a durable run the event is kept with the node's result and sent after it, at least once.

use sdk::prelude::*;

use crate::http::Http;

/// Announces an event to another system. In a durable run the event is kept with the node's result and delivered
/// after it, at least once and in order per key.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Publish {
    /// The connection that takes events, by name.
    pub connection: String,
    /// What kind of event it is, such as `auction.settled`.
    pub topic: String,
    /// What it is about, such as the order's number.
    pub key: Value,
    /// What it says.
    #[serde(default)]
    pub body: Value,
}

#[async_trait]
impl Component for Publish {
    const NAME: &'static str = "publish";
    const EFFECT: Effect = Effect::Write;
    const DEFERS: bool = true;
    const ABOUT: Option<About> = Some(About {
        title: Title { en: "Publish an event", zh: "发布事件" },
        category: "network",
        icon: "megaphone",
        keywords: &["event", "message", "topic", "announce", "notify", "事件", "消息", "通知", "发布"],
    });

    async fn run(&self, cx: &Context, input: Shared) -> Outcome {
        let call = cx.call();
        let id = cx.idempotency_key().map_or_else(|| format!("{}/{}", call.run, call.node), str::to_owned);
        let event = serde_json::json!({
            "id": id,
            "topic": self.topic,
            "key": sdk::plain(&self.key),
            "body": self.body,
        });
        let deferred = Deferred {
            component: Self::NAME,
            with: serde_json::json!({
                "connection": self.connection, "topic": self.topic, "key": self.key, "body": self.body,
            }),
            target: self.connection.as_str().into(),
            topic: self.topic.as_str().into(),
            key: sdk::plain(&self.key).into(),
        };
        if cx.defer(deferred) {
            return Ok(Shared::new(serde_json::json!({"id": id})));
        }
        let request = serde_json::json!({
            "connection": self.connection, "method": "POST", "path": "/", "body": event,
        });
        let request: Http =
            serde_json::from_value(request).map_err(|fault| Error::internal(fault.to_string()))?;
        request.run(cx, input).await?;
        Ok(Shared::new(serde_json::json!({"id": id})))
    }
}
sdk::component!(Publish);
