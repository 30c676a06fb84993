//! The JSON Schema of the language, with all components: what is shipped fits, mistakes do not.

use std::path::Path;

use bactrian_engine::flow::{language, load, load::Source, parse::parse, tree::Tree};
use jsonschema::Validator;
use sdk::Registry;

fn validator() -> Validator {
    let schema = language::schema(&Registry::collect().unwrap());
    assert!(jsonschema::meta::is_valid(&schema), "the schema is itself valid");
    jsonschema::validator_for(&schema).unwrap()
}

fn faults(validator: &Validator, tree: &Tree) -> Vec<String> {
    let document = tree.to_json();
    validator.iter_errors(&document).map(|fault| format!("{}: {fault}", fault.instance_path())).collect()
}

#[test]
fn every_shipped_document_fits() {
    let validator = validator();
    let flows = Path::new(env!("CARGO_MANIFEST_DIR")).join("../flows");
    let (sources, unread) = load::load(&[flows]);
    assert!(unread.is_empty() && sources.len() > 5);
    for source in sources.iter().filter(|source| !source.is_cases()) {
        let (parsed, told) = parse(std::slice::from_ref(source));
        assert_eq!(told, [], "{}", source.path);
        for document in parsed {
            let name = &document.document.header().name.value;
            assert_eq!(faults(&validator, &document.tree), Vec::<String>::new(), "{}: {name}", source.path);
        }
    }
}

#[test]
fn settings_of_components_are_checked_as_one_types() {
    let validator = validator();
    let header = "apiVersion: bactrian/v1\nkind: Flow\nmetadata: {name: f}\nnodes:\n  a: ";
    for (node, fits) in [
        ("{use: http, with: {connection: orders, path: /x}}", true),
        (
            "{use: http, with: {connection: orders, path: '/x/${input.id}', maxResponse: '${vars.size}'}}",
            true,
        ),
        ("{use: http, with: '${input}'}", true),
        ("{use: http, with: {connection: orders}}", false),
        ("{use: http, with: {connection: orders, path: /x, verb: GET}}", false),
        ("{use: http, with: {connection: orders, path: /x, maxResponse: lots}}", false),
        ("{use: htpp, with: {connection: orders, path: /x}}", false),
        ("{use: delay, with: {wait: 5}}", false),
        ("{foreach: {in: input.x, do: {use: delay, with: {wait: 5}}}}", false),
        ("{use: map, with: {anything: [goes]}}", true),
    ] {
        let (parsed, _) = parse(&[Source::new(0, "a.yaml", format!("{header}{node}\n"))]);
        let told = faults(&validator, &parsed[0].tree);
        assert_eq!(told.is_empty(), fits, "{node}: {told:?}");
    }
}
