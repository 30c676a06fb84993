//! Exact decimals for money: `decimal.add("0.10", "0.20")`. Numbers are texts or integers, answers are texts;
//! a float is refused, it has lost the cents already.

use cel::ExecutionError;
use cel::common::functions::Function;
use cel::common::types::{CelInt, CelString, CelUInt};
use cel::common::value::{CowVal, Val};
use rust_decimal::{Decimal, RoundingStrategy};

use super::functions::{integer, take};

/// The functions of two decimals.
pub(super) const FUNCTIONS: [(&str, Function); 4] = [
    ("decimal.add", add),
    ("decimal.subtract", subtract),
    ("decimal.multiply", multiply),
    ("decimal.compare", compare),
];

type Answer<'b, 'v> = Result<CowVal<'b, 'v>, ExecutionError>;

fn add<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    calculate("decimal.add", args, Decimal::checked_add)
}

fn subtract<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    calculate("decimal.subtract", args, Decimal::checked_sub)
}

fn multiply<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    calculate("decimal.multiply", args, Decimal::checked_mul)
}

/// -1, 0 or 1.
fn compare<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    let [left, right] = take("decimal.compare", args)?;
    let order = read("decimal.compare", left.as_ref())?.cmp(&read("decimal.compare", right.as_ref())?);
    Ok(integer(order as i64))
}

/// Rounds to so many places, halves away from zero, as an invoice does.
pub(super) fn round<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    let [number, places] = take("decimal.round", args)?;
    let places = places.downcast_ref::<CelInt>().and_then(|places| u32::try_from(*places.inner()).ok());
    let places = places
        .ok_or_else(|| ExecutionError::function_error("decimal.round", "the places must be 0 or more"))?;
    let number = read("decimal.round", number.as_ref())?;
    let mut rounded = number.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(places);
    Ok(CowVal::owned(CelString::from(rounded.to_string())))
}

fn calculate<'b, 'v>(
    function: &str,
    args: Vec<CowVal<'b, 'v>>,
    operation: fn(Decimal, Decimal) -> Option<Decimal>,
) -> Answer<'b, 'v> {
    let [left, right] = take(function, args)?;
    let answer = operation(read(function, left.as_ref())?, read(function, right.as_ref())?);
    let answer = answer.ok_or_else(|| ExecutionError::function_error(function, "the result is too large"))?;
    Ok(CowVal::owned(CelString::from(answer.to_string())))
}

fn read(function: &str, value: &dyn Val) -> Result<Decimal, ExecutionError> {
    let number = if let Some(text) = value.downcast_ref::<CelString<'_>>() {
        Decimal::from_str_exact(text.inner()).ok()
    } else if let Some(int) = value.downcast_ref::<CelInt>() {
        Some(Decimal::from(*int.inner()))
    } else {
        value.downcast_ref::<CelUInt>().map(|uint| Decimal::from(*uint.inner()))
    };
    number.ok_or_else(|| {
        let name = value.get_type().name();
        ExecutionError::function_error(function, format!("{name} given, write a number as a text: \"12.50\""))
    })
}
