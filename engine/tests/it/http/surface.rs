//! What `/openapi.json` says of the fixed routes against what they really take and answer: every route is asked, and
//! no answer has a member, a status, a header or a type that the description does not have.

use std::collections::BTreeSet;

use bactrian_engine::{
    serve::rows,
    state::{Expected, Filter},
};
use sdk::serde_json::{self, Value, json};

use super::{
    events::events,
    world::{Told, World, until},
};

pub(super) const FAR: &str = "Flow far
triggers: {http: {method: POST, path: '/far/{what}', mode: sync, input: {what: '${request.params.what}'}}}
nodes:
  way: {switch: [{case: 'input.what == \"refuse\"', to: no}, {default: true, to: yes}]}
  no: {fail: {code: REFUSED, status: 422, message: the far side refused}}
  yes: {use: map, with: {ok: true}}
output: '${nodes.yes}'";

pub(super) const NEAR: &str = "Flow shop
input: {type: object, properties: {id: {type: string, default: a}}}
nodes:
  price: {extension: price, title: {zh: 价格, en: Price}}
  shown: {needs: [price], use: map, with: {text: '${nodes.price}', fen: '${orDefault(config.fen, 0)}'}}
tests:
  - {name: default, input: {id: a}, expect: {output: {text: {text: none}, fen: 0}}}
---
Variant shop-travel
of: shop
for: {bizId: travel}
patch: {add: {thanks: {after: shown, use: map, with: thanks}}, set: {nodes: {shown: {title: Shown}}}}
---
ExtensionPoint price
input: {type: object, required: [id], properties: {id: {type: string}}}
output: {type: object, required: [text], properties: {text: {type: string}}}
default: {use: map, with: {text: none}}
---
Extension price-travel
point: price
for: {useCase: shop, bizId: travel}
nodes:
  asked: {use: http, with: {connection: far, method: POST, path: /far/ok}}
  text: {needs: [asked], use: map, with: {text: '${string(nodes.asked.ok)}'}}
output: '${nodes.text}'
---
Config fen
for: {useCase: shop, bizId: travel}
values: {fen: 7}
---
Flow pay
durable: true
nodes:
  paid: {wait: {callback: {channel: bank, key: '${input.no}'}}}
---
Flow buy
durable: true
compensation: {retry: {attempts: 1}, onExhausted: park}
nodes:
  charge:
    use: http
    with: {connection: far, method: POST, path: /far/ok}
    compensate: {use: http, with: {connection: far, method: POST, path: '/far/${input.undo}'}}
  each: {needs: [charge], foreach: {in: '[1, 2]', as: n, do: {use: map, with: '${n}'}}}
  end: {needs: [each], fail: {code: NO_STOCK, status: 409, message: nothing left}}
---
Connection far
type: http
internal: true
baseUrl: http://FAR";

/// The description, made strict, and what of it was seen.
struct Surface {
    told: Value,
    good: BTreeSet<String>,
}

/// Closes every object whose members are listed.
fn strict(schema: &mut Value) {
    if let Value::Object(fields) = schema {
        if fields.contains_key("properties") && !fields.contains_key("additionalProperties") {
            fields.insert("additionalProperties".to_owned(), json!(false));
        }
        fields.values_mut().for_each(strict);
    } else if let Value::Array(items) = schema {
        items.iter_mut().for_each(strict);
    }
}

impl Surface {
    async fn of(world: &World) -> Self {
        let mut told = world.get("/openapi.json").await.json();
        strict(&mut told["components"]["schemas"]);
        Self { told, good: BTreeSet::new() }
    }

    fn faults(&self, schema: &Value, value: &Value) -> Vec<String> {
        let mut reached = serde_json::Map::new();
        self.reach(schema, &mut reached);
        let root = json!({"allOf": [schema], "components": {"schemas": reached}});
        let validator = jsonschema::validator_for(&root).unwrap();
        validator.iter_errors(value).map(|fault| format!("{}: {fault}", fault.instance_path())).collect()
    }

    /// The schemas that a schema refers to, so that only these are compiled.
    fn reach(&self, schema: &Value, reached: &mut serde_json::Map<String, Value>) {
        match schema {
            Value::Object(fields) => {
                let name =
                    schema["$ref"].as_str().and_then(|place| place.strip_prefix("#/components/schemas/"));
                if let Some(name) = name.filter(|name| !reached.contains_key(*name)) {
                    let named = &self.told["components"]["schemas"][name];
                    reached.insert(name.to_owned(), named.clone());
                    self.reach(named, reached);
                }
                fields.values().for_each(|value| self.reach(value, reached));
            }
            Value::Array(items) => items.iter().for_each(|item| self.reach(item, reached)),
            _ => {}
        }
    }

