//! Stage 3 over whole sets.

use sdk::Registry;

use super::validate;
use crate::flow::{load::Source, parse::parse};

#[test]
fn the_reference_documents_lack_nothing_but_components_that_are_not_linked_here() {
    let text = include_str!("../../../testdata/flows-reference.yaml");
    let (parsed, _) = parse(&[Source::new(0, "a.yaml", text)]);
    let (checked, faults) = validate(parsed, &Registry::default());
    let other: Vec<String> = faults
        .iter()
        .filter(|fault| fault.code != "UNKNOWN_COMPONENT")
        .map(|fault| format!("{} {}:{} {}", fault.code, fault.span.line, fault.path, fault.message))
        .collect();
    assert_eq!(other, Vec::<String>::new());
    assert_eq!(checked.flows.iter().filter(|flow| flow.level < 3).count(), 3);
}
