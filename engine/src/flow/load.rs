//! Stage 1 of 8: load. From directories and files to texts. Reads names and bytes, understands neither.
//!
//! Takes `*.yaml` and `*.yml`, directories at any depth, in a fixed order. Symbolic links are not
//! followed and hidden entries are left out, so a text always lies below the path that was asked for.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    diagnostic::Diagnostic,
    tree::{SourceId, Span},
};

/// The largest file that is read, in bytes.
pub const LARGEST: u64 = 512 * 1024;
/// The deepest directory that is entered.
const DEEPEST: usize = 16;

/// One text with the name it is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// What spans point at.
    pub id: SourceId,
    /// The path, or what stands for it (`draft.yaml` for a text that came over HTTP).
    pub path: Arc<str>,
    /// The text.
    pub text: Arc<str>,
    /// False for a file that could not be read as text: it is there so that findings can name it.
    pub is_read: bool,
}

impl Source {
    /// A text that came from elsewhere than a file.
    pub fn new(id: u32, path: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        Self { id: SourceId(id), path: path.into(), text: text.into(), is_read: true }
    }

    /// True for `NAME.cases.yaml`.
    #[must_use]
    pub fn is_cases(&self) -> bool {
        self.path.ends_with(".cases.yaml") || self.path.ends_with(".cases.yml")
    }
}

/// Reads everything below `paths`. What cannot be read is told as a diagnostic; the rest is returned.
/// A source that is not `is_read` stands for each file that could not be read, so that the diagnostic has
/// a name to point at.
#[must_use]
pub fn load(paths: &[PathBuf]) -> (Vec<Source>, Vec<Diagnostic>) {
    let mut files = Vec::new();
    let mut unread = Vec::new();
    for path in paths {
        if let Err(fault) = gather(path, true, 0, &mut files) {
            unread.push((path.clone(), Unread::Failed(fault)));
        }
    }
    files.sort();
    files.dedup();
    let mut sources = Vec::with_capacity(files.len());
    let mut diagnostics = Vec::new();
    for path in files {
        match read(&path) {
            Ok(text) => {
                push(&mut sources, &path, text, true);
            }
            Err(fault) => unread.push((path, fault)),
        }
    }
    for (path, fault) in unread {
        let source = push(&mut sources, &path, Arc::from(fault.text()), false);
        diagnostics.push(fault.diagnostic(source));
    }
    (sources, diagnostics)
}

fn push(sources: &mut Vec<Source>, path: &Path, text: Arc<str>, is_read: bool) -> SourceId {
    let id = SourceId(u32::try_from(sources.len()).unwrap_or(u32::MAX));
    sources.push(Source { id, path: path.to_string_lossy().into(), text, is_read });
    id
}

/// True for the names of files that hold documents.
pub(super) fn is_document(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

/// Collects the files below `path`. A path that was asked for may itself be a link; what it holds may not.
fn gather(path: &Path, is_asked_for: bool, depth: usize, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let about = if is_asked_for { fs::metadata(path)? } else { fs::symlink_metadata(path)? };
    if about.is_dir() && depth < DEEPEST {
        for entry in fs::read_dir(path)? {
            let entry = entry?.path();
            if !is_hidden(&entry) {
                gather(&entry, false, depth + 1, files)?;
            }
        }
    } else if about.is_file() && (is_asked_for || is_document(path)) {
        files.push(path.to_path_buf());
    }
    Ok(())
}

/// Why a file has no text.
enum Unread {
    Failed(io::Error),
    TooLarge(u64),
    /// The bytes as far as they are text, and how many there are of those.
    Encoding(String, usize),
}

fn read(path: &Path) -> Result<Arc<str>, Unread> {
    let size = fs::metadata(path).map_err(Unread::Failed)?.len();
    if size > LARGEST {
        return Err(Unread::TooLarge(size));
    }
    let bytes = fs::read(path).map_err(Unread::Failed)?;
    String::from_utf8(bytes).map(Arc::from).map_err(|fault| {
        let good = fault.utf8_error().valid_up_to();
        Unread::Encoding(String::from_utf8_lossy(fault.as_bytes()).into_owned(), good)
    })
}

impl Unread {
    fn text(&self) -> &str {
        match self {
            Self::Encoding(text, _) => text,
            Self::Failed(_) | Self::TooLarge(_) => "",
        }
    }

    fn diagnostic(&self, source: SourceId) -> Diagnostic {
        let span = Span { source, line: 1, column: 1, length: 1 };
        match self {
            Self::TooLarge(size) => Diagnostic::error(
                "FILE_TOO_LARGE",
                span,
                format!("the file has {size} bytes; at most {LARGEST} are read"),
                "split it: each flow may have a file of its own",
            ),
            Self::Encoding(text, good) => Diagnostic::error(
                "FILE_ENCODING",
                end(span, text.get(..*good).unwrap_or_default()),
                format!("byte {good} is not UTF-8"),
                "save the file as UTF-8",
            ),
            Self::Failed(fault) => Diagnostic::error(
                "FILE_UNREADABLE",
                span,
                format!("the file cannot be read: {fault}"),
                "check that it exists and that the server may read it",
            ),
        }
    }
}

/// The place after `text`.
fn end(start: Span, text: &str) -> Span {
    let last = text.rsplit('\n').next().unwrap_or_default();
    let number = |count: usize| u32::try_from(count + 1).unwrap_or(u32::MAX);
    Span { line: number(text.matches('\n').count()), column: number(last.chars().count()), ..start }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::load;

    #[test]
    fn yaml_below_a_directory_is_read_in_a_fixed_order_and_nothing_outside_it() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join("flows").join(name);
        fs::create_dir_all(at("b")).unwrap();
        fs::create_dir_all(at(".git")).unwrap();
        for name in ["z.yml", "b/a.yaml", "b/a.cases.yaml", "notes.txt", ".git/x.yaml"] {
            fs::write(at(name), "a: 1").unwrap();
        }
        fs::write(root.path().join("secret.yaml"), "a: 1").unwrap();
        std::os::unix::fs::symlink(root.path().join("secret.yaml"), at("link.yaml")).unwrap();
        std::os::unix::fs::symlink(root.path(), at("loop")).unwrap();
        let (sources, faults) = load(&[root.path().join("flows")]);
        let names: Vec<_> = sources.iter().map(|s| s.path.rsplit("flows/").next().unwrap()).collect();
        assert_eq!(names, ["b/a.cases.yaml", "b/a.yaml", "z.yml"]);
        assert!(sources[0].is_cases() && !sources[1].is_cases() && faults.is_empty());
    }

    #[test]
    fn what_cannot_be_read_is_told_and_the_rest_is_read() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("a.yaml"), "a: 1").unwrap();
        fs::write(root.path().join("b.yaml"), [0xff, 0xfe]).unwrap();
        fs::write(root.path().join("c.yaml"), vec![b' '; 600 * 1024]).unwrap();
        let (sources, faults) = load(&[root.path().to_path_buf(), root.path().join("missing.yaml")]);
        let mut codes: Vec<_> = faults.iter().map(|fault| fault.code).collect();
        codes.sort_unstable();
        assert_eq!(codes, ["FILE_ENCODING", "FILE_TOO_LARGE", "FILE_UNREADABLE"]);
        assert_eq!(sources.iter().filter(|source| source.is_read).count(), 1);
    }
}