    /// The thing itself, whether it stands here or is referred to.
    fn followed<'s>(&'s self, thing: &'s Value) -> &'s Value {
        match thing["$ref"].as_str() {
            Some(place) => self.told.pointer(place.trim_start_matches('#')).unwrap(),
            None => thing,
        }
    }

    /// An answer of a route is one that was told of.
    fn check(&self, method: &str, template: &str, answer: &Told) {
        let method = method.to_lowercase();
        let place = format!("{method} {template} {}", answer.status);
        let responses = &self.told["paths"][template.replace("{*", "{")][method.as_str()]["responses"];
        let status = answer.status.to_string();
        let is_told = responses.get(&status).is_some();
        let response = self.followed(if is_told { &responses[&status] } else { &responses["default"] });
        if answer.status < 300 {
            assert!(is_told, "{place}: {answer:?}");
            for name in response["headers"].as_object().into_iter().flatten().map(|(name, _)| name) {
                let is_sent = answer.header(&name.to_lowercase()).is_some();
                assert!(is_sent || name == "Idempotency-Replayed", "{place} sends no {name}");
            }
        }
        if answer.status == 304 {
            assert!(is_told && answer.body.is_empty(), "{place}");
            return;
        }
        let media = answer.header("content-type").unwrap().split(';').next().unwrap();
        let content =
            response["content"].get(media).unwrap_or_else(|| panic!("{place}: {media} in {response}"));
        if media.ends_with("json") {
            let faults = self.faults(&content["schema"], &answer.json());
            assert!(faults.is_empty(), "{place}: {faults:#?}\n{:#}", answer.json());
        }
    }

    /// What is asked is what the route takes.
    fn allowed(&self, method: &str, template: &str, query: &str, body: Option<&Value>) {
        let operation = &self.told["paths"][template.replace("{*", "{")][method.to_lowercase()];
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let named: Vec<&str> = parameters.filter_map(|one| self.followed(one)["name"].as_str()).collect();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let name = pair.split('=').next().unwrap();
            assert!(named.contains(&name), "{method} {template} does not tell of `{name}`: {named:?}");
        }
        if let Some(body) = body {
            let faults =
                self.faults(&operation["requestBody"]["content"]["application/json"]["schema"], body);
            assert!(faults.is_empty(), "{method} {template}: {faults:#?}");
        }
    }
}

/// A server, and what it says of itself.
struct Asking {
    world: World,
    surface: Surface,
}

impl Asking {
    /// Asks a route: its template, with what its parameters are, as in `/v1/runs/{id}?limit=2`.
    async fn ask(&mut self, line: &str, with: &[&str], headers: &str, body: Option<Value>) -> Told {
        let (method, target) = line.split_once(' ').unwrap();
        let (template, query) = target.split_once('?').unwrap_or((target, ""));
        self.surface.allowed(method, template, query, body.as_ref());
        let mut with = with.iter();
        let parts =
            template.split('/').map(|part| if part.starts_with('{') { with.next().unwrap() } else { part });
        let mut path = parts.collect::<Vec<_>>().join("/");
        if !query.is_empty() {
            path = format!("{path}?{query}");
        }
        let json = if body.is_some() { "content-type: application/json\r\n" } else { "" };
        let bytes = body.map_or_else(Vec::new, |body| body.to_string().into_bytes());
        let told = self.world.send(method, &path, &format!("{headers}{json}"), &bytes).await;
        self.surface.check(method, template, &told);
        if told.status < 300 {
            self.surface.good.insert(format!("{} {template}", method.to_lowercase()));
        }
        told
    }

    async fn get(&mut self, target: &str, with: &[&str]) -> Told {
        self.ask(&format!("GET {target}"), with, "", None).await
    }

    async fn post(&mut self, target: &str, with: &[&str], body: Value) -> Told {
        self.ask(&format!("POST {target}"), with, "", Some(body)).await
    }

    /// A run in the background, once it stands so.
    async fn run(&mut self, flow: &str, input: Value, status: &str) -> String {
        let told = self.world.call(flow, "prefer: respond-async\r\n", &input).await;
        let id = told.json()["id"].as_str().unwrap().to_owned();
        let path = format!("/v1/runs/{id}");
        until(async || self.world.get(&path).await.json()["status"] == status).await;
        id
    }

