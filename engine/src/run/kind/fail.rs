//! `fail`: raises an error of the flow's own.

use sdk::Error;

use crate::{flow::plan::FailPlan, run::view::View};

/// The error to raise.
pub(in crate::run) fn raise(fail: &FailPlan, view: &View<'_>) -> Error {
    let message = match &fail.message {
        Some(message) => match view.value(message) {
            Ok(text) => sdk::plain(&text).into_owned(),
            Err(error) => return error,
        },
        None => String::from("the flow refused to go on"),
    };
    Error::new(fail.class, std::sync::Arc::clone(&fail.code), message).outcome_unknown(false)
}
