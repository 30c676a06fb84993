//! Reads one input cell: what people write in a table, completed to a condition about the column's field.
//!
//! | cell | means |
//! |---|---|
//! | empty, `-` | any value |
//! | `> 5`, `!= "x"`, `in other` | the field compared so |
//! | `"x"`, `5`, `true` | the field equals it |
//! | `["A", "S"]` | the field is one of them |
//! | `[1..10)` | between; `[` and `]` include the end, `(` and `)` do not |
//! | `"A", > 5` | either |
//! | anything else | a whole condition; `$` stands for the field |

use sdk::Value;

/// One alternative of a cell.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Test {
    /// The field equals one of these. Needs no expression.
    OneOf(Vec<Value>),
    /// An expression.
    Holds {
        /// The expression, complete.
        text: String,
        /// It orders the field against something: false when the field is null, never an error.
        is_order: bool,
    },
}

/// The alternatives of a cell; none means any value.
pub(super) fn read(cell: &Value, field: Option<&str>) -> Result<Vec<Test>, String> {
    let text = match cell {
        Value::Null => return Ok(Vec::new()),
        Value::String(text) => text.trim(),
        Value::Array(items) => return Ok(vec![Test::OneOf(items.clone())]),
        other => return Ok(vec![Test::OneOf(vec![other.clone()])]),
    };
    if text.is_empty() || text == "-" {
        return Ok(Vec::new());
    }
    let parts = split(text);
    if parts.len() == 1 {
        return Ok(vec![one(text, field)?]);
    }
    parts.into_iter().map(|part| one(part, field)).collect()
}

fn one(text: &str, field: Option<&str>) -> Result<Test, String> {
    let text = text.trim();
    let Some(field) = field else { return Ok(Test::Holds { text: text.to_owned(), is_order: false }) };
    if text.is_empty() {
        return Err("it holds a comma with nothing beside it".to_owned());
    }
    if let Ok(literal) = serde_json::from_str::<Value>(text) {
        return Ok(Test::OneOf(match literal {
            Value::Array(items) => items,
            scalar => vec![scalar],
        }));
    }
    if let Some(interval) = interval(text, field)? {
        return Ok(Test::Holds { text: interval, is_order: true });
    }
    for operator in ["<=", ">=", "==", "!=", "<", ">"] {
        if text.starts_with(operator) {
            let is_order = matches!(operator, "<" | ">" | "<=" | ">=");
            return Ok(Test::Holds { text: format!("{field} {text}"), is_order });
        }
    }
    if text.strip_prefix("in").is_some_and(|rest| rest.starts_with([' ', '['])) {
        return Ok(Test::Holds { text: format!("{field} {text}"), is_order: false });
    }
    if text.starts_with('[') {
        return Ok(Test::Holds { text: format!("{field} in {text}"), is_order: false });
    }
    if text.starts_with('\'') && text.ends_with('\'') && is_one_text(text) {
        return Ok(Test::Holds { text: format!("{field} == {text}"), is_order: false });
    }
    Ok(Test::Holds { text: with_field(text, field), is_order: false })
}

/// `[1..10)` as two comparisons.
fn interval(text: &str, field: &str) -> Result<Option<String>, String> {
    let low = match text.chars().next() {
        Some('[') => ">=",
        Some('(') => ">",
        _ => return Ok(None),
    };
    let high = match text.chars().last() {
        Some(']') => "<=",
        Some(')') => "<",
        _ => return Ok(None),
    };
    let inner = &text[1..text.len() - 1];
    let Some(dots) = outside(inner).find(|place| inner[*place..].starts_with("..")) else { return Ok(None) };
    let (from, to) = (inner[..dots].trim(), inner[dots + 2..].trim());
    if from.is_empty() || to.is_empty() {
        return Err("an interval needs both ends, such as `[1..10)`".to_owned());
    }
    Ok(Some(format!("{field} {low} {from} && {field} {high} {to}")))
}

/// The alternatives between the commas that stand in no text and no bracket.
fn split(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    for place in outside(text).filter(|place| text.as_bytes()[*place] == b',') {
        parts.push(&text[start..place]);
        start = place + 1;
    }
    parts.push(&text[start..]);
    parts
}

