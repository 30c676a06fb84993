//! How a run's end reaches its caller: an answer, or a failure as the flow's `errors` see it.
//!
//! Bodies and headers of HTTP are not made here.

use std::{collections::BTreeMap, sync::Arc};

use sdk::{Class, Error, Shared};
use serde::Serialize;
use serde_json::{Value, json};

use super::{frame::Frame, one::Run, product::Product, report::ErrorReport, view::View};
use crate::{
    flow::{
        expr::{Root, Template},
        plan::{Envelope, ErrorRule, Kind, Output, Plan},
    },
    state::Reply,
};

/// What the caller gets.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The value.
    pub value: Product,
    /// The HTTP status.
    pub status: u16,
    /// Headers by name.
    pub headers: BTreeMap<String, String>,
}

impl Answer {
    /// A value with status 200.
    #[must_use]
    pub fn of(value: impl Into<Product>) -> Self {
        Self { value: value.into(), status: 200, headers: BTreeMap::new() }
    }
}

/// An answer or a failure as the store keeps it: the same bytes for the same idempotency key.
#[must_use]
pub fn seal(answer: &Result<Answer, Failure>) -> Reply {
    let sealed = match answer {
        Ok(answer) => json!({"status": answer.status, "headers": answer.headers, "value": *answer.value}),
        Err(failure) => json!({
            "status": failure.status, "failure": failure, "retryAfterMs": failure.error.retry_after_ms,
            "told": failure.told(),
        }),
    };
    Reply(sealed.to_string().into())
}

/// The answer in what the store has kept, or the failure as JSON (`code class status detail node retriable
/// causes`); `None` when these bytes are not ours.
#[must_use]
pub fn unseal(reply: &Reply) -> Option<Result<Answer, Value>> {
    let mut sealed: Value = serde_json::from_slice(&reply.0).ok()?;
    if let Some(mut failure) = sealed.get_mut("failure").map(Value::take) {
        for name in ["retryAfterMs", "told"] {
            failure[name] = sealed[name].take();
        }
        return Some(Err(failure));
    }
    let status = sealed["status"].as_u64().and_then(|status| u16::try_from(status).ok())?;
    let headers = headers_of(&sealed["headers"]);
    let value = Shared::new(sealed["value"].take());
    Some(Ok(Answer { value: value.into(), status, headers }))
}

/// One of the failures that led to the end of a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cause {
    /// The address of the node.
    pub node: Arc<str>,
    /// What happened.
    pub error: ErrorReport,
    /// The status a `fail` asked for.
    #[serde(skip)]
    pub status: Option<u16>,
    /// Whether a `fail` raised it, whose author wrote the words for the caller.
    #[serde(skip)]
    pub is_said: bool,
}

/// A failure as the caller sees it (RFC 9457).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// The code the caller sees.
    pub code: Arc<str>,
    /// The class.
    pub class: Class,
    /// The HTTP status.
    pub status: u16,
    /// What happened, in words meant for the caller.
    pub detail: String,
    /// The node of the flow that failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<Arc<str>>,
    /// Whether the same call may succeed later.
    pub retriable: bool,
    /// All failures on the way, in order; for authors.
    pub causes: Vec<Cause>,
    /// What the failing node said; for authors.
    #[serde(skip)]
    pub error: Error,
}

impl Failure {
    /// A failure that no node of the flow caused.
    #[must_use]
    pub fn of(error: Error, status: u16) -> Self {
        Self {
            code: Arc::clone(&error.code),
            class: error.class,
            status,
            detail: told(&error),
            node: None,
            retriable: error.class.is_retriable(),
            causes: Vec::new(),
            error,
        }
    }

    /// What its caller is told beside the words: the paths of an input that does not fit, the keys that were tried.
    #[must_use]
    pub fn told(&self) -> Option<(&'static str, &Value)> {
        let data = self.error.data.as_deref()?;
        match &*self.error.code {
            "INPUT_INVALID" => Some(("errors", data)),
            "EXTENSION_NOT_FOUND" => Some(("tried", data)),
            _ => None,
        }
    }

