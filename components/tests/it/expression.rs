//! CEL for the test bench. The engine's own evaluation binds lazily and checks names at load; this one only
//! has to mean the same.

use std::sync::Arc;

use cel::{Context, Program, Value as Cel, objects::Map};
use sdk::{Error, Evaluate, Value};

struct Compiled(Program);

impl Evaluate for Compiled {
    fn evaluate(&self, names: &Value) -> Result<Value, Error> {
        let mut context = Context::default();
        for (name, value) in names.as_object().into_iter().flatten() {
            context.add_variable_from_value(name.as_str(), cel_of(value));
        }
        let failed = |fault: String| Error::validation("EXPR_FAILED", fault);
        let value = self.0.execute(&context).map_err(|fault| failed(fault.to_string()))?;
        value.json().map_err(|fault| failed(fault.to_string()))
    }
}

/// JSON integers become int; the crate's own conversion makes them uint.
fn cel_of(value: &Value) -> Cel {
    match value {
        Value::Null => Cel::Null,
        Value::Bool(is) => Cel::Bool(*is),
        Value::Number(number) => match number.as_i64() {
            Some(int) => Cel::Int(int),
            None => Cel::Float(number.as_f64().unwrap()),
        },
        Value::String(text) => Cel::String(Arc::new(text.clone())),
        Value::Array(items) => Cel::List(Arc::new(items.iter().map(cel_of).collect())),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(key, value)| (key.clone().into(), cel_of(value)));
            Cel::Map(Map { map: Arc::new(fields.collect()) })
        }
    }
}

/// Compiles `text`; refuses names that are not among `names`, as the engine does.
pub(crate) fn compile(text: &str, names: &[&str]) -> Result<Arc<dyn Evaluate>, Error> {
    let program =
        Program::compile(text).map_err(|fault| Error::validation("EXPR_SYNTAX", fault.to_string()))?;
    let references = program.references();
    match references.variables().into_iter().find(|name| !names.contains(name)) {
        Some(name) => return Err(Error::validation("EXPR_NAME", format!("`{name}` is not in scope"))),
        None => drop(references),
    }
    Ok(Arc::new(Compiled(program)))
}
