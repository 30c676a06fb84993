//! The shape of a rule table, close to the JSON decision model (JDM) so that its tables move in and out.

use std::collections::BTreeMap;

use sdk::{Class, Compile, Document, Error, Resource, Value, schemars};
use serde::Deserialize;
use serde_json::Map;

/// A `Decision` document: a rule table with a name.
#[derive(Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// The rules.
    pub table: Table,
}

/// Rules, one row each: what must hold, and what follows.
#[derive(Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Table {
    /// What to do when several rules match.
    #[serde(default)]
    pub hit_policy: HitPolicy,
    /// For `collect`: how the matching rules' results become one, by output. Without it they become a list.
    #[serde(default)]
    pub aggregate: BTreeMap<String, Aggregate>,
    /// The columns that rules look at.
    pub inputs: Vec<Input>,
    /// The columns that rules fill.
    pub outputs: Vec<Output>,
    /// The rules: a cell per column, by the column's id, beside `id`, `description`, `priority`, `validFrom`
    /// and `validTo`. An empty input cell means any; one that opens with an operator is about its column.
    pub rules: Vec<Map<String, Value>>,
    /// The time zone in which `validFrom` and `validTo` are days, such as `Asia/Shanghai`. Normally UTC.
    #[serde(default)]
    pub timezone: Option<String>,
}

/// What to do when several rules match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum HitPolicy {
    /// The first one in the table's order counts.
    #[default]
    First,
    /// Only one may match; two are a fault of the table.
    Unique,
    /// The one with the highest `priority` counts; of equals the first.
    Priority,
    /// All count, in the table's order.
    Collect,
}

/// How several results become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Aggregate {
    /// Their sum; 0 when there is none.
    Sum,
    /// The smallest.
    Min,
    /// The largest.
    Max,
    /// How many there are.
    Count,
    /// All of them.
    List,
}

/// A column that rules look at.
#[derive(Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The column's id, which is the key of its cells.
    pub id: String,
    /// Where its value stands in the input, such as `customer.level`. Without it each cell is a whole
    /// condition.
    #[serde(default)]
    pub field: Option<String>,
    /// What people call it.
    #[serde(default)]
    pub name: Option<String>,
}

/// A column that rules fill.
#[derive(Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// The column's id, which is the key of its cells.
    pub id: String,
    /// Where its value goes in the result, such as `rebateFen`.
    pub field: String,
    /// What people call it.
    #[serde(default)]
    pub name: Option<String>,
    /// What kind of value it must be.
    #[serde(default)]
    pub r#type: Kind,
    /// What it is when no rule matches.
    #[serde(default)]
    pub default: Value,
}

/// What kind of value a column holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Anything.
    #[default]
    Any,
    /// A whole number, such as an amount in its smallest unit.
    Integer,
    /// Any number.
    Number,
    /// An exact decimal, as a text.
    Decimal,
    /// A text.
    String,
    /// Yes or no.
    Boolean,
}

/// Keys of a rule that are no cells, with JDM's spelling of two of them.
pub(super) const RULE_KEYS: [&str; 7] =
    ["id", "_id", "description", "_description", "priority", "validFrom", "validTo"];

impl Table {
    /// Reads a table that stands in a node.
    pub(super) fn read(table: &Value) -> Result<Self, Error> {
        let read = Self::deserialize(table).map_err(|fault| fault.to_string());
        let read = read.and_then(|table| table.check().map(|()| table));
        read.map_err(|why| Error::validation("CONFIG_INVALID", format!("`table` of `decide`: {why}")))
    }

    /// Whether ids and keys fit together.
    fn check(&self) -> Result<(), String> {
        let mut ids: Vec<&str> = self.inputs.iter().map(|column| column.id.as_str()).collect();
        ids.extend(self.outputs.iter().map(|column| column.id.as_str()));
        for (index, id) in ids.iter().enumerate() {
            if RULE_KEYS.contains(id) {
                return Err(format!("a column cannot be called `{id}`: rules use that key themselves"));
            }
            if ids[..index].contains(id) {
                return Err(format!("two columns are called `{id}`"));
            }
        }
        if self.outputs.iter().any(|column| column.field == "matched" || column.field == "explain") {
            return Err(
                "an output cannot go to `matched` or `explain`: the result uses them itself".to_owned()
            );
        }
        for name in self.aggregate.keys() {
            if !self.outputs.iter().any(|column| column.id == *name || column.field == *name) {
                return Err(format!("`aggregate` names `{name}`, which is no output"));
            }
        }
        if !self.aggregate.is_empty() && self.hit_policy != HitPolicy::Collect {
            return Err("`aggregate` needs `hitPolicy: collect`".to_owned());
        }
        let mut rules: Vec<String> = Vec::new();
        for (index, rule) in self.rules.iter().enumerate() {
            let id = rule_id(rule, index);
            if let Some(key) =
                rule.keys().find(|key| !RULE_KEYS.contains(&key.as_str()) && !ids.contains(&key.as_str()))
            {
                return Err(format!("rule `{id}` has a cell for `{key}`, which is no column"));
            }
            if rules.contains(&id) {
                return Err(format!("two rules are called `{id}`"));
            }
            rules.push(id);
        }
        Ok(())
    }
}

/// A rule's id, or its place in the table when it has none.
pub(super) fn rule_id(rule: &Map<String, Value>, index: usize) -> String {
    let id = rule.get("id").or_else(|| rule.get("_id")).and_then(Value::as_str);
    id.map_or_else(|| format!("row-{}", index + 1), str::to_owned)
}

impl Document for Decision {
    const KIND: &'static str = "Decision";

    fn validate(&self) -> Result<(), Error> {
        self.table.check().map_err(|why| Error::validation("CONFIG_INVALID", format!("`table`: {why}")))
    }

    fn compile(&self, compile: &Compile<'_>) -> Result<(), Error> {
        super::compile::compile(&self.table, compile).map(drop)
    }
}
sdk::document!(Decision);

impl Decision {
    /// Reads a `Decision` document.
    pub(super) fn read(document: &Resource) -> Result<Self, Error> {
        let read = Self::deserialize(&document.body)
            .map_err(|fault| fault.to_string())
            .and_then(|decision| decision.table.check().map(|()| decision));
        read.map_err(|why| invalid(format!("decision `{}`: {why}", document.name)))
    }
}

/// A fault of a published table: nothing the caller could mend.
pub(super) fn invalid(message: impl Into<String>) -> Error {
    Error::new(Class::Internal, "DECISION_INVALID", message)
}
