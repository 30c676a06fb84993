//! Events of durable runs on their way out: in order per key, whatever becomes of one of them.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use async_trait::async_trait;
use bactrian_engine::{
    Engine, Invocation, Settings,
    serve::service,
    state::{self, Sled},
};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use schemars::JsonSchema;
use sdk::{
    Class, Component, ComponentEntry, Context, Deferred, Effect, Error, Outcome, Registry, Shared, Value,
    serde_json::{self, json},
};
use serde::Deserialize;
use tower::ServiceExt as _;

use crate::http::document;

/// Tells a file, once the event is delivered; refuses for good what another file says.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Tell {
    dir: String,
    key: String,
    say: String,
}

#[async_trait]
impl Component for Tell {
    const NAME: &'static str = "tell";
    const EFFECT: Effect = Effect::Write;
    const DEFERS: bool = true;

    async fn run(&self, cx: &Context, _: Shared) -> Outcome {
        let with = json!({"dir": self.dir, "key": self.key, "say": self.say});
        let key = self.key.as_str().into();
        if cx.defer(Deferred { component: Self::NAME, with, target: "far".into(), topic: "t".into(), key }) {
            return Ok(Shared::default());
        }
        let dir = Path::new(&self.dir);
        if read(&dir.join("refused")).contains(&self.say) {
            return Err(Error::new(Class::Business, "REFUSED", "not that"));
        }
        let mut told = read(&dir.join("told"));
        told.push(self.say.clone());
        std::fs::write(dir.join("told"), told.join("\n")).unwrap();
        Ok(Shared::default())
    }
}

fn read(file: &Path) -> Vec<String> {
    std::fs::read_to_string(file).unwrap_or_default().lines().map(str::to_owned).collect()
}

async fn open(dir: &Path, change: impl FnOnce(&mut Settings)) -> Engine {
    let flows = dir.join("flows");
    std::fs::create_dir_all(&flows).unwrap();
    let text = format!(
        "Flow say\ndurable: true\nnodes:\n  a: {{use: tell, with: {{dir: '{}', key: '${{input.key}}', say: '${{input.say}}'}}}}",
        dir.display()
    );
    std::fs::write(flows.join("say.yaml"), document(&text)).unwrap();
    let registry = Registry::collect().unwrap().with(ComponentEntry::of::<Tell>(module_path!())).unwrap();
    let mut settings = Settings::new(registry);
    settings.flows = vec![flows];
    change(&mut settings);
    Engine::open(settings).await.unwrap_or_else(|fault| panic!("{fault}"))
}

async fn say(engine: &Engine, key: &str, what: &str) {
    let input = Shared::new(json!({"key": key, "say": what}));
    let said = engine.invoke(Invocation { flow: "say", input, ..Invocation::default() }).await;
    assert!(said.is_ok(), "{said:?}");
}

async fn call(engine: &Engine, method: &str, path: &str) -> Value {
    let service = service(engine, SocketAddr::from(([127, 0, 0, 1], 80)));
    let request = Request::builder().method(method).uri(format!("http://localhost{path}"));
    let request = request.header("host", "localhost").body(Full::new(Bytes::new())).unwrap();
    let Ok(response) = service.oneshot(request).await;
    serde_json::from_slice(&response.into_body().collect().await.unwrap().to_bytes()).unwrap()
}

/// Waits until so many events are parked, and so many have been told.
async fn stands(engine: &Engine, dir: &Path, parked: usize, told: &[&str]) {
    for _ in 0..2_000 {
        let known = engine.store().documents("parked", None, 10).await.unwrap().len();
        if known == parked && read(&dir.join("told")) == told {
            return;
        }
        engine.settings().clock.sleep(Duration::from_millis(10)).await;
    }
    panic!("told {:?}: {}", read(&dir.join("told")), call(engine, "GET", "/v1/outbox").await);
}

#[tokio::test(start_paused = true)]
async fn what_follows_a_parked_event_of_its_key_waits_and_other_keys_do_not() {
    let dir = tempfile::tempdir().unwrap();
    let store = Arc::new(state::Memory::new(0).unwrap());
    let with_store =
        |settings: &mut Settings| settings.store = Some(Arc::clone(&store) as Arc<dyn state::Store>);
    std::fs::write(dir.path().join("refused"), "bad\nworse").unwrap();
    let engine = open(dir.path(), with_store).await;
    engine.work();
    for what in ["first", "bad", "then", "worse"] {
        say(&engine, "k", what).await;
    }
    say(&engine, "other", "aside").await;
    stands(&engine, dir.path(), 1, &["first", "aside"]).await;
    engine.close();
    // Also after a restart.
    let engine = open(dir.path(), with_store).await;
    engine.work();
    say(&engine, "k", "last").await;
    say(&engine, "other", "too").await;
    stands(&engine, dir.path(), 1, &["first", "aside", "too"]).await;
    let shown = call(&engine, "GET", "/v1/outbox").await;
    let id = shown["parked"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!((&shown["depth"], &shown["parked"][0]["code"]), (&json!(3), &json!("REFUSED")), "{shown}");
    std::fs::write(dir.path().join("refused"), "worse").unwrap();
    call(&engine, "POST", &format!("/v1/outbox/{id}/retry")).await;
    stands(&engine, dir.path(), 1, &["first", "aside", "too", "bad", "then"]).await;
    let shown = call(&engine, "GET", "/v1/outbox").await;
    call(&engine, "DELETE", &format!("/v1/outbox/{}", shown["parked"][0]["id"].as_str().unwrap())).await;
    stands(&engine, dir.path(), 0, &["first", "aside", "too", "bad", "then", "last"]).await;
}

/// The files are free once the last task of the engine before has let go of them.
#[expect(clippy::disallowed_methods, reason = "waits for the file system, not for the engine")]
async fn exported(data: &Path) -> Vec<u8> {
    for _ in 0..100 {
        let mut lines = Vec::new();
        if Sled::export(&state::Settings::new(data), &mut lines).is_ok() {
            return lines;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the store stays locked");
}

#[tokio::test]
async fn a_damaged_event_is_set_aside_and_others_go_on() {
    let dir = tempfile::tempdir().unwrap();
    let (data, mended) = (dir.path().join("data"), dir.path().join("mended"));
    let engine = open(dir.path(), |settings| settings.data = Some(data.clone())).await;
    for what in ["first", "second", "third"] {
        say(&engine, "k", what).await;
    }
    engine.close();
    assert!(engine.drained(Duration::from_secs(5)).await);
    drop(engine);
    let lines = exported(&data).await;
    let mut events = 0;
    let damage = |line: &str| {
        let is_event = line.starts_with("{\"key\":\"75");
        events += u32::from(is_event);
        if is_event && events == 2 { line.replace("\"value\":\"", "\"value\":\"ff") } else { line.to_owned() }
    };
    let text: Vec<String> = std::str::from_utf8(&lines).unwrap().lines().map(damage).collect();
    assert_eq!(events, 3);
    Sled::import(&state::Settings::new(&mended), &mut text.join("\n").as_bytes()).unwrap();
    let engine = open(dir.path(), |settings| settings.data = Some(mended.clone())).await;
    engine.work();
    stands(&engine, dir.path(), 1, &["first", "third"]).await;
    let shown = call(&engine, "GET", "/v1/outbox").await;
    assert_eq!(
        (&shown["depth"], &shown["parked"][0]["code"]),
        (&json!(0), &json!("STORE_UNREADABLE")),
        "{shown}"
    );
    assert!(shown["parked"][0]["row"].as_str().unwrap().starts_with("ff"), "{shown}");
}
