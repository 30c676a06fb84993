//! What an expression costs to compile and to evaluate, beside the same work written in Rust: read the ratios,
//! not the times. `cargo bench -p bactrian-engine --bench expression`.

#![expect(clippy::expect_used, reason = "a bench stops at what it did not expect")]

use std::borrow::Cow;
use std::hint::black_box;
use std::sync::Arc;

use bactrian_engine::flow::expr::{Cache, Expression, Names, Root, Scope, Template};
use chrono::{DateTime, Utc};
use criterion::{Criterion, criterion_group, criterion_main};
use serde_json::{Value, json};
use uuid::Uuid;

const CONDITION: &str =
    "nodes.load.status == \"PAID\" && nodes.load.total.amount > 1000 && input.channel in [\"app\", \"web\"]";

struct Run {
    input: Arc<Value>,
    load: Arc<Value>,
}

impl Scope for Run {
    fn get(&self, root: Root) -> Option<Cow<'_, Value>> {
        match root {
            Root::Input => Some(Cow::Borrowed(&self.input)),
            Root::Node { .. } => Some(Cow::Borrowed(&self.load)),
            _ => None,
        }
    }

    fn shared(&self, root: Root) -> Option<Arc<Value>> {
        matches!(root, Root::Node { .. }).then(|| Arc::clone(&self.load))
    }

    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }

    fn uuid(&self) -> Uuid {
        Uuid::nil()
    }
}

/// A run over an order of about 900 bytes.
fn run() -> Run {
    let lines: Vec<Value> = (0..8)
        .map(|line| json!({"sku": format!("SKU-{line:06}"), "n": line, "priceFen": 1990 * line, "gift": false}))
        .collect();
    let load = json!({
        "orderId": "2026010500000001", "status": "PAID", "version": 3, "userId": "U-0000001",
        "total": {"amount": 129_900, "currency": "CNY"}, "lines": lines,
        "address": {"city": "Shanghai", "street": "Nanjing Road 1", "zip": "200000"},
    });
    Run { input: Arc::new(json!({"orderId": "O1", "channel": "app"})), load: Arc::new(load) }
}

fn names() -> Names<'static> {
    Names::flow().nodes(["load"])
}

fn evaluate(criterion: &mut Criterion) {
    let (run, names) = (run(), names());
    let mut group = criterion.benchmark_group("evaluate");
    let condition = Expression::compile(CONDITION, &names).expect("compiles");
    group.bench_function("condition", |bencher| bencher.iter(|| condition.test(black_box(&run))));
    group.bench_function("condition, native", |bencher| {
        bencher.iter(|| {
            let (load, input) = (black_box(&run.load), black_box(&run.input));
            load["status"] == "PAID"
                && load["total"]["amount"].as_i64().is_some_and(|amount| amount > 1000)
                && ["app", "web"].contains(&input["channel"].as_str().unwrap_or_default())
        });
    });
    let map = json!({"id": "${input.orderId}", "paid": "${nodes.load.status == \"PAID\"}",
        "fee": "${nodes.load.total.amount * 2 / 100}", "text": "${nodes.load.total.currency} order"});
    let map = Template::compile(&map, &names).expect("compiles");
    group.bench_function("map", |bencher| bencher.iter(|| map.evaluate(black_box(&run))));
    group.bench_function("map, native", |bencher| {
        bencher.iter(|| {
            let (load, input) = (black_box(&run.load), black_box(&run.input));
            json!({"id": input["orderId"], "paid": load["status"] == "PAID",
                "fee": load["total"]["amount"].as_i64().map(|amount| amount * 2 / 100),
                "text": format!("{} order", load["total"]["currency"].as_str().unwrap_or_default())})
        });
    });
    let path = Expression::compile("nodes.load.total.amount", &names).expect("compiles");
    group.bench_function("path", |bencher| bencher.iter(|| path.evaluate(black_box(&run))));
    let whole = Template::compile(&json!("${nodes.load}"), &names).expect("compiles");
    group.bench_function("whole output", |bencher| bencher.iter(|| whole.evaluate(black_box(&run))));
    let filter = "nodes.load.lines.filter(l, l.n > 3 && !l.gift).map(l, l.sku)";
    let filter = Expression::compile(filter, &names).expect("compiles");
    group.bench_function("filter and map of 8", |bencher| bencher.iter(|| filter.evaluate(black_box(&run))));
    let default =
        Expression::compile("orDefault(nodes.load.couponId, \"\") != \"\"", &names).expect("compiles");
    group.bench_function("orDefault", |bencher| bencher.iter(|| default.test(black_box(&run))));
    group.finish();
}

fn compile(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("compile");
    group.bench_function("condition, new text", |bencher| {
        bencher.iter(|| {
            Expression::compile(black_box(CONDITION), &names().sharing(&Arc::new(Cache::default())))
        });
    });
    let known = names();
    group.bench_function("condition, known text", |bencher| {
        bencher.iter(|| Expression::compile(black_box(CONDITION), &known));
    });
    group.bench_function("path", |bencher| {
        bencher.iter(|| Expression::compile(black_box("nodes.load.total.amount"), &known));
    });
    group.finish();
}

criterion_group!(benches, evaluate, compile);
criterion_main!(benches);
