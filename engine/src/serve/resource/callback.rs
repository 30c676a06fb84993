//! `POST /v1/callbacks/{channel}`: a message for whatever run waits for it. Its sender is checked on the raw
//! bytes before anything of it is read.

use std::{collections::BTreeSet, sync::Arc};

use http_body_util::Either;
use hyper::StatusCode;
use schemars::JsonSchema;
use sdk::{Class, Shared, Value};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    Served,
    flow::{
        expr::{Root, Scope},
        plan::{Body, CallbackPlan, Give, Implementation, Kind, WaitPlan},
    },
    run::Snapshot as _,
    serve::{
        Answer, Ask, IDENTITY_HEADERS, Problem, body,
        durable::refused,
        json as reply,
        openapi::{Header, Operation, Tag},
    },
    state::{Correlation, Delivered, Inbound, Tenant},
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
    let channel = ask.param("channel");
    let served = ask.engine.served();
    let waits = waits(&served, channel);
    if waits.is_empty() {
        let channel: String = channel.chars().take(64).collect();
        let detail = format!("no flow that serves waits for messages of the channel `{channel}`");
        return Err(Problem::not_found("CHANNEL_NOT_FOUND", detail));
    }
    let now = ask.engine.settings().clock.now();
    let signed = verified(&ask, &served, &waits, now)?;
    let limits = &ask.engine.settings().limits;
    let body = body::parse(&ask.raw, &ask.headers, limits)?.unwrap_or_default();
    let asked: Asked = ask.asked()?;
    let key = key(&ask, asked.key, &waits, &body)?;
    let mut id = signed.unwrap_or_else(|| trigger::unsigned_id(&ask.headers, &key, &ask.raw));
    let mut message = json!({"id": id, "channel": channel, "key": key, "body": body});
    if let Some(own) = waits.iter().find_map(|wait| dedupe(wait, &message)) {
        id = own;
        message["id"] = Value::from(id.as_str());
    }
    let business = ask.headers.get(&IDENTITY_HEADERS[0]).and_then(|value| value.to_str().ok());
    let invalid = |fault: String| Problem::refused(StatusCode::BAD_REQUEST, "IDENTITY_INVALID", fault);
    let inbound = Inbound {
        tenant: Tenant::new(business.or(asked.biz_id.as_deref()))
            .map_err(|fault| invalid(fault.to_string()))?,
        correlation: Correlation { channel: channel.into(), key: key.into() },
        event: id.into(),
        payload: Shared::new(message),
        now,
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

/// All waits for a channel, of every flow, variant and extension that serves.
fn waits<'s>(served: &'s Served, channel: &str) -> Vec<&'s CallbackPlan> {
    let mut found = Vec::new();
    for (_, entry) in served.flows() {
        for (_, plan) in entry.plans.sorted() {
            search(&plan.body, channel, &mut found);
            plan.finally.iter().for_each(|body| search(body, channel, &mut found));
        }
    }
    for (_, point) in served.points() {
        let all = point.extensions().sorted().into_iter().flat_map(|(_, extensions)| extensions);
        for extension in all.chain(&point.plan().default) {
            if let Implementation::Body(body) = &extension.implementation {
                search(body, channel, &mut found);
            }
        }
    }
    found
}

fn search<'s>(body: &'s Body, channel: &str, found: &mut Vec<&'s CallbackPlan>) {
    for node in &body.nodes {
        match &node.kind {
            Kind::Wait(wait) => match &**wait {
                WaitPlan::Callback(callback) if *callback.channel == *channel => found.push(callback),
                _ => {}
            },
            Kind::Foreach(each) => search(&each.body, channel, found),
            Kind::Loop(rounds) => search(&rounds.body, channel, found),
            Kind::Race(branches) => branches.iter().for_each(|(_, body)| search(body, channel, found)),
            _ => {}
        }
        node.compensate.iter().for_each(|body| search(body, channel, found));
        if let Some(Give::Body(body)) = &node.fallback {
            search(body, channel, found);
        }
    }
}

/// Checks the sender as every wait of the channel asks for it: the strictest of them decides for all. Gives the id
/// of a message that is signed.
fn verified(
    ask: &Ask,
    served: &Arc<Served>,
    waits: &[&CallbackPlan],
    now: sdk::Timestamp,
) -> Result<Option<String>, Problem> {
    let asked: BTreeSet<&Arc<str>> = waits.iter().filter_map(|wait| wait.verify.as_ref()).collect();
    let mut id = None;
    for name in asked {
        let connection = served.resource("Connection", name);
        let checked = connection.and_then(|connection| {
            trigger::verify(&connection, &ask.headers, &ask.raw, now, |reference| served.secret(reference))
        });
        let checked = checked.map_err(|error| {
            tracing::warn!(connection = %name, code = %error.code, "a callback was refused: {}", error.message);
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

/// What makes two messages the same, as the first wait that can tell says.
fn dedupe(wait: &CallbackPlan, message: &Value) -> Option<String> {
    let value = wait.dedupe.as_ref()?.evaluate(&Told(message)).ok()?;
    let text = sdk::plain(&value).into_owned();
    (!value.is_null() && !text.is_empty()).then_some(text)
}

/// What a message meets its wait by: `?key=`, `X-Correlation-Key`, or the field of the body that has the name
/// of what the wait's own `key` reads, such as `paymentNo` for `${input.paymentNo}`.
fn key(ask: &Ask, given: Option<String>, waits: &[&CallbackPlan], body: &Value) -> Result<String, Problem> {
    let header = ask.headers.get("x-correlation-key").and_then(|value| value.to_str().ok());
    if let Some(given) = given.or_else(|| header.map(str::to_owned)) {
        return Ok(given);
    }
    let names = waits.iter().flat_map(|wait| wait.key.reads()).filter_map(|read| read.key.as_deref());
    let names: BTreeSet<&str> = names.collect();
    let found = names.iter().find_map(|name| body.get(name).filter(|value| !value.is_null()));
    found.map(|value| sdk::plain(value).into_owned()).ok_or_else(|| {
        let names: Vec<&str> = names.into_iter().collect();
        let detail = format!(
            "the message does not say what it is about: give `?key=`, the header `X-Correlation-Key`, or one of \
             the fields {names:?}"
        );
        Problem::refused(StatusCode::BAD_REQUEST, "CALLBACK_WITHOUT_KEY", detail)
    })
}

/// What `dedupe` sees.
struct Told<'m>(&'m Value);

impl Scope for Told<'_> {
    fn get(&self, root: Root) -> Option<std::borrow::Cow<'_, Value>> {
        (root == Root::Message).then_some(std::borrow::Cow::Borrowed(self.0))
    }

    fn now(&self) -> chrono::DateTime<chrono::Utc> {
        chrono::DateTime::UNIX_EPOCH
    }

    fn uuid(&self) -> uuid::Uuid {
        uuid::Uuid::nil()
    }
}
