//! `log`: one line in the server's log. Never writes what looks like a secret, and never a raw control
//! character: a line break in a value would let its sender forge log lines.

use std::fmt::Write as _;

use sdk::{Piece, plain, prelude::*};
use serde_json::Map;

/// Writes a line to the log and passes its input on.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// How important the line is.
    #[serde(default)]
    pub level: Level,
    /// What happened, in words.
    pub message: Template,
    /// Values to log beside the message. Passwords, tokens and other secrets are shown as `***`.
    #[serde(default)]
    pub fields: Map<String, Value>,
}

/// How important a log line is.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Only of interest while looking for a fault.
    Debug,
    /// Ordinary business.
    #[default]
    Info,
    /// Somebody should look at it some time.
    Warn,
    /// Somebody should look at it now.
    Error,
}

#[async_trait]
impl Component for Log {
    const NAME: &'static str = "log";
    const EFFECT: Effect = Effect::Pure;
    const ABOUT: Option<About> = Some(About {
        title: Title { en: "Log", zh: "日志" },
        category: "observe",
        icon: "scroll-text",
        keywords: &["print", "trace", "record", "debug", "日志", "打印", "记录"],
    });

    async fn run(&self, cx: &Context, input: Shared) -> Outcome {
        let call = cx.call();
        let (run, flow, node) = (&*call.run, &*call.flow, &*call.node);
        let (message, fields) = self.line();
        macro_rules! write {
            ($level:ident) => {
                tracing::$level!(target: "bactrian::flow", run, flow, node, %fields, "{message}")
            };
        }
        match self.level {
            Level::Debug => write!(debug),
            Level::Info => write!(info),
            Level::Warn => write!(warn),
            Level::Error => write!(error),
        }
        Ok(input)
    }
}
sdk::component!(Log);

impl Log {
    /// The message and the fields as they may be printed.
    fn line(&self) -> (String, Value) {
        let mut message = String::new();
        for piece in self.message.pieces() {
            match piece {
                Piece::Text(text) => printable(text, &mut message),
                Piece::Value(value) => printable(&plain(&redacted(value)), &mut message),
            }
        }
        (message, redacted_map(&self.fields))
    }
}

/// Words in a key that mark its value as nobody's business, compared without case, `-` and `_`.
const SECRET_WORDS: [&str; 12] = [
    "password",
    "passwd",
    "secret",
    "token",
    "authorization",
    "apikey",
    "privatekey",
    "accesskey",
    "credential",
    "cookie",
    "idcard",
    "cvv",
];

fn is_secret(key: &str) -> bool {
    let folded: String = key.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    SECRET_WORDS.iter().any(|word| folded.contains(word))
}

fn redacted_map(map: &Map<String, Value>) -> Value {
    let shown = |(key, value): (&String, &Value)| {
        let mut name = String::new();
        printable(key, &mut name);
        (name, if is_secret(key) { Value::from("***") } else { redacted(value) })
    };
    Value::Object(map.iter().map(shown).collect())
}

fn redacted(value: &Value) -> Value {
    match value {
        Value::Object(map) => redacted_map(map),
        Value::Array(items) => Value::Array(items.iter().map(redacted).collect()),
        Value::String(text) => {
            let mut shown = String::new();
            printable(text, &mut shown);
            Value::String(shown)
        }
        other => other.clone(),
    }
}

/// Appends `text` with control characters (line breaks, ANSI escapes) and the marks that turn the
/// direction of text written as `\u{…}`.
fn printable(text: &str, out: &mut String) {
    for c in text.chars() {
        if c.is_control()
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        {
            // Writing to a String cannot fail.
            write!(out, "{}", c.escape_default()).unwrap_or_default();
        } else {
            out.push(c);
        }
    }
}

#[cfg(test)]
mod tests {
    use sdk::Component;
    use serde_json::{Value, json};

    use super::Log;

    fn check(with: Value, message: &str, fields: Value) {
        let (said, beside) = Log::build(with).unwrap().line();
        assert_eq!((said.as_str(), beside), (message, fields));
    }

    #[test]
    fn a_secret_is_never_printed_wherever_it_stands() {
        let card = json!({"user": {"Access-Token": "t", "name": "Li"}, "list": [{"api_key": 1}]});
        check(
            json!({"message": {"$pieces": [{"text": "got "}, {"value": card}]}, "fields": card}),
            r#"got {"user":{"Access-Token":"***","name":"Li"},"list":[{"api_key":"***"}]}"#,
            json!({"user": {"Access-Token": "***", "name": "Li"}, "list": [{"api_key": "***"}]}),
        );
    }

    #[test]
    fn a_value_cannot_forge_a_line_or_colour_the_terminal() {
        check(
            json!({"message": {"$pieces": [{"value": "a\nERROR forged \u{1b}[31m\u{202e}"}]}, "fields": {"k\n": "\r"}}),
            "a\\nERROR forged \\u{1b}[31m\\u{202e}",
            json!({"k\\n": "\\r"}),
        );
    }
}
