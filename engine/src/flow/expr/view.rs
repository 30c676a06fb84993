//! Borrowed JSON as CEL values: an object or list is wrapped, never converted; what is not touched costs
//! nothing. Also the equality that holds between JSON and what CEL builds itself.

use cel::common::traits::Sizer;
use cel::common::types::{CelBool, CelDouble, CelInt, CelNull, CelString, CelUInt, Kind};
use cel::common::value::{CowVal, Val};
use serde_json::Value;

use super::functions::truth;
use super::list::List;
use super::object::Object;

pub(super) type Boxed<'v> = Box<dyn Val + 'v>;

/// A JSON value as CEL sees it.
pub(super) fn view(value: &Value) -> CowVal<'_, '_> {
    match value {
        Value::Null => CowVal::Borrowed(&CelNull),
        Value::Bool(is_true) => truth(*is_true),
        other => CowVal::Owned(boxed(other)),
    }
}

/// Integers become `int` first, `uint` only above its range: CEL does not add an int to a uint.
pub(super) fn boxed(value: &Value) -> Boxed<'_> {
    match value {
        Value::Null => Box::new(CelNull),
        Value::Bool(is_true) => Box::new(CelBool::from(*is_true)),
        Value::String(text) => Box::new(CelString::from(text.as_str())),
        Value::Array(items) => Box::new(List::new(items)),
        Value::Object(object) => Box::new(Object::new(object)),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(int), _) => Box::new(CelInt::from(int)),
            (None, Some(uint)) => Box::new(CelUInt::from(uint)),
            (None, None) => Box::new(CelDouble::from(number.as_f64().unwrap_or(f64::NAN))),
        },
    }
}

/// Equality by content, whichever side built the value.
pub(super) fn same(left: &dyn Val, right: &dyn Val) -> bool {
    let kind = left.get_type().kind();
    if !matches!(kind, Kind::List | Kind::Map) {
        return left.equals(right);
    }
    let sizes = (left.as_sizer().map(Sizer::size), right.as_sizer().map(Sizer::size));
    let (Some(these), true) = (left.as_iterable(), kind == right.get_type().kind() && sizes.0 == sizes.1)
    else {
        return false;
    };
    let mut these = these.iter();
    if kind == Kind::List {
        let Some(others) = right.as_iterable() else { return false };
        let mut others = others.iter();
        while let (Some(this), Some(other)) = (these.next(), others.next()) {
            if !same(this, other) {
                return false;
            }
        }
        return true;
    }
    let (Some(left), Some(right)) = (left.as_indexer(), right.as_indexer()) else { return false };
    while let Some(key) = these.next() {
        let (Ok(this), Ok(other)) = (left.get(key), right.get(key)) else { return false };
        if !same(this.as_ref(), other.as_ref()) {
            return false;
        }
    }
    true
}
