//! Drafts that are run once: which of their nodes really call, and extensions by their own names.

use sdk::serde_json::{Value, json};

use super::{
    surface::{FAR, NEAR},
    world::{Told, World},
};

#[tokio::test]
async fn a_draft_calls_the_named_nodes_for_real_and_nothing_else() {
    let far = World::new(FAR).await;
    let world = World::new(&NEAR.replace("FAR", &far.address.to_string())).await;
    let case = json!({"input": {"undo": "ok"}, "mocks": {"charge": {"ok": "mocked"}}});
    let test = async |live: Value| {
        let body = json!({"case": case, "liveNodes": live, "until": "charge"});
        world.post("/v1/flows/buy/test", "", &body).await
    };
    let charged = |told: &Told| {
        let run = told.json()["run"].clone();
        let node = run["nodes"].as_array().unwrap().iter().find(|node| node["address"] == "charge").cloned();
        let node = node.unwrap();
        (node["output"]["ok"].clone(), node["servedBy"].clone())
    };
    assert_eq!(charged(&test(json!([])).await), (json!("mocked"), json!("mock")));
    assert_eq!(charged(&test(json!(["charge"])).await), (json!(true), json!("call")));
    let calls = far.get("/v1/runs?flow=far").await.json()["counts"]["succeeded"].clone();
    assert_eq!(calls, json!(1));
    let refused = test(json!(["charg"])).await;
    assert_eq!((refused.status, refused.code().as_str()), (400, "UNKNOWN_NODE"));
    assert!(refused.json()["detail"].as_str().unwrap().contains("did you mean `charge`"), "{refused:?}");
}

#[tokio::test]
async fn an_extension_is_run_as_a_draft_by_its_own_name() {
    let far = World::new(FAR).await;
    let world = World::new(&NEAR.replace("FAR", &far.address.to_string())).await;
    let test = async |body: Value| world.post("/v1/flows/price-travel/test", "", &body).await.json();
    let mocked = json!({"input": {"id": "a"}, "mocks": {"asked": {"ok": "mocked"}}});
    let told = test(json!({"case": mocked})).await;
    assert_eq!(
        (&told["passed"], &told["run"]["output"]),
        (&json!(true), &json!({"text": "mocked"})),
        "{told}"
    );
    assert_eq!(told["run"]["bizId"], "travel", "it runs for whom it is stated");
    let real = test(json!({"case": mocked, "liveNodes": ["asked"]})).await;
    assert_eq!(real["run"]["output"], json!({"text": "true"}), "{real}");
    let wrong = test(json!({"case": {"input": {}}})).await;
    assert_eq!(wrong["run"]["error"]["code"], "INPUT_INVALID", "the point says what it is given: {wrong}");

    let draft = |body: &str| {
        let head = "apiVersion: bactrian/v1\nkind: Extension\nmetadata: {name: price-new, version: 1}";
        format!("{head}\npoint: price\nfor: {{useCase: shop, bizId: new}}\n{body}\n")
    };
    let test = async |body: &str| {
        let body = json!({"text": draft(body), "file": "new.yaml", "case": {"input": {"id": "a"}}});
        world.post("/v1/flows/price-new/test", "", &body).await.json()
    };
    let single = test("use: map\nwith: {text: '${input.id}'}").await;
    assert_eq!(single["run"]["output"], json!({"text": "a"}), "{single}");
    let misfit = test("nodes: {a: {use: map, with: {text: 1}}}").await;
    assert_eq!(
        (&misfit["passed"], &misfit["differences"][0]["path"]),
        (&json!(false), &json!("output.text")),
        "{misfit}"
    );
    let broken = test("nodes: {a: {use: mapp}}").await;
    assert_eq!(
        (&broken["run"], broken["diagnostics"].as_array().unwrap().len()),
        (&json!(null), 1),
        "{broken}"
    );
    assert_eq!(world.get("/v1/flows/price-new").await.status, 404, "drafts serve nobody");
}
