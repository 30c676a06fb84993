//! The project's own source files, read once per test.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// One text file of the project.
pub(crate) struct Source {
    /// Path from the root, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// All of them, sorted by path.
pub(crate) struct Sources {
    pub(crate) root: PathBuf,
    pub(crate) files: Vec<Source>,
}

const FOLDERS: [&str; 6] = ["sdk", "components", "engine", "ui", "examples", "flows"];
const LEFT_OUT: [&str; 7] =
    ["target", "node_modules", "dist", "testdata", "placeholder", "test-results", ".git"];

impl Sources {
    pub(crate) fn read() -> Self {
        let root =
            Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("engine stands in the root").to_owned();
        let mut files = Vec::new();
        for folder in FOLDERS {
            collect(&root, &root.join(folder), &mut files);
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        assert!(files.len() > 20, "the sources were not found");
        Self { root, files }
    }

    /// Rust files.
    pub(crate) fn rust(&self) -> impl Iterator<Item = &Source> {
        self.files.iter().filter(|file| file.path.ends_with(".rs"))
    }

    /// Rust files of the engine's library.
    pub(crate) fn engine(&self) -> impl Iterator<Item = &Source> {
        self.rust().filter(|file| file.path.starts_with("engine/src/"))
    }
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<Source>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if LEFT_OUT.contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() {
            collect(root, &path, files);
        } else if [".rs", ".ts", ".tsx", ".toml"].iter().any(|ending| name.ends_with(ending)) {
            let text = fs::read_to_string(&path).expect("sources are UTF-8");
            let path = path.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/");
            files.push(Source { path, text });
        }
    }
}
