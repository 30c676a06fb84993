//! From a table as written to one that can be asked: cells read, expressions compiled, days made moments.
//! Done once per table; equal expressions are compiled once.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Days, NaiveDate, TimeZone};
use chrono_tz::Tz;
use sdk::{Compile, Error, Evaluate, Value};
use serde_json::Map;

use super::{
    cell::{self, Test},
    table::{Aggregate, HitPolicy, Output, Table, invalid, rule_id},
};

/// The name under which expressions see the whole input.
pub(super) const WHOLE: &str = "input";

/// A table that can be asked.
pub(super) struct Compiled {
    pub(super) policy: HitPolicy,
    pub(super) columns: Vec<Column>,
    pub(super) outputs: Vec<(Output, Option<Aggregate>)>,
    pub(super) rules: Vec<Rule>,
    /// The first words of all fields: what expressions may name beside the whole input.
    pub(super) names: Vec<String>,
    /// Whether any expression looks at the whole input, which then must be copied.
    pub(super) reads_whole: bool,
}

/// An input column.
pub(super) struct Column {
    pub(super) id: String,
    pub(super) field: Option<Vec<String>>,
}

/// One row.
pub(super) struct Rule {
    pub(super) id: String,
    pub(super) priority: i64,
    pub(super) from_ms: Option<i64>,
    /// The first moment at which it holds no more.
    pub(super) until_ms: Option<i64>,
    pub(super) cells: Vec<Cell>,
    pub(super) results: Vec<Said>,
}

/// One input cell: no tests means any value.
pub(super) struct Cell {
    pub(super) written: Value,
    pub(super) tests: Vec<Check>,
}

/// One alternative of a cell.
pub(super) enum Check {
    OneOf(Vec<Value>),
    Holds { expression: Arc<dyn Evaluate>, is_order: bool },
}

/// One output cell.
pub(super) enum Said {
    Constant(Value),
    Computed(Arc<dyn Evaluate>),
}

struct Compiler<'a> {
    compile: &'a Compile<'a>,
    names: Vec<String>,
    known: BTreeMap<String, Arc<dyn Evaluate>>,
    reads_whole: bool,
}

/// Compiles `table`.
pub(super) fn compile(table: &Table, compile: &Compile<'_>) -> Result<Compiled, Error> {
    let mut columns = Vec::new();
    let mut names: Vec<String> = Vec::new();
    for input in &table.inputs {
        let field = input.field.as_deref().map(|field| path(field, &input.id)).transpose()?;
        if let Some(first) = field.as_ref().and_then(|field| field.first())
            && !names.contains(first)
        {
            names.push(first.clone());
        }
        columns.push(Column { id: input.id.clone(), field });
    }
    let zone: Tz = match &table.timezone {
        None => Tz::UTC,
        Some(name) => name.parse().map_err(|_| invalid(format!("`{name}` is no time zone")))?,
    };
    let mut compiler = Compiler { compile, names, known: BTreeMap::new(), reads_whole: false };
    let mut rules = Vec::new();
    for (index, rule) in table.rules.iter().enumerate() {
        rules.push(compiler.rule(table, rule, rule_id(rule, index), zone)?);
    }
    let outputs = table.outputs.iter().map(|output| {
        let aggregate = table.aggregate.get(&output.id).or_else(|| table.aggregate.get(&output.field));
        (output.clone(), aggregate.copied())
    });
    Ok(Compiled {
        policy: table.hit_policy,
        columns,
        outputs: outputs.collect(),
        rules,
        names: compiler.names,
        reads_whole: compiler.reads_whole,
    })
}

/// `customer.level` as its words.
fn path(field: &str, column: &str) -> Result<Vec<String>, Error> {
    let is_word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let words: Vec<String> = field.split('.').map(str::to_owned).collect();
    if words.iter().all(|word| is_word(word)) {
        return Ok(words);
    }
    Err(invalid(format!("column `{column}` looks at `{field}`: write a path such as `customer.level`")))
}

impl Compiler<'_> {
    fn rule(
        &mut self,
        table: &Table,
        rule: &Map<String, Value>,
        id: String,
        zone: Tz,
    ) -> Result<Rule, Error> {
        let mut cells = Vec::new();
        for input in &table.inputs {
            let written = rule.get(&input.id).cloned().unwrap_or_default();
            let place = |why: String| invalid(format!("rule `{id}`, column `{}`: {why}", input.id));
            let mut tests = Vec::new();
            for test in cell::read(&written, input.field.as_deref()).map_err(place)? {
                tests.push(match test {
                    Test::OneOf(values) => Check::OneOf(values),
                    Test::Holds { text, is_order } => {
                        let expression = self.expression(&text).map_err(|fault| place(fault.message))?;
                        Check::Holds { expression, is_order }
                    }
                });
            }
            cells.push(Cell { written, tests });
        }
        let mut results = Vec::new();
        for output in &table.outputs {
            let written = rule.get(&output.id).unwrap_or(&Value::Null);
            let made = self.result(written);
            results.push(made.map_err(|fault| {
                invalid(format!("rule `{id}`, column `{}`: {}", output.id, fault.message))
            })?);
        }
        let priority = match rule.get("priority") {
            None => 0,
            Some(priority) => priority
                .as_i64()
                .ok_or_else(|| invalid(format!("rule `{id}`: `priority` is no whole number")))?,
        };
        let day = |key: &str, is_end: bool| {
            moment(rule.get(key), zone, is_end).map_err(|why| invalid(format!("rule `{id}`: `{key}` {why}")))
        };
        Ok(Rule {
            priority,
            from_ms: day("validFrom", false)?,
            until_ms: day("validTo", true)?,
            cells,
            results,
            id,
        })
    }

    fn result(&mut self, written: &Value) -> Result<Said, Error> {
        let Value::String(text) = written else { return Ok(Said::Constant(written.clone())) };
        if text.trim().is_empty() {
            return Ok(Said::Constant(Value::Null));
        }
        match serde_json::from_str(text) {
            Ok(literal) => Ok(Said::Constant(literal)),
            Err(_) => self.expression(text).map(Said::Computed),
        }
    }

    fn expression(&mut self, text: &str) -> Result<Arc<dyn Evaluate>, Error> {
        if let Some(known) = self.known.get(text) {
            return Ok(Arc::clone(known));
        }
        let mut names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        if !names.contains(&WHOLE) {
            names.push(WHOLE);
            self.reads_whole |= text.contains(WHOLE);
        }
        let expression = (self.compile)(text, &names)?;
        self.known.insert(text.to_owned(), Arc::clone(&expression));
        Ok(expression)
    }
}

/// A day or a moment. The last day is valid to its end.
fn moment(written: Option<&Value>, zone: Tz, is_end: bool) -> Result<Option<i64>, String> {
    let text = match written {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => text.as_str(),
        Some(_) => return Err("is no text".to_owned()),
    };
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Ok(Some(moment.timestamp_millis()));
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .map_err(|_| format!("is {text:?}: write a day such as `2026-01-31`, or a moment with its offset"))?;
    let day = if is_end { day.checked_add_days(Days::new(1)).unwrap_or(day) } else { day };
    let midnight = day.and_hms_opt(0, 0, 0).unwrap_or_default();
    // Where a clock change leaves out midnight, the day begins with the first moment that exists.
    let begin = zone.from_local_datetime(&midnight).earliest();
    let begin = begin.unwrap_or_else(|| zone.from_utc_datetime(&midnight));
    Ok(Some(begin.timestamp_millis()))
}
