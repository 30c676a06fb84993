//! Text to syntax tree: within the caps, on a stack that is large enough, once per text. Resolves no names.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use cel::common::ast::{EntryExpr, Expr, IdedEntryExpr, SourceInfo};
use cel::parser::{Expression as Node, ParseError};

use super::caps::{self, MAX_DEPTH};
use super::fault::{self, Fault};
use super::functions;
use super::lexer::Lexer;

/// Enough for the deepest text within the caps: the parser goes about ten frames deep per level.
const STACK: usize = 64 * 1024 * 1024;
/// Texts kept; past it the cache starts afresh.
const MAX_CACHED: usize = 8 * 1024;

/// A parsed text.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) root: Node,
    places: SourceInfo,
}

impl Parsed {
    /// Where a node of the tree begins, in bytes.
    pub(super) fn start(&self, id: u64) -> usize {
        self.places.offset_for(id).map_or(0, |(start, _)| start as usize)
    }
}

/// The `char`-th character of a text as a byte offset.
fn byte_of(text: &str, char: usize) -> usize {
    text.char_indices().nth(char).map_or(text.len(), |(byte, _)| byte)
}

/// Parsed texts, to be shared by the compilations of one load: flows repeat themselves.
#[derive(Debug, Default)]
pub struct Cache {
    texts: Mutex<HashMap<Box<str>, Arc<Parsed>>>,
}

impl Cache {
    fn get(&self, text: &str) -> Option<Arc<Parsed>> {
        self.texts.lock().unwrap_or_else(PoisonError::into_inner).get(text).map(Arc::clone)
    }

    fn keep(&self, text: &str, parsed: &Arc<Parsed>) {
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        if texts.len() >= MAX_CACHED {
            texts.clear();
        }
        texts.insert(text.into(), Arc::clone(parsed));
    }
}

/// Parses a text, or answers from the cache.
pub(super) fn parse(text: &str, cache: &Cache) -> Result<Arc<Parsed>, Fault> {
    if let Some(parsed) = cache.get(text) {
        return Ok(parsed);
    }
    let size = caps::measure(text)?;
    let parsed = if size.is_small() { parse_here(text) } else { parse_apart(text) }?;
    let parsed = Arc::new(parsed);
    cache.keep(text, &parsed);
    Ok(parsed)
}

fn parse_apart(text: &str) -> Result<Parsed, Fault> {
    let refused = || Fault::new(fault::SYNTAX, "the expression could not be parsed", 0..text.len());
    on_large_stack(|| parse_here(text)).unwrap_or_else(|| Err(refused()))
}

/// Runs `work` on a thread with a stack for the deepest expression; `None` when there is no such thread.
pub(super) fn on_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    thread::scope(|scope| {
        thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).ok()?.join().ok()
    })
}

fn parse_here(text: &str) -> Result<Parsed, Fault> {
    let parsed = functions::environment().parser().parse_with_source_info(text);
    let (root, places) = parsed.map_err(|errors| refusal(text, &errors.errors))?;
    if depth(&root) > MAX_DEPTH {
        return Err(caps::too_deep(0..text.len()));
    }
    Ok(Parsed { root, places })
}

/// The first of the parser's errors: the others follow from it.
fn refusal(text: &str, errors: &[ParseError]) -> Fault {
    let Some(error) = errors.first() else {
        return Fault::new(fault::SYNTAX, "not an expression", 0..text.len());
    };
    if error.msg.to_lowercase().contains("recursion") || error.msg.contains("OtherError") {
        return caps::too_deep(0..text.len());
    }
    let fault = Fault::new(fault::SYNTAX, readable(&error.msg), place(text, error.pos));
    match hint(text) {
        Some(help) => fault.help(help),
        None => fault,
    }
}

