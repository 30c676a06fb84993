//! Documents with versions: written if they are what their writer believes.

use super::{
    super::{
        contract::{Error, Result},
        document::{Expected, Kept},
        encode::{Reader, Undecodable, Writer},
        key,
        table::{Table, after},
    },
    Ledger,
};
use bytes::Bytes;

impl Ledger {
    /// Writes a document and gives its version.
    pub(crate) fn put_document(
        &mut self,
        section: &str,
        name: &str,
        body: &[u8],
        expected: Expected,
    ) -> Result<u64> {
        let key = key::document(section, name);
        let found = self.table.get(&key)?;
        let now = found.map_or(Ok(0), |value| Reader::new(&value).number())?;
        let fits = match expected {
            Expected::Anything => true,
            Expected::Nothing => now == 0,
            Expected::Version(version) => now == version,
        };
        if !fits {
            return Err(Error::Conflict(now));
        }
        let mut value = Writer::with_capacity(body.len() + 10);
        value.number(now + 1);
        value.raw(body);
        self.put(key, value.finish());
        self.apply()?;
        Ok(now + 1)
    }

    /// Removes a document.
    pub(crate) fn remove_document(&mut self, section: &str, name: &str) -> Result<()> {
        self.erase(key::document(section, name));
        self.apply()
    }
}

pub(crate) fn read(name: &str, value: &[u8]) -> Result<Kept> {
    let mut input = Reader::new(value);
    let version = input.number()?;
    Ok(Kept { key: name.to_owned(), version, body: Bytes::copy_from_slice(input.rest()) })
}

pub(crate) fn list(table: &dyn Table, section: &str, from: Option<&str>, max: usize) -> Result<Vec<Kept>> {
    let prefix = key::section(section);
    let mut start = prefix.clone();
    if let Some(from) = from {
        start.extend_from_slice(from.as_bytes());
        start.push(0);
    }
    table
        .range(&start, &after(&prefix))
        .take(max)
        .map(|pair| {
            let (key, value) = pair?;
            let name = key.get(prefix.len()..).unwrap_or_default();
            let name = std::str::from_utf8(name).map_err(|_| Undecodable("a document without a key"))?;
            read(name, &value)
        })
        .collect()
}
