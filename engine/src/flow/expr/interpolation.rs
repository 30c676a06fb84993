//! Splits a text at its `${ … }`. `$${` stands for a literal `${`. Where an expression ends is found with
//! CEL's own tokens, so braces and texts inside it do not end it.

use std::ops::Range;

use super::fault::{self, Fault};
use super::lexer::{Lexer, Token};

/// A stretch of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stretch {
    /// Taken as it stands, escapes resolved.
    Text(String),
    /// What stands between `${` and `}`.
    Expression(Range<usize>),
}

/// The stretches of `text`; a text without `${` is one stretch.
pub(super) fn split(text: &str) -> Result<Vec<Stretch>, Fault> {
    let (mut stretches, mut plain, mut at) = (Vec::new(), String::new(), 0);
    while let Some(dollar) = text[at..].find('$').map(|found| at + found) {
        plain.push_str(&text[at..dollar]);
        let rest = &text[dollar..];
        if rest.starts_with("$${") {
            plain.push_str("${");
            at = dollar + 3;
        } else if rest.starts_with("${") {
            let start = dollar + 2;
            let end = start + end_of(&text[start..], dollar)?;
            if !plain.is_empty() {
                stretches.push(Stretch::Text(std::mem::take(&mut plain)));
            }
            stretches.push(Stretch::Expression(start..end));
            at = end + 1;
        } else {
            plain.push('$');
            at = dollar + 1;
        }
    }
    plain.push_str(&text[at..]);
    if !plain.is_empty() || stretches.is_empty() {
        stretches.push(Stretch::Text(plain));
    }
    Ok(stretches)
}

/// Where the `}` stands that closes an expression opened at `dollar`.
fn end_of(code: &str, dollar: usize) -> Result<usize, Fault> {
    let mut open = 0_usize;
    for (token, range) in Lexer::new(code) {
        match token {
            Token::Open(b'{') => open += 1,
            Token::Close(b'}') if open == 0 => return Ok(range.start),
            Token::Close(b'}') => open -= 1,
            Token::Unclosed => {
                let place = dollar + 2 + range.start..dollar + 2 + range.end;
                return Err(Fault::new(fault::SYNTAX, "a text inside `${ }` is never closed", place)
                    .help("close it with the quote that opened it, and the expression with `}`"));
            }
            _ => {}
        }
    }
    Err(Fault::new(fault::SYNTAX, "`${` is never closed", dollar..dollar + 2)
        .help("close it with `}`, or write `$${` for a literal `${`"))
}

#[cfg(test)]
mod tests {
    use super::{Stretch, split};

    /// Texts in plain, expressions in angle brackets.
    fn check(text: &str, expected: &str) {
        let found = match split(text) {
            Ok(stretches) => stretches
                .iter()
                .map(|stretch| match stretch {
                    Stretch::Text(plain) => plain.clone(),
                    Stretch::Expression(range) => format!("<{}>", &text[range.clone()]),
                })
                .collect(),
            Err(fault) => format!("{}@{:?}", fault.code, fault.range),
        };
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn an_expression_ends_at_its_own_brace() {
        check("", "");
        check("a", "a");
        check("${a}", "<a>");
        check("x ${a} y${b}", "x <a> y<b>");
        check("${{\"k\": 1}[?a].orValue(2)}", "<{\"k\": 1}[?a].orValue(2)>");
        check("${'}'}!", "<'}'>!");
        check("${\"\\\"}\"}", "<\"\\\"}\">");
        check("${r'\\'}x", "<r'\\'>x");
        check("${'''a'}'''}x", "<'''a'}'''>x");
        check("${ a // } not here\n }x", "< a // } not here\n >x");
        check("价格 ${a}元", "价格 <a>元");
    }

    #[test]
    fn dollars_are_text_unless_a_brace_follows() {
        check("$5 and $$6 $", "$5 and $$6 $");
        check("$${a} ${b}", "${a} <b>");
        check("$$${a}", "$${a}");
    }

    #[test]
    fn what_is_never_closed_is_refused_where_it_opens() {
        check("ab ${a", "EXPR_SYNTAX@3..5");
        check("${'a}", "EXPR_SYNTAX@2..5");
        check("${{a}", "EXPR_SYNTAX@0..2");
    }
}
