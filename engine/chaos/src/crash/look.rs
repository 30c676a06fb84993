//! What the store holds at one moment, read from a copy of its files while the program is dead, so that reading
//! changes nothing.

use std::{collections::BTreeMap, io, path::Path};

use engine::state::{Filter, RunId, Settings, Sled, Snapshot, Store as _};

/// Every run at one moment.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// The runs.
    pub runs: BTreeMap<RunId, Snapshot>,
}

impl Look {
    /// Copies `data` to `scratch` and reads it there.
    ///
    /// # Errors
    /// The files cannot be copied or read: then the store is broken, which is a finding.
    pub async fn at(data: &Path, scratch: &Path) -> io::Result<Self> {
        super::copy(data, scratch)?;
        let look = read(scratch).await.map_err(io::Error::other);
        std::fs::remove_dir_all(scratch)?;
        look
    }
}

async fn read(dir: &Path) -> engine::state::Result<Look> {
    let store = Sled::open(&Settings { reserve_bytes: 0, ..Settings::new(dir) }, 0)?;
    let mut look = Look::default();
    let mut filter = Filter { limit: 500, ..Filter::default() };
    loop {
        let page = store.list(&filter).await?;
        for row in &page.rows {
            if let Some(snapshot) = store.read(row.run).await? {
                look.runs.insert(row.run, snapshot);
            }
        }
        match page.next {
            Some(next) => filter.before = Some(next),
            None => return Ok(look),
        }
    }
}
