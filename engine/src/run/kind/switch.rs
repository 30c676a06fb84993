//! `switch`: routing. The first case that is true wins.

use sdk::{Class, Error};

use crate::{flow::plan::SwitchPlan, run::view::View};

/// The targets of the first case that holds.
pub(in crate::run) fn choose(switch: &SwitchPlan, view: &View<'_>) -> Result<Vec<u16>, Error> {
    for (case, targets) in &switch.cases {
        let holds = match case {
            Some(case) => view.test(case)?,
            None => true,
        };
        if holds {
            return Ok(targets.clone());
        }
    }
    Err(Error::new(Class::Internal, "NO_CASE", "no case holds and there is no default"))
}
