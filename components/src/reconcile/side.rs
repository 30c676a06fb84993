//! One of the two files: how its rows are read. RFC 4180, UTF-8, the first row names the columns.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use sdk::{Error, schemars};
use serde::Deserialize;

/// Rows of a file at most.
const MOST_ROWS: usize = 2_000_000;
/// The field that holds money.
const MONEY: &str = "fen";

/// What amounts of a file are in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Whole minor units.
    #[default]
    Fen,
    /// Decimal major units, such as `12.30`.
    Yuan,
}

/// A file, and how to read it.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Side {
    /// The file: what a `download` gave as `ref`.
    pub r#ref: String,
    /// The column of each field. A field that is not named stands in the column of its own name.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
    /// What the field `fen` is in.
    #[serde(default)]
    pub unit: Unit,
    /// Our word for each status of the file; others stay as they are.
    #[serde(default)]
    pub statuses: BTreeMap<String, String>,
}

/// Values of the compared fields by key, in the order of the file.
pub(super) type Rows = Vec<(String, Vec<String>)>;

impl Side {
    /// The rows of a file.
    pub(super) fn rows(&self, bytes: &[u8], key: &str, fields: &[String]) -> Result<Rows, Error> {
        let text = std::str::from_utf8(bytes).map_err(|_| invalid("it is not UTF-8"))?;
        let text = text.trim_start_matches('\u{feff}');
        let mut records = Records { rest: text, line: 1 };
        let head = records.next().ok_or_else(|| invalid("it is empty"))??;
        let place = |field: &str| {
            let column = self.columns.get(field).map_or(field, String::as_str);
            let place = head.iter().position(|name| name.trim() == column);
            place.ok_or_else(|| invalid(format!("it has no column `{column}` for the field `{field}`")))
        };
        let key = place(key)?;
        let places = fields.iter().map(|field| place(field)).collect::<Result<Vec<_>, _>>()?;
        let mut rows = Rows::new();
        loop {
            let line = records.line;
            let Some(record) = records.next() else { return Ok(rows) };
            let record = record?;
            if record.len() == 1 && record[0].is_empty() {
                continue;
            }
            if rows.len() == MOST_ROWS {
                return Err(invalid(format!("it has more than {MOST_ROWS} rows")));
            }
            let cell = |place: usize| record.get(place).map(|cell| cell.trim()).unwrap_or_default();
            let values = fields.iter().zip(&places);
            let values = values.map(|(field, place)| self.value(field, cell(*place), line));
            rows.push((cell(key).to_owned(), values.collect::<Result<_, _>>()?));
        }
    }

    /// A cell in our words and units.
    fn value(&self, field: &str, cell: &str, line: usize) -> Result<String, Error> {
        if field != MONEY {
            return Ok(self.statuses.get(cell).map_or(cell, String::as_str).to_owned());
        }
        let amount: Option<Decimal> = cell.parse().ok();
        let amount = match self.unit {
            Unit::Fen => amount,
            Unit::Yuan => amount.and_then(|yuan| yuan.checked_mul(Decimal::ONE_HUNDRED)),
        };
        let amount = amount.filter(|fen| fen.fract().is_zero());
        amount
            .map(|fen| fen.trunc().normalize().to_string())
            .ok_or_else(|| invalid(format!("line {line}: an amount is no number of whole fen")))
    }
}

fn invalid(why: impl std::fmt::Display) -> Error {
    Error::validation("FILE_INVALID", format!("the file cannot be read: {why}"))
}

/// The records of a text.
struct Records<'t> {
    rest: &'t str,
    line: usize,
}

impl Iterator for Records<'_> {
    type Item = Result<Vec<String>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let (mut record, mut cell, mut is_quoted) = (Vec::new(), String::new(), false);
        let begun = self.line;
        let mut characters = self.rest.char_indices().peekable();
        let mut end = self.rest.len();
        while let Some((at, character)) = characters.next() {
            match (character, is_quoted) {
                ('"', true) if characters.peek().is_some_and(|(_, next)| *next == '"') => {
                    characters.next();
                    cell.push('"');
                }
                ('"', _) => is_quoted = !is_quoted,
                (',', false) => record.push(std::mem::take(&mut cell)),
                ('\r', false) => {}
                ('\n', false) => {
                    self.line += 1;
                    end = at + 1;
                    break;
                }
                (other, _) => {
                    self.line += usize::from(other == '\n');
                    cell.push(other);
                }
            }
        }
        self.rest = &self.rest[end..];
        if is_quoted {
            return Some(Err(invalid(format!("line {begun}: a quote is not closed"))));
        }
        record.push(cell);
        Some(Ok(record))
    }
}

#[cfg(test)]
mod tests {
    use super::{Rows, Side};

    fn rows(side: sdk::Value, text: &str) -> Result<Rows, String> {
        let side: Side = serde_json::from_value(side).unwrap();
        side.rows(text.as_bytes(), "no", &["fen".into(), "status".into()]).map_err(|fault| fault.message)
    }

    #[test]
    fn columns_units_and_statuses_are_those_of_the_file() {
        let side = serde_json::json!({"ref": "r", "unit": "yuan", "columns": {"no": "id", "fen": "total"}, "statuses": {"S": "PAID"}});
        let text = "\u{feff}id,\"total\",status\r\n1,12.30,S\r\n\r\n\"a\"\"b,\nc\",5,\"R\"";
        let row =
            |key: &str, fen: &str, status: &str| (key.to_owned(), vec![fen.to_owned(), status.to_owned()]);
        assert_eq!(rows(side, text).unwrap(), [row("1", "1230", "PAID"), row("a\"b,\nc", "500", "R")]);
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_line() {
        let side = || serde_json::json!({"ref": "r"});
        for (text, said) in [
            ("", "it is empty"),
            ("no,fen\n1,2", "it has no column `status` for the field `status`"),
            ("no,fen,status\n1,2,x\n2,1.5,x", "line 3: an amount is no number of whole fen"),
            ("no,fen,status\n1,\"2", "line 2: a quote is not closed"),
        ] {
            assert_eq!(rows(side(), text).unwrap_err(), format!("the file cannot be read: {said}"));
        }
    }
}
