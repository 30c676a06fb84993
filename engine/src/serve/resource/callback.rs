//! `POST /v1/callbacks/{channel}`: a message for whatever run waits for it. Its sender is checked on the raw
//! bytes before anything of it is read.
//!
//! A run waits as the revision says that it is pinned to. So a channel has every form that it ever had, and a message
//! reaches a run by the form of that run; what serves is trusted with all of them, as long as it checks senders.

use std::sync::Arc;

use http_body_util::Either;
use hyper::StatusCode;
use schemars::JsonSchema;
use sdk::{Class, Shared, Value};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    Served,
    catalog::Channel,
    publish::Form,
    run::Snapshot as _,
    serve::{
        Answer, Ask, IDENTITY_HEADERS, Problem, body,
        durable::refused,
        json as reply,
        openapi::{Header, Operation, Tag},
    },
    state::{Correlation, Delivered, Inbound, Origin, Tenant},
    trigger,
};

/// Names a message's business and what it is about.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub(in crate::serve) struct Asked {
    /// What the message is about; else the header `X-Correlation-Key` or a field of the body says it.
    key: Option<String>,
    /// The business it is for, unless `X-Biz-Id` says it.
    biz_id: Option<String>,
}

/// What became of a message.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MessageStatus")]
pub(in crate::serve) struct Status {
    /// `delivered` to a run that waits, `early` and kept, a `duplicate` of an earlier one, or too `late` and kept.
    #[schemars(extend("enum" = ["delivered", "early", "duplicate", "late"]))]
    status: &'static str,
}

pub(in crate::serve) const TAKE: Operation = Operation::of::<Status>(Tag::Events, "takeMessage")
    .says("Where the wait has `verify`, the signature is checked on the raw bytes before anything is read.")
    .query::<Asked>()
    .reads(&[Header::BizId, Header::CorrelationKey, Header::WebhookId])
    .takes::<Value>()
    .status(202)
    .refuses(&[
        (400, "CALLBACK_WITHOUT_KEY"),
        (400, "IDENTITY_INVALID"),
        (401, "CALLBACK_UNSIGNED"),
        (401, "CALLBACK_FORGED"),
        (401, "CALLBACK_STALE"),
        (404, "CHANNEL_NOT_FOUND"),
    ]);

/// Takes a message in.
pub(in crate::serve) async fn take(ask: Ask) -> Answer {
    let name = ask.param("channel");
    let served = ask.engine.served();
    let forms = ask.engine.revisions().channel(name).await.map_err(|error| refused(&error))?;
    let gates = gates(&served, name, &forms);
    if gates.is_empty() {
        return Err(unknown(name));
    }
    let now = ask.engine.settings().clock.now();
    let signed: Vec<_> = gates.iter().map(|gate| verified(&ask, &served, gate.channel, now)).collect();
    if let Some(Err(problem)) = signed.first().filter(|_| signed.iter().all(Result::is_err)) {
        return Err(problem.clone());
    }
    let body = body::parse(&ask.raw, &ask.headers, &ask.engine.settings().limits)?.unwrap_or_default();
    let asked: Asked = ask.asked()?;
    let tenant = tenant(&ask, asked.biz_id.as_deref())?;
    let message = Message { ask: &ask, name, key: asked.key.as_deref(), tenant, body: &body, now };
    let inbound = match gates.as_slice() {
        [only] if only.serves => {
            let signed = signed.into_iter().next().transpose()?.flatten();
            message.inbound(only.channel, signed)?
        }
        _ => addressed(&message, &gates, signed, &forms).await?,
    };
    let delivered = ask.engine.deliver(inbound).await.map_err(|error| refused(&error))?;
    Ok(reply(StatusCode::ACCEPTED, &Status { status: word(&delivered) }).map(Either::Left))
}

const fn word(delivered: &Delivered) -> &'static str {
    match delivered {
        Delivered::New { .. } => "delivered",
        Delivered::Early => "early",
        Delivered::Seen { .. } => "duplicate",
        Delivered::Late { .. } => "late",
    }
}

fn unknown(channel: &str) -> Problem {
    let channel: String = channel.chars().take(64).collect();
    let detail = format!("nothing waits for messages of the channel `{channel}`");
    Problem::not_found("CHANNEL_NOT_FOUND", detail)
}

/// A form of the channel that a message may come in by.
struct Gate<'g> {
    channel: &'g Channel,
    /// It is what serves now.
    serves: bool,
}

/// What serves first, then what runs of earlier revisions may wait with, the newest first.
fn gates<'g>(served: &'g Served, name: &str, forms: &'g [Form]) -> Vec<Gate<'g>> {
    let serving = served.channels().get(name).map(|channel| Gate { channel, serves: true });
    let mut gates: Vec<Gate<'_>> = serving.into_iter().collect();
    for Form { channel, .. } in forms.iter().rev() {
        if gates.iter().all(|gate| gate.channel != channel) {
            gates.push(Gate { channel, serves: false });
        }
    }
    gates
}

impl Gate<'_> {
    /// Whether a message that came in here may go to a run that began as `origin` says.
    fn admits(&self, origin: &Origin, forms: &[Form]) -> bool {
        let revision = origin.context["revision"].as_u64().unwrap_or(u64::MAX);
        match forms.iter().rev().find(|form| form.since <= revision) {
            Some(Form { channel: own, .. }) => {
                self.channel == own || (self.serves && (self.channel.is_signed() || !own.is_signed()))
            }
            None => self.serves,
        }
    }
}

