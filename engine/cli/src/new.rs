//! `bactrian new`: skeletons that compile and pass before anything is added to them.

use std::{fs, path::Path, process::ExitCode};

use crate::output::{Fault, Output};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// A component: its file, its cases and its line in `components/src/lib.rs`.
    Component {
        /// Its name, such as `delay`.
        name: String,
    },
    /// A flow with one node and one case.
    Flow {
        /// Its name, such as `cancel-order`.
        name: String,
    },
}

pub(crate) fn run(arguments: &Arguments, output: &Output) -> Result<ExitCode, Fault> {
    match &arguments.what {
        What::Component { name } => component(name, output),
        What::Flow { name } => flow(name, output),
    }?;
    Ok(ExitCode::SUCCESS)
}

fn check_name(name: &str, also: char) -> Result<(), Fault> {
    let is_good = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == also);
    if is_good {
        return Ok(());
    }
    Err(Fault::Usage(format!(
        "`{name}` is no name: begin with a small letter, go on with small letters, digits and `{also}`"
    )))
}

/// Writes a file that is not there yet.
fn write(path: &Path, text: &str, output: &Output) -> Result<(), Fault> {
    if path.exists() {
        return Err(Fault::Usage(format!("{} exists", path.display())));
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|fault| Fault::file("make", folder, &fault))?;
    }
    fs::write(path, text).map_err(|fault| Fault::file("write", path, &fault))?;
    output.line(&format!("wrote {}", path.display()));
    Ok(())
}

fn component(name: &str, output: &Output) -> Result<(), Fault> {
    check_name(name, '_')?;
    let library = Path::new("components/src/lib.rs");
    let modules = fs::read_to_string(library).map_err(|fault| {
        Fault::Usage(format!(
            "run this where `components/` is: {} cannot be read: {fault}",
            library.display()
        ))
    })?;
    let title: String = name.split('_').map(capital).collect();
    let code = COMPONENT.replace("$TYPE", &title).replace("$NAME", name);
    write(Path::new(&format!("components/src/{name}.rs")), &code, output)?;
    write(Path::new(&format!("components/cases/{name}.json")), &CASES.replace("$NAME", name), output)?;
    let mut lines: Vec<&str> = modules.lines().collect();
    let module = format!("mod {name};");
    let is_module = |line: &str| line.starts_with("mod ");
    let at = lines.iter().position(|line| is_module(line) && *line > module.as_str());
    let after_last = lines.iter().rposition(|line| is_module(line)).map_or(lines.len(), |last| last + 1);
    lines.insert(at.unwrap_or(after_last), &module);
    fs::write(library, lines.join("\n") + "\n").map_err(|fault| Fault::file("write", library, &fault))?;
    output.line(&format!("added it to {}; now: cargo test -p bactrian-components", library.display()));
    Ok(())
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}

fn flow(name: &str, output: &Output) -> Result<(), Fault> {
    check_name(name, '-')?;
    write(Path::new(&format!("flows/{name}/{name}.yaml")), &FLOW.replace("$NAME", name), output)?;
    output.line("now: bactrian test flows");
    Ok(())
}

const COMPONENT: &str = include_str!("new/component.rs.txt");
const CASES: &str = include_str!("new/cases.json.txt");
const FLOW: &str = include_str!("new/flow.yaml.txt");
