//! An expression over the fields of one object, for components that hold expressions as data, such as the
//! cells of a rule table. It sees nothing of the run: neither nodes nor the clock.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::expression::Expression;
use super::fault::{Failure, Fault};
use super::names::Names;
use super::parse::Cache;
use super::scope::{Root, Scope};

/// A compiled cell.
#[derive(Debug)]
pub struct Cell {
    expression: Expression,
    fields: Vec<String>,
}

impl Cell {
    /// Compiles CEL whose free names are `fields`.
    ///
    /// # Errors
    /// As [`Expression::compile`].
    pub fn compile(text: &str, fields: &[&str], cache: &Arc<Cache>) -> Result<Self, Vec<Fault>> {
        let names = Names::new(&[]).locals(fields.iter().copied()).timeless().sharing(cache);
        let expression = Expression::compile(text, &names)?;
        Ok(Self { expression, fields: fields.iter().map(|field| (*field).to_owned()).collect() })
    }

    /// Evaluates with the fields of `object`; a field it does not have is null.
    ///
    /// # Errors
    /// As [`Expression::evaluate`].
    pub fn evaluate(&self, object: &Value) -> Result<Value, Failure> {
        self.expression.evaluate(&Fields { object, fields: &self.fields })
    }
}

impl sdk::Evaluate for Cell {
    fn evaluate(&self, names: &Value) -> Result<Value, sdk::Error> {
        Cell::evaluate(self, names)
            .map_err(|failure| sdk::Error::new(sdk::Class::Internal, Failure::CODE, failure.to_string()))
    }
}

struct Fields<'f> {
    object: &'f Value,
    fields: &'f [String],
}

impl Scope for Fields<'_> {
    fn get(&self, root: Root) -> Option<Cow<'_, Value>> {
        let Root::Local { depth: 0, index } = root else { return None };
        let name = self.fields.get(usize::from(index))?;
        Some(self.object.get(name).map_or(Cow::Owned(Value::Null), Cow::Borrowed))
    }

    /// Never asked for: a cell names no clock.
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }

    fn uuid(&self) -> Uuid {
        Uuid::nil()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::Cell;

    #[test]
    fn a_cell_sees_the_fields_of_its_object_and_nothing_else() {
        let cache = Arc::default();
        let compile = |text: &str| Cell::compile(text, &["fen", "level"], &cache);
        let order = json!({"fen": 300});
        assert_eq!(compile("fen * 2 / 100").unwrap().evaluate(&order), Ok(json!(6)));
        assert_eq!(compile("level == null").unwrap().evaluate(&order), Ok(json!(true)));
        assert!(compile("level > 1").unwrap().evaluate(&order).is_err());
        assert_eq!(compile("input.fen").unwrap_err()[0].code, "EXPR_UNKNOWN_NAME");
        assert_eq!(compile("now()").unwrap_err()[0].code, "EXPR_UNKNOWN_FUNCTION");
    }
}