/// What the message is to whom, when the channel has or had several forms.
async fn addressed(
    message: &Message<'_>,
    gates: &[Gate<'_>],
    signed: Vec<Result<Option<String>, Problem>>,
    forms: &[Form],
) -> Result<Inbound, Problem> {
    let engine = &message.ask.engine;
    let is_served = gates.first().is_some_and(|gate| gate.serves);
    let (mut early, mut why) = (None, None);
    for (gate, signed) in gates.iter().zip(signed) {
        let inbound = match signed.and_then(|signed| message.inbound(gate.channel, signed)) {
            Ok(inbound) => inbound,
            Err(problem) => {
                why.get_or_insert(problem);
                continue;
            }
        };
        let awaited = engine.store().awaited(&inbound.tenant, &inbound.correlation).await;
        match awaited.map_err(|error| refused(&error))? {
            Some(origin) if gate.admits(&origin, forms) => return Ok(inbound),
            // Early is only what could come in now: a key that was given up must not wait for a run of today.
            None if early.is_none() && gate.serves == is_served => early = Some(inbound),
            Some(_) | None => {}
        }
    }
    match early {
        Some(early)
            if is_served || engine.has_earlier(&early.tenant).await.map_err(|error| refused(&error))? =>
        {
            Ok(early)
        }
        _ => Err(why.unwrap_or_else(|| unknown(message.name))),
    }
}

fn tenant(ask: &Ask, asked: Option<&str>) -> Result<Tenant, Problem> {
    let given = ask.headers.get(&IDENTITY_HEADERS[0]).and_then(|value| value.to_str().ok());
    Tenant::new(given.or(asked))
        .map_err(|fault| Problem::refused(StatusCode::BAD_REQUEST, "IDENTITY_INVALID", fault.to_string()))
}

/// Checks the sender as every wait of the channel asks for it: the strictest of them decides for all. Gives the id
/// of a message that is signed.
fn verified(
    ask: &Ask,
    served: &Arc<Served>,
    channel: &Channel,
    now: sdk::Timestamp,
) -> Result<Option<String>, Problem> {
    let mut id = None;
    for connection in channel.connections() {
        let checked =
            trigger::verify(&connection, &ask.headers, &ask.raw, now, |reference| served.secret(reference));
        let checked = checked.map_err(|error| {
            tracing::warn!(connection = %connection.name, code = %error.code, "a callback was refused: {}", error.message);
            match &*error.code {
                "CALLBACK_UNSIGNED" | "CALLBACK_FORGED" | "CALLBACK_STALE" => {
                    Problem::refused(StatusCode::UNAUTHORIZED, &error.code, error.message.as_str())
                }
                // What is wrong with our own keys is not told to the outside.
                _ => Problem::new(StatusCode::INTERNAL_SERVER_ERROR, Class::Internal, &error.code, ""),
            }
        })?;
        id.get_or_insert(checked);
    }
    Ok(id)
}

/// A message whose sender has been checked.
struct Message<'m> {
    ask: &'m Ask,
    /// The channel's name.
    name: &'m str,
    /// What it is about, if its address says so.
    key: Option<&'m str>,
    tenant: Tenant,
    body: &'m Value,
    now: sdk::Timestamp,
}

impl Message<'_> {
    /// As it is handed to the run that waits; `signed` is the id that its sender has signed.
    fn inbound(&self, channel: &Channel, signed: Option<String>) -> Result<Inbound, Problem> {
        let key = self.key(channel)?;
        let mut id = signed.unwrap_or_else(|| trigger::unsigned_id(&self.ask.headers, &key, &self.ask.raw));
        let mut message = json!({"id": id, "channel": self.name, "key": key, "body": self.body});
        if let Some(own) = channel.dedupe(&message) {
            id = own;
            message["id"] = Value::from(id.as_str());
        }
        Ok(Inbound {
            tenant: self.tenant.clone(),
            correlation: Correlation { channel: self.name.into(), key: key.into() },
            event: id.into(),
            payload: Shared::new(message),
            now: self.now,
        })
    }

    /// What it meets its wait by: `?key=`, `X-Correlation-Key`, or the field of the body that has the name of what
    /// the wait's own `key` reads, such as `paymentNo` for `${input.paymentNo}`.
    fn key(&self, channel: &Channel) -> Result<String, Problem> {
        let header = self.ask.headers.get("x-correlation-key").and_then(|value| value.to_str().ok());
        if let Some(given) = self.key.or(header) {
            return Ok(given.to_owned());
        }
        let names = channel.keys();
        let found = names.iter().find_map(|name| self.body.get(name).filter(|value| !value.is_null()));
        found.map(|value| sdk::plain(value).into_owned()).ok_or_else(|| {
            let detail = format!(
                "the message does not say what it is about: give `?key=`, the header `X-Correlation-Key`, or one of \
                 the fields {:?}",
                names.iter().collect::<Vec<_>>()
            );
            Problem::refused(StatusCode::BAD_REQUEST, "CALLBACK_WITHOUT_KEY", detail)
        })
    }
}
