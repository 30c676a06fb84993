//! The functions of the language: CEL's standard ones, its string, math and list extensions, and ours. One
//! environment serves every expression. `now`, `uuid` and `orDefault` are rewritten in `bind.rs` instead.

use std::ops::RangeInclusive;
use std::sync::{Arc, LazyLock};

use cel::common::types::{
    CelBool, CelInt, CelList, CelMap, CelNull, CelOptional, CelString, CelTimestamp, DYN_TYPE, INT_TYPE,
    Kind, STRING_TYPE, TIMESTAMP_TYPE,
};
use cel::common::value::{CowVal, Val};
use cel::{DeclarationError, Env, ExecutionError, extensions};

use super::{decimal, growth, pattern, view};

/// Longest list a macro may run over, and the most rounds of nested ones.
pub(super) const MAX_ROUNDS: usize = 10_000;

/// Names an expression cannot write, for what `bind.rs` puts into the tree.
pub(super) const EQUALS: &str = "@equals";
pub(super) const JOIN: &str = "@join";
pub(super) const REPLACE: &str = "@replace";
pub(super) const MATCHES: &str = "@matches";
pub(super) const IN: &str = "@within";
pub(super) const RANGE: &str = "@range";
pub(super) const HAS_VALUE: &str = "@present";
pub(super) const VALUE: &str = "@unwrapped";

/// Functions called as `f(x)`.
pub(super) const GLOBAL: [&str; 17] = [
    "bool",
    "bytes",
    "date",
    "double",
    "duration",
    "dyn",
    "has",
    "int",
    "matches",
    "now",
    "orDefault",
    "size",
    "string",
    "timestamp",
    "type",
    "uint",
    "uuid",
];
/// Functions called as `x.f()`.
pub(super) const MEMBER: [&str; 44] = [
    "all",
    "charAt",
    "contains",
    "distinct",
    "endsWith",
    "exists",
    "existsOne",
    "exists_one",
    "filter",
    "flatten",
    "format",
    "getDate",
    "getDayOfMonth",
    "getDayOfWeek",
    "getDayOfYear",
    "getFullYear",
    "getHours",
    "getMilliseconds",
    "getMinutes",
    "getMonth",
    "getSeconds",
    "hasValue",
    "indexOf",
    "join",
    "lastIndexOf",
    "lowerAscii",
    "map",
    "matches",
    "optFlatMap",
    "optMap",
    "or",
    "orValue",
    "replace",
    "reverse",
    "size",
    "slice",
    "sort",
    "sortBy",
    "split",
    "startsWith",
    "substring",
    "trim",
    "upperAscii",
    "value",
];
/// How many arguments a function takes, where that is told at load; a method's target does not count.
pub(super) fn arity(name: &str, is_member: bool) -> Option<RangeInclusive<usize>> {
    Some(match (is_member, name) {
        (true, "hasValue" | "lowerAscii" | "reverse" | "size" | "sort" | "trim" | "upperAscii" | "value") => {
            0..=0
        }
        (true, "charAt" | "contains" | "endsWith" | "or" | "orValue" | "startsWith")
        | (
            false,
            "bool" | "bytes" | "double" | "duration" | "dyn" | "int" | "size" | "string" | "timestamp"
            | "type" | "uint",
        ) => 1..=1,
        (true, "indexOf" | "lastIndexOf" | "split" | "substring") => 1..=2,
        (true, "slice") | (false, "date") => 2..=2,
        _ => return None,
    })
}

/// Functions called as `space.f(x)`.
pub(super) const SPACED: [&str; 28] = [
    "decimal.add",
    "decimal.compare",
    "decimal.multiply",
    "decimal.round",
    "decimal.subtract",
    "lists.range",
    "math.abs",
    "math.bitAnd",
    "math.bitNot",
    "math.bitOr",
    "math.bitShiftLeft",
    "math.bitShiftRight",
    "math.bitXor",
    "math.ceil",
    "math.floor",
    "math.greatest",
    "math.isFinite",
    "math.isInf",
    "math.isNaN",
    "math.least",
    "math.round",
    "math.sign",
    "math.sqrt",
    "math.trunc",
    "optional.none",
    "optional.of",
    "optional.ofNonZeroValue",
    "strings.quote",
];

/// The environment of every expression; building one takes a quarter of a millisecond.
pub(super) fn environment() -> &'static Arc<Env> {
    static SHARED: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(build().unwrap_or_else(|_| Env::stdlib())));
    &SHARED
}

