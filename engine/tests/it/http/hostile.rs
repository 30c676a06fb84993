//! Bytes meant to break something: bodies that are nearly JSON, strings that other programs choke on, anywhere a
//! caller can put them. Never a panic, never a failure of ours, and what is valid comes back as it went in.

use std::fmt::Write as _;

use sdk::{
    Value,
    serde_json::{self, json},
};
use tokio::{io::AsyncWriteExt as _, net::TcpStream};

use super::world::{Told, World, read};

const ECHO: &str = "Flow echo
nodes:
  say: {use: map, with: '${input}'}
---
Flow page
triggers: {http: {method: POST, path: '/echo/{what}', input: {what: '${request.params.what}', query: '${request.query}'}}}
nodes:
  say: {use: map, with: '${input}'}";

/// A client that keeps its connection as long as the server does.
struct Client<'w> {
    world: &'w World,
    stream: Option<TcpStream>,
}

impl Client<'_> {
    async fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &[u8])],
        body: &[u8],
    ) -> Option<Told> {
        let mut bytes = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n").into_bytes();
        if method == "POST" {
            bytes.extend_from_slice(
                format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len()).as_bytes(),
            );
        }
        for (name, value) in headers {
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(b": ");
            bytes.extend_from_slice(value);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(body);
        for _ in 0..2 {
            let mut stream = match self.stream.take() {
                Some(stream) => stream,
                None => self.world.connect().await,
            };
            stream.write_all(&bytes).await.ok();
            if let Some(told) = read(&mut stream).await {
                // Some refusals close the connection, which the next request finds out.
                self.stream = (told.header("connection") != Some("close")).then_some(stream);
                return Some(told);
            }
        }
        None
    }
}

/// JSON values, each on its own.
const SCALARS: &[&str] = &[
    "0",
    "-0",
    "1",
    "-1",
    "1.5",
    "-1.5e3",
    "1E2",
    "1e+2",
    "1e-2",
    "0.1",
    "123456789012345678",
    "-9223372036854775808",
    "18446744073709551615",
    "0e0",
    "1.0e0",
    "1e308",
    "\"\"",
    "\"a\"",
    "\"\\u0041\"",
    "\"\\ud83d\\ude00\"",
    "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
    "\"\\u0000\"",
    "\"\u{7f}\"",
    "\"\u{2028}\"",
    "\"中\"",
    "\"😀\"",
    "\"\u{ffff}\"",
    "true",
    "false",
    "null",
    "[]",
    "{}",
    "[1]",
    "{\"a\":1}",
    "[[]]",
    "{\"\":0}",
    "[null,true]",
    "{\"a\":{\"b\":[]}}",
    "{\"a\":1,\"b\":2}",
];

/// What is nearly JSON.
const BROKEN: &[&str] = &[
    "[",
    "]",
    "{",
    "}",
    "[1",
    "1]",
    "{\"a\"",
    "{\"a\":",
    "{\"a\":1",
    "{\"a\" 1}",
    "{a:1}",
    "{'a':1}",
    "{1:1}",
    "[1,]",
    "[,1]",
    "[1,,2]",
    "{,}",
    "{\"a\":1,}",
    "{\"a\":1 \"b\":2}",
    "{\"a\"::1}",
    "[1 2]",
    "[\"a\" \"b\"]",
    "[:]",
    "[1}",
    "{\"a\":1]",
    "\"",
    "\"a",
    "a\"",
    "'a'",
    "\"\\\"",
    "\"\\x41\"",
    "\"\\u12\"",
    "\"\\u12g4\"",
    "\"\\uD800\"",
    "\"\\uDC00\"",
    "\"\\uD800\\u0041\"",
    "\"\\uD800\\uD800\"",
    "\"\\a\"",
    "\"\\0\"",
    "\"\n\"",
    "\"\t\"",
    "\"\u{0}\"",
    "\"\u{1f}\"",
    "01",
    "-01",
    "+1",
    "1.",
    ".1",
    "-",
    "--1",
    "1e",
    "1e+",
    "1.e1",
    "0x1",
    "1_0",
    "1,0",
    "NaN",
    "Infinity",
    "-Infinity",
    "nul",
    "nulll",
    "True",
    "tru",
    "falsey",
    "undefined",
    "1 2",
    "{} {}",
    "[][]",
    "null null",
    "// x",
    "/* x */ 1",
    "# x",
    "1 // x",
    "\u{feff}1",
    "\u{a0}1",
    "<x/>",
    "a=b",
    "--x",
    "=",
    ",",
    ":",
    "\\",
    "[\"\\u00A\"]",
    "{\"a\":\"b\",}",
    "[1,2",
    "{\"a\":[}",
    "[{]",
    "{\"\\uD800\":1}",
    "1e400",
    "-1e400",
    "[\u{b}]",
    "\u{0}",
    "1\u{0}",
];

