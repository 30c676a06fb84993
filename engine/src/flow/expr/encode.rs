//! What an expression gave, as JSON: instants as RFC 3339, durations as `30s`, at most 1 MiB. A whole number
//! computed as a double stays a JSON float.

use cel::common::traits::Iterable;
use cel::common::types::{
    CelBool, CelBytes, CelDouble, CelDuration, CelInt, CelMap, CelMapKey, CelOptional, CelString,
    CelTimestamp, CelType, CelUInt, Kind,
};
use cel::common::value::Val;
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use serde_json::{Map, Number, Value};

use super::fault::Cause;

/// Largest result of an expression, roughly its length as JSON.
const MAX_BYTES: usize = 1024 * 1024;

/// The value as JSON.
pub(super) fn encode(value: &dyn Val) -> Result<Value, Cause> {
    Encoder { left: MAX_BYTES }.value(value)
}

struct Encoder {
    left: usize,
}

impl Encoder {
    fn spend(&mut self, bytes: usize) -> Result<(), Cause> {
        self.left = self
            .left
            .checked_sub(bytes)
            .ok_or_else(|| Cause::new("the result is larger than 1 MiB").help("let a component build it"))?;
        Ok(())
    }

    fn value(&mut self, value: &dyn Val) -> Result<Value, Cause> {
        self.spend(4)?;
        let kind = value.get_type().kind();
        match kind {
            Kind::List => value.as_iterable().map_or_else(|| unknown(value), |items| self.list(items)),
            Kind::Map => self.map(value),
            Kind::String => {
                let Some(text) = value.downcast_ref::<CelString<'_>>() else { return unknown(value) };
                self.spend(text.inner().len())?;
                Ok(Value::from(text.inner()))
            }
            _ => match value.downcast_ref::<CelOptional<'_>>() {
                Some(optional) => optional.option().map_or(Ok(Value::Null), |held| self.value(held)),
                None => scalar(value, kind),
            },
        }
    }

    fn list<'v>(&mut self, items: &(dyn Iterable + 'v)) -> Result<Value, Cause> {
        let mut items = items.iter();
        let mut list = Vec::new();
        while let Some(item) = items.next() {
            list.push(self.value(item)?);
        }
        Ok(Value::Array(list))
    }

    /// In the order of the document, or sorted where CEL built the map: its own maps have no order.
    fn map(&mut self, value: &dyn Val) -> Result<Value, Cause> {
        let mut object = Map::new();
        if let Some(map) = value.downcast_ref::<CelMap<'_>>() {
            let mut entries: Vec<_> = map.inner().iter().collect();
            entries.sort_by(|left, right| left.0.cmp(right.0));
            for (key, item) in entries {
                let key = written(key);
                self.spend(key.len())?;
                object.insert(key, self.value(item.as_ref())?);
            }
            return Ok(Value::Object(object));
        }
        let (Some(keys), Some(fields)) = (value.as_iterable(), value.as_indexer()) else {
            return unknown(value);
        };
        let mut keys = keys.iter();
        while let Some(key) = keys.next() {
            let Some(name) = key.downcast_ref::<CelString<'_>>() else { return unknown(value) };
            let field = fields.get(key).map_err(|_| Cause::new("a map changed while it was read"))?;
            self.spend(name.inner().len())?;
            object.insert(name.inner().to_owned(), self.value(field.as_ref())?);
        }
        Ok(Value::Object(object))
    }
}

fn written(key: &CelMapKey<'_>) -> String {
    match key {
        CelMapKey::Bool(is_true) => is_true.inner().to_string(),
        CelMapKey::Int(int) => int.inner().to_string(),
        CelMapKey::UInt(uint) => uint.inner().to_string(),
        CelMapKey::String(text) => text.inner().to_owned(),
    }
}

fn scalar(value: &dyn Val, kind: Kind) -> Result<Value, Cause> {
    let encoded = match kind {
        Kind::NullType => Some(Value::Null),
        Kind::Boolean => value.downcast_ref::<CelBool>().map(|is_true| Value::from(*is_true.inner())),
        Kind::Int => value.downcast_ref::<CelInt>().map(|int| Value::from(*int.inner())),
        Kind::UInt => value.downcast_ref::<CelUInt>().map(|uint| Value::from(*uint.inner())),
        Kind::Double => {
            let double = value.downcast_ref::<CelDouble>().map(|double| *double.inner());
            let number = double.and_then(Number::from_f64).map(Value::Number);
            return number.ok_or_else(|| Cause::new("the result is not a number (a division by 0.0?)"));
        }
        Kind::Timestamp => value.downcast_ref::<CelTimestamp>().map(|at| Value::from(instant(at.inner()))),
        Kind::Duration => value.downcast_ref::<CelDuration>().map(|time| Value::from(duration(time.inner()))),
        Kind::Type => value.downcast_ref::<CelType>().map(|named| Value::from(named.name())),
        Kind::Bytes => match value.downcast_ref::<CelBytes<'_>>() {
            // The crate's own encoder writes base64, which is what JSON readers expect.
            Some(bytes) => cel::Value::from(bytes.inner().to_vec()).json().ok(),
            None => None,
        },
        _ => None,
    };
    encoded.map_or_else(|| unknown(value), Ok)
}

fn unknown(value: &dyn Val) -> Result<Value, Cause> {
    Err(Cause::new(format!("the result is a {}, which JSON cannot hold", value.get_type().name())))
}

/// RFC 3339 in UTC, as `string(ts)` writes it.
pub(super) fn instant(at: &DateTime<FixedOffset>) -> String {
    let at = at.with_timezone(&Utc);
    let fraction = fraction(at.timestamp_subsec_nanos() % 1_000_000_000);
    format!("{}{fraction}Z", at.format("%Y-%m-%dT%H:%M:%S"))
}

/// Seconds with `s`, as `string(d)` writes it.
pub(super) fn duration(time: &TimeDelta) -> String {
    let sign = if *time < TimeDelta::zero() { "-" } else { "" };
    let time = time.abs();
    format!("{sign}{}{}s", time.num_seconds(), fraction(time.subsec_nanos().unsigned_abs()))
}

fn fraction(nanos: u32) -> String {
    if nanos == 0 {
        return String::new();
    }
    format!(".{nanos:09}").trim_end_matches('0').to_owned()
}
