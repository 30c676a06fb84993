//! `replace` and `join`, whose result can be larger than all that is given to them: a megabyte of commas with
//! each comma replaced by a megabyte is a terabyte. Measured before it is built.

use cel::ExecutionError;
use cel::common::types::{CelInt, CelString};
use cel::common::value::CowVal;

/// Largest text they build.
const MAX_BYTES: usize = 1024 * 1024;

/// `text.replace(from, to)` and `text.replace(from, to, times)`.
#[expect(clippy::needless_pass_by_value, reason = "the signature CEL calls an overload by")]
pub(super) fn replace<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let [Some(text), Some(from), Some(to)] = [0, 1, 2].map(|place| args.get(place).and_then(text_of)) else {
        return Err(ExecutionError::no_such_overload("replace", types(&args)));
    };
    let times = args.get(3).and_then(|times| times.downcast_ref::<CelInt>()).map(|times| *times.inner());
    // A negative count means all of them, as CEL's strings extension has it.
    let times = times.and_then(|times| usize::try_from(times).ok()).unwrap_or(usize::MAX);
    let found = text.matches(from).take(times).count();
    within("replace", text.len().saturating_add(found.saturating_mul(to.len())))?;
    Ok(CowVal::owned(CelString::from(text.replacen(from, to, times))))
}

/// `list.join()` and `list.join(separator)`.
#[expect(clippy::needless_pass_by_value, reason = "the signature CEL calls an overload by")]
pub(super) fn join<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let refused = || ExecutionError::no_such_overload("join", types(&args));
    let separator = match args.get(1) {
        Some(separator) => text_of(separator).ok_or_else(refused)?,
        None => "",
    };
    let list = args.first().and_then(|list| list.as_iterable()).ok_or_else(refused)?;
    let (mut items, mut joined) = (list.iter(), String::new());
    let mut is_first = true;
    while let Some(item) = items.next() {
        let item = item.downcast_ref::<CelString<'_>>().ok_or_else(|| {
            ExecutionError::function_error(
                "join",
                format!("an item is a {}, not a text", item.get_type().name()),
            )
        })?;
        within("join", joined.len() + separator.len() + item.inner().len())?;
        if !is_first {
            joined.push_str(separator);
        }
        joined.push_str(item.inner());
        is_first = false;
    }
    Ok(CowVal::owned(CelString::from(joined)))
}

fn text_of<'b>(value: &'b CowVal<'_, '_>) -> Option<&'b str> {
    value.downcast_ref::<CelString<'_>>().map(|text| text.inner())
}

fn types(args: &[CowVal<'_, '_>]) -> Vec<String> {
    args.iter().map(|arg| arg.get_type().name().to_owned()).collect()
}

fn within(function: &str, bytes: usize) -> Result<(), ExecutionError> {
    if bytes <= MAX_BYTES {
        return Ok(());
    }
    Err(ExecutionError::function_error(function, "the result is larger than 1 MiB"))
}
