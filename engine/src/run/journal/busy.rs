//! Which calls of a run are in flight: while there is one, the run is not idle.

use std::sync::atomic::Ordering;

use super::write::Journal;

impl Journal {
    /// Marks a call as in flight for as long as the guard lives.
    pub(in crate::run) fn occupy(&self) -> Busy<'_> {
        self.busy.fetch_add(1, Ordering::AcqRel);
        Busy { journal: self, by: Step::In }
    }

    /// The opposite, within such a guard: the call itself only waits.
    pub(super) fn rest(&self) -> Busy<'_> {
        self.busy.fetch_sub(1, Ordering::AcqRel);
        Busy { journal: self, by: Step::Out }
    }

    pub(in crate::run) fn is_busy(&self) -> bool {
        self.busy.load(Ordering::Acquire) > 0
    }
}

enum Step {
    In,
    Out,
}

/// See [`Journal::occupy`].
pub(in crate::run) struct Busy<'j> {
    journal: &'j Journal,
    by: Step,
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        match self.by {
            Step::In => self.journal.busy.fetch_sub(1, Ordering::AcqRel),
            Step::Out => self.journal.busy.fetch_add(1, Ordering::AcqRel),
        };
    }
}
