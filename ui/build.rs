//! Writes the table of the designer's files to `OUT_DIR`: `dist` when it was built, else the committed placeholder.
//! Runs no other program and touches no network.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    println!("cargo::rerun-if-changed=dist\ncargo::rerun-if-changed=placeholder");
    let is_built = root.join("dist/index.html").is_file();
    let folder = root.join(if is_built { "dist" } else { "placeholder" });
    if !is_built {
        println!(
            "cargo::warning=ui/dist is absent, the placeholder page is embedded; `make ui` builds the designer"
        );
    }
    let mut files = Vec::new();
    list(&folder, &mut files)?;
    files.sort();
    let kind = if is_built { "embedded" } else { "placeholder" };
    let out = PathBuf::from(out_dir()?);
    fs::write(out.join("files.rs"), table(&folder, &files, kind)?)
}

#[expect(clippy::disallowed_methods, reason = "cargo hands the output folder over this way only")]
fn out_dir() -> io::Result<std::ffi::OsString> {
    std::env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("OUT_DIR is not set"))
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { list(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

fn table(folder: &Path, files: &[PathBuf], kind: &str) -> io::Result<String> {
    let mut rows = String::new();
    let mut whole = FNV_START;
    for file in files {
        let bytes = fs::read(file)?;
        let name = file.strip_prefix(folder).map_err(io::Error::other)?.to_string_lossy().replace('\\', "/");
        let (path, encoding) = match (name.strip_suffix(".br"), name.strip_suffix(".gz")) {
            (Some(path), _) => (path, "br"),
            (_, Some(path)) => (path, "gzip"),
            _ => (name.as_str(), "identity"),
        };
        whole = fnv(fnv(whole, name.as_bytes()), &bytes);
        let tag = format!("\"{:016x}\"", fnv(FNV_START, &bytes));
        writeln!(rows, "    ({path:?}, include_bytes!({file:?}), {tag:?}, {encoding:?}),")
            .map_err(io::Error::other)?;
    }
    Ok(format!(
        "/// Every embedded file, sorted by path.\npub static FILES: &[File] = &[\n{rows}];\n\
         /// `embedded` for the built designer, `placeholder` for the page that says how to build it.\n\
         pub const KIND: &str = {kind:?};\n\
         /// Hash over all files, sixteen hexadecimal digits.\npub const HASH: &str = \"{whole:016x}\";\n"
    ))
}

const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;

fn fnv(start: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(start, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
