//! The tokens of CEL as far as they matter before it is parsed: brackets, strings, operators. Finds where
//! `${ … }` ends and what the caps count; it never says that a text is valid.

use std::ops::Range;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    Word,
    Number,
    Text,
    /// A string that is never closed; it takes the rest of the text.
    Unclosed,
    Open(u8),
    Close(u8),
    Dot,
    Comma,
    Operator,
    Other,
}

/// Reads tokens, leaving out spaces and comments.
pub(super) struct Lexer<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { bytes: text.as_bytes(), at: 0 }
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn skip_blank(&mut self) {
        loop {
            while self.peek(0).is_ascii_whitespace() {
                self.at += 1;
            }
            if !(self.peek(0) == b'/' && self.peek(1) == b'/') {
                return;
            }
            while self.at < self.bytes.len() && self.peek(0) != b'\n' {
                self.at += 1;
            }
        }
    }

    fn word(&mut self) -> Token {
        let start = self.at;
        while self.peek(0) == b'_' || self.peek(0).is_ascii_alphanumeric() {
            self.at += 1;
        }
        let word = &self.bytes[start..self.at];
        let is_prefix = word.len() <= 2 && word.iter().all(|byte| b"rRbB".contains(byte));
        if is_prefix && matches!(self.peek(0), b'"' | b'\'') {
            return self.string(word.iter().any(|byte| b"rR".contains(byte)));
        }
        Token::Word
    }

    fn string(&mut self, is_raw: bool) -> Token {
        let quote = self.peek(0);
        let width = if self.peek(1) == quote && self.peek(2) == quote { 3 } else { 1 };
        self.at += width;
        while self.at < self.bytes.len() {
            if self.peek(0) == b'\\' && !is_raw {
                self.at += 2;
            } else if (0..width).all(|ahead| self.peek(ahead) == quote) {
                self.at += width;
                return Token::Text;
            } else {
                self.at += 1;
            }
        }
        self.at = self.bytes.len();
        Token::Unclosed
    }

    fn number(&mut self) -> Token {
        loop {
            let next = self.peek(0);
            let exponent = matches!(next, b'+' | b'-')
                && matches!(self.bytes[self.at - 1], b'e' | b'E')
                && self.peek(1).is_ascii_digit();
            let fraction = next == b'.' && self.peek(1).is_ascii_digit();
            if !(next.is_ascii_alphanumeric() || next == b'_' || exponent || fraction) {
                return Token::Number;
            }
            self.at += 1;
        }
    }

    fn sign(&mut self) -> Token {
        let pair = [self.peek(0), self.peek(1)];
        self.at += if matches!(&pair, b"==" | b"!=" | b"<=" | b">=" | b"&&" | b"||") { 2 } else { 1 };
        Token::Operator
    }

    /// A whole character, so that no range ends inside one.
    fn other(&mut self) -> Token {
        self.at += 1;
        while self.peek(0) & 0b1100_0000 == 0b1000_0000 {
            self.at += 1;
        }
        Token::Other
    }

    fn single(&mut self, token: Token) -> Token {
        self.at += 1;
        token
    }
}

impl Iterator for Lexer<'_> {
    type Item = (Token, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        self.skip_blank();
        let start = self.at;
        let byte = *self.bytes.get(start)?;
        let token = match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.word(),
            b'0'..=b'9' => self.number(),
            b'"' | b'\'' => self.string(false),
            b'(' | b'[' | b'{' => self.single(Token::Open(byte)),
            b')' | b']' | b'}' => self.single(Token::Close(byte)),
            b'.' => self.single(Token::Dot),
            b',' => self.single(Token::Comma),
            b'+' | b'-' | b'*' | b'/' | b'%' | b'=' | b'!' | b'<' | b'>' | b'&' | b'|' | b'?' => self.sign(),
            _ => self.other(),
        };
        Some((token, start..self.at))
    }
}
