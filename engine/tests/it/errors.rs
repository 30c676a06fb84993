//! Wrong documents: each folder of `testdata/errors` holds one mistake and what the engine says of it.
//!
//! The wrong line carries its own mark: `# <- here` at its end, `# <- above` on the line below where no
//! comment may follow, `# <- line N` anywhere else. Every error must stand at a marked line, every mark
//! must have its error, and `error.txt` is what `bactrian check` prints. `UPDATE=1` writes those texts anew.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use bactrian_engine::{
    catalog::{Sources, compile},
    error::page,
    flow::{
        diagnostic::{Diagnostic, Severity},
        load::{Source, load},
        policy::States,
        report::Report,
    },
};
use sdk::Registry;

/// How many different mistakes are kept at the least.
const AT_LEAST: usize = 200;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/errors")
}

fn cases() -> Vec<PathBuf> {
    let mut cases: Vec<PathBuf> = fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

/// Reads and compiles a folder as `bactrian check` does. Paths are told from the folder on.
fn found(case: &Path, registry: &Registry) -> (Vec<Source>, Vec<Diagnostic>) {
    let (mut sources, mut found) = load(&[case.to_path_buf()]);
    for source in &mut sources {
        source.path = Path::new(&*source.path).strip_prefix(case).unwrap().to_string_lossy().into();
    }
    let states = States::default();
    let compiled = compile(Sources { texts: &sources, registry, states: &states }, None);
    found.extend(match compiled {
        Ok(snapshot) => snapshot.warnings().to_vec(),
        Err(more) => more,
    });
    (sources, found)
}

fn render(sources: &[Source], found: &[Diagnostic]) -> String {
    found.iter().map(|finding| Report::new(finding, sources).to_text() + "\n").collect()
}

/// A file's name and a line of it.
type Place = (String, usize);

/// The places that the files of a case mark as wrong.
fn marks(case: &Path, sources: &[Source]) -> BTreeSet<Place> {
    let mut marks = BTreeSet::new();
    for source in sources {
        let bytes = fs::read(case.join(&*source.path)).unwrap();
        for (index, line) in String::from_utf8_lossy(&bytes).lines().enumerate() {
            let Some((_, mark)) = line.rsplit_once("# <- ") else { continue };
            let number = match mark.trim() {
                "here" => index + 1,
                "above" => index,
                other => other.strip_prefix("line ").unwrap().parse().unwrap(),
            };
            marks.insert((source.path.to_string(), number));
        }
    }
    marks
}

/// Everything about a case that is not as it should be.
fn faults(case: &Path, registry: &Registry, text: &mut String) -> Vec<String> {
    let (sources, found) = found(case, registry);
    let errors: Vec<&Diagnostic> =
        found.iter().filter(|finding| finding.severity == Severity::Error).collect();
    let mut faults = Vec::new();
    let mut told = BTreeSet::new();
    for error in &errors {
        let path = sources.iter().find(|source| source.id == error.span.source).map(|source| &source.path);
        told.insert((path.unwrap().to_string(), usize::try_from(error.span.line).unwrap()));
    }
    let marked = marks(case, &sources);
    if errors.is_empty() {
        faults.push("nothing is refused".to_owned());
    } else if told != marked {
        faults.push(format!("errors at {told:?}, marks at {marked:?}"));
    }
    for finding in &found {
        if finding.help.trim().is_empty() {
            faults.push(format!("{} does not say how to mend it", finding.code));
        }
        if page(finding.code).is_none() {
            faults.push(format!("{} has no page", finding.code));
        }
    }
    *text = render(&sources, &found);
    faults
}

#[test]
fn each_mistake_is_refused_at_its_line_with_a_mend() {
    #[expect(clippy::disallowed_methods, reason = "a switch for the people who work on the tests")]
    let is_update = std::env::var("UPDATE").is_ok_and(|value| value == "1");
    let registry = Registry::collect().unwrap();
    let mut wrong = Vec::new();
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    let cases = cases();
    for case in &cases {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let mut text = String::new();
        let caught = catch_unwind(AssertUnwindSafe(|| faults(case, &registry, &mut text)));
        let faults = caught.unwrap_or_else(|_| vec!["a panic".to_owned()]);
        wrong.extend(faults.into_iter().map(|fault| format!("{name}: {fault}\n{text}")));
        let golden = case.join("error.txt");
        if is_update {
            fs::write(&golden, &text).unwrap();
        } else if fs::read_to_string(&golden).unwrap_or_default() != text {
            wrong.push(format!("{name}: the text is not that of error.txt:\n{text}"));
        }
        if let Some(other) = known.insert(text, name.clone()) {
            wrong.push(format!("{name} and {other} are told in the same words"));
        }
    }
    assert!(cases.len() >= AT_LEAST, "{} mistakes are kept, at least {AT_LEAST} should be", cases.len());
    let count = wrong.len();
    assert!(wrong.is_empty(), "{count} faults (UPDATE=1 accepts texts):\n{}", wrong.join("\n"));
}
