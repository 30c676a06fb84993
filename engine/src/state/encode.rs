//! Bytes of the journal: what an append looks like on disk. Knows nothing of keys or stores.
//!
//! Version 1 of a frame: version byte; epoch, count and status; when to wake; then the records. Numbers
//! are varints (signed ones zigzag), texts and JSON are prefixed by their length. JSON stays JSON, so a
//! journal can be read by eye, and a value costs what it costs on the wire.

use std::sync::Arc;

use bytes::Bytes;
use sdk::Shared;
use serde::{Serialize, de::DeserializeOwned};

use super::id::{Address, RunId};

/// Bytes that are no journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unreadable record: {0}")]
pub struct Undecodable(pub &'static str);

type Decoded<T> = Result<T, Undecodable>;

/// Grows a buffer.
#[derive(Debug, Default)]
pub(crate) struct Writer(Vec<u8>);

impl Writer {
    pub(crate) fn with_capacity(size: usize) -> Self {
        Self(Vec::with_capacity(size))
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.0
    }

    pub(crate) fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    pub(crate) fn number(&mut self, mut number: u64) {
        while number > 0x7f {
            self.0.push(number.to_le_bytes()[0] | 0x80);
            number >>= 7;
        }
        self.0.push(number.to_le_bytes()[0]);
    }

    pub(crate) fn signed(&mut self, number: i64) {
        self.number((number << 1).cast_unsigned() ^ (number >> 63).cast_unsigned());
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.number(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        self.raw(bytes);
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    pub(crate) fn json<T: Serialize>(&mut self, value: &T) -> Decoded<()> {
        let bytes = serde_json::to_vec(value).map_err(|_| Undecodable("a value that is no JSON"))?;
        self.bytes(&bytes);
        Ok(())
    }

    /// A presence byte, then the value.
    pub(crate) fn maybe<T>(&mut self, value: Option<&T>, write: impl FnOnce(&mut Self, &T)) {
        self.byte(u8::from(value.is_some()));
        if let Some(value) = value {
            write(self, value);
        }
    }

    pub(crate) fn maybe_json<T: Serialize>(&mut self, value: Option<&T>) -> Decoded<()> {
        self.byte(u8::from(value.is_some()));
        value.map_or(Ok(()), |value| self.json(value))
    }
}

/// Eats a buffer.
#[derive(Debug)]
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is left.
    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.0
    }

    pub(crate) fn byte(&mut self) -> Decoded<u8> {
        let (first, rest) = self.0.split_first().ok_or(Undecodable("it ends too early"))?;
        self.0 = rest;
        Ok(*first)
    }

    pub(crate) fn raw(&mut self, size: usize) -> Decoded<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(size).ok_or(Undecodable("it ends too early"))?;
        self.0 = rest;
        Ok(head)
    }

    pub(crate) fn number(&mut self) -> Decoded<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Undecodable("a number that does not end"))
    }

    pub(crate) fn small(&mut self) -> Decoded<u32> {
        u32::try_from(self.number()?).map_err(|_| Undecodable("a number that is too large"))
    }

    pub(crate) fn signed(&mut self) -> Decoded<i64> {
        let number = self.number()?;
        Ok((number >> 1).cast_signed() ^ -((number & 1).cast_signed()))
    }

    pub(crate) fn bytes(&mut self) -> Decoded<&'a [u8]> {
        let size = usize::try_from(self.number()?).map_err(|_| Undecodable("a length that is too large"))?;
        self.raw(size)
    }

    pub(crate) fn text(&mut self) -> Decoded<&'a str> {
        std::str::from_utf8(self.bytes()?).map_err(|_| Undecodable("a text that is not UTF-8"))
    }

    pub(crate) fn shared_text(&mut self) -> Decoded<Arc<str>> {
        self.text().map(Arc::from)
    }

    pub(crate) fn owned(&mut self) -> Decoded<Bytes> {
        self.bytes().map(Bytes::copy_from_slice)
    }

    pub(crate) fn json<T: DeserializeOwned>(&mut self) -> Decoded<T> {
        serde_json::from_slice(self.bytes()?).map_err(|_| Undecodable("a value that is no JSON"))
    }

    pub(crate) fn shared(&mut self) -> Decoded<Shared> {
        self.json().map(Shared::new)
    }

    pub(crate) fn address(&mut self) -> Decoded<Address> {
        self.text()?.parse().map_err(|_| Undecodable("a text that is no address"))
    }

    pub(crate) fn run(&mut self) -> Decoded<RunId> {
        let bytes = self.raw(16)?;
        bytes.try_into().map(RunId::from_bytes).map_err(|_| Undecodable("a run id that is cut"))
    }

    pub(crate) fn maybe<T>(&mut self, read: impl FnOnce(&mut Self) -> Decoded<T>) -> Decoded<Option<T>> {
        match self.byte()? {
            0 => Ok(None),
            1 => read(self).map(Some),
            _ => Err(Undecodable("a presence byte that is neither 0 nor 1")),
        }
    }
}
