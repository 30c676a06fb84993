//! The words between `step` and `drive`: what happened, what is to be done, where a node stands.

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// The body begins.
    Begin,
    /// A node gave its output.
    Succeeded(u16),
    /// A node's `when` was false.
    Skipped(u16),
    /// A switch chose these targets.
    Routed(u16, &'a [u16]),
    /// A node failed.
    Failed(u16),
    /// A node that was told to stop has stopped.
    Cancelled(u16),
    /// The body is to stop: its run was cancelled, or a sibling of the node it belongs to failed.
    Stop,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Start a node.
    Start(u16),
    /// A node is dead; there is nothing to do but to say so.
    Skip(u16, Dead),
    /// Drop a running node: it only computes, reads or waits.
    Drop(u16),
    /// Tell the running nodes that have bodies of their own to stop.
    Stop,
}

/// Where a node stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// Its needs have not settled.
    #[default]
    Pending,
    /// It was started.
    Running,
    /// It gave its output.
    Succeeded,
    /// It failed and nothing takes the failure.
    Failed,
    /// It failed, but is not critical: its output is `otherwise`.
    Accepted,
    /// It failed, and `handlers` nodes that need it can do without it.
    Tolerated {
        /// How many joins are left that may take the failure.
        handlers: u16,
    },
    /// Its `when` was false: its edges are alive.
    Skipped,
    /// It cannot run.
    Dead(Dead),
    /// It was stopped before it could end.
    Cancelled,
}

/// Why a node is dead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dead {
    /// A switch chose other targets.
    NotChosen,
    /// All it needs is dead.
    NeedsDead,
    /// Fewer of its needs can succeed than its join asks for.
    Unreachable,
}

/// How a body ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Every node has settled and no failure was left over.
    Completed,
    /// This node failed first.
    Failed(u16),
    /// It was told to stop.
    Stopped,
}

impl Status {
    /// Whether nothing more will happen to the node.
    #[must_use]
    pub const fn is_settled(self) -> bool {
        !matches!(self, Self::Pending | Self::Running)
    }
}
