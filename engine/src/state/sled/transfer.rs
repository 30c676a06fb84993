//! Export and import: the whole store as lines of JSON, for moving it and as the way out when sled
//! cannot read its own files. A line is one key and its value in hexadecimal; periods become one.

use std::{
    io::{BufRead, Write},
    path::Path,
};

use serde::{Deserialize, Serialize};

use super::{
    super::{
        commit::files,
        contract::{Error, Result},
        encode::Undecodable,
        table::{Changes, Table},
    },
    Settings,
};

/// The layout of the lines.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Heading {
    bactrian: u32,
}

#[derive(Serialize, Deserialize)]
struct Line {
    key: String,
    value: String,
}

impl super::Sled {
    /// Writes everything the store in `settings` holds; nobody else may have it open. Gives the number
    /// of lines after the heading.
    ///
    /// # Errors
    /// The store cannot be read or `out` not written.
    pub fn export(settings: &Settings, out: &mut dyn Write) -> Result<u64> {
        let periods = settings.periods()?;
        let failed = |error: std::io::Error| files("write the export", &error);
        let heading = json(&Heading { bactrian: VERSION })?;
        writeln!(out, "{heading}").map_err(failed)?;
        let mut lines = 0;
        let mut tables = periods.older()?;
        tables.reverse();
        for table in tables.iter().map(|table| &**table).chain([&periods as &dyn Table]) {
            for pair in table.range(&[], &[u8::MAX; 8]) {
                let (key, value) = pair?;
                let line = json(&Line { key: hex(&key), value: hex(&value) })?;
                writeln!(out, "{line}").map_err(failed)?;
                lines += 1;
            }
        }
        out.flush().map_err(failed)?;
        Ok(lines)
    }

    /// Fills the store in `settings`, whose directory must not exist yet or be empty, from an export.
    ///
    /// # Errors
    /// The directory is in use, a line cannot be read, or the files refuse.
    pub fn import(settings: &Settings, input: &mut dyn BufRead) -> Result<u64> {
        refuse_used(&settings.dir)?;
        let periods = settings.periods()?;
        let mut lines = input.lines();
        let first = lines.next().transpose().map_err(|error| files("read the export", &error))?;
        let heading: Option<Heading> = first.and_then(|line| serde_json::from_str(&line).ok());
        if heading.is_none_or(|heading| heading.bactrian != VERSION) {
            return Err(Undecodable("a file that is no export of this release").into());
        }
        let (mut count, mut changes) = (0, Changes::new());
        for line in lines {
            let line = line.map_err(|error| files("read the export", &error))?;
            let line: Line =
                serde_json::from_str(&line).map_err(|_| Undecodable("a line that is no key and value"))?;
            changes.push((unhex(&line.key)?, Some(unhex(&line.value)?)));
            count += 1;
            if changes.len() == 500 {
                periods.apply(std::mem::take(&mut changes))?;
            }
        }
        periods.apply(changes)?;
        periods.flush()?;
        Ok(count)
    }
}

fn refuse_used(dir: &Path) -> Result<()> {
    match std::fs::read_dir(dir).map(|mut entries| entries.next().is_some()) {
        Ok(true) => Err(Error::Files {
            action: "import into this directory",
            reason: "it is not empty; name one that does not exist".into(),
        }),
        _ => Ok(()),
    }
}

fn json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|_| Undecodable("a line that is no JSON").into())
}

fn hex(bytes: &[u8]) -> String {
    let digit = |digit: u8| char::from_digit(u32::from(digit), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn unhex(text: &str) -> Result<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pair = |pair: &[u8]| match pair {
        [high, low] => Some((digit(*high)? << 4) | digit(*low)?),
        _ => None,
    };
    let bytes: Option<Vec<u8>> = text.as_bytes().chunks(2).map(pair).collect();
    bytes.ok_or_else(|| Undecodable("a line with something else than hexadecimal").into())
}
