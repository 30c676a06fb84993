//! `http`: one call to a service that a `Connection` names. The flow fills path, query, headers and body;
//! scheme, host, port and credentials come from the connection alone.
//!
//! Retries, breakers and limits are policies of the node, not of this component.

mod answer;
mod connection;
mod dial;
mod exchange;
mod guard;
mod request;
mod tls;

use sdk::prelude::*;
use serde_json::Map;

pub use self::{
    answer::Output,
    connection::{Auth, HttpConnection},
    request::Method,
};

/// Calls a service over HTTP and gives back the body of its answer.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Http {
    /// The connection to call, by name. It knows the address and the credentials.
    pub connection: String,
    /// What to do. GET and HEAD only read and may be repeated; every other method changes something.
    #[serde(default)]
    pub method: Method,
    /// The path below the connection's address, such as `/orders/${input.orderId}`. Values are escaped, so
    /// that they cannot lead to another path.
    pub path: Template,
    /// What to ask for, written after `?`. An empty (null) value is left out, a list is repeated.
    #[serde(default)]
    pub query: Map<String, Value>,
    /// Headers to send along. An empty (null) value is left out.
    #[serde(default)]
    pub headers: Map<String, Value>,
    /// What to send: as JSON, or as it stands when it is a text and `content-type` is among the headers.
    #[serde(default)]
    pub body: Option<Value>,
    /// Statuses besides 200 to 299 that count as success, such as `404` when "not there" is fine.
    #[serde(default)]
    pub accept: Vec<u16>,
    /// The largest answer to take, such as `4MiB`. Normally `1MiB`.
    #[serde(default = "one_mebibyte")]
    pub max_response: ByteSize,
    /// What the result holds: the answer's body, or status, headers and body.
    #[serde(default)]
    pub output: Output,
}

const fn one_mebibyte() -> ByteSize {
    ByteSize::new(1 << 20)
}

#[async_trait]
impl Component for Http {
    const NAME: &'static str = "http";
    const EFFECT: Effect = Effect::Write;
    const ABOUT: Option<About> = Some(About {
        title: Title { en: "HTTP call", zh: "HTTP 调用" },
        category: "network",
        icon: "globe",
        keywords: &["rest", "api", "request", "service", "web", "接口", "请求", "服务", "调用", "网络"],
    });

    fn effect(with: &Value) -> Effect {
        Method::effect(with.get("method"))
    }

    fn validate(&self) -> Result<(), Error> {
        request::validate(self)
    }

    async fn run(&self, cx: &Context, _input: Shared) -> Outcome {
        self.call(cx).await?.outcome(self, cx)
    }
}
sdk::component!(Http);

impl Http {
    async fn call(&self, cx: &Context) -> Result<answer::Answer, Error> {
        let connection = cx.connection(&self.connection)?;
        let pool = connection.derived(|resource| connection::Pool::build(resource, cx))?;
        exchange::exchange(self, &pool, cx).await
    }

    /// The answer's body as it came.
    pub(crate) async fn bytes(&self, cx: &Context) -> Result<bytes::Bytes, Error> {
        self.call(cx).await?.success(self, cx)
    }
}
