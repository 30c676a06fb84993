//! `assert`: goes on only if a condition holds. The condition is an expression, evaluated before we are built.

use sdk::prelude::*;

/// Goes on only if a condition holds; otherwise stops with a code that callers can act on.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Assert {
    /// The condition that must hold, such as `${input.amount > 0}`.
    pub that: bool,
    /// The code callers see when it does not, in capitals, such as `AMOUNT_INVALID`.
    #[serde(default = "assert_failed")]
    pub code: String,
    /// What to tell people when it does not.
    #[serde(default)]
    pub message: Option<String>,
    /// What kind of refusal it is: a business rule (the default), data that does not fit, a conflict, or
    /// something that does not exist.
    #[serde(default)]
    pub class: Refusal,
}

/// The kinds of refusal an assertion may raise. A broken condition is never worth a retry, so the
/// retriable classes are not among them.
#[derive(Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// A business rule says no.
    #[default]
    Business,
    /// The data does not fit.
    Validation,
    /// Somebody else changed it first.
    Conflict,
    /// What was asked for does not exist.
    NotFound,
}

fn assert_failed() -> String {
    "ASSERT_FAILED".to_owned()
}

#[async_trait]
impl Component for Assert {
    const NAME: &'static str = "assert";
    const EFFECT: Effect = Effect::Pure;
    const ABOUT: Option<About> = Some(About {
        title: Title { en: "Assert", zh: "断言" },
        category: "check",
        icon: "shield-check",
        keywords: &["guard", "check", "require", "ensure", "断言", "校验", "检查", "前置条件"],
    });

    fn validate(&self) -> Result<(), Error> {
        let is_code = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        if self.code.starts_with(|c: char| c.is_ascii_uppercase()) && self.code.chars().all(is_code) {
            return Ok(());
        }
        Err(Error::validation(
            "CONFIG_INVALID",
            format!("`code` of `assert` is {:?}: write capitals, digits and `_`", self.code),
        ))
    }

    async fn run(&self, _cx: &Context, input: Shared) -> Outcome {
        if self.that {
            return Ok(input);
        }
        let class = match self.class {
            Refusal::Business => Class::Business,
            Refusal::Validation => Class::Validation,
            Refusal::Conflict => Class::Conflict,
            Refusal::NotFound => Class::NotFound,
        };
        let message = self.message.as_deref().unwrap_or("a condition of the flow does not hold");
        Err(Error::new(class, self.code.as_str(), message))
    }
}
sdk::component!(Assert);
