//! Holds every registered component to the same rules: documentation, palette entry, schema, effect, cases,
//! cancel safety. A component without cases fails here; adding `cases/NAME.json` is all it takes.

use std::{
    collections::BTreeSet,
    future::Future,
    path::PathBuf,
    pin::pin,
    sync::Arc,
    task::{Context as Poller, Waker},
};

use bactrian_components as _;
use sdk::{About, ComponentEntry, Error, Outcome, Registry, Resource, Shared, Value, testing::Bench};
use serde::Deserialize;
use serde_json::json;

use crate::{expression, server::Server};

/// One line of `cases/NAME.json`. The first case is the component's example.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// The effect of a node written so. The first case states it.
    #[serde(default)]
    effect: Option<String>,
    /// May hold `{server}`, the address of a server that echoes.
    with: Value,
    #[serde(default)]
    input: Value,
    /// Documents by kind and name.
    #[serde(default)]
    resources: Vec<(String, String, Value)>,
    #[serde(default)]
    secrets: std::collections::BTreeMap<String, String>,
    /// The time of day.
    #[serde(default)]
    now: Option<chrono::DateTime<chrono::Utc>>,
    expect: Expect,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum Expect {
    Output(Value),
    /// Code and class of the failure, and as much of its data as is stated.
    Error {
        code: String,
        class: String,
        #[serde(default)]
        data: Value,
    },
    /// The schema refuses `with`, and so does the component.
    Malformed,
}

fn registry() -> Registry {
    Registry::collect().unwrap()
}

fn cases(entry: &ComponentEntry) -> Vec<Case> {
    let path: PathBuf =
        [env!("CARGO_MANIFEST_DIR"), "cases", &format!("{}.json", entry.name)].iter().collect();
    let text = std::fs::read_to_string(&path).unwrap_or_else(|_| {
        panic!("component `{}` has no cases: write cases/{}.json", entry.name, entry.name)
    });
    serde_json::from_str(&text).unwrap_or_else(|fault| panic!("cases/{}.json: {fault}", entry.name))
}

fn bench(case: &Case, server: &Server) -> Arc<Bench> {
    let bench = Arc::new(Bench::default());
    bench.clock.set(case.now.unwrap_or_default().timestamp_millis());
    for (kind, name, body) in &case.resources {
        let body = body.to_string().replace("{server}", &server.url());
        bench.publish(Resource::new(kind, name, serde_json::from_str(&body).unwrap()));
    }
    for (name, text) in &case.secrets {
        bench.set_secret(name, text);
    }
    bench.compile_with(Box::new(expression::compile));
    bench
}

/// Runs a case twice: once dropped after the first poll, once to the end.
async fn run(entry: &ComponentEntry, case: &Case, server: &Server) -> Outcome {
    (entry.validate)(case.with.clone())?;
    let node = (entry.build)(case.with.clone())?;
    let cx = bench(case, server).context()?;
    let input = Shared::new(case.input.clone());
    {
        let mut dropped = pin!(node.run(&cx, Shared::clone(&input)));
        let _first = dropped.as_mut().poll(&mut Poller::from_waker(Waker::noop()));
    }
    node.run(&cx, input).await
}

fn check(entry: &ComponentEntry, case: &Case, outcome: Outcome) {
    let place = format!("{}: {}", entry.name, case.name);
    match (&case.expect, outcome) {
        (Expect::Output(expected), Ok(output)) => assert_eq!(*output, *expected, "{place}"),
        (Expect::Error { code, class, data }, Err(error)) => {
            assert_eq!(
                (&*error.code, error.class.word()),
                (code.as_str(), class.as_str()),
                "{place}: {error}"
            );
            let found = error.data.as_deref().unwrap_or(&Value::Null);
            assert!(data.is_null() || found == data, "{place}: {found}");
        }
        (Expect::Malformed, Err(error)) => assert_eq!(&*error.code, "CONFIG_INVALID", "{place}: {error}"),
        (Expect::Output(_), Err(error)) => panic!("{place}: {error}"),
        (_, Ok(output)) => panic!("{place}: succeeded with {output}"),
    }
}

#[tokio::test]
async fn every_case_holds_also_after_a_cancelled_call() {
    let server = Server::start().await;
    for entry in registry().components() {
        for case in cases(entry) {
            let outcome = run(entry, &case, &server).await;
            check(entry, &case, outcome);
        }
    }
}

/// A `Template` in pieces is a text to the schema, as it is to the author.
fn as_written(value: &Value) -> Value {
    match value {
        Value::Object(fields) if fields.contains_key(sdk::PIECES_KEY) => Value::from("/text"),
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(key, value)| (key.clone(), as_written(value))).collect())
        }
        Value::Array(items) => items.iter().map(as_written).collect(),
        other => other.clone(),
    }
}

#[test]
fn every_schema_accepts_the_good_and_refuses_the_malformed() {
    for entry in registry().components() {
        let schema = (entry.schema)().to_value();
        let validator = jsonschema::validator_for(&schema).unwrap();
        for case in cases(entry) {
            let is_accepted = validator.is_valid(&as_written(&case.with));
            let is_malformed = matches!(case.expect, Expect::Malformed);
            assert_eq!(is_accepted, !is_malformed, "{}: {}", entry.name, case.name);
        }
    }
}

