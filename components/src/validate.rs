//! `validate`: checks a value against a JSON Schema and names every fault at once.

use jsonschema::{Draft, PatternOptions, ValidationError, Validator, error::ValidationErrorKind};
use sdk::prelude::*;
use serde_json::json;

use crate::present::present;

/// Checks a value against a JSON Schema (2020-12) and passes it on unchanged. Every fault is reported, each
/// with its place.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Validate {
    /// The schema the value must fit. It may not refer to schemas elsewhere.
    pub schema: Value,
    /// What to check. Normally what the step before gave.
    #[serde(default, deserialize_with = "present")]
    pub value: Option<Shared>,
    /// The code callers see when the value does not fit.
    #[serde(default = "validation_failed")]
    pub code: String,
}

fn validation_failed() -> String {
    "VALIDATION_FAILED".to_owned()
}

const LARGEST_SCHEMA: usize = 256 << 10;
const LARGEST_PATTERN: usize = 1 << 20;
const MOST_FAULTS: usize = 100;

#[async_trait]
impl Component for Validate {
    const NAME: &'static str = "validate";
    const EFFECT: Effect = Effect::Pure;
    const ABOUT: Option<About> = Some(About {
        title: Title { en: "Validate", zh: "数据校验" },
        category: "check",
        icon: "clipboard-check",
        keywords: &["schema", "check", "json schema", "verify", "校验", "验证", "检查", "格式"],
    });

    fn validate(&self) -> Result<(), Error> {
        compile(&self.schema).map(drop)
    }

    async fn run(&self, cx: &Context, input: Shared) -> Outcome {
        let schema = cx.inline("schema", &self.schema);
        let validator = schema.derived(|schema| compile(&schema.body))?;
        let value = self.value.as_ref().unwrap_or(&input);
        if validator.is_valid(value) {
            return Ok(Shared::clone(value));
        }
        let mut faults = Vec::new();
        for fault in validator.iter_errors(value).take(MOST_FAULTS) {
            describe(&fault, &mut faults);
        }
        faults.sort();
        let first: Vec<_> =
            faults.iter().take(3).map(|(path, message)| format!("{path}: {message}")).collect();
        let message = format!("{} places do not fit: {}", faults.len(), first.join("; "));
        let errors: Vec<_> =
            faults.iter().map(|(path, message)| json!({"path": path, "message": message})).collect();
        Err(Error::validation(self.code.as_str(), message)
            .with_data(Shared::new(json!({ "errors": errors }))))
    }
}
sdk::component!(Validate);

/// Without file and network: a schema elsewhere is an error. Patterns run in linear time.
fn compile(schema: &Value) -> Result<Validator, Error> {
    let invalid = |why: String| Error::validation("CONFIG_INVALID", format!("`schema` of `validate`: {why}"));
    if schema.to_string().len() > LARGEST_SCHEMA {
        return Err(invalid("it is larger than 256 KiB".to_owned()));
    }
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .with_pattern_options(PatternOptions::regex().size_limit(LARGEST_PATTERN))
        .offline()
        .build(schema)
        .map_err(|fault| invalid(format!("{} at `{}`", fault.masked(), fault.instance_path())))
}

/// Path and text of a fault. Text never holds the value: it may be a password. A field too many or missing
/// is named by its own path, not by its parent's.
fn describe(fault: &ValidationError<'_>, out: &mut Vec<(String, String)>) {
    let at = fault.instance_path().as_str();
    let below = |name: &str| format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
    match fault.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected }
        | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
            out.extend(unexpected.iter().map(|name| (below(name), "is not known here".to_owned())));
        }
        ValidationErrorKind::Required { property: Value::String(name) } => {
            out.push((below(name), "is missing".to_owned()));
        }
        _ => out.push((at.to_owned(), fault.masked().to_string())),
    }
}