/// The parser's message without its lists of every token that could have followed.
fn readable(message: &str) -> String {
    let message = message.strip_prefix("Syntax error: ").unwrap_or(message);
    let message = message.split(" expecting ").next().unwrap_or(message);
    if message.contains("'<EOF>'") {
        return "the expression ends too early".to_owned();
    }
    if message.contains("Incomplete") {
        return "something is missing between brackets".to_owned();
    }
    let quoted = |message: &str| {
        let inner = message.find('\'').zip(message.rfind('\'')).filter(|(open, close)| open < close);
        inner.map(|(open, close)| message[open + 1..close].to_owned())
    };
    let starts = ["mismatched input", "extraneous input", "no viable alternative", "token recognition error"];
    match quoted(message).filter(|_| starts.iter().any(|start| message.starts_with(start))) {
        Some(token) => format!("unexpected `{}`", token.trim_end()),
        None => message.to_owned(),
    }
}

/// The token at a line and column, both from 1.
fn place(text: &str, (line, column): (isize, isize)) -> Range<usize> {
    let (line, column) = (usize::try_from(line).unwrap_or(0), usize::try_from(column).unwrap_or(0));
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let start = before + byte_of(&text[before..], column.saturating_sub(1));
    let token = Lexer::new(&text[start..]).next().map_or(0..0, |(_, range)| range);
    start + token.start..start + token.end
}

fn hint(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let instead = [
        ("and", "&&"),
        ("or", "||"),
        ("not", "!"),
        ("=", "=="),
        ("===", "=="),
        ("!==", "!="),
        ("<>", "!="),
        ("&", "&&"),
        ("|", "||"),
    ];
    if let Some((written, meant)) = instead.iter().find(|(written, _)| words.contains(written)) {
        return Some(format!("write `{meant}` instead of `{written}`"));
    }
    let is_open = |quote: char| text.matches(quote).count() % 2 == 1;
    if is_open('"') || is_open('\'') {
        return Some("a text stands between two quotes of one kind: \"…\" or '…'".into());
    }
    if words.contains(&"=>") || words.contains(&"->") {
        return Some("write the variable, a comma and the condition: `list.all(x, x.n > 0)`".into());
    }
    if text.contains('$') {
        return Some(
            "an expression holds no `$`: write the name alone, or `map[key]` for a computed key".into(),
        );
    }
    let count = |c: char| text.matches(c).count();
    for (open, close) in [('(', ')'), ('[', ']'), ('{', '}')] {
        if count(open) != count(close) {
            let (more, less) = if count(open) > count(close) { (open, close) } else { (close, open) };
            return Some(format!("there are more `{more}` than `{less}`"));
        }
    }
    text.contains('`').then(|| "write a key with odd characters as `x[\"odd-key\"]`".into())
}

/// How deep the tree is.
pub(super) fn depth(node: &Node) -> usize {
    let mut deepest = 0;
    children(node, &mut |child| deepest = deepest.max(depth(child)));
    deepest + 1
}

/// Calls `visit` with each node right below this one.
pub(super) fn children<'n>(node: &'n Node, visit: &mut dyn FnMut(&'n Node)) {
    match &node.expr {
        Expr::Call(call) => call.target.as_deref().into_iter().chain(&call.args).for_each(visit),
        Expr::Comprehension(each) => {
            [&each.iter_range, &each.accu_init, &each.loop_cond, &each.loop_step, &each.result]
                .into_iter()
                .for_each(visit);
        }
        Expr::List(list) => list.elements.iter().for_each(visit),
        Expr::Select(select) => visit(&select.operand),
        Expr::Map(map) => entries(&map.entries, visit),
        Expr::Struct(made) => entries(&made.entries, visit),
        Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified => {}
    }
}

fn entries<'n>(entries: &'n [IdedEntryExpr], visit: &mut dyn FnMut(&'n Node)) {
    for entry in entries {
        match &entry.expr {
            EntryExpr::StructField(field) => visit(&field.value),
            EntryExpr::MapEntry(pair) => {
                visit(&pair.key);
                visit(&pair.value);
            }
        }
    }
}