    async fn runs(&mut self) {
        let parked = self.run("buy", json!({"undo": "refuse"}), "parked").await;
        let undone = self.run("buy", json!({"undo": "ok"}), "compensated").await;
        let waits = self.run("pay", json!({"no": "P1"}), "waiting").await;
        let done = self.world.call("shop", "x-biz-id: travel\r\n", &json!({})).await;
        let done = done.header("x-run-id").unwrap().to_owned();
        let query = "status=parked,waiting&limit=2&from=2020-01-01T00:00:00Z&to=9999999999999&minMs=0&trigger=call,rerun";
        self.get(&format!("/v1/runs?{query}"), &[]).await;
        let list = self.get("/v1/runs?flow=buy&bizId=default&scenario=default&q=buy", &[]).await.json();
        assert_eq!(list["items"].as_array().unwrap().len(), 2, "{list}");
        for id in [&parked, &undone, &waits, &done] {
            self.get("/v1/runs/{id}", &[id]).await;
            self.get("/v1/runs/{id}/undo", &[id]).await;
        }
        let seen = events(&self.world, &format!("/v1/runs/{undone}/events"), |name, _| name == "run").await;
        self.events("/v1/runs/{id}/events", &seen);
        let seen = events(&self.world, "/v1/live/shop", |_, _| true).await;
        self.events("/v1/live/{flow}", &seen);
        self.ask("POST /v1/runs/{id}/cancel", &["none"], "", None).await;
        self.post("/v1/runs/{id}/retry", &[&done], json!({"reason": "it has ended"})).await;
        self.post("/v1/runs/{id}/rerun", &[&undone], json!({"reason": "to see whether it works now"})).await;
        self.post("/v1/runs/{id}/rerun", &[&waits], json!({})).await;
        self.post("/v1/runs/actions", &[], json!({"action": "cancel", "ids": [waits, done], "dryRun": true}))
            .await;
        for action in ["retry", "resume", "skip"] {
            let path = format!("/v1/runs/{parked}");
            until(async || self.world.get(&path).await.json()["status"] == "parked").await;
            self.post(&format!("/v1/runs/{{id}}/{action}"), &[&parked], json!({"reason": "tried"})).await;
        }
        self.post("/v1/runs/{id}/cancel", &[&waits], json!({"reason": "not wanted"})).await;
        self.post("/v1/callbacks/{channel}?key=P1&bizId=travel", &["bank"], json!({"status": "OK"})).await;
        self.post("/v1/callbacks/{channel}", &["bank"], json!({})).await;
    }

    /// Events of a stream are those that were told of.
    fn events(&mut self, template: &str, seen: &[(String, String)]) {
        let told = &self.surface.told["paths"][template]["get"]["responses"]["200"]["content"];
        for (name, data) in seen {
            let schema = &told["text/event-stream"]["x-events"][name];
            assert!(schema.is_object(), "{template}: {name}");
            let data = serde_json::from_str(data).unwrap();
            let faults = self.surface.faults(schema, &data);
            assert!(faults.is_empty(), "{template} {name}: {faults:#?}\n{data:#}");
        }
        assert!(!seen.is_empty());
        self.surface.good.insert(format!("get {template}"));
    }

    async fn outbox(&mut self) {
        let parked = json!({"run": "r", "seq": 1, "bizId": "default", "topic": "t", "key": "k", "letter": null,
                            "attempts": 5, "code": "REFUSED", "message": "no", "parkedAt": 0});
        let body = parked.to_string().into_bytes().into();
        self.world.engine.store().put("parked", "1", body, Expected::Anything).await.unwrap();
        self.get("/v1/outbox?limit=1", &[]).await;
        self.ask("POST /v1/outbox/{id}/retry", &["1"], "", None).await;
        self.ask("DELETE /v1/outbox/{id}", &["1"], "", None).await;
        self.ask("DELETE /v1/outbox/{id}", &["1"], "", None).await;
    }

    async fn documents(&mut self) {
        self.get("/v1/components", &[]).await;
        let schema = self.get("/v1/schema", &[]).await;
        assert_eq!(schema.json()["$schema"], "https://json-schema.org/draft/2020-12/schema");
        // An answer without a body and a length ends with its connection.
        let known = format!("connection: close\r\nif-none-match: {}\r\n", schema.header("etag").unwrap());
        assert_eq!(self.ask("GET /v1/schema", &[], &known, None).await.status, 304);
        self.get("/openapi.json", &[]).await;
        let whole = self.get("/v1/extensions", &[]).await.json();
        let part = self.get("/v1/extensions?point=price&cells=false", &[]).await.json();
        assert_eq!((&part["identities"], &part["cells"]), (&whole["identities"], &json!([])));
        assert!(part["points"].as_array().unwrap().iter().all(|point| point["name"] == "price"));
        let cells = |answer: &Value| answer["cells"].as_array().unwrap().len();
        let one = self.get("/v1/extensions?point=price", &[]).await.json();
        assert!(cells(&one) > 0 && cells(&one) <= cells(&whole));
        self.get("/v1/extensions?cells=few", &[]).await;
        self.get("/v1/extensions/{point}/resolve?useCase=shop&bizId=travel&scenario=x", &["price"]).await;
        self.get("/v1/extensions/{point}/resolve?useCase=other", &["prise"]).await;
        self.get("/v1/flows", &[]).await;
        for flow in ["shop", "buy", "none"] {
            self.get("/v1/flows/{name}", &[flow]).await;
            self.get("/v1/flows/{name}/effective?bizId=travel", &[flow]).await;
        }
        self.get("/v1/config?useCase=shop&bizId=travel", &[]).await;
        self.ask(
            "PUT /v1/layout/{flow}",
            &["shop"],
            "",
            Some(json!({"pins": {"price": {"x": 1.5, "y": 2.0}}})),
        )
        .await;
        self.get("/v1/layout/{flow}", &["shop"]).await;
    }