#[test]
fn every_component_has_good_and_bad_cases_and_says_its_effect() {
    for entry in registry().components() {
        let name = entry.name;
        let cases = cases(entry);
        let names: BTreeSet<_> = cases.iter().map(|case| &case.name).collect();
        assert_eq!(names.len(), cases.len(), "{name}: two cases of one name");
        let first = cases.first().unwrap_or_else(|| panic!("{name} has no example"));
        assert!(matches!(first.expect, Expect::Output(_)), "{name}: the example must succeed");
        assert!(first.effect.is_some(), "{name}: the example must state its effect");
        // A schema without a type takes anything, so nothing can be malformed.
        let takes_anything = (entry.schema)().get("type").is_none();
        let is_bad = |case: &Case| !matches!(case.expect, Expect::Output(_));
        assert!(takes_anything || cases.iter().any(is_bad), "{name} has no bad case");
        for case in cases.iter().filter(|case| case.effect.is_some()) {
            let effect = serde_json::to_value((entry.effect_of)(&case.with)).unwrap();
            assert_eq!(effect.as_str(), case.effect.as_deref(), "{name}: {}", case.name);
        }
    }
}

/// Every property, at any depth, that a form would show without help.
fn undocumented(schema: &Value, path: &str, found: &mut Vec<String>) {
    // One way of several is documented as a whole: `{bearer: …}`.
    let is_variant = |parts: &Value| {
        schema.get("description").is_some() && parts.as_object().is_some_and(|p| p.len() == 1)
    };
    for (key, value) in schema.as_object().into_iter().flatten() {
        if key == "properties" || key == "$defs" {
            for (name, part) in value.as_object().into_iter().flatten() {
                let path = format!("{path}.{name}");
                if part.get("description").is_none() && !(key == "properties" && is_variant(value)) {
                    found.push(path.clone());
                }
                undocumented(part, &path, found);
            }
        } else if let Some(parts) = value.as_array() {
            parts.iter().for_each(|part| undocumented(part, path, found));
        } else {
            undocumented(value, path, found);
        }
    }
}

#[test]
fn every_component_and_every_field_is_documented() {
    for entry in registry().components() {
        let schema = (entry.schema)().to_value();
        assert!(schema.get("description").is_some(), "{} has no doc comment", entry.name);
        let mut found = Vec::new();
        undocumented(&schema, entry.name, &mut found);
        assert_eq!(found, Vec::<String>::new(), "without doc comment");
    }
}

#[test]
fn every_component_can_be_found_in_the_palette_in_both_languages() {
    const CATEGORIES: [&str; 6] = ["data", "check", "rules", "flow", "network", "observe"];
    let is_chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    for entry in registry().components() {
        let About { title, category, icon, keywords } =
            entry.about.unwrap_or_else(|| panic!("{} has no ABOUT", entry.name));
        assert!(!title.en.is_empty() && is_chinese(title.zh), "{}: title", entry.name);
        assert!(CATEGORIES.contains(&category), "{}: category `{category}`", entry.name);
        assert!(!icon.is_empty(), "{}: icon", entry.name);
        let (zh, en): (Vec<&str>, Vec<&str>) = keywords.iter().partition(|word| is_chinese(word));
        assert!(!zh.is_empty() && !en.is_empty(), "{}: keywords in both languages", entry.name);
    }
}

#[test]
fn every_file_of_cases_belongs_to_a_component_and_every_name_to_its_file() {
    let registry = registry();
    for file in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/cases")).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        assert!(registry.component(name).is_some(), "cases/{name}.json belongs to no component");
    }
    for entry in registry.components() {
        let module = entry.module.rsplit("::").next().unwrap();
        assert_eq!(module.trim_start_matches("r#"), entry.name.replace('-', "_"), "file and name differ");
    }
}

#[test]
fn a_component_refuses_what_it_does_not_know() -> Result<(), Error> {
    for entry in registry().components() {
        let mut with = cases(entry).remove(0).with;
        let closed = (entry.schema)().get("additionalProperties") == Some(&json!(false));
        if let (true, Some(fields)) = (closed, with.as_object_mut()) {
            fields.insert("no-such-field".into(), json!(1));
            assert!((entry.validate)(with).is_err(), "{} takes unknown fields", entry.name);
        }
    }
    Ok(())
}

#[test]
fn every_document_a_component_reads_is_documented_and_checked_at_load() {
    let registry = registry();
    for entry in registry.documents() {
        let schema = (entry.schema)().to_value();
        let mut found = Vec::new();
        undocumented(&schema, entry.kind, &mut found);
        assert_eq!(found, Vec::<String>::new(), "without doc comment");
        assert!((entry.validate)(&json!({"no-such-field": 1})).is_err(), "{} takes anything", entry.kind);
    }
    let http = registry.document("Connection", Some("http")).unwrap();
    for (more, is_fine) in [
        (json!({}), true),
        (json!({"baseUrl": "ftp://orders"}), false),
        (json!({"baseUrl": "http://user:word@orders"}), false),
        (json!({"baseUrl": "http://orders?x=1"}), false),
        (json!({"auth": {"bearer": "in the open"}}), false),
        (json!({"auth": {"mtls": "secret://pem"}, "redirectTo": ["https://cdn.example"]}), false),
        (json!({"timeout": 3}), false),
    ] {
        let mut body = json!({"type": "http", "baseUrl": "https://orders.example/api"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!((http.validate)(&body).is_ok(), is_fine, "{body}");
    }
}
