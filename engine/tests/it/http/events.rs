//! Streams of events: a run as it goes on, a flow once a second; both end when the server does.

use sdk::serde_json::json;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};

use super::world::{World, until};

/// Reads events until one is wanted; gives all names and the last data.
pub(crate) async fn events(
    world: &World,
    path: &str,
    is_last: impl Fn(&str, &str) -> bool,
) -> Vec<(String, String)> {
    let mut stream = world.connect().await;
    stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n").as_bytes()).await.unwrap();
    let mut lines = BufReader::new(stream).lines();
    let mut seen = Vec::new();
    let mut name = String::new();
    while let Some(line) = lines.next_line().await.unwrap() {
        if let Some(given) = line.strip_prefix("event: ") {
            name = given.to_owned();
        } else if let Some(data) = line.strip_prefix("data: ") {
            seen.push((name.clone(), data.to_owned()));
            if is_last(&name, data) {
                break;
            }
        }
    }
    seen
}

#[tokio::test]
async fn a_run_is_told_node_by_node_to_its_end() {
    let world = World::new(
        "Flow steps
order: [first, nap, last]
nodes:
  first: {use: map, with: 1}
  nap: {use: delay, with: {wait: 100ms}}
  last: {use: map, with: 2}",
    )
    .await;
    let told = world.call("steps", "prefer: respond-async\r\n", &json!({})).await;
    let path = format!("{}/events", told.header("location").unwrap());
    for _ in 0..2 {
        let seen = events(&world, &path, |name, _| name == "run").await;
        for node in ["first", "nap", "last"] {
            let is_told = |(_, data): &(String, String)| {
                data.contains(&format!("\"address\":\"{node}\"")) && data.contains("\"status\":\"succeeded\"")
            };
            assert!(seen.iter().any(is_told), "{node}: {seen:?}");
        }
        assert!(seen.last().unwrap().1.contains("\"status\":\"succeeded\""));
    }
}

#[tokio::test]
async fn a_flows_figures_come_once_a_second_and_end_with_the_server() {
    let mut world = World::new(
        "Flow steps
order: [first, last]
nodes:
  first: {use: map, with: 1}
  last: {use: map, with: 2}",
    )
    .await;
    let caller = async {
        loop {
            world.call("steps", "", &json!({})).await;
        }
    };
    let seen = tokio::select! {
        seen = events(&world, "/v1/live/steps", |_, data| !data.contains("\"rate\":0.0")) => seen,
        () = caller => Vec::new(),
    };
    let data: sdk::Value = sdk::serde_json::from_str(&seen.last().unwrap().1).unwrap();
    assert!(data["flow"]["rate"].as_f64().unwrap() > 0.0, "{data}");
    assert_eq!((&data["edges"][0]["from"], &data["edges"][0]["to"]), (&json!("first"), &json!("last")));
    assert!(data["edges"][0]["rate"].as_f64().unwrap() > 0.0, "{data}");
    let mut stream = world.connect().await;
    stream.write_all(b"GET /v1/live/steps HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let mut lines = BufReader::new(stream).lines();
    while lines.next_line().await.unwrap().is_some_and(|line| !line.starts_with("data: ")) {}
    world.stop().await;
    while lines.next_line().await.ok().flatten().is_some() {}
}

#[tokio::test]
async fn cases_of_a_draft_are_run_and_judged() {
    let world = World::new(
        "Flow half
nodes:
  half: {use: map, with: {n: '${input.n / 2}'}}
tests:
  - {name: four, input: {n: 4}, expect: {output: {n: 2}}}
  - {name: wrong, input: {n: 4}, expect: {output: {n: 3}}}",
    )
    .await;
    let all = world.post("/v1/flows/half/cases", "", &json!({})).await.json();
    assert_eq!((&all["passed"], &all["failed"]), (&json!(1), &json!(1)), "{all}");
    assert_eq!(all["cases"][1]["differences"][0]["path"], "output.n");
    assert_eq!(all["cases"][0]["run"]["status"], "succeeded");
    let text = std::fs::read_to_string(world.flows.path().join("all.yaml")).unwrap();
    let third = text.replace("input.n / 2", "input.n / 3");
    let case = json!({"input": {"n": 9}, "expect": {"output": {"n": 3}}});
    let told = world.post("/v1/flows/half/test", "", &json!({"text": third, "case": case})).await.json();
    assert_eq!((&told["passed"], &told["run"]["output"]), (&json!(true), &json!({"n": 3})), "{told}");
    let named = world.post("/v1/flows/half/test", "", &json!({"case": {"name": "wrong"}})).await.json();
    assert_eq!(named["passed"], false);
    let far = world.post("/v1/flows/half/test", "", &json!({"case": case, "until": "hafl"})).await;
    assert_eq!((far.status, far.code().as_str()), (400, "CASE_INVALID"), "{far:?}");
    let broken = text.replace("use: map", "use: mapp");
    let told = world.post("/v1/flows/half/test", "", &json!({"text": broken, "case": case})).await.json();
    assert_eq!(
        (&told["passed"], &told["diagnostics"][0]["code"]),
        (&json!(false), &json!("UNKNOWN_COMPONENT"))
    );
    assert_eq!(world.call("half", "", &json!({"n": 6})).await.json(), json!({"n": 3}), "drafts serve nobody");
}

#[tokio::test]
async fn a_durable_run_is_told_through_its_waits_to_its_end() {
    let world = World::new(
        "Flow pay
durable: true
order: [asked, done]
nodes:
  asked: {wait: {callback: {channel: bank, key: '${input.no}'}}}
  done: {use: map, with: '${nodes.asked.status}'}",
    )
    .await;
    let told = world.call("pay", "prefer: respond-async\r\n", &json!({"no": "P1"})).await;
    let run = told.header("location").unwrap();
    until(async || world.get(run).await.json()["status"] == "waiting").await;
    let told = async || {
        let is_last = |name: &str, data: &str| name == "run" && !data.contains("\"waiting\"");
        events(&world, &format!("{run}/events"), is_last).await
    };
    let (seen, ()) = tokio::join!(told(), async {
        let said = world.post("/v1/callbacks/bank?key=P1", "", &json!({"status": "OK"})).await;
        assert_eq!(said.json()["status"], "delivered");
    });
    assert!(seen.last().unwrap().1.contains("\"succeeded\""), "{seen:?}");
    assert!(!seen.iter().any(|(_, data)| data.contains("\"cancelled\"")), "{seen:?}");
}
