//! `catalog export`: writes what serves to a directory, from a store or a running server.

use std::{fs, path::PathBuf, process::ExitCode};

use engine::publish::Texts;
use serde_json::json;

use super::{environment, history::missing, remote, revisions};
use crate::output::{Fault, Output};

#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("source").required(true).args(["data", "server"])))]
pub(crate) struct Arguments {
    /// The data directory.
    #[arg(long)]
    data: Option<PathBuf>,
    /// A running server, such as `http://127.0.0.1:8080`.
    #[arg(long)]
    server: Option<String>,
    /// Which revision; without it, the newest.
    #[arg(long)]
    revision: Option<u64>,
    /// The directory that is written; files that are there already are replaced, others stay.
    #[arg(long)]
    to: PathBuf,
}

pub(super) async fn run(arguments: &Arguments, output: &Output) -> Result<ExitCode, Fault> {
    let (number, texts) = match (&arguments.data, &arguments.server) {
        (Some(data), _) => {
            let revisions = revisions(data)?;
            let revision = match arguments.revision {
                Some(number) => Some(revisions.get(number).await.map_err(missing)?),
                None => revisions.newest().await.map_err(environment)?,
            };
            match revision {
                Some(revision) => (revision.number, revisions.texts(&revision).await.map_err(environment)?),
                None => (0, Texts::new()),
            }
        }
        (None, Some(server)) => remote::texts(server, arguments.revision).await?,
        (None, None) => return Err(Fault::Usage("say `--data` or `--server`".to_owned())),
    };
    for (path, text) in &texts {
        // A server is not to be believed: its paths stay below the directory, too.
        if !is_below(path) {
            return Err(Fault::Environment(format!(
                "`{path}` would leave the directory: nothing is written there"
            )));
        }
        let path = arguments.to.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|fault| Fault::file("make", folder, &fault))?;
        }
        fs::write(&path, text.as_bytes()).map_err(|fault| Fault::file("write", &path, &fault))?;
    }
    if output.is_json() {
        output.json(&json!({"revision": number, "files": texts.keys().collect::<Vec<_>>()}));
    } else {
        output.line(&format!(
            "wrote {} files of revision {number} to {}",
            texts.len(),
            arguments.to.display()
        ));
    }
    Ok(ExitCode::SUCCESS)
}

fn is_below(path: &str) -> bool {
    !path.is_empty()
        && path.split('/').all(|part| !part.is_empty() && !part.starts_with('.'))
        && !path.contains(['\\', ':'])
}

#[cfg(test)]
mod tests {
    use super::is_below;

    #[test]
    fn what_a_server_names_stays_below_the_directory() {
        assert!(is_below("order/cancel-order.yaml"));
        for path in ["", "/etc/x.yaml", "../x.yaml", "a/../x.yaml", "a//x.yaml", "c:x.yaml", ".x.yaml"] {
            assert!(!is_below(path), "{path}");
        }
    }
}
