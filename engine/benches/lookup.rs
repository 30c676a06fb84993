//! The three-level lookup by number of registrations: the time must not grow with it.

#![expect(clippy::expect_used, reason = "a bench stops at what it did not expect")]

use std::hint::black_box;

use bactrian_engine::scoped::Scoped;
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use sdk::Identity;

fn identity(use_case: usize, biz_id: Option<usize>, scenario: Option<usize>) -> Identity {
    let text = |what: &str, n: usize| format!("{what}-{n}");
    Identity::new(
        &text("use-case", use_case),
        biz_id.map(|n| text("biz", n)).as_deref(),
        scenario.map(|n| text("scenario", n)).as_deref(),
    )
    .expect("well formed")
}

/// `count` registrations: one use case in ten has a value for itself, the rest stand at levels 1 and 2.
fn filled(count: usize) -> Scoped<usize> {
    let mut scoped = Scoped::default();
    for n in 0..count {
        let place = match n % 10 {
            0 => identity(n / 10, None, None),
            1..=4 => identity(n / 10, Some(n % 10), None),
            _ => identity(n / 10, Some(n % 10), Some(n % 7)),
        };
        scoped.insert(place, n).expect("no duplicate");
    }
    scoped
}

fn lookup(c: &mut Criterion) {
    let mut group = c.benchmark_group("lookup");
    for count in [100, 10_000, 100_000] {
        let scoped = filled(count);
        // Every third identity misses twice before it hits at level 3.
        let wanted: Vec<Identity> =
            (0..1_000).map(|n| identity((n * 7919) % (count / 10), Some(n % 13), Some(n % 7))).collect();
        let mut at = 0;
        group.bench_function(BenchmarkId::from_parameter(count), |b| {
            b.iter(|| {
                at = (at + 1) % wanted.len();
                black_box(scoped.get(&wanted[at]).map(|hit| (*hit.value, hit.level)))
            });
        });
    }
    group.finish();
}

criterion_group!(benches, lookup);
criterion_main!(benches);
