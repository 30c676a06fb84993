//! A log is read as it was written, up to where it was torn, and never further.

use std::fs;

use tempfile::TempDir;

use super::{Changes, Durability, Log, Result, named, record, replay};

fn change(number: u64) -> Changes {
    let value = (!number.is_multiple_of(5)).then(|| vec![7; usize::try_from(number % 50).unwrap()]);
    vec![(number.to_be_bytes().to_vec(), value), (b"last".to_vec(), Some(number.to_be_bytes().to_vec()))]
}

fn write(log: &mut Log, numbers: std::ops::RangeInclusive<u64>) {
    let mut records = Vec::new();
    let last = *numbers.end();
    for number in numbers {
        record(&mut records, number, &change(number));
    }
    log.write(&mut records, last).unwrap();
}

/// The changes after `mark`, and the files there are.
fn read(dir: &TempDir, mark: u64) -> Result<(Vec<Changes>, usize)> {
    let mut redone = Vec::new();
    let found = replay(dir.path(), mark, |changes| redone.push(changes))?;
    assert_eq!(found.last, mark + u64::try_from(redone.len()).unwrap());
    Ok((redone, found.files.len()))
}

fn expected(numbers: std::ops::RangeInclusive<u64>) -> Vec<Changes> {
    numbers.map(change).collect()
}

fn begun(dir: &TempDir) -> Log {
    let found = replay(dir.path(), 0, drop).unwrap();
    Log::begin(dir.path(), Durability::Power, found).unwrap()
}

#[test]
fn what_is_written_is_read_after_the_mark() {
    let dir = TempDir::new().unwrap();
    let mut log = begun(&dir);
    write(&mut log, 1..=3);
    write(&mut log, 4..=4);
    log.turn().unwrap();
    write(&mut log, 5..=9);
    assert_eq!(read(&dir, 0).unwrap(), (expected(1..=9), 2));
    assert_eq!(read(&dir, 6).unwrap(), (expected(7..=9), 2));
    assert_eq!(read(&dir, 9).unwrap(), (Vec::new(), 2));
}

#[test]
fn a_log_that_is_cut_anywhere_gives_a_prefix() {
    let dir = TempDir::new().unwrap();
    let mut log = begun(&dir);
    write(&mut log, 1..=20);
    let path = named(dir.path(), 1);
    let whole = fs::read(&path).unwrap();
    let end = usize::try_from(log.size()).unwrap();
    for cut in 0..end {
        let mut torn = whole.clone();
        torn[cut] ^= 0x40;
        fs::write(&path, &torn).unwrap();
        let (redone, _) = read(&dir, 0).unwrap();
        assert!(redone.len() < 20, "byte {cut} is not checked");
        assert_eq!(redone, expected(1..=20)[..redone.len()]);
    }
}

#[test]
fn a_file_that_is_written_over_ends_where_its_new_records_end() {
    let dir = TempDir::new().unwrap();
    let mut log = begun(&dir);
    write(&mut log, 1..=30);
    log.turn().unwrap();
    write(&mut log, 31..=32);
    log.free(30);
    log.turn().unwrap();
    write(&mut log, 33..=34);
    assert!(!named(dir.path(), 1).exists(), "it has another name now");
    assert_eq!(fs::metadata(named(dir.path(), 33)).unwrap().len(), 1 << 20, "its place stays made");
    assert_eq!(read(&dir, 30).unwrap(), (expected(31..=34), 2));
}

#[test]
fn of_the_files_that_are_needed_no_more_one_is_kept_to_write_over() {
    let dir = TempDir::new().unwrap();
    let mut log = begun(&dir);
    for last in 1..=5 {
        write(&mut log, last..=last);
        log.turn().unwrap();
    }
    log.free(3);
    assert_eq!(
        read(&dir, 3).unwrap(),
        (expected(4..=5), 4),
        "one spare, two that are needed, the current one"
    );
    log.remove();
    assert_eq!(read(&dir, 0).unwrap(), (Vec::new(), 0));
}

/// The tail of a dead process may hold a whole record after a torn one: with the number that is given next but one.
#[test]
fn what_a_dead_process_left_behind_a_torn_record_is_never_read() {
    let dir = TempDir::new().unwrap();
    write(&mut begun(&dir), 1..=3);
    let path = named(dir.path(), 1);
    let mut torn = fs::read(&path).unwrap();
    let mut second = Vec::new();
    record(&mut second, 1, &change(1));
    torn[second.len() + 20] ^= 1;
    fs::write(&path, torn).unwrap();
    let mut log = begun(&dir);
    write(&mut log, 2..=2);
    assert_eq!(read(&dir, 0).unwrap(), (expected(1..=2), 2));
    log.turn().unwrap();
    log.free(2);
    assert!(!path.exists(), "a file of another process is not written over");
}

#[test]
fn a_record_that_is_missing_between_others_is_an_error() {
    let dir = TempDir::new().unwrap();
    let mut log = begun(&dir);
    write(&mut log, 1..=3);
    log.turn().unwrap();
    write(&mut log, 4..=4);
    fs::write(named(dir.path(), 1), []).unwrap();
    let error = read(&dir, 0).unwrap_err().to_string();
    assert!(error.contains("record 1 is missing") && error.contains("bactrian import"), "{error}");
    assert_eq!(read(&dir, 3).unwrap(), (expected(4..=4), 2), "unless sled has it");
}
