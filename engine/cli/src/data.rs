//! `export`, `import` and `compact`: a data directory that no server has open, moved or made small.

use std::{
    fs::{self, File},
    io::{self, BufReader, BufWriter},
    path::{Path, PathBuf},
    process::ExitCode,
};

use engine::state::{self, Sled};
use serde_json::json;

use crate::{
    opening,
    output::{Fault, Output},
};

/// Where the runs are.
#[derive(clap::Args)]
pub(crate) struct CompactArguments {
    /// The data directory.
    #[arg(long)]
    data: PathBuf,
}

#[derive(clap::Args)]
pub(crate) struct ExportArguments {
    /// The data directory.
    #[arg(long)]
    data: PathBuf,
    /// The file to write, one key and its value a line.
    #[arg(long)]
    out: PathBuf,
}

#[derive(clap::Args)]
pub(crate) struct ImportArguments {
    /// The data directory to make; it must not exist yet, or be empty.
    #[arg(long)]
    data: PathBuf,
    /// A file that `export` wrote.
    file: PathBuf,
}

/// A store is opened here, never made: a mistyped path would else look like an empty history.
///
/// # Errors
/// There is no such directory, or something else is in it.
pub(crate) fn existing(data: &Path) -> Result<PathBuf, Fault> {
    let is_empty = || fs::read_dir(data).is_ok_and(|mut entries| entries.next().is_none());
    if data.join("current").is_file() || is_empty() {
        return Ok(data.to_owned());
    }
    Err(Fault::Usage(format!("{} is no data directory", data.display())))
}

/// Rewrites the live database without what was deleted, and tells what that gave back.
pub(crate) fn compact(arguments: &CompactArguments, output: &Output) -> Result<ExitCode, Fault> {
    let data = existing(&arguments.data)?;
    let before = bytes_of(&data)?;
    let now = opening::now();
    let done = opening::runtime()?.block_on(async {
        let store = Sled::open(&state::Settings::new(&data), now)?;
        store.compact(now).await
    });
    done.map_err(|fault| refused(&fault))?;
    let after = bytes_of(&data)?;
    if output.is_json() {
        output.json(&json!({"before": before, "after": after}));
    } else {
        output.line(&format!("{before} bytes before, {after} bytes now"));
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes everything a data directory holds to one file.
pub(crate) fn export(arguments: &ExportArguments, output: &Output) -> Result<ExitCode, Fault> {
    let data = existing(&arguments.data)?;
    let out = &arguments.out;
    let file = File::create_new(out).map_err(|fault| Fault::file("make", out, &fault))?;
    let exported = Sled::export(&state::Settings::new(data), &mut BufWriter::new(&file));
    let lines = exported.map_err(|fault| {
        // Half an export would stand in the way of the next try; that it cannot be removed changes nothing here.
        fs::remove_file(out).ok();
        refused(&fault)
    })?;
    file.sync_all().map_err(|fault| Fault::file("write", out, &fault))?;
    tell(lines, "written to", out, output);
    Ok(ExitCode::SUCCESS)
}

/// Makes a data directory from an export.
pub(crate) fn import(arguments: &ImportArguments, output: &Output) -> Result<ExitCode, Fault> {
    let file = File::open(&arguments.file).map_err(|fault| Fault::file("read", &arguments.file, &fault))?;
    let settings = state::Settings::new(&arguments.data);
    let lines = Sled::import(&settings, &mut BufReader::new(file)).map_err(|fault| refused(&fault))?;
    tell(lines, "read into", &arguments.data, output);
    Ok(ExitCode::SUCCESS)
}

fn tell(lines: u64, done: &str, path: &Path, output: &Output) {
    if output.is_json() {
        output.json(&json!({"entries": lines, "path": path}));
    } else {
        output.line(&format!("{lines} entries {done} {}", path.display()));
    }
}

fn refused(fault: &state::Error) -> Fault {
    Fault::Environment(fault.to_string())
}

/// What a directory takes on disk, without the space set aside for a full disk.
fn bytes_of(dir: &Path) -> Result<u64, Fault> {
    let sum = || -> io::Result<u64> {
        let (mut sum, mut folders) = (0, vec![dir.to_owned()]);
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder)? {
                let entry = entry?;
                let about = entry.metadata()?;
                if about.is_dir() {
                    folders.push(entry.path());
                } else if entry.file_name() != "reserve" {
                    sum += about.len();
                }
            }
        }
        Ok(sum)
    };
    sum().map_err(|fault| Fault::file("read", dir, &fault))
}