    async fn catalog(&mut self) {
        let catalog = self.get("/v1/catalog", &[]).await.json();
        let documents = catalog["documents"].as_array().unwrap().iter();
        let variant = documents.clone().find(|document| document["kind"] == "Variant").unwrap();
        assert_eq!((&variant["name"], &variant["file"]), (&json!("shop-travel"), &json!("all.yaml")));
        self.get("/v1/catalog/files/{*path}", &["all.yaml"]).await;
        self.get("/v1/catalog/files/{*path}", &["none.yaml"]).await;
        let text = "apiVersion: bactrian/v1\nkind: Flow\nmetadata: {name: new, version: 1}\nnodes: {a: {use: map}}\n";
        let put = Some(json!({"text": text, "baseRevision": 1}));
        for condition in ["", "if-none-match: *\r\n", "if-match: \"9\"\r\n"] {
            self.ask("PUT /v1/catalog/drafts/{*path}", &["new.yaml"], condition, put.clone()).await;
        }
        self.get("/v1/catalog/drafts", &[]).await;
        self.get("/v1/catalog/drafts/{*path}", &["new.yaml"]).await;
        self.ask("DELETE /v1/catalog/drafts/{*path}", &["new.yaml"], "", None).await;
        let edit = |text: &str| json!([{"path": "new.yaml", "text": text}]);
        for text in [text, "kind: Flow\nnodes: 1"] {
            self.post("/v1/catalog/validate", &[], json!({"files": edit(text)})).await;
            let body = json!({"files": edit(text), "note": "new", "baseRevision": 1});
            self.post("/v1/catalog/publish", &[], body).await;
        }
        self.post("/v1/catalog/rollback", &[], json!({"revision": 1, "note": "back"})).await;
        self.get("/v1/catalog/revisions", &[]).await;
        self.get("/v1/catalog/revisions/{revision}", &["2"]).await;
        self.get("/v1/catalog/revisions/{revision}/files/{*path}", &["2", "new.yaml"]).await;
        self.get("/v1/catalog/revisions/{revision}/diff?against=1", &["2"]).await;
        self.get("/v1/catalog/revisions/{revision}/diff?against=one", &["2"]).await;
    }

    async fn cases(&mut self) {
        self.post("/v1/flows/{name}", &["shop"], json!({"id": "a"})).await;
        self.post("/v1/flows/{name}", &["shop"], json!({"id": 1})).await;
        self.post("/v1/flows/{name}/cases", &["shop"], json!({})).await;
        let case = json!({"name": "mine", "input": {"id": "a"}, "identity": {"bizId": "travel"}, "mocks": {"price": {"text": "b"}},
                          "expect": {"output": {"text": "c"}}});
        self.post("/v1/flows/{name}/test", &["shop"], json!({"case": case, "until": "shown"})).await;
        self.post("/v1/flows/{name}/test", &["shop"], json!({"text": "kind: 1", "case": case})).await;
        self.post("/v1/flows/{name}/test", &["shop"], json!({"case": case, "liveNodes": ["prise"]})).await;
    }

    async fn service(&mut self) {
        for path in ["/v1/me", "/v1/status", "/healthz", "/readyz", "/metrics"] {
            self.get(path, &[]).await;
        }
        self.get("/errors/{code}", &["NO_CASE"]).await;
        self.get("/errors/{code}", &["NONE"]).await;
    }
}

#[tokio::test]
async fn every_route_takes_and_answers_what_its_description_says() {
    let far = World::new(FAR).await;
    let world = World::new(&NEAR.replace("FAR", &far.address.to_string())).await;
    let surface = Surface::of(&world).await;
    let mut asking = Asking { world, surface };
    asking.service().await;
    asking.documents().await;
    asking.cases().await;
    asking.runs().await;
    asking.outbox().await;
    asking.catalog().await;
    let left: Vec<String> = rows()
        .iter()
        .map(|row| format!("{} {}", row.method.as_str().to_lowercase(), row.path))
        .filter(|row| !asking.surface.good.contains(row) && row != "post /v1/outbox/{id}/retry")
        .collect();
    assert!(left.is_empty(), "nobody has seen a good answer of {left:#?}");
    let ended = Filter { limit: 100, ..Filter::default() };
    assert!(asking.world.engine.store().list(&ended).await.unwrap().rows.len() >= 3);
}
