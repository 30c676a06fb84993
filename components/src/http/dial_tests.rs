//! Tests of `dial`: nothing that must not be reached is ever connected to, counted at a real listener.

use std::{
    future::ready,
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::net::TcpListener;

use super::{Answer, Dial, DialError, Origin, Resolve, System};
use crate::http::guard::Reach;

/// Answers with the next list each time it is asked, the last one for ever.
struct Script {
    answers: Vec<Vec<SocketAddr>>,
    asked: Arc<AtomicUsize>,
}

impl Resolve for Script {
    fn resolve(&self, _: String, _: u16) -> Answer<io::Result<Vec<SocketAddr>>> {
        let turn = self.asked.fetch_add(1, Ordering::Relaxed);
        Box::pin(ready(Ok(self.answers[turn.min(self.answers.len() - 1)].clone())))
    }
}

async fn dial(url: &str, resolver: Arc<dyn Resolve>, reach: Reach) -> Result<(), DialError> {
    let uri: hyper::Uri = url.parse().unwrap();
    let origins = Origin::of(&uri).into_iter().collect();
    Dial { resolver, reach, origins }.connect(uri).await.map(drop)
}

/// Whether anybody has connected to the listener.
async fn is_untouched(listener: &TcpListener) -> bool {
    tokio::select! {
        biased;
        _ = listener.accept() => false,
        () = tokio::task::yield_now() => true,
    }
}

#[tokio::test]
async fn no_spelling_of_a_forbidden_address_gets_through() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    for host in [
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "0177.1",
        "127.000.000.001",
        "localhost",
        "LOCALHOST",
        "0",
        "0.0.0.0",
        "0x0",
        "[::1]",
        "[::]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[::127.0.0.1]",
        "169.254.169.254",
        "2852039166",
        "0xa9fea9fe",
        "0251.0376.0251.0376",
        "[::ffff:a9fe:a9fe]",
        "[fe80::1]",
        "100.100.100.200",
        "[fd00:ec2::254]",
        "10.0.0.1",
        "0xa000001",
        "192.168.1.1",
        "224.0.0.1",
        "255.255.255.255",
    ] {
        let url = format!("http://{host}:{port}/");
        let outcome = dial(&url, Arc::new(System), Reach::Public).await;
        assert!(matches!(outcome, Err(DialError::Address(_) | DialError::Resolve(_))), "{host}: {outcome:?}");
    }
    assert!(is_untouched(&listener).await);
}

#[tokio::test]
async fn a_name_with_one_forbidden_address_is_refused_whole() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let here = listener.local_addr().unwrap();
    let mixed = vec![here, "169.254.169.254:80".parse().unwrap()];
    let script = Script { answers: vec![mixed], asked: Arc::default() };
    let outcome = dial("http://mixed.example/", Arc::new(script), Reach::Internal).await;
    assert!(matches!(outcome, Err(DialError::Address(_))), "{outcome:?}");
    assert!(is_untouched(&listener).await);
}

#[tokio::test]
async fn a_name_is_resolved_once_per_connection_and_judged_each_time() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let asked = Arc::<AtomicUsize>::default();
    let answers = vec![vec![listener.local_addr().unwrap()], vec!["169.254.169.254:80".parse().unwrap()]];
    let script: Arc<dyn Resolve> = Arc::new(Script { answers, asked: Arc::clone(&asked) });
    dial("http://rebind.example/", Arc::clone(&script), Reach::Internal).await.unwrap();
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    let outcome = dial("http://rebind.example/", script, Reach::Internal).await;
    assert!(matches!(outcome, Err(DialError::Address(_))), "{outcome:?}");
}

#[tokio::test]
async fn another_origin_is_refused_before_its_name_is_resolved() {
    let asked = Arc::<AtomicUsize>::default();
    let script = Script { answers: vec![vec![]], asked: Arc::clone(&asked) };
    let origins = Origin::of(&"http://orders.example".parse().unwrap()).into_iter().collect();
    let dial = Dial { resolver: Arc::new(script), reach: Reach::Internal, origins };
    for other in [
        "http://evil.example",
        "https://orders.example",
        "http://orders.example:81",
        "http://a@orders.example",
    ] {
        let outcome = dial.clone().connect(other.parse().unwrap()).await;
        assert!(matches!(outcome, Err(DialError::Origin)), "{other}");
    }
    assert_eq!(asked.load(Ordering::Relaxed), 0);
}