    /// A failure that was told before, from what a store has kept of it.
    #[must_use]
    pub fn before(kept: &Value) -> Self {
        let text = |name: &str| kept[name].as_str().unwrap_or_default();
        let class = serde_json::from_value(kept["class"].clone()).unwrap_or(Class::Internal);
        let status = kept["status"].as_u64().and_then(|status| u16::try_from(status).ok());
        let failure = Self::of(Error::new(class, text("code"), text("detail")), status.unwrap_or(500));
        let node = kept["node"].as_str().map(Arc::from);
        Self { node, detail: text("detail").to_owned(), ..failure }
    }

    /// The failure as a parent flow sees it.
    #[must_use]
    pub fn into_error(self) -> Error {
        // What a rule of the flow says is what its author wants told; what was only made safe for callers is not.
        let is_said = self.detail != told(&self.error);
        let message = if is_said { self.detail } else { self.error.message };
        let mut error = Error::new(self.class, self.code, message).outcome_unknown(false);
        error.retry_after_ms = self.error.retry_after_ms;
        error.data = self.error.data;
        error
    }
}

/// Codes of the engine whose words are about the flow alone.
const OWN: [&str; 5] =
    ["EXTENSION_TOO_DEEP", "FLOW_TOO_DEEP", "LOOP_EXHAUSTED", "NO_CASE", "RACE_ALL_FAILED"];

/// What a caller may be told: what far sides and the engine say about themselves stays with the author.
fn told(error: &Error) -> String {
    let general = match error.class {
        // What the engine says about the flow itself is no secret of a far side.
        _ if OWN.contains(&&*error.code) => return error.message.clone(),
        Class::Internal if &*error.code == "EXPR_FAILED" => "an expression of the flow could not be computed",
        Class::Validation | Class::Business | Class::NotFound | Class::Conflict => {
            return error.message.clone();
        }
        Class::Timeout => "no answer in time",
        Class::Unavailable => "a service this flow needs is not available",
        Class::RateLimited => "too many calls",
        Class::Cancelled => "the run was cancelled",
        Class::Internal => "an internal error",
    };
    general.to_owned()
}

/// The failure of node `slot` of a flow, through the flow's `errors`: the first rule that matches wins.
pub(super) fn explain(plan: &Plan, root: &Frame, slot: Option<u16>, error: Error) -> Failure {
    let run = &root.run;
    let causes = run.causes();
    let node = slot.map(|slot| Arc::clone(&root.node(slot).id));
    let status = asked(&causes, node.as_deref(), &error).unwrap_or_else(|| unmatched(slot, error.class));
    let is_said = within(&causes, node.as_deref(), &error).any(|cause| cause.is_said);
    let mut failure = Failure { node, causes, ..Failure::of(error, status) };
    if is_said {
        failure.detail.clone_from(&failure.error.message);
    }
    let value = Shared::new(json!({
        "code": &*failure.code, "class": failure.class, "message": failure.error.message,
        "node": failure.node.as_deref(), "data": failure.error.data,
    }));
    let view = View::of(root).with_local(&value);
    let Some(rule) = plan.errors.iter().find(|rule| matches(rule, &failure, &view)) else { return failure };
    if let Some(status) = rule.status {
        failure.status = status;
    }
    if let Some(code) = &rule.code {
        failure.code = Arc::clone(code);
    }
    if let Some(message) = &rule.message {
        match view.value(message) {
            Ok(text) => failure.detail = sdk::plain(&text).into_owned(),
            Err(fault) => tracing::warn!(run = %run.id, %fault, "the message of an error rule"),
        }
    }
    failure
}

