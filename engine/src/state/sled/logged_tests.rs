//! However far its changes have come on their way to sled, a table reads the same, also after it was opened anew.

use std::{collections::BTreeMap, time::Duration};

use proptest::prelude::*;
use tempfile::TempDir;

use super::{Durability, Logged, SledTable, Table, lock, log};

fn open(dir: &TempDir) -> Logged {
    let table = SledTable::open(dir.path(), 1 << 20).unwrap();
    Logged::open(dir.path(), table, Durability::Process, 1 << 20).unwrap()
}

/// What happens to a table.
#[derive(Clone, Debug)]
enum Step {
    Change(Vec<(u8, Option<u8>)>),
    Seal,
    Checkpoint,
    Die,
    Close,
}

fn step() -> impl Strategy<Value = Step> {
    let changes = prop::collection::vec((0..12u8, any::<Option<u8>>()), 1..6);
    prop_oneof![
        6 => changes.prop_map(Step::Change),
        2 => Just(Step::Seal),
        2 => Just(Step::Checkpoint),
        1 => Just(Step::Die),
        1 => Just(Step::Close),
    ]
}

/// What `kill -9` leaves: the files as they are, without the end of the process.
fn killed(table: &Logged, dir: &TempDir) -> TempDir {
    table.flush().unwrap();
    let _nothing_is_written = lock(&table.shared.checkpoint);
    let after = TempDir::new().unwrap();
    for entry in std::fs::read_dir(dir.path()).unwrap() {
        let entry = entry.unwrap();
        let target = after.path().join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir(target).unwrap();
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
    after
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn it_reads_the_same_wherever_its_changes_are(
        steps in prop::collection::vec(step(), 1..25),
        from in 0..12u8,
        to in 0..14u8,
    ) {
        let mut dir = TempDir::new().unwrap();
        let mut table = open(&dir);
        let mut model = BTreeMap::new();
        for step in steps {
            match step {
                Step::Change(changes) => {
                    for (key, value) in &changes {
                        match value {
                            Some(value) => model.insert(vec![*key], vec![*value]),
                            None => model.remove(&vec![*key]),
                        };
                    }
                    let changes = changes.into_iter().map(|(key, value)| (vec![key], value.map(|value| vec![value])));
                    table.apply(changes.collect()).unwrap();
                }
                Step::Seal => {
                    let _anything_to_seal = table.shared.seal();
                }
                Step::Checkpoint => table.shared.checkpoint(Duration::ZERO).unwrap(),
                Step::Die => {
                    let left = killed(&table, &dir);
                    drop(table);
                    dir = left;
                    table = open(&dir);
                }
                Step::Close => {
                    drop(table);
                    table = open(&dir);
                }
            }
            let found: Vec<_> = table.range(&[from], &[to]).map(Result::unwrap).collect();
            let expected = model.range(vec![from]..vec![to.max(from)]);
            let expected: Vec<_> = expected.map(|(key, value)| (key.clone(), value.clone())).collect();
            prop_assert_eq!(&found, &expected);
            let mut back: Vec<_> = table.range(&[from], &[to]).rev().map(Result::unwrap).collect();
            back.reverse();
            prop_assert_eq!(&back, &expected);
            prop_assert_eq!(table.get(&[from]).unwrap(), model.get(&vec![from]).cloned());
        }
    }
}

#[test]
fn a_log_that_has_grown_goes_to_sled_and_its_files_are_used_again() {
    let dir = TempDir::new().unwrap();
    let table = open(&dir);
    for number in 0..200_u32 {
        table.apply(vec![(number.to_be_bytes().to_vec(), Some(vec![1; 50_000]))]).unwrap();
        table.flush().unwrap();
    }
    let logs = || {
        let names = std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name());
        names.filter(|name| name.to_str().unwrap().starts_with("redo-")).count()
    };
    assert!(logs() <= 6, "{} files for 10 MB of changes", logs());
    drop(table);
    assert_eq!(logs(), 0, "a table that was closed needs no log");
    let table = open(&dir);
    assert_eq!(table.range(&[], &[255]).count(), 200);
}

/// Else half a batch might be in sled after a crash, and the other half nowhere.
#[test]
fn nothing_goes_to_sled_that_is_not_in_the_log() {
    let dir = TempDir::new().unwrap();
    let table = open(&dir);
    table.apply(vec![(vec![1], Some(vec![1])), (vec![2], None)]).unwrap();
    assert!(table.shared.seal());
    table.shared.checkpoint(Duration::ZERO).unwrap();
    let mut redone = Vec::new();
    log::replay(dir.path(), 0, |changes| redone.extend(changes)).unwrap();
    assert_eq!(redone.len(), 2);
}
