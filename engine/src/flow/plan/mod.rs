//! Stage 4 of 8: plan. A checked flow becomes an immutable DAG with slots, compiled expressions and
//! built components. Runs share it; nothing in it changes afterwards.

#[cfg(test)]
pub(crate) mod anything;
mod body;
mod bound;
mod compiler;
mod flow;
mod graph;
mod kind;
mod missing;
mod model;
mod node;
mod pieces;

pub use bound::{
    ExtensionPlan, Implementation, PointPlan, RulePlan, RulesPlan, plan_extension, plan_point, plan_rules,
};
pub use compiler::Workshop;
pub use flow::plan;
pub use model::{
    Body, CallbackPlan, ConsumePlan, CronPlan, Edge, Envelope, ErrorRule, FailPlan, ForeachPlan, Give,
    HttpPlan, Kind, LoopPlan, Next, Node, Output, Plan, RespondPlan, SettingRead, SwitchPlan, WaitPlan,
};

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
