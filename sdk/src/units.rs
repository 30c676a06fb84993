//! Durations and sizes as people write them: `250ms`, `1m30s`, `2MiB`. The unit lives in the type.

use std::{borrow::Cow, fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Why a text is no duration or size.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no {what}: {help}")]
pub struct UnitError {
    what: &'static str,
    text: String,
    help: &'static str,
}

/// A length of time, written with its unit: `250ms`, `30s`, `5m`, `2h`, `7d`, or several as `1m30s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Duration(std::time::Duration);

impl Duration {
    /// From the standard library's duration.
    #[must_use]
    pub const fn new(duration: std::time::Duration) -> Self {
        Self(duration)
    }

    /// As the standard library's duration.
    #[must_use]
    pub const fn get(self) -> std::time::Duration {
        self.0
    }
}

const DURATION_HELP: &str = "write a number with ms, s, m, h or d, such as `250ms` or `1m30s`";

impl FromStr for Duration {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let refuse = || UnitError { what: "duration", text: text.to_owned(), help: DURATION_HELP };
        let mut total_ms: u64 = 0;
        let mut rest = text;
        if rest.is_empty() {
            return Err(refuse());
        }
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(refuse)?;
            let number: u64 = rest[..digits].parse().map_err(|_| refuse())?;
            rest = &rest[digits..];
            let letters = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
            let unit_ms = match &rest[..letters] {
                "ms" => 1,
                "s" => 1_000,
                "m" => 60_000,
                "h" => 3_600_000,
                "d" => 86_400_000,
                _ => return Err(refuse()),
            };
            rest = &rest[letters..];
            total_ms =
                number.checked_mul(unit_ms).and_then(|ms| total_ms.checked_add(ms)).ok_or_else(refuse)?;
        }
        Ok(Self(std::time::Duration::from_millis(total_ms)))
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut ms = self.0.as_millis();
        if ms == 0 {
            return f.write_str("0s");
        }
        for (unit, size) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)] {
            if ms >= size {
                write!(f, "{}{unit}", ms / size)?;
                ms %= size;
            }
        }
        Ok(())
    }
}

/// A number of bytes, written with its unit: `512B`, `64KiB`, `2MiB`, `1GiB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ByteSize(u64);

impl ByteSize {
    /// From a number of bytes.
    #[must_use]
    pub const fn new(bytes: u64) -> Self {
        Self(bytes)
    }

    /// The number of bytes.
    #[must_use]
    pub const fn bytes(self) -> u64 {
        self.0
    }
}

impl FromStr for ByteSize {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let refuse = || UnitError {
            what: "size",
            text: text.to_owned(),
            help: "write a number with B, KiB, MiB or GiB, such as `2MiB`",
        };
        let digits = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(refuse)?;
        let number: u64 = text[..digits].parse().map_err(|_| refuse())?;
        let unit = match &text[digits..] {
            "B" => 1,
            "KiB" => 1 << 10,
            "MiB" => 1 << 20,
            "GiB" => 1 << 30,
            _ => return Err(refuse()),
        };
        number.checked_mul(unit).map(Self).ok_or_else(refuse)
    }
}

impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, unit) = match self.0 {
            n if n >= 1 << 30 && n % (1 << 30) == 0 => (n >> 30, "GiB"),
            n if n >= 1 << 20 && n % (1 << 20) == 0 => (n >> 20, "MiB"),
            n if n >= 1 << 10 && n % (1 << 10) == 0 => (n >> 10, "KiB"),
            n => (n, "B"),
        };
        write!(f, "{number}{unit}")
    }
}

macro_rules! unit {
    ($type:ident, $name:literal, $pattern:literal, $example:literal) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({"type": "string", "format": $name, "pattern": $pattern, "examples": [$example]})
            }
        }
    };
}

unit!(Duration, "duration", "^([0-9]+(ms|s|m|h|d))+$", "250ms");
unit!(ByteSize, "byte-size", "^[0-9]+(B|KiB|MiB|GiB)$", "2MiB");

#[cfg(test)]
mod tests {
    use super::{ByteSize, Duration};

    #[test]
    fn durations_read_as_written() {
        for (text, ms) in
            [("250ms", 250), ("30s", 30_000), ("1m30s", 90_000), ("2h", 7_200_000), ("7d", 604_800_000)]
        {
            let duration: Duration = text.parse().unwrap();
            assert_eq!(duration.get().as_millis(), ms);
            assert_eq!(duration.to_string(), text);
        }
    }

    #[test]
    fn a_number_without_unit_is_refused() {
        for text in ["", "5", "s", "5 s", "-1s", "1.5s", "5sec", "99999999999999999999d"] {
            assert!(text.parse::<Duration>().is_err(), "{text:?} was accepted");
        }
        for text in ["", "1", "MiB", "1MB", "99999999999GiB"] {
            assert!(text.parse::<ByteSize>().is_err(), "{text:?} was accepted");
        }
    }

    #[test]
    fn sizes_read_as_written() {
        for (text, bytes) in [("512B", 512), ("64KiB", 65_536), ("2MiB", 2_097_152)] {
            let size: ByteSize = text.parse().unwrap();
            assert_eq!((size.bytes(), size.to_string().as_str()), (bytes, text));
        }
    }
}