fn build() -> Result<Env, DeclarationError> {
    let mut env = Env::stdlib().with_optional_support(true);
    env.add_extension(extensions::strings)?;
    env.add_extension(extensions::math)?;
    env.add_extension(extensions::lists)?;
    env.add_overload("date", "date(timestamp,string)", vec![TIMESTAMP_TYPE, STRING_TYPE], date)?;
    for (name, function) in decimal::FUNCTIONS {
        env.add_overload(name, name, vec![DYN_TYPE, DYN_TYPE], function)?;
    }
    env.add_overload("decimal.round", "decimal.round", vec![DYN_TYPE, INT_TYPE], decimal::round)?;
    env.add_overload(EQUALS, EQUALS, vec![DYN_TYPE, DYN_TYPE], equals)?;
    env.add_overload(JOIN, "@join(dyn)", vec![DYN_TYPE], growth::join)?;
    env.add_overload(JOIN, "@join(dyn,dyn)", vec![DYN_TYPE, DYN_TYPE], growth::join)?;
    env.add_overload(REPLACE, "@replace(dyn,dyn,dyn)", vec![DYN_TYPE, DYN_TYPE, DYN_TYPE], growth::replace)?;
    let some = vec![DYN_TYPE, DYN_TYPE, DYN_TYPE, INT_TYPE];
    env.add_overload(REPLACE, "@replace(dyn,dyn,dyn,int)", some, growth::replace)?;
    env.add_overload(MATCHES, MATCHES, vec![DYN_TYPE, DYN_TYPE], pattern::matches)?;
    env.add_overload(IN, IN, vec![DYN_TYPE, DYN_TYPE], within)?;
    env.add_overload(RANGE, RANGE, vec![DYN_TYPE], range)?;
    env.add_overload(HAS_VALUE, HAS_VALUE, vec![DYN_TYPE], has_value)?;
    env.add_overload(VALUE, VALUE, vec![DYN_TYPE], value)?;
    Ok(env)
}

type Answer<'b, 'v> = Result<CowVal<'b, 'v>, ExecutionError>;

/// `date(ts, tz)`: the calendar day at that instant in a time zone of the IANA database, as `2026-01-05`.
fn date<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    let [at, zone] = take("date", args)?;
    let (Some(at), Some(zone)) = (at.downcast_ref::<CelTimestamp>(), zone.downcast_ref::<CelString<'_>>())
    else {
        return Err(ExecutionError::function_error("date", "it takes a timestamp and a time zone"));
    };
    let zone: chrono_tz::Tz = zone.inner().parse().map_err(|_| {
        ExecutionError::function_error("date", "no such time zone, write one like Asia/Shanghai")
    })?;
    let day = at.inner().with_timezone(&zone).format("%Y-%m-%d").to_string();
    Ok(CowVal::owned(CelString::from(day)))
}

fn equals<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    let [left, right] = take(EQUALS, args)?;
    Ok(truth(view::same(left.as_ref(), right.as_ref())))
}

/// `x in y` where an element of `y` may be a list or map made by CEL, which cannot compare itself to JSON.
fn within<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    let [item, container] = take(IN, args)?;
    if container.get_type().kind() == Kind::List
        && let Some(items) = container.as_iterable()
    {
        let mut items = items.iter();
        while let Some(candidate) = items.next() {
            if view::same(candidate, item.as_ref()) {
                return Ok(truth(true));
            }
        }
        return Ok(truth(false));
    }
    let types = || vec![item.get_type().name().to_owned(), container.get_type().name().to_owned()];
    let keys = container.as_container().ok_or_else(|| ExecutionError::no_such_overload("@in", types()))?;
    keys.contains(item.as_ref()).map(truth)
}

/// The range of a macro that is computed in the expression: not too long, and in an order that is the same
/// at every evaluation (CEL's own maps are hash maps).
fn range<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    let [range] = take(RANGE, args)?;
    let length = range.as_sizer().map_or(0, |sizer| sizer.size().into_inner());
    if usize::try_from(length).is_ok_and(|length| length > MAX_ROUNDS) {
        return Err(too_long(length));
    }
    let Some(map) = range.downcast_ref::<CelMap<'_>>() else {
        return Ok(range);
    };
    let mut keys: Vec<_> = map.inner().keys().cloned().collect();
    keys.sort();
    let keys = keys.iter().map(|key| key.inner().clone_as_boxed()).collect::<Vec<Box<dyn Val + 'v>>>();
    Ok(CowVal::owned(CelList::from(keys)))
}

fn too_long(length: i64) -> ExecutionError {
    let message = format!("a list of {length} items, a macro runs over at most {MAX_ROUNDS}");
    ExecutionError::function_error("range", message)
}

fn has_value<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    let [value] = take(HAS_VALUE, args)?;
    let held = match value.downcast_ref::<CelOptional<'_>>() {
        Some(optional) => optional.option(),
        None => Some(value.as_ref()),
    };
    Ok(truth(held.is_some_and(|held| held.downcast_ref::<CelNull>().is_none())))
}

fn value<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    let [value] = take(VALUE, args)?;
    let held = value.downcast_ref::<CelOptional<'_>>().map(|optional| match optional.option() {
        Some(held) => held.clone_as_boxed(),
        None => Box::new(CelNull),
    });
    Ok(held.map_or(value, CowVal::Owned))
}

/// The arguments of an overload, whose count the environment has checked.
pub(super) fn take<'b, 'v, const N: usize>(
    function: &str,
    args: Vec<CowVal<'b, 'v>>,
) -> Result<[CowVal<'b, 'v>; N], ExecutionError> {
    args.try_into().map_err(|_| ExecutionError::function_error(function, format!("it takes {N} arguments")))
}

pub(super) fn truth<'b, 'v>(is_true: bool) -> CowVal<'b, 'v> {
    CowVal::Borrowed(if is_true { &CelBool::TRUE } else { &CelBool::FALSE })
}

pub(super) fn integer<'b, 'v>(number: i64) -> CowVal<'b, 'v> {
    CowVal::owned(CelInt::from(number))
}

#[cfg(test)]
#[path = "functions_tests.rs"]
mod tests;
