//! Jinja templates on minijinja, with a bound on the steps and on the length of what they write. No
//! includes, no files, no functions of the host.

use std::io;

use minijinja::{
    AutoEscape, Environment, ErrorKind, UndefinedBehavior,
    value::{Serde, Value as Jinja},
};
use sdk::{Error, Value};

use super::escape::Escape;

const STEPS: u64 = 100_000;
const NAME: &str = "template";

/// Compiles `source`; its values will be escaped by `escape`.
pub(super) fn compile(source: &str, escape: Escape) -> Result<Environment<'static>, Error> {
    let mut environment = Environment::new();
    environment.set_fuel(Some(STEPS));
    environment.set_recursion_limit(50);
    // A missing name may be asked about but not written: a bank message with a hole in it is a fault.
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_auto_escape_callback(move |_| match escape {
        Escape::None => AutoEscape::None,
        Escape::Xml => AutoEscape::Html,
        Escape::Json => AutoEscape::Json,
        Escape::Url => AutoEscape::Custom("url".into()),
    });
    environment.set_formatter(move |out, state, value| {
        let is_off = matches!(state.auto_escape(), AutoEscape::None) || value.is_safe();
        let escape = if is_off { Escape::None } else { escape };
        let mut text = String::new();
        match value.as_str() {
            Some(raw) if is_off => text.push_str(raw),
            _ => escape.append(&json_of(value)?, &mut text),
        }
        out.write_str(&text).map_err(minijinja::Error::from)
    });
    environment.add_template_owned(NAME, source.to_owned()).map_err(|fault| {
        let line = fault.line().map(|line| format!(" in line {line}")).unwrap_or_default();
        let why = fault.detail().map_or_else(|| fault.kind().to_string(), str::to_owned);
        Error::validation("CONFIG_INVALID", format!("`jinja`{line}: {why}"))
    })?;
    Ok(environment)
}

fn json_of(value: &Jinja) -> Result<Value, minijinja::Error> {
    serde_json::to_value(value)
        .map_err(|fault| minijinja::Error::new(ErrorKind::BadSerialization, fault.to_string()))
}

/// Takes so many bytes and no more.
struct Capped {
    text: Vec<u8>,
    largest: usize,
}

impl io::Write for Capped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.text.len() + bytes.len() > self.largest {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes the compiled template with the fields of `data` as its names.
pub(super) fn render(environment: &Environment<'_>, data: &Value, largest: usize) -> Result<String, Error> {
    let failed = |fault: &minijinja::Error| {
        let line = fault.line().map(|line| format!(" in line {line}")).unwrap_or_default();
        let why = match fault.kind() {
            ErrorKind::OutOfFuel => format!("takes more than {STEPS} steps"),
            ErrorKind::WriteFailure => "the text gets too long: raise `maxSize`".to_owned(),
            ErrorKind::UndefinedError => "uses a name that is not in `data`".to_owned(),
            kind => fault.detail().map_or_else(|| kind.to_string(), str::to_owned),
        };
        Error::validation("TEMPLATE_FAILED", format!("`jinja`{line}: {why}"))
    };
    let template = environment.get_template(NAME).map_err(|fault| failed(&fault))?;
    let mut out = Capped { text: Vec::new(), largest };
    template.render_captured_to(Jinja::from(Serde(data)), &mut out).map_err(|fault| failed(&fault))?;
    String::from_utf8(out.text).map_err(|_| Error::internal("a template wrote something that is no text"))
}