/// What is no text.
const BYTES: &[&[u8]] = &[
    b"\"\xff\"",
    b"\"\xc0\x80\"",
    b"\"\xed\xa0\x80\"",
    b"\"\xf4\x90\x80\x80\"",
    b"\"\xe4\xb8\"",
    b"\xff\xfe[\0]\0",
    b"\0[\0]",
    b"\"\x80\"",
    b"\xef\xbb\xbf{}",
];

/// A body and whether it is JSON as RFC 8259 has it, within our limits.
fn bodies() -> Vec<(Vec<u8>, bool)> {
    let mut all: Vec<(Vec<u8>, bool)> = Vec::new();
    // Each alone, in an array, in an object, with white space around: the same value.
    for text in SCALARS {
        for shape in ["@", "[@]", "{\"k\":@}", " \t\r\n@\n", "[1,@,2]"] {
            all.push((shape.replace('@', text).into_bytes(), true));
        }
    }
    for text in BROKEN {
        all.push((text.as_bytes().to_vec(), false));
        // Open brackets before it keep it wrong, unless it closes one.
        if !text.contains([']', '}']) {
            all.push((format!("[{text}").into_bytes(), false));
            all.push((format!("{{\"k\":{text}").into_bytes(), false));
        }
    }
    all.extend(BYTES.iter().map(|body| (body.to_vec(), false)));
    for depth in [1, 2, 63, 64] {
        all.push((format!("{}{}", "[".repeat(depth), "]".repeat(depth)).into_bytes(), true));
    }
    for depth in [65, 1_000, 100_000] {
        all.push(("[".repeat(depth).into_bytes(), false));
        all.push(("{\"a\":".repeat(depth).into_bytes(), false));
        all.push((format!("{}{}", "[".repeat(depth), "]".repeat(depth)).into_bytes(), false));
    }
    all
}

#[tokio::test]
async fn a_body_is_taken_as_it_is_or_refused() {
    let world = World::new(ECHO).await;
    let mut client = Client { world: &world, stream: None };
    let bodies = bodies();
    assert!(bodies.len() >= 318, "{}", bodies.len());
    for (body, is_valid) in bodies {
        let told = client.send("POST", "/v1/flows/echo", &[], &body).await.unwrap();
        let shown = String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned();
        assert_eq!(told.status, if is_valid { 200 } else { 400 }, "{shown}: {}", told.code());
        if is_valid {
            let sent: Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(told.json(), sent, "{shown}");
        }
    }
    assert_eq!(world.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn numbers_of_any_size_are_kept_or_refused_never_changed_in_silence() {
    let world = World::new(ECHO).await;
    let mut client = Client { world: &world, stream: None };
    for text in ["9223372036854775807", "18446744073709551615", "-9223372036854775808", "0.1", "1e300"] {
        let told = client.send("POST", "/v1/flows/echo", &[], text.as_bytes()).await.unwrap();
        assert_eq!(told.json(), serde_json::from_str::<Value>(text).unwrap());
    }
}

fn naughty() -> Vec<String> {
    let text = include_str!("../../../testdata/naughty.txt");
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        write!(out, "%{byte:02X}").unwrap();
        out
    })
}

