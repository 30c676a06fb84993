//! Export and import: the whole store as lines of JSON, for moving it and as the way out when sled
//! cannot read its own files. A line is one key and its value in hexadecimal; periods become one, and what a later
//! one has taken over is told once. The last line says how many there are, so that half a file is known for one.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, Write},
    path::Path,
};

use serde::{Deserialize, Serialize};

use super::{
    super::{
        commit::files,
        contract::{Error, Result},
        copy::still_counts,
        encode::Undecodable,
        table::{Changes, Table},
    },
    Settings,
};

/// The layout of the lines. The first one had no last line, and merged periods without regard.
const VERSION: u32 = 2;

/// Where an import is until it is whole.
const ASIDE: &str = "importing";

#[derive(Serialize, Deserialize)]
struct Heading {
    bactrian: u32,
}

#[derive(Serialize, Deserialize)]
struct Ending {
    entries: u64,
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
        let mut write = |key: &[u8], value: &[u8]| {
            lines += 1;
            let line = json(&Line { key: hex(key), value: hex(value) })?;
            writeln!(out, "{line}").map_err(failed)
        };
        for table in periods.older()?.iter().rev() {
            let mut ended = BTreeMap::new();
            for pair in table.range(&[], &[u8::MAX; 8]) {
                let pair = pair?;
                if still_counts(&**table, &pair, &mut ended)? {
                    write(&pair.0, &pair.1)?;
                }
            }
        }
        for pair in periods.range(&[], &[u8::MAX; 8]) {
            let (key, value) = pair?;
            write(&key, &value)?;
        }
        let ending = json(&Ending { entries: lines })?;
        writeln!(out, "{ending}").and_then(|()| out.flush()).map_err(failed)?;
        Ok(lines)
    }

    /// Fills the store in `settings`, whose directory must not exist yet or be empty, from an export.
    ///
    /// # Errors
    /// The directory is in use, a line cannot be read, or the files refuse.
    pub fn import(settings: &Settings, input: &mut dyn BufRead) -> Result<u64> {
        refuse_used(&settings.dir)?;
        // Apart until all of it is there: a part of a store must not be taken for one.
        let aside = settings.dir.join(ASIDE);
        let failed = |error: std::io::Error| files("fill the data directory", &error);
        if aside.exists() {
            fs::remove_dir_all(&aside).map_err(failed)?;
        }
        let filled = fill(&Settings { dir: aside.clone(), ..settings.clone() }, input);
        if filled.is_ok() {
            // A directory without `current` is at its first period: that one comes whole, and first.
            for part in ["period-000001", "current"] {
                fs::rename(aside.join(part), settings.dir.join(part)).map_err(failed)?;
            }
        }
        if aside.exists() {
            fs::remove_dir_all(&aside).map_err(failed)?;
        }
        filled
    }
}

fn fill(settings: &Settings, input: &mut dyn BufRead) -> Result<u64> {
    let unreadable = |error: std::io::Error| files("read the export", &error);
    let mut lines = input.lines();
    let first = lines.next().transpose().map_err(unreadable)?;
    let version =
        first.and_then(|line| serde_json::from_str::<Heading>(&line).ok()).map(|found| found.bactrian);
    let has_ending = match version {
        Some(1) => false,
        Some(VERSION) => true,
        _ => return Err(Undecodable("a file that is no export of this release").into()),
    };
    let periods = settings.periods()?;
    let (mut count, mut changes, mut ending) = (0, Changes::new(), None);
    for line in lines {
        let text = line.map_err(unreadable)?;
        let no_line = Undecodable("a line that is no key and value");
        if ending.is_some() {
            return Err(no_line.into());
        }
        let Ok(line) = serde_json::from_str::<Line>(&text) else {
            let found: Ending = serde_json::from_str(&text).map_err(|_| no_line)?;
            ending = Some(found.entries);
            continue;
        };
        changes.push((unhex(&line.key)?, Some(unhex(&line.value)?)));
        count += 1;
        if changes.len() == 500 {
            periods.apply(std::mem::take(&mut changes))?;
        }
    }
    if has_ending && ending != Some(count) {
        return Err(Undecodable("an export that was cut off").into());
    }
    periods.apply(changes)?;
    periods.flush()?;
    Ok(count)
}

fn refuse_used(dir: &Path) -> Result<()> {
    let entries = fs::read_dir(dir).into_iter().flatten();
    match entries.filter_map(std::result::Result::ok).any(|entry| entry.file_name() != ASIDE) {
        true => Err(Error::Files {
            action: "import into this directory",
            reason: "it is not empty; name one that does not exist".into(),
        }),
        false => Ok(()),
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
