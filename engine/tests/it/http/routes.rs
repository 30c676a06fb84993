//! The table of fixed routes: every row is reached by its own spelling and by no other.

use bactrian_engine::serve::rows;
use sdk::serde_json::json;

use super::{calls::DOUBLE, world::World};

#[tokio::test]
async fn a_route_has_one_spelling() {
    let world = World::new(DOUBLE).await;
    for row in rows() {
        let path = row.path.replace(['{', '}', '*'], "");
        let spelt = [
            format!("{path}x"),
            format!("{path}/"),
            format!("{path}//"),
            format!("/{path}"),
            path.replacen("/v1", "/V1", 1)
                .replacen("/h", "/H", 1)
                .replacen("/m", "/M", 1)
                .replacen("/r", "/R", 1)
                .replacen("/e", "/E", 1)
                .replacen("/o", "/O", 1),
            format!("{path}%2e"),
            format!("{path};a"),
            format!("{path}/%2e%2e/configs"),
            format!("{path}/."),
        ];
        for path in spelt {
            let told = world.send(row.method.as_str(), &path, "", b"").await;
            assert!((400..500).contains(&told.status), "{} {path}: {}", row.method, told.status);
            assert_eq!(told.header("content-type"), Some("application/problem+json"), "{path}");
        }
    }
}

#[tokio::test]
async fn every_row_is_reached_and_tells_its_methods() {
    let world = World::new(DOUBLE).await;
    for row in rows() {
        let path = row.path.replace(['{', '}', '*'], "");
        if row.path.ends_with("/events") || row.path.starts_with("/v1/live") {
            continue;
        }
        let told = world.send(row.method.as_str(), &path, "", b"").await;
        assert!(!matches!(told.code().as_str(), "NOT_FOUND" | "METHOD_NOT_ALLOWED"), "{} {path}", row.method);
        assert!(told.status < 500, "{} {path}: {told:?}", row.method);
        let other = world.send("PATCH", &path, "", b"").await;
        assert_eq!(other.code(), "METHOD_NOT_ALLOWED", "{path}");
        assert!(other.header("allow").unwrap().split(", ").any(|allowed| allowed == row.method), "{path}");
    }
    assert_eq!(world.get("/nowhere").await.code(), "NOT_FOUND");
}

#[tokio::test]
async fn the_engine_tells_about_itself() {
    let world = World::new(DOUBLE).await;
    let status = world.get("/v1/status").await.json();
    assert_eq!(
        (&status["revision"], &status["rejected"], &status["ui"]),
        (&json!(1), &json!(null), &json!(false))
    );
    assert_eq!(world.get("/v1/me").await.json()["name"], "local");
    world.call("double", "", &json!({"n": 1})).await;
    let metrics = String::from_utf8(world.get("/metrics").await.body).unwrap();
    assert!(metrics.contains("bactrian_runs_total{flow=\"double\",status=\"succeeded\"} 1"), "{metrics}");
    let page = world.get("/errors/NO_CASE").await;
    let page = String::from_utf8(page.body).unwrap();
    assert!(page.starts_with("# NO_CASE") || page.contains("CODE_NOT_FOUND"), "{page}");
}

#[tokio::test]
async fn a_filter_of_runs_that_means_nothing_is_refused() {
    let world = World::new(DOUBLE).await;
    for (query, said) in [
        ("status=suceeded", "did you mean `succeeded`"),
        ("status=succeeded,gone", "there is no status `gone`"),
        ("cursor=next", "`cursor`"),
        ("limit=all", "`limit`"),
        ("from=yesterday", "`from`"),
    ] {
        let told = world.get(&format!("/v1/runs?{query}")).await;
        assert_eq!((told.status, told.code().as_str()), (400, "QUERY_INVALID"), "{query}");
        assert!(told.json()["detail"].as_str().unwrap().contains(said), "{query}: {told:?}");
    }
    assert_eq!(world.get("/v1/runs?status=succeeded,timed_out").await.status, 200);
}

#[tokio::test]
async fn a_draft_is_written_read_and_removed_on_its_conditions() {
    let world = World::new(DOUBLE).await;
    let path = "/v1/catalog/drafts/a.yaml";
    let body = br#"{"text": "x"}"#;
    let json = "content-type: application/json\r\n";
    for (method, condition, expected) in [
        ("PUT", "", 428),
        ("PUT", "if-match: \"1\"\r\n", 412),
        ("PUT", "if-none-match: *\r\n", 200),
        ("PUT", "if-none-match: *\r\n", 412),
        ("PUT", "if-match: \"other\"\r\n", 412),
        ("PUT", "if-match: W/\"1\"\r\n", 200),
        ("GET", "if-none-match: \"1\"\r\n", 200),
        ("GET", "if-none-match: \"1\", \"2\"\r\n", 304),
        ("PUT", "if-match: *\r\n", 200),
        ("DELETE", "if-match: \"1\"\r\n", 412),
        ("DELETE", "if-match: \"3\"\r\n", 200),
        ("PUT", "if-match: *\r\n", 412),
        ("GET", "", 404),
    ] {
        let (headers, body): (_, &[u8]) =
            if method == "PUT" { (format!("{json}{condition}"), body) } else { (condition.to_owned(), b"") };
        let told = world.send(method, path, &headers, body).await;
        assert_eq!(told.status, expected, "{method} {condition}: {told:?}");
    }
    assert_eq!(world.send("PUT", path, json, b"[]").await.code(), "BODY_INVALID");
}

#[tokio::test]
async fn a_removed_node_names_the_variant_that_took_it_away() {
    let world = World::new(
        "Flow f
order: [a, b, c]
nodes: {a: {use: map, with: 1}, b: {use: map, with: 2}, c: {use: map, with: 3}}
---
Variant wide
of: f
for: {bizId: x}
patch: {remove: [a]}
---
Variant narrow
of: f
for: {bizId: x, scenario: s}
patch: {remove: [b]}",
    )
    .await;
    let told = world.get("/v1/flows/f/effective?bizId=x&scenario=s").await.json();
    let by = |at: usize| (told["removed"][at]["id"].clone(), told["removed"][at]["by"].clone());
    assert_eq!((by(0), by(1)), ((json!("a"), json!("wide")), (json!("b"), json!("narrow"))), "{told}");
}