/// The status that a `fail` asked for.
fn asked(causes: &[Cause], node: Option<&str>, error: &Error) -> Option<u16> {
    within(causes, node, error).find_map(|cause| cause.status)
}

/// Causes of this failure: the failed node itself, or one within its items, rounds or implementation; the last first.
fn within<'c>(
    causes: &'c [Cause],
    node: Option<&'c str>,
    error: &'c Error,
) -> impl Iterator<Item = &'c Cause> {
    causes.iter().rev().filter(move |cause| {
        let rest = node.and_then(|node| cause.node.strip_prefix(node));
        cause.error.code == error.code
            && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    })
}

/// The status of a failure for which `errors` has no rule. A node's failure is the flow's own fault until its
/// author says otherwise: a far side's 404 is not this flow's 404.
const fn unmatched(slot: Option<u16>, class: Class) -> u16 {
    match (class, slot) {
        (Class::RateLimited, _) | (Class::Timeout | Class::Cancelled, None) => class.status(),
        _ => Class::Internal.status(),
    }
}

fn matches(rule: &ErrorRule, failure: &Failure, view: &View<'_>) -> bool {
    let is_node = rule.node.as_ref().is_none_or(|node| Some(node) == failure.node.as_ref());
    let is_class = rule.class.is_none_or(|class| class == failure.class);
    let is_code = rule.match_code.as_ref().is_none_or(|code| *code == failure.error.code);
    // A rule that cannot be evaluated on this failure does not match it.
    is_node && is_class && is_code && rule.when.as_ref().is_none_or(|when| view.test(when).unwrap_or(false))
}

/// What the flow gives its caller.
pub(super) fn answer(plan: &Plan, root: &Frame) -> Result<Answer, Error> {
    let view = View::of(root);
    match &plan.output {
        Output::Last => Ok(Answer::of(root.last_output())),
        Output::Value(template) => Ok(Answer::of(given(template, &view, root)?)),
        Output::Envelope(envelope) => sealed(envelope, &view, root),
    }
}

/// What a node gave as it stands, when that is all the answer is; else the template's value.
fn given(template: &Template, view: &View<'_>, root: &Frame) -> Result<Product, Error> {
    let as_it_stands = match template.root() {
        Some(Root::Node { depth: 0, slot }) => root.settled(slot).and_then(|settled| settled.output.clone()),
        _ => None,
    };
    as_it_stands.map_or_else(|| view.value(template).map(Product::from), Ok)
}

fn sealed(envelope: &Envelope, view: &View<'_>, root: &Frame) -> Result<Answer, Error> {
    let mut answer = Answer::of(given(&envelope.value, view, root)?);
    if let Some(status) = &envelope.status {
        answer.status = status_of(&*view.value(status)?)?;
    }
    if let Some(headers) = &envelope.headers {
        answer.headers = headers_of(&*view.value(headers)?);
    }
    Ok(answer)
}

fn status_of(value: &Value) -> Result<u16, Error> {
    let status = value.as_u64().and_then(|status| u16::try_from(status).ok());
    status.filter(|status| (200..600).contains(status)).ok_or_else(|| {
        Error::new(
            Class::Internal,
            "OUTPUT_STATUS",
            format!("`output.status` is {value}, not an HTTP status"),
        )
    })
}

/// Headers from an object; null leaves one out.
pub(super) fn headers_of(value: &Value) -> BTreeMap<String, String> {
    let fields = value.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    fields.map(|(name, value)| (name.clone(), sdk::plain(value).into_owned())).collect()
}

/// Remembers a node's failure among the causes.
pub(super) fn blame(run: &Run, frame: &Frame, slot: u16, error: &Error) {
    let status = match &frame.node(slot).kind {
        Kind::Fail(fail) => fail.status,
        _ => None,
    };
    let is_said = matches!(&frame.node(slot).kind, Kind::Fail(fail) if fail.message.is_some());
    run.blame(Cause { node: frame.address(slot), error: error.into(), status, is_said });
}
