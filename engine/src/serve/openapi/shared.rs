//! What many routes share: parameters of paths and headers, headers of answers, and the one form of a refusal.

use serde_json::{Map, Value, json};

/// A header that a route reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::serve) enum Header {
    BizId,
    Scenario,
    IdempotencyKey,
    Prefer,
    IfMatch,
    IfNoneMatch,
    IfNoneMatchAny,
    CorrelationKey,
    WebhookId,
}

impl Header {
    /// Those of a call of a flow.
    pub(in crate::serve) const CALL: &'static [Self] =
        &[Self::BizId, Self::Scenario, Self::IdempotencyKey, Self::Prefer];

    const ALL: [Self; 9] = [
        Self::BizId,
        Self::Scenario,
        Self::IdempotencyKey,
        Self::Prefer,
        Self::IfMatch,
        Self::IfNoneMatch,
        Self::IfNoneMatchAny,
        Self::CorrelationKey,
        Self::WebhookId,
    ];

    /// Its name in the document's `components`, the header's own, what it is for, and an example.
    const fn told(self) -> [&'static str; 4] {
        match self {
            Self::BizId => {
                ["BizId", "X-Biz-Id", "The business line the caller acts for; absent = default.", "travel"]
            }
            Self::Scenario => {
                ["Scenario", "X-Biz-Scenario", "The circumstances within it; absent = default.", "flight"]
            }
            Self::IdempotencyKey => [
                "IdempotencyKey",
                "Idempotency-Key",
                "The same key gives the same answer; with another body `IDEMPOTENCY_KEY_REUSED`.",
                "order-4711",
            ],
            Self::Prefer => {
                ["Prefer", "Prefer", "`respond-async` answers 202 at once; the run goes on.", "respond-async"]
            }
            Self::IfMatch => ["IfMatch", "If-Match", "The `ETag` of the version that was seen.", "\"3\""],
            Self::IfNoneMatch => [
                "IfNoneMatch",
                "If-None-Match",
                "The `ETag` that is known: 304 without a body when it is still so.",
                "\"9f86d081884c7d65\"",
            ],
            Self::IfNoneMatchAny => [
                "IfNoneMatchAny",
                "If-None-Match",
                "`*`: there must be no draft yet. One of `If-Match` and this is needed.",
                "*",
            ],
            Self::CorrelationKey => [
                "CorrelationKey",
                "X-Correlation-Key",
                "What the message is about, when the query does not say.",
                "pay-4711",
            ],
            Self::WebhookId => {
                ["WebhookId", "webhook-id", "The id of the message: two with one id are one.", "msg_2"]
            }
        }
    }

    pub(super) fn reference(self) -> Value {
        json!({"$ref": format!("#/components/parameters/{}", self.told()[0])})
    }
}

/// A header of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::serve) enum Sent {
    Etag,
    Location,
    RunId,
    PlanLevel,
    Replayed,
    RetryAfter,
}

impl Sent {
    const ALL: [Self; 6] =
        [Self::Etag, Self::Location, Self::RunId, Self::PlanLevel, Self::Replayed, Self::RetryAfter];

    const fn told(self) -> [&'static str; 3] {
        match self {
            Self::Etag => ["ETag", "ETag", "The version, for `If-Match` or `If-None-Match`."],
            Self::Location => ["Location", "Location", "Where the run is: `/v1/runs/{id}`."],
            Self::RunId => ["RunId", "X-Run-Id", "The run that answered."],
            Self::PlanLevel => [
                "PlanLevel",
                "X-Plan-Level",
                "The level at which the flow's plan was found: 1 exact, 2 business, 3 use case.",
            ],
            Self::Replayed => [
                "Replayed",
                "Idempotency-Replayed",
                "`true` when this is the answer of an earlier call with the same key.",
            ],
            Self::RetryAfter => ["RetryAfter", "Retry-After", "Seconds after which it is worth another try."],
        }
    }

    pub(super) fn entry(self) -> (String, Value) {
        let [name, header, _] = self.told();
        (header.to_owned(), json!({"$ref": format!("#/components/headers/{name}")}))
    }
}

/// `components` without its schemas.
pub(super) fn components() -> Map<String, Value> {
    let parameter = |header: Header| {
        let [name, header, description, example] = header.told();
        let told = json!({"name": header, "in": "header", "required": false, "description": description,
                          "schema": {"type": "string"}, "example": example});
        (name.to_owned(), told)
    };
    let header = |sent: Sent| {
        let [name, _, description] = sent.told();
        let schema = match sent {
            Sent::RetryAfter => json!({"type": "integer", "minimum": 0}),
            Sent::PlanLevel => json!({"enum": ["1", "2", "3"]}),
            _ => json!({"type": "string"}),
        };
        (name.to_owned(), json!({"description": description, "schema": schema}))
    };
    let parameters: Map<String, Value> = Header::ALL.into_iter().map(parameter).collect();
    let headers: Map<String, Value> = Sent::ALL.into_iter().map(header).collect();
    let refused = "It was refused or it failed: `code` says how, the page at `type` how to mend it.";
    let all = [
        ("parameters", Value::Object(parameters)),
        ("headers", Value::Object(headers)),
        ("responses", json!({"Problem": refusal(refused)})),
    ];
    all.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A refusal.
pub(super) fn refusal(description: &str) -> Value {
    let (name, header) = Sent::RetryAfter.entry();
    json!({
        "description": description,
        "headers": {name: header},
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    })
}

/// A parameter of a path.
pub(super) fn in_path(name: &str) -> Value {
    let (description, schema) = match name {
        "name" | "flow" => ("The flow's name.", json!({"type": "string"})),
        "point" => ("The extension point's name.", json!({"type": "string"})),
        "channel" => ("The channel that flows wait on.", json!({"type": "string"})),
        "code" => ("The code of an error, such as `NO_CASE`.", json!({"type": "string"})),
        "revision" => ("The number of a revision.", json!({"type": "integer", "minimum": 1})),
        "path" => ("A file's path; its slashes stand as they are.", json!({"type": "string"})),
        "id" => ("Its id.", json!({"type": "string"})),
        _ => ("Read by the flow.", json!({"type": "string"})),
    };
    json!({"name": name, "in": "path", "required": true, "description": description, "schema": schema})
}
