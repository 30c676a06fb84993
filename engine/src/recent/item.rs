//! A run as lists show it.

use std::sync::Arc;

use schemars::JsonSchema;
use sdk::{BizId, Class, Scenario, Timestamp};
use serde::Serialize;

use super::About;
use crate::{
    clock::{as_text, maybe_as_text},
    run::{Failure, Finished, RunStatus},
    state::{Parent, Trigger},
};

/// Why a run did not end well: a list says which code, class and node, the run's own page all of it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "RunFailure")]
pub struct ItemError {
    /// The code the caller saw.
    pub code: Arc<str>,
    /// Its class.
    pub class: Class,
    /// The node that failed.
    pub node: Option<Arc<str>>,
    /// What only the run's own page tells.
    #[serde(flatten)]
    pub whole: Option<Box<WholeError>>,
}

/// A failure as its author sees it: with the texts of its causes, which callers never get.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WholeError {
    /// The page of the code.
    #[serde(rename = "type")]
    pub page: String,
    /// The HTTP status the caller got.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// What the caller was told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What happened.
    pub message: String,
    /// The run.
    pub run: Arc<str>,
    /// Whether the same call may succeed later.
    pub retriable: bool,
    /// Every failure on the way.
    pub causes: Vec<ItemCause>,
}

/// One failed node behind a failure.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "RunCause")]
pub struct ItemCause {
    /// The node's address.
    pub node: Arc<str>,
    /// Its code.
    pub code: Arc<str>,
    /// Its class.
    pub class: Class,
    /// What happened.
    pub message: String,
}

impl From<&Failure> for ItemError {
    fn from(failure: &Failure) -> Self {
        let (code, node) = (Arc::clone(&failure.code), failure.node.clone());
        Self { code, class: failure.class, node, whole: None }
    }
}

impl ItemError {
    /// The whole failure of a run.
    pub(super) fn whole(failure: &Failure, run: &Arc<str>) -> Self {
        let cause = |cause: &crate::run::Cause| ItemCause {
            node: Arc::clone(&cause.node),
            code: Arc::clone(&cause.error.code),
            class: cause.error.class,
            message: cause.error.message.clone(),
        };
        let whole = WholeError {
            page: format!("/errors/{}", failure.code),
            status: Some(failure.status),
            detail: Some(failure.detail.clone()),
            message: failure.error.message.clone(),
            run: Arc::clone(run),
            retriable: failure.retriable,
            causes: failure.causes.iter().map(cause).collect(),
        };
        Self { whole: Some(Box::new(whole)), ..Self::from(failure) }
    }
}

/// A run as lists show it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "RunItem")]
pub struct Item {
    /// Its id; later runs have greater ones.
    pub id: Arc<str>,
    /// The flow.
    pub flow: Arc<str>,
    /// `metadata.version` of the flow.
    pub version: u32,
    /// Level one of its identity.
    pub use_case: Arc<str>,
    /// The biz id, null for the default.
    pub biz_id: Option<Arc<str>>,
    /// The scenario, null for the default.
    pub scenario: Option<Arc<str>>,
    /// The level of the lookup at which its plan answered: 1 exact, 2 business, 3 use case.
    #[schemars(extend("enum" = [1, 2, 3]))]
    pub level: u8,
    /// The plan's hash.
    pub plan_hash: Arc<str>,
    /// How it stands.
    pub status: RunStatus,
    /// Journalled.
    pub is_durable: bool,
    /// Something that was not critical failed.
    pub is_degraded: bool,
    /// When it started.
    #[serde(serialize_with = "as_text")]
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub started_at: Timestamp,
    /// When it ended.
    #[serde(serialize_with = "maybe_as_text")]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub ended_at: Option<Timestamp>,
    /// How long it took, or takes so far.
    pub duration_ms: f64,
    /// What started it.
    pub trigger: Trigger,
    /// Its business key.
    pub key: Option<Arc<str>>,
    /// Why it did not end well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ItemError>,
    /// The run that started it; of durable runs the store knows.
    #[serde(skip)]
    pub parent: Option<Parent>,
}

impl Item {
    /// A run that goes on.
    pub(super) fn of(about: &About, duration_ms: f64) -> Self {
        let (plan, identity) = (&about.plan, &about.identity);
        Self {
            id: Arc::clone(&about.id),
            flow: Arc::clone(&plan.flow),
            version: plan.version,
            use_case: identity.use_case.as_str().into(),
            biz_id: identity.biz_id.as_ref().map(BizId::as_str).map(Arc::from),
            scenario: identity.scenario.as_ref().map(Scenario::as_str).map(Arc::from),
            level: plan.level,
            plan_hash: Arc::clone(&plan.hash),
            status: RunStatus::Running,
            is_durable: plan.is_durable,
            is_degraded: false,
            started_at: about.started_at,
            ended_at: None,
            duration_ms,
            trigger: about.trigger,
            key: None,
            error: None,
            parent: about.parent.clone(),
        }
    }

    /// A run that has ended.
    pub(super) fn ended(about: &About, finished: &Finished) -> Self {
        let report = &finished.report;
        #[expect(clippy::cast_possible_truncation, reason = "a duration in whole milliseconds")]
        let took = report.duration_ms as Timestamp;
        Self {
            status: report.status,
            is_degraded: report.is_degraded,
            ended_at: Some(about.started_at.saturating_add(took)),
            error: finished.answer.as_ref().err().map(ItemError::from),
            ..Self::of(about, report.duration_ms)
        }
    }
}