#[tokio::test]
async fn naughty_strings_in_a_body_come_back_as_they_went_in() {
    let world = World::new(ECHO).await;
    let mut client = Client { world: &world, stream: None };
    let all = naughty();
    assert!(all.len() >= 500, "{}", all.len());
    for text in all {
        let body = json!({text.as_str(): text, "list": [text]});
        let told = client.send("POST", "/v1/flows/echo", &[], body.to_string().as_bytes()).await.unwrap();
        assert_eq!((told.status, told.json()), (200, body));
    }
}

#[tokio::test]
async fn naughty_strings_in_headers_are_data_or_refused() {
    let world = World::new(ECHO).await;
    let mut client = Client { world: &world, stream: None };
    for text in naughty() {
        let plain: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
        let headers: [(&str, &[u8]); 4] = [
            ("x-biz-id", &plain),
            ("x-biz-scenario", &plain),
            ("idempotency-key", &plain),
            ("prefer", &plain),
        ];
        for header in headers {
            // A header that no HTTP may hold is hung up on.
            let is_header = plain.iter().all(|byte| *byte == b'\t' || *byte >= 0x20 && *byte != 0x7f);
            match client.send("POST", "/v1/flows/echo", &[header], b"1").await {
                Some(told) => {
                    assert!(matches!(told.status, 200 | 202 | 400 | 422 | 431), "{header:?}: {told:?}")
                }
                None => assert!(!is_header, "{header:?}"),
            }
        }
    }
}

#[tokio::test]
async fn naughty_strings_in_paths_and_queries_are_data_or_refused() {
    let world = World::new(ECHO).await;
    let mut client = Client { world: &world, stream: None };
    for text in naughty() {
        let spelt = encoded(&text);
        for path in [
            format!("/v1/flows/{spelt}"),
            format!("/v1/runs/{spelt}"),
            format!("/errors/{spelt}"),
            format!("/v1/live/{spelt}"),
            format!("/{spelt}"),
        ] {
            let methods: &[&str] = if path.starts_with("/v1/flows") { &["GET", "POST"] } else { &["GET"] };
            for method in methods {
                let told = client.send(method, &path, &[], b"").await.unwrap();
                let is_refused = (400..500).contains(&told.status) || path == "/v1/runs/" || path == "/";
                assert!(
                    is_refused || told.status == 200 && told.code().is_empty() && text == "echo",
                    "{method} {path}: {told:?}"
                );
            }
        }
        let told =
            client.send("GET", &format!("/v1/runs?q={spelt}&flow={spelt}&limit=1"), &[], b"").await.unwrap();
        assert_eq!(told.status, if spelt.len() > 4_000 { 414 } else { 200 }, "{text:?}");
        let own = client.send("POST", &format!("/echo/x{spelt}?a={spelt}"), &[], b"1").await.unwrap();
        let is_known = own.status == 200 && own.json()["query"]["a"] == text.as_str();
        assert!(
            is_known || matches!(own.code().as_str(), "PATH_INVALID" | "URI_TOO_LONG"),
            "{text:?}: {own:?}"
        );
    }
}

#[tokio::test]
async fn heads_that_are_no_http_are_refused_or_hung_up_on() {
    let world = World::new(ECHO).await;
    for text in naughty() {
        for head in [
            text.clone(),
            format!("GET {text} HTTP/1.1"),
            format!("{text} / HTTP/1.1"),
            format!("GET / HTTP/1.1\r\n{text}: x"),
        ] {
            let bytes = format!("{head}\r\nhost: localhost\r\nconnection: close\r\n\r\n");
            if let Some(told) = world.raw(bytes.as_bytes()).await {
                assert!(told.status < 500, "{head:?}: {told:?}");
            }
        }
    }
    assert_eq!(world.get("/healthz").await.status, 200);
}
