//! Files by what they hold: whoever keeps bytes gets a reference to pass on, so that a run's state holds no rows.
//! They lie in a folder of the machine until space is needed. Who may read what is not decided here: a reference
//! is the digest of the content, and is known only to those who were given it.

use std::{
    fs::{self, DirBuilder},
    io,
    path::PathBuf,
    time::SystemTime,
};

use sdk::{Class, Error};
use sha2::{Digest as _, Sha256};

use crate::percent;

/// Bytes of all files together; beyond, the oldest go.
const MOST_BYTES: u64 = 4 << 30;
const DIGEST: &str = "sha256:";
/// A small content that stands in the reference itself (RFC 2397, without base64).
const INLINE: &str = "data:";

/// The digest of `bytes` in hex.
pub(crate) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Keeps `bytes`; gives their reference.
pub(crate) async fn keep(bytes: Vec<u8>) -> Result<String, Error> {
    let digest = digest(&bytes);
    let reference = format!("{DIGEST}{digest}");
    blocking(move || {
        let folder = folder()?;
        let path = folder.join(&digest);
        if path.is_file() {
            return Ok(());
        }
        trim(&folder, MOST_BYTES.saturating_sub(u64::try_from(bytes.len()).unwrap_or(u64::MAX)))?;
        // Whoever finds the name finds the whole content.
        let draft = folder.join(format!("{digest}.{}", std::process::id()));
        fs::write(&draft, &bytes)?;
        fs::rename(draft, path)
    })
    .await?
    .map_err(|fault| Error::unavailable(format!("a file cannot be kept: {fault}")))?;
    Ok(reference)
}

/// What a reference leads to.
pub(crate) async fn open(reference: &str) -> Result<Vec<u8>, Error> {
    if let Some(data) = reference.strip_prefix(INLINE) {
        let content = data.split_once(',').map_or(data, |(_, content)| content);
        return Ok(percent::decode(content.as_bytes()));
    }
    let is_digest = |text: &&str| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let wanted = reference.strip_prefix(DIGEST).filter(is_digest).ok_or_else(|| {
        Error::validation(
            "FILE_REFERENCE",
            "a reference is what `download` or `reconcile` gave, or `data:,…`",
        )
    })?;
    let wanted = wanted.to_ascii_lowercase();
    let gone =
        || Error::new(Class::NotFound, "FILE_GONE", "the file is not kept any more: download it again");
    let name = wanted.clone();
    let bytes = blocking(move || fs::read(folder()?.join(name))).await?.map_err(|_| gone())?;
    if digest(&bytes) == wanted { Ok(bytes) } else { Err(gone()) }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|fault| Error::internal(fault.to_string()))
}

/// The folder of all files, for this user alone.
fn folder() -> io::Result<PathBuf> {
    let folder = std::env::temp_dir().join("bactrian-files");
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(&folder) {
        Err(fault) if fault.kind() != io::ErrorKind::AlreadyExists => Err(fault),
        _ => Ok(folder),
    }
}

/// Removes the oldest files until at most `most` bytes are left.
fn trim(folder: &std::path::Path, most: u64) -> io::Result<()> {
    let mut files: Vec<(SystemTime, u64, PathBuf)> = Vec::new();
    for file in fs::read_dir(folder)? {
        let file = file?;
        let about = file.metadata()?;
        files.push((about.modified()?, about.len(), file.path()));
    }
    files.sort_unstable();
    let mut bytes: u64 = files.iter().map(|(_, bytes, _)| bytes).sum();
    for (_, size, path) in files {
        if bytes <= most {
            break;
        }
        fs::remove_file(path)?;
        bytes = bytes.saturating_sub(size);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{folder, keep, open};

    #[tokio::test]
    async fn what_was_kept_is_found_by_its_reference_and_nothing_else_is() {
        let reference = keep(b"orderNo,fen\n".to_vec()).await.unwrap();
        assert_eq!(open(&reference).await.unwrap(), b"orderNo,fen\n");
        assert_eq!(open("data:text/csv,a%2Cb").await.unwrap(), b"a,b");
        for (reference, code) in [
            ("sha256:../../etc/passwd", "FILE_REFERENCE"),
            ("/etc/passwd", "FILE_REFERENCE"),
            (&format!("sha256:{}", "0".repeat(64)), "FILE_GONE"),
        ] {
            assert_eq!(&*open(reference).await.unwrap_err().code, code, "{reference}");
        }
    }

    #[tokio::test]
    async fn a_file_that_was_changed_is_gone() {
        let reference = keep(b"changed later".to_vec()).await.unwrap();
        std::fs::write(folder().unwrap().join(&reference["sha256:".len()..]), "x").unwrap();
        assert_eq!(&*open(&reference).await.unwrap_err().code, "FILE_GONE");
        std::fs::remove_file(folder().unwrap().join(&reference["sha256:".len()..])).unwrap();
    }
}
