//! What started a run, as its start tells it. It is kept nowhere by itself: `trigger` and the parent say it.

use sdk::Value;

use super::record::{Origin, Parent};

/// What started a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "RunTrigger")]
pub enum Trigger {
    /// A call.
    Call,
    /// The schedule of its flow.
    Cron,
    /// A node of another run.
    Flow,
    /// A run that had ended was run again.
    Rerun,
}

impl Trigger {
    /// All there are.
    pub const ALL: [Self; 4] = [Self::Call, Self::Cron, Self::Flow, Self::Rerun];

    /// By what a run was given.
    #[must_use]
    pub fn of(trigger: Option<&Value>, parent: Option<&Parent>) -> Self {
        match parent {
            Some(Parent { address: Some(_), .. }) => Self::Flow,
            Some(_) => Self::Rerun,
            None if trigger.is_some_and(|trigger| trigger["kind"] == "cron") => Self::Cron,
            None => Self::Call,
        }
    }

    /// Its word in the API.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Cron => "cron",
            Self::Flow => "flow",
            Self::Rerun => "rerun",
        }
    }
}

impl Origin {
    /// What started it.
    #[must_use]
    pub fn trigger(&self) -> Trigger {
        Trigger::of(self.context.get("trigger"), self.parent.as_ref())
    }
}
