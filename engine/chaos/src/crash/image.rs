//! What a disk holds after a power cut. The program has copied its data right after one sync of its log and again after
//! the next one, and the files of sled right after their last sync; whatever was written since may have reached the disk
//! or not, block by block. What a sync covered is there. It does not prove that a disk keeps what it said it has synced.

use std::{collections::BTreeSet, ffi::OsStr, fs, io, path::Path};

use crate::dice::Dice;

/// Puts the files of sled in `before` back to their last sync: it is another one than that of the log.
///
/// # Errors
/// The system refuses.
pub(super) fn forget_unsynced(before: &Path, synced: &Path) -> io::Result<()> {
    for entry in fs::read_dir(before)? {
        let period = entry?.path();
        let Some(name) = period.file_name().filter(|_| period.is_dir()) else { continue };
        for entry in fs::read_dir(&period)? {
            let unsynced = entry?.path();
            if unsynced.is_dir() {
                fs::remove_dir_all(unsynced)?;
            } else if !is_log(&unsynced) {
                fs::remove_file(unsynced)?;
            }
        }
        put_back(&synced.join(name), &period)?;
    }
    Ok(())
}

fn put_back(synced: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(synced)? {
        let file = entry?.path();
        let Some(target) = file.file_name().map(|name| to.join(name)) else { continue };
        if file.is_dir() {
            super::copy(&file, &target)?;
        } else if !is_log(&file) {
            fs::copy(file, target)?;
        }
    }
    Ok(())
}

fn is_log(path: &Path) -> bool {
    path.file_name().and_then(OsStr::to_str).is_some_and(|name| name.starts_with("redo-"))
}

/// Builds the image of a cut between `before` and `after` in `to`.
///
/// # Errors
/// The system refuses.
pub(super) fn build(before: &Path, after: &Path, to: &Path, dice: &mut Dice) -> io::Result<()> {
    fs::create_dir_all(to)?;
    let mut names = BTreeSet::new();
    for dir in [before, after] {
        for entry in fs::read_dir(dir).into_iter().flatten() {
            names.insert(entry?.file_name());
        }
    }
    for name in names {
        let (old, new, target) = (before.join(&name), after.join(&name), to.join(&name));
        if old.is_dir() || new.is_dir() {
            build(&old, &new, &target, dice)?;
            continue;
        }
        match (fs::read(&old).ok(), fs::read(&new).ok()) {
            (Some(old), Some(new)) if old != new => fs::write(target, mix(&old, &new, dice))?,
            (Some(old), _) => fs::write(target, old)?,
            // The name of a file that came after the sync may not have reached the directory.
            (None, Some(new)) if dice.hits(50) => fs::write(target, mix(&[], &new, dice))?,
            (None, _) => {}
        }
    }
    Ok(())
}

fn mix(old: &[u8], new: &[u8], dice: &mut Dice) -> Vec<u8> {
    let block = if dice.hits(50) { 512 } else { 4096 };
    let length = if dice.hits(50) { old.len() } else { new.len() };
    let mut mixed = Vec::with_capacity(length);
    for at in (0..length).step_by(block) {
        let part = |of: &[u8]| of.get(at..(at + block).min(of.len())).unwrap_or_default().to_vec();
        mixed.extend_from_slice(&if dice.hits(50) { part(old) } else { part(new) });
        mixed.resize((at + block).min(length), 0);
    }
    mixed
}

#[cfg(test)]
mod tests {
    use super::mix;
    use crate::dice::Dice;

    #[test]
    fn an_image_is_made_of_old_and_new_blocks_and_nothing_else() {
        let (old, new) = (vec![1_u8; 10_000], vec![2_u8; 12_000]);
        let mut seen = [false; 2];
        for seed in 0..20 {
            let mixed = mix(&old, &new, &mut Dice::new(seed, 0));
            assert!(mixed.len() == old.len() || mixed.len() == new.len());
            seen[0] |= mixed.contains(&1);
            seen[1] |= mixed.contains(&2);
        }
        assert_eq!(seen, [true, true]);
    }
}
