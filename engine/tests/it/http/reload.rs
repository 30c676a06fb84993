//! Documents change while the server serves; the server stops while it answers.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use sdk::serde_json::json;

use super::world::{World, document, spawn, until};

fn flow(answer: &str) -> String {
    document(&format!("Flow say\nnodes:\n  say: {{use: map, with: {{says: {answer}}}}}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_file_under_load_fails_no_request_and_the_old_set_serves_on() {
    let world = Arc::new(World::new("Flow say\nnodes:\n  say: {use: map, with: {says: one}}").await);
    let (is_over, good) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let callers: Vec<_> = (0..4)
        .map(|_| {
            let (world, is_over, good) = (Arc::clone(&world), Arc::clone(&is_over), Arc::clone(&good));
            spawn(async move {
                while !is_over.load(Ordering::Relaxed) {
                    let told = world.call("say", "", &json!({})).await;
                    assert_eq!(told.status, 200, "{told:?}");
                    good.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    let file = world.flows.path().join("all.yaml");
    let more = async |least: u64| {
        let before = good.load(Ordering::Relaxed);
        until(async || good.load(Ordering::Relaxed) >= before + least).await;
    };
    more(50).await;
    std::fs::write(&file, flow("two").replace("use: map", "use: mapp")).unwrap();
    assert!(world.engine.reload().await.is_err());
    more(50).await;
    assert_eq!(world.call("say", "", &json!({})).await.json()["says"], "one");
    let status = world.get("/v1/status").await.json();
    assert_eq!(status["rejected"]["diagnostics"][0]["code"], "UNKNOWN_COMPONENT");
    std::fs::write(&file, flow("two")).unwrap();
    world.engine.reload().await.unwrap();
    assert_eq!(world.call("say", "", &json!({})).await.json()["says"], "two");
    let status = world.get("/v1/status").await.json();
    assert_eq!((&status["rejected"], &status["revision"]), (&json!(null), &json!(2)));
    more(50).await;
    is_over.store(true, Ordering::Relaxed);
    for caller in callers {
        caller.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_saved_file_is_served_by_itself() {
    let world = World::new("Flow say\nnodes:\n  say: {use: map, with: {says: one}}").await;
    let engine = world.engine.clone();
    let watching = spawn(async move { engine.watch().await });
    let file = world.flows.path().join("all.yaml");
    // The watcher may not look yet when the first write happens.
    until(async || {
        std::fs::write(&file, flow("two")).unwrap();
        world.call("say", "", &json!({})).await.json()["says"] == "two"
    })
    .await;
    world.engine.close();
    watching.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_stop_lets_requests_end_and_probes_know() {
    let mut world = World::with("Flow nap\nnodes:\n  nap: {use: delay, with: {wait: 300ms}}", |settings| {
        settings.limits.notice_time = std::time::Duration::from_millis(150)
    })
    .await;
    let (address, engine) = (world.address, world.engine.clone());
    let nap = spawn(async move {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let call = "POST /v1/flows/nap HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n";
        tokio::io::AsyncWriteExt::write_all(&mut stream, call.as_bytes()).await.unwrap();
        super::world::read(&mut stream).await
    });
    until(async || engine.runs().all_live().len() == 1).await;
    world.tell_to_stop();
    until(async || world.get("/readyz").await.status == 503).await;
    assert_eq!(world.get("/healthz").await.status, 200);
    world.stop().await;
    assert_eq!(nap.await.unwrap().unwrap().status, 200);
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_published_set_survives_a_restart_and_the_directory_does_not_replace_it() {
    let data = tempfile::tempdir().unwrap();
    let with = async |flows: &std::path::Path| {
        let mut settings = bactrian_engine::Settings::new(sdk::Registry::collect().unwrap());
        settings.flows = vec![flows.to_owned()];
        settings.data = Some(data.path().to_owned());
        bactrian_engine::Engine::open(settings).await
    };
    let flows = tempfile::tempdir().unwrap();
    std::fs::write(flows.path().join("say.yaml"), flow("one")).unwrap();
    let engine = with(flows.path()).await.unwrap();
    let edit = bactrian_engine::Edit { path: "say.yaml".to_owned(), text: Some(flow("two")) };
    let revision = engine.publish(std::slice::from_ref(&edit), Some(1), "me", "why").await.unwrap();
    assert_eq!(revision.number, 2);
    assert!(engine.publish(&[edit], Some(1), "me", "why").await.is_err(), "the catalog has moved");
    drop(engine);
    let engine = with(flows.path()).await.unwrap();
    let say = async |engine: &bactrian_engine::Engine| {
        let call = bactrian_engine::Invocation { flow: "say", ..Default::default() };
        engine.invoke(call).await.unwrap().value["says"].clone()
    };
    assert_eq!(say(&engine).await, "two");
    std::fs::write(flows.path().join("say.yaml"), flow("three")).unwrap();
    engine.reload().await.unwrap();
    assert_eq!((say(&engine).await, engine.conflicts().len()), (json!("two"), 1));
    engine.roll_back(1, "me", "back").await.unwrap();
    assert_eq!((say(&engine).await, engine.served().about.number), (json!("one"), 3));
}
