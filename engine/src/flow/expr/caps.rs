//! The caps that hold before a text reaches the parser: length, operators, nesting. A text within them
//! cannot exhaust the parser's stack; what it costs to evaluate is bounded in `cost.rs`.

use std::ops::Range;

use super::fault::{self, Fault};
use super::lexer::{Lexer, Token};

/// Longest expression, in bytes.
const MAX_LENGTH: usize = 4 * 1024;
/// Most operators in one expression.
const MAX_OPERATORS: usize = 200;
/// Deepest nesting of an expression, as text and as syntax tree.
pub(super) const MAX_DEPTH: usize = 64;

/// How much of the parser's stack a text asks for.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Size {
    operators: usize,
    depth: usize,
}

impl Size {
    /// Whether the text parses on any thread; measured with an unoptimised build on a stack of 2 MiB.
    pub(super) const fn is_small(self) -> bool {
        self.depth <= 8 && self.operators <= 16
    }
}

/// Measures a text and refuses one over the caps.
pub(super) fn measure(text: &str) -> Result<Size, Fault> {
    if text.len() > MAX_LENGTH {
        let message = format!("the expression has {} bytes, at most {MAX_LENGTH} are allowed", text.len());
        return Err(Fault::new(fault::TOO_LONG, message, 0..text.len())
            .help("let a component such as `map` build it in several steps"));
    }
    let mut size = Size::default();
    let mut levels: Vec<usize> = vec![0];
    let mut prefixes = 0;
    let mut last = Token::Operator;
    for (token, range) in Lexer::new(text) {
        let is_operator = token == Token::Operator || (token == Token::Word && &text[range.clone()] == "in");
        prefixes = if is_operator { prefixes + 1 } else { 0 };
        match token {
            Token::Open(_) => {
                grow(&mut levels, matches!(last, Token::Word | Token::Close(_) | Token::Text));
                levels.push(0);
            }
            Token::Close(_) if levels.len() > 1 => {
                levels.pop();
            }
            Token::Dot => grow(&mut levels, true),
            Token::Comma => reset(&mut levels),
            _ if is_operator => {
                size.operators += 1;
                reset(&mut levels);
            }
            _ => {}
        }
        let chain = levels.last().copied().unwrap_or(0);
        size.depth = size.depth.max(levels.len() - 1).max(chain).max(prefixes);
        check(size, range)?;
        last = token;
    }
    Ok(size)
}

/// One more selection, index or call on the value at this level.
fn grow(levels: &mut [usize], is_chained: bool) {
    if let (true, Some(chain)) = (is_chained, levels.last_mut()) {
        *chain += 1;
    }
}

fn reset(levels: &mut [usize]) {
    if let Some(chain) = levels.last_mut() {
        *chain = 0;
    }
}

fn check(size: Size, range: Range<usize>) -> Result<(), Fault> {
    if size.operators > MAX_OPERATORS {
        let message = format!("the expression has over {MAX_OPERATORS} operators");
        return Err(Fault::new(fault::TOO_MANY_OPERATORS, message, range)
            .help("let a component such as `map` or a decision table do it in several steps"));
    }
    if size.depth > MAX_DEPTH {
        return Err(too_deep(range));
    }
    Ok(())
}

pub(super) fn too_deep(range: Range<usize>) -> Fault {
    Fault::new(fault::TOO_DEEP, format!("the expression is nested deeper than {MAX_DEPTH}"), range)
        .help("compute parts of it in a node before this one")
}

#[cfg(test)]
mod tests {
    use super::{MAX_LENGTH, measure};

    fn code(text: &str) -> &'static str {
        measure(text).err().map_or("", |fault| fault.code)
    }

    #[test]
    fn at_each_cap_it_passes_and_one_over_is_refused() {
        let sum = |terms: usize| vec!["a"; terms].join("&&");
        assert_eq!(code(&sum(201)), "");
        assert_eq!(code(&sum(202)), "EXPR_TOO_MANY_OPERATORS");
        let nested = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
        assert_eq!(code(&nested(64)), "");
        assert_eq!(code(&nested(65)), "EXPR_TOO_DEEP");
        let text = |bytes: usize| format!("'{}'", "x".repeat(bytes - 2));
        assert_eq!(code(&text(MAX_LENGTH)), "");
        assert_eq!(code(&text(MAX_LENGTH + 1)), "EXPR_TOO_LONG");
    }

    #[test]
    fn chains_and_prefixes_count_as_depth() {
        assert_eq!(code(&format!("a{}", ".b".repeat(65))), "EXPR_TOO_DEEP");
        assert_eq!(code(&format!("{}a", "!".repeat(65))), "EXPR_TOO_DEEP");
        assert_eq!(code(&format!("a{}", "[0]".repeat(65))), "EXPR_TOO_DEEP");
        assert_eq!(code(&vec!["a.b"; 100].join(" || ")), "");
    }

    #[test]
    fn brackets_inside_a_text_are_text() {
        assert_eq!(code(&format!("'{}'", "(".repeat(500))), "");
    }
}