/// The places of all characters outside of texts and brackets.
fn outside(text: &str) -> impl Iterator<Item = usize> + '_ {
    let mut depth = 0_u32;
    unquoted(text).filter_map(move |(place, c)| {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 => return Some(place),
            _ => {}
        }
        None
    })
}

/// The characters outside of texts, with their places.
fn unquoted(text: &str) -> impl Iterator<Item = (usize, char)> + '_ {
    let mut quote = None;
    let mut is_escaped = false;
    text.char_indices().filter(move |(_, c)| {
        match quote {
            Some(_) if is_escaped => is_escaped = false,
            Some(_) if *c == '\\' => is_escaped = true,
            Some(open) if *c == open => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '\'') => quote = Some(*c),
            None => return true,
        }
        false
    })
}

fn is_one_text(text: &str) -> bool {
    unquoted(text).next().is_none()
}

/// `$`, outside of texts, is the field.
fn with_field(text: &str, field: &str) -> String {
    let mut out = String::new();
    let mut start = 0;
    for (place, _) in unquoted(text).filter(|(_, c)| *c == '$') {
        out.push_str(&text[start..place]);
        out.push_str(field);
        start = place + 1;
    }
    out.push_str(&text[start..]);
    out
}

#[cfg(test)]
mod tests {
    use sdk::Value;
    use serde_json::json;

    use super::{Test, read};

    fn check(cell: &Value, expected: &[Test]) {
        assert_eq!(read(cell, Some("a.b")).unwrap(), expected, "{cell}");
    }

    fn order(text: &str) -> Test {
        Test::Holds { text: text.to_owned(), is_order: true }
    }

    fn holds(text: &str) -> Test {
        Test::Holds { text: text.to_owned(), is_order: false }
    }

    #[test]
    fn an_empty_cell_means_any() {
        for cell in [json!(null), json!(""), json!("  "), json!("-")] {
            check(&cell, &[]);
        }
    }

    #[test]
    fn a_literal_is_compared_and_a_list_is_searched() {
        check(&json!("\"x, y\""), &[Test::OneOf(vec![json!("x, y")])]);
        check(&json!("500"), &[Test::OneOf(vec![json!(500)])]);
        check(&json!(true), &[Test::OneOf(vec![json!(true)])]);
        check(&json!("[\"A\", \"S\"]"), &[Test::OneOf(vec![json!("A"), json!("S")])]);
        check(&json!(["A"]), &[Test::OneOf(vec![json!("A")])]);
        check(&json!("['A', 'S']"), &[holds("a.b in ['A', 'S']")]);
        check(&json!("'it\\'s'"), &[holds("a.b == 'it\\'s'")]);
    }

    #[test]
    fn an_operator_is_completed_with_the_field() {
        check(&json!("> 20000000"), &[order("a.b > 20000000")]);
        check(&json!("<= c + 1"), &[order("a.b <= c + 1")]);
        check(&json!("!= null"), &[holds("a.b != null")]);
        check(&json!("in list"), &[holds("a.b in list")]);
        check(&json!("index > 2"), &[holds("index > 2")]);
    }

    #[test]
    fn intervals_and_alternatives_are_read() {
        check(&json!("[1..10)"), &[order("a.b >= 1 && a.b < 10")]);
        check(&json!("(f(1, 2)..x]"), &[order("a.b > f(1, 2) && a.b <= x")]);
        check(&json!("\"A\", > 5"), &[Test::OneOf(vec![json!("A")]), order("a.b > 5")]);
        for cell in ["[..5]", "\"A\",", "[1..]"] {
            assert!(read(&json!(cell), Some("a")).is_err(), "{cell} was accepted");
        }
    }

    #[test]
    fn anything_else_is_a_whole_condition() {
        check(&json!("$.startsWith(\"$\") && c"), &[holds("a.b.startsWith(\"$\") && c")]);
        check(&json!("(c > 1) && (d < 2)"), &[holds("(c > 1) && (d < 2)")]);
        assert_eq!(read(&json!("c > 1"), None).unwrap(), [holds("c > 1")]);
    }
}
