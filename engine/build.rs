//! Makes the table of error pages from `errors/*.md`, so that a page is written once and cannot be forgotten.

use std::{env, error::Error, fmt::Write as _, fs, path::Path};

#[expect(clippy::disallowed_methods, reason = "cargo tells its folders this way only")]
fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=errors");
    let directory = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("errors");
    let mut pages: Vec<_> = fs::read_dir(&directory)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    pages.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    pages.sort();
    let mut table = String::from("[\n");
    for path in pages {
        let code = path.file_stem().unwrap_or_default().to_string_lossy();
        writeln!(table, "    ({code:?}, include_str!({path:?})),")?;
    }
    table.push_str("]\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("pages.rs"), table)?;
    Ok(())
}
