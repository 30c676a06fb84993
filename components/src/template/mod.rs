//! `template`: writes a text. Either one with `${…}` in it, or a Jinja template with conditions and loops.
//!
//! Both escape every value for the format being written, so that a value cannot become markup.

mod escape;
mod jinja;

use sdk::{Piece, prelude::*};

pub use self::escape::Escape;
use crate::present::present;

/// Writes a text from values: a message, an XML document, a form.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Template {
    /// The text, with values as `${…}`. Give this or `jinja`.
    #[serde(default)]
    pub text: Option<sdk::Template>,
    /// A Jinja template, for texts with conditions and loops; its values come from `data`. Give this or
    /// `text`.
    #[serde(default)]
    pub jinja: Option<sdk::Template>,
    /// The values a Jinja template may use. Normally what the step before gave.
    #[serde(default, deserialize_with = "present")]
    pub data: Option<Shared>,
    /// What is being written, so that values are escaped for it.
    #[serde(default)]
    pub escape: Escape,
    /// The longest text to write, such as `64KiB`. Normally `1MiB`.
    #[serde(default = "one_mebibyte")]
    pub max_size: ByteSize,
}

const fn one_mebibyte() -> ByteSize {
    ByteSize::new(1 << 20)
}

impl Template {
    /// The Jinja source. A value inside it would be run as a template: that is what `data` is for.
    fn source(template: &sdk::Template) -> Result<&str, Error> {
        match template.pieces() {
            [] => Ok(""),
            [Piece::Text(text)] => Ok(text),
            _ => Err(Error::validation("CONFIG_INVALID", "`jinja` holds `${…}`: put the value into `data`")),
        }
    }
}

#[async_trait]
impl Component for Template {
    const NAME: &'static str = "template";
    const EFFECT: Effect = Effect::Pure;
    const ABOUT: Option<About> = Some(About {
        title: Title { en: "Text template", zh: "文本模板" },
        category: "data",
        icon: "file-text",
        keywords: &["jinja", "xml", "message", "render", "format", "模板", "文本", "报文", "渲染", "短信"],
    });

    fn validate(&self) -> Result<(), Error> {
        match (&self.text, &self.jinja) {
            (Some(_), None) => Ok(()),
            (None, Some(jinja)) => jinja::compile(Self::source(jinja)?, self.escape).map(drop),
            _ => Err(Error::validation("CONFIG_INVALID", "`template` takes either `text` or `jinja`")),
        }
    }

    async fn run(&self, cx: &Context, input: Shared) -> Outcome {
        let largest = usize::try_from(self.max_size.bytes()).unwrap_or(usize::MAX);
        let text = match (&self.text, &self.jinja) {
            (Some(text), None) => text.render(|value, out| self.escape.append(value, out)),
            (None, Some(jinja)) => {
                let source = Value::from(Self::source(jinja)?);
                let compiled = cx.inline(self.escape.kind(), &source);
                let compiled = compiled.derived(|resource| {
                    jinja::compile(resource.body.as_str().unwrap_or_default(), self.escape)
                })?;
                jinja::render(&compiled, self.data.as_ref().unwrap_or(&input), largest)?
            }
            _ => {
                return Err(Error::validation("CONFIG_INVALID", "`template` takes either `text` or `jinja`"));
            }
        };
        if text.len() > largest {
            let message = format!("the text is longer than {}: raise `maxSize`", self.max_size);
            return Err(Error::validation("TEMPLATE_FAILED", message));
        }
        Ok(Shared::new(Value::String(text)))
    }
}
sdk::component!(Template);
