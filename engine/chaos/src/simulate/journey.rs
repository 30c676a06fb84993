//! The flows of the simulation.

/// What the sagas of a simulation run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Journey {
    /// A spine, writes side by side, a list of writes, a race.
    Spine,
    /// Nodes with bodies of their own under time limits and retries, which are undone whole and in part.
    Nested,
    /// Child flows, which undo themselves and are undone with the flow around them; callers cancel.
    Family,
}

impl Journey {
    pub(super) const fn flow(self) -> &'static str {
        match self {
            Self::Spine => "chaos.journey",
            Self::Nested => "chaos.nested",
            Self::Family => "chaos.family",
        }
    }

    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::Spine => include_str!("../../testdata/flows/journey.yaml"),
            Self::Nested => include_str!("../../testdata/flows/nested.yaml"),
            Self::Family => include_str!("../../testdata/flows/family.yaml"),
        }
    }
}
