//! Runs started by time, in a whole engine: one per fire and identity, over restarts and changes of the schedule.

use std::{path::Path, sync::Arc, time::Duration};

use bactrian_engine::{
    Engine, Settings,
    state::{Filter, Memory, Status, Trigger},
};
use sdk::{Registry, Timestamp};

use crate::http::document;

const MINUTE: Timestamp = 60_000;

fn tick(schedule: &str, more: &str, node: &str) -> String {
    document(&format!(
        "Flow tick\ndurable: true\ntriggers:\n  cron:\n    schedule: '{schedule}'\n    \
         input: {{at: '${{trigger.scheduledAt}}'}}\n{more}nodes:\n  a: {node}\n"
    ))
}

async fn open(flows: &Path, store: &Arc<Memory>, change: impl FnOnce(&mut Settings)) -> Engine {
    let mut settings = Settings::new(Registry::collect().unwrap());
    settings.flows = vec![flows.to_owned()];
    settings.store = Some(Arc::clone(store) as Arc<_>);
    change(&mut settings);
    Engine::open(settings).await.unwrap()
}

/// Sleeps until so many minutes and a second after the last full one.
async fn pass(engine: &Engine, minutes: Timestamp) {
    let clock = &engine.settings().clock;
    let into = clock.now() % MINUTE;
    clock.sleep(Duration::from_millis(u64::try_from(minutes * MINUTE + 1_000 - into).unwrap())).await;
}

/// The times its runs were scheduled at, in minutes after `since`, in the order in which they began.
async fn fires(engine: &Engine, since: Timestamp) -> Vec<Timestamp> {
    let rows = engine.store().list(&Filter { limit: 500, ..Filter::default() }).await.unwrap().rows;
    let mut fires = Vec::new();
    for row in rows.iter().rev() {
        let known = engine.store().read(row.run).await.unwrap().unwrap();
        let at = known.origin().unwrap().input["at"].as_str().unwrap().to_owned();
        let at = chrono::DateTime::parse_from_rfc3339(&at).unwrap().timestamp_millis();
        fires.push((at - since) / MINUTE);
    }
    fires
}

#[tokio::test(start_paused = true)]
async fn a_schedule_starts_one_run_per_fire_and_identity() {
    let (flows, store) = (tempfile::tempdir().unwrap(), Arc::new(Memory::new(0).unwrap()));
    let identities = "    identities: [{}, {bizId: travel}]\n";
    std::fs::write(flows.path().join("a.yaml"), tick("* * * * *", identities, "{use: map, with: {}}"))
        .unwrap();
    let engine = open(flows.path(), &store, |_| {}).await;
    pass(&engine, 1).await;
    engine.work();
    pass(&engine, 3).await;
    let rows = engine.store().list(&Filter { limit: 100, ..Filter::default() }).await.unwrap().rows;
    let of_travel = rows.iter().filter(|row| row.origin.tenant().as_str() == "travel").count();
    assert_eq!((rows.len(), of_travel), (6, 3));
    assert!(rows.iter().all(|row| row.status == Status::Succeeded && row.origin.trigger() == Trigger::Cron));
    let called = Filter { triggers: vec![Trigger::Call], limit: 100, ..Filter::default() };
    assert!(engine.store().list(&called).await.unwrap().rows.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_queue_loses_no_fire_and_takes_in_none_that_was_missed() {
    let (flows, store) = (tempfile::tempdir().unwrap(), Arc::new(Memory::new(0).unwrap()));
    let queue = "    overlap: queue\n    catchUp: none\n";
    std::fs::write(flows.path().join("a.yaml"), tick("* * * * *", queue, "{wait: {for: 150s}}")).unwrap();
    let engine = open(flows.path(), &store, |_| {}).await;
    pass(&engine, 1).await;
    let since = engine.settings().clock.now() / MINUTE * MINUTE;
    engine.work();
    pass(&engine, 5).await;
    assert_eq!(fires(&engine, since).await, [1, 2]);
    engine.close();
    assert!(engine.drained(Duration::from_secs(5)).await);
    pass(&engine, 10).await;
    // The fires 6 to 14 are missed; 3 to 5 were there in time and wait for their turn.
    let clock = Arc::clone(&engine.settings().clock);
    let again = open(flows.path(), &store, |settings| settings.clock = clock).await;
    again.work();
    pass(&again, 17).await;
    let told = fires(&again, since).await;
    assert_eq!(told.get(..7), Some(&[1, 2, 3, 4, 5, 15, 16][..]), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn a_schedule_that_was_changed_or_was_away_has_missed_nothing() {
    let (flows, store) = (tempfile::tempdir().unwrap(), Arc::new(Memory::new(0).unwrap()));
    let file = flows.path().join("a.yaml");
    let text = |schedule| tick(schedule, "    overlap: allow\n    catchUp: all\n", "{use: map, with: {}}");
    std::fs::write(&file, text("0 0 1 1 *")).unwrap();
    let engine = open(flows.path(), &store, |_| {}).await;
    pass(&engine, 1).await;
    let since = engine.settings().clock.now() / MINUTE * MINUTE;
    engine.work();
    pass(&engine, 60).await;
    std::fs::write(&file, text("* * * * *")).unwrap();
    engine.reload().await.unwrap();
    pass(&engine, 2).await;
    assert_eq!(fires(&engine, since).await, [61, 62]);
    std::fs::write(&file, document("Flow tick\nnodes: {a: {use: map, with: {}}}")).unwrap();
    engine.reload().await.unwrap();
    pass(&engine, 10).await;
    std::fs::write(&file, text("* * * * *")).unwrap();
    engine.reload().await.unwrap();
    pass(&engine, 1).await;
    assert_eq!(fires(&engine, since).await, [61, 62, 73]);
}
