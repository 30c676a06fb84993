//! The bytes of the journal: read back as written, in this layout and for ever.

use proptest::prelude::*;
use sdk::Shared;
use serde_json::json;

use super::{Detail, Head, decode, decode_head, encode};
use crate::state::{Entry, Parent, Record, RunId, Status, journal::tests::entry, record::Origin};

const NOW: i64 = 1_700_000_000_000;

fn head(count: u64) -> Head {
    Head { epoch: (7 << 32) | 3, count, status: Status::Waiting, ready_at: Some(NOW + 60_000), at: NOW }
}

fn origin() -> Origin {
    Origin {
        business_key: Some("order-1".into()),
        deadline: Some(NOW + 5),
        parent: Some(Parent { run: RunId::new(NOW, [1; 10]), address: Some("pay[1].book".parse().unwrap()) }),
        identity: sdk::Identity::new("close", Some("二手车"), Some("app")).unwrap(),
        input: Shared::new(json!({"orderId": "o-1", "lots": [1, 2.5, null]})),
        ..crate::state::journal::tests::origin()
    }
}

fn every_kind() -> Vec<Record> {
    let words = [
        "start", "ok", "fail?", "skip", "note", "sleep", "await", "timer", "message", "drop", "undo",
        "undone", "stuck", "park", "pass", "reply", "end",
    ];
    let first = Record::new(NOW, Entry::Started(Box::new(origin())));
    std::iter::once(first)
        .chain(words.iter().zip(0..).map(|(word, after)| Record::new(NOW + after, entry(word))))
        .collect()
}

#[test]
fn every_kind_of_record_is_read_back() {
    let records = every_kind();
    let bytes = encode(&head(18), &records).unwrap();
    assert_eq!(decode(&bytes, Detail::Whole), Ok((head(18), records)));
    assert_eq!(decode_head(&bytes), Ok(head(18)));
}

#[test]
fn an_outline_leaves_values_out_and_keeps_the_rest() {
    let bytes = encode(&head(18), &every_kind()).unwrap();
    let (_, records) = decode(&bytes, Detail::Outline).unwrap();
    let Entry::Started(found) = &records[0].entry else { panic!("no start") };
    assert_eq!(found.business_key, origin().business_key);
    assert!(found.input.is_null() && records.len() == 18);
}

/// Layout 1, as the first release wrote it. It is never rewritten: later releases must read it.
const GOLDEN: &str = include_str!("../../testdata/journal/frame-1.hex");

#[test]
fn the_first_layout_is_still_read() {
    let bytes: Vec<u8> = GOLDEN
        .trim()
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect();
    assert_eq!(decode(&bytes, Detail::Whole), Ok((head(18), every_kind())));
}

#[test]
fn the_layout_changes_only_with_its_version() {
    let bytes = encode(&head(18), &every_kind()).unwrap();
    let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(text, GOLDEN.trim());
}

#[test]
fn a_step_of_a_saga_costs_little_more_than_its_output() {
    let output = json!({"reservation": "r-000001", "amountMinor": 125_000});
    let step = [
        Record::new(
            NOW,
            Entry::NodeSucceeded {
                address: "reserve".parse().unwrap(),
                output: Shared::new(output.clone()),
                detail: None,
            },
        ),
        Record::new(
            NOW,
            Entry::NodeStarted {
                address: "confirm".parse().unwrap(),
                attempt: 1,
                key: "0123456789abcdef0123456789abcdef".into(),
            },
        ),
    ];
    let bytes = encode(&Head { ready_at: None, ..head(2) }, &step).unwrap();
    let values = output.to_string().len() + 32;
    assert!(bytes.len() <= values + 50, "{} bytes for {values} bytes of values", bytes.len());
}

proptest! {
    #[test]
    fn damaged_bytes_are_an_error_and_never_a_panic(at in 0..700usize, with in any::<u8>(), cut in 0..700usize) {
        let mut bytes = encode(&head(18), &every_kind()).unwrap();
        bytes.truncate(bytes.len().min(cut.max(1)));
        if let Some(byte) = bytes.get_mut(at) {
            *byte = with;
        }
        drop(decode(&bytes, Detail::Whole));
        drop(decode(&bytes, Detail::Outline));
    }
}
