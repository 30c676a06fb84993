//! The list of runs: the same runs in pages of any size, whatever they are filtered by.

use sdk::serde_json::json;

use super::world::World;

const PAY: &str = "Flow pay
durable: true
nodes:
  way: {switch: [{case: 'input.n % 3 == 0', to: refused}, {default: true, to: paid}]}
  refused: {fail: {code: BROKE, status: 422}}
  paid: {use: map, with: {}}
---
Flow brief
nodes: {a: {use: map, with: {}}}";

/// The ids of all pages of a filter.
async fn listed(world: &World, filter: &str, limit: usize) -> Vec<String> {
    let (mut all, mut next) = (Vec::new(), String::new());
    loop {
        let page = world.get(&format!("/v1/runs?{filter}&limit={limit}{next}")).await.json();
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= limit);
        all.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(cursor) => next = format!("&cursor={cursor}"),
            None => return all,
        }
    }
}

#[tokio::test]
async fn the_pages_of_a_filter_hold_the_same_runs_whatever_their_size() {
    let world = World::new(PAY).await;
    for n in 0..24 {
        let headers = match n % 4 {
            0 => format!("idempotency-key: order-{n}\r\n"),
            1 => "x-biz-id: travel\r\nx-biz-scenario: app\r\n".to_owned(),
            2 => "x-biz-id: travel\r\n".to_owned(),
            _ => String::new(),
        };
        world.call("pay", &headers, &json!({"n": n})).await;
        if n % 2 == 0 {
            world.call("brief", "", &json!({})).await;
        }
    }
    let cases = [
        ("flow=pay", 24),
        ("flow=brief", 12),
        ("q=BROKE", 8),
        ("q=order-&flow=pay", 6),
        ("q=order-&status=failed", 2),
        ("minMs=0", 36),
        ("minMs=3600000", 0),
        ("bizId=travel", 12),
        ("bizId=travel&scenario=default", 6),
        ("bizId=travel&scenario=app&q=pay", 6),
        ("scenario=default", 30),
        ("bizId=*", 0),
        ("q=nowhere", 0),
    ];
    for (filter, count) in cases {
        let all = listed(&world, filter, 500).await;
        assert_eq!(all.len(), count, "{filter}");
        assert!(all.is_sorted_by(|a, b| a > b), "{filter}");
        for limit in [1, 2, 7, 12] {
            assert_eq!(listed(&world, filter, limit).await, all, "{filter} by {limit}");
        }
    }
}
