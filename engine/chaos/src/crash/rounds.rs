//! The rounds of a proof: start, let callers work, end the program in one way or another, look, start again; at the
//! end everything works, every run ends, and the checker reads.

use std::{io, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use hyper::Method;
use sdk::Clock as _;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{call::Http, image, look::Look, process::Process, stage::Stage};
use crate::{
    check::{Findings, check, events},
    dice::Dice,
    table::{Row, millis},
    victim::{Arms, POINTS},
};

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `kill -9` at random instants.
    Kill,
    /// At each failpoint in turn.
    Points,
    /// A power cut: what was not synced reaches the disk in part.
    Power,
}

/// What is to be proved.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How the program ends.
    pub kind: Kind,
    /// How often.
    pub rounds: u64,
    /// From what everything is drawn.
    pub seed: u64,
    /// Callers at once.
    pub callers: u64,
    /// Up to so many milliseconds between two sagas of one caller.
    pub pause_ms: u64,
    /// This crate's binary, or `bactrian` itself for [`Kind::Kill`].
    pub program: PathBuf,
    /// The store is looked at after every so many rounds.
    pub look_every: u64,
}

/// Every run has ended this long after the last fault (I11).
const CALM: Duration = Duration::from_secs(60);
/// A program that is to die by itself and does not is killed: its point was not reached.
const REACHED: Duration = Duration::from_secs(20);

/// Plays all rounds and checks.
///
/// # Errors
/// The harness itself cannot go on: the program does not start, or the system refuses.
pub async fn prove(plan: &Plan) -> io::Result<Row> {
    let mut stage = Stage::set(plan).await?;
    let begun = stage.clock.now();
    match play(plan, &mut stage).await {
        Ok((found, note)) => {
            let seconds = millis(stage.clock.now() - begun);
            let (sagas, mut violations) = (found.sagas, found.violations);
            if !violations.is_empty() {
                violations.push(format!("everything is kept in {}", stage.keep().display()));
            }
            let what = match plan.kind {
                Kind::Kill => "kill -9 at random instants",
                Kind::Points => "death at each failpoint",
                Kind::Power => "power cut",
            };
            Ok(Row {
                what: what.to_owned(),
                rounds: plan.rounds,
                sagas,
                violations,
                seed: plan.seed,
                seconds,
                note,
            })
        }
        Err(error) => {
            let words = stage.last_words();
            let kept = stage.keep();
            Err(io::Error::other(format!("seed {}: {error}; kept in {}\n{words}", plan.seed, kept.display())))
        }
    }
}

async fn play(plan: &Plan, stage: &mut Stage) -> io::Result<(Findings, String)> {
    let mut dice = Dice::new(plan.seed, 0);
    let mut looks = Vec::new();
    let (mut unreached, mut resumed) = (0_u32, 0);
    stage.far.trouble().await?;
    stage.call(plan);
    for round in 0..plan.rounds {
        let arms = arms(plan, round, stage, &mut dice);
        let mut is_reached = match stage.armed(&arms).await? {
            Some(process) => {
                resumed += resume(&stage.http, process.address).await.unwrap_or(0);
                end(plan, stage, process, &mut dice).await?
            }
            None => true,
        };
        // Without both copies it died in another way.
        is_reached &= plan.kind != Kind::Power || stage.path(&format!("cut-{round}")).join("after").exists();
        unreached += u32::from(!is_reached);
        if plan.kind == Kind::Power && is_reached {
            cut(stage, round, &mut dice)?;
        }
        if round % plan.look_every == plan.look_every - 1 {
            looks.push(Look::at(stage.data(), &stage.path("look")).await?);
        }
    }
    stage.far.peace().await?;
    let process = stage.start().await?;
    let calm = stage.clock.now();
    resumed += settle(stage, &process).await?;
    let live = until_ended(stage, &process).await?;
    let took = stage.clock.now() - calm;
    let pages = pages(stage, &process, plan).await?;
    stage.gone();
    process.kill().await?;
    let last = Look::at(stage.data(), &stage.path("look")).await?;
    announce(stage, &last).await?;
    looks.push(last);
    let history = stage.recorder.lines()?;
    let mut keys: Vec<&str> = history.iter().map(|line| line.key.as_str()).collect();
    keys.sort_unstable();
    keys.dedup();
    let audit = stage.far.audit(keys.iter().copied()).await?;
    let mut found = check(&history, &audit, &looks);
    found.violations.extend(live);
    found.violations.extend(differing(&pages, looks.last()));
    let note = format!("all ended after {took} ms; {resumed} resumed; {unreached} points not reached");
    Ok((found, note))
}

fn arms(plan: &Plan, round: u64, stage: &Stage, dice: &mut Dice) -> Arms {
    match plan.kind {
        // Half of the lives have more to bear than their end.
        Kind::Kill => {
            Arms { fails: dice.hits(40), turns: dice.hits(20), checkpoints: dice.hits(40), ..Arms::default() }
        }
        Kind::Points => {
            let point = POINTS[usize::try_from(round).unwrap_or(0) % POINTS.len()];
            let is_turn = point.starts_with("period");
            let survived = if is_turn { dice.below(2) } else { 5 + dice.below(60) };
            let dies = Some((point.to_owned(), survived));
            Arms { dies, turns: is_turn, checkpoints: true, ..Arms::default() }
        }
        Kind::Power => {
            let cut = Some((3 + dice.below(40), stage.path(&format!("cut-{round}"))));
            Arms { cut, checkpoints: dice.hits(70), ..Arms::default() }
        }
    }
}

/// Lets the program work, and ends it; false if it did not reach the point where it was to die.
async fn end(plan: &Plan, stage: &Stage, mut process: Process, dice: &mut Dice) -> io::Result<bool> {
    if plan.kind == Kind::Kill {
        stage.clock.sleep(Duration::from_millis(30 + dice.below(600))).await;
        stage.gone();
        process.kill().await?;
        return Ok(true);
    }
    let died = timeout(REACHED, process.died()).await;
    stage.gone();
    match died {
        Ok(died) => died.map(|()| true),
        Err(_) => process.kill().await.map(|()| false),
    }
}

/// Puts what a power cut leaves in the place of the data.
fn cut(stage: &Stage, round: u64, dice: &mut Dice) -> io::Result<()> {
    let dir = stage.path(&format!("cut-{round}"));
    let cut = dir.join("image");
    image::forget_unsynced(&dir.join("before"), &dir.join("synced"))?;
    image::build(&dir.join("before"), &dir.join("after"), &cut, dice)?;
    std::fs::remove_dir_all(stage.data())?;
    super::copy(&cut, stage.data())?;
    std::fs::remove_dir_all(dir)
}

/// Waits for the callers' last answers. A run that is parked for having seen too many deaths is let go on, as an
/// operator would; gives how many.
async fn settle(stage: &mut Stage, process: &Process) -> io::Result<usize> {
    let (http, clock, address) = (stage.http.clone(), Arc::clone(&stage.clock), process.address);
    let settled = stage.settle(CALM);
    let mut settled = std::pin::pin!(settled);
    let mut resumed = 0;
    loop {
        tokio::select! {
            ended = &mut settled => return ended.map(|()| resumed),
            () = clock.sleep(Duration::from_millis(500)) => {}
        }
        resumed += resume(&http, address).await.map_err(io::Error::other)?;
    }
}

/// Lets the program live until every committed event has arrived, as far as it will: the pauses before an event is
/// sent again may be long.
async fn announce(stage: &Stage, last: &Look) -> io::Result<()> {
    let is_owing =
        async || stage.far.notices().await.map(|notices| !events::check(&notices, &last.runs).is_empty());
    if !is_owing().await? {
        return Ok(());
    }
    let process = stage.start().await?;
    let begun = stage.clock.now();
    while is_owing().await? && stage.clock.now() - begun < i64::try_from(CALM.as_millis()).unwrap_or(i64::MAX)
    {
        stage.clock.sleep(Duration::from_millis(200)).await;
    }
    stage.gone();
    process.kill().await
}

/// Lets parked runs go on; gives how many.
async fn resume(http: &Http, address: SocketAddr) -> Result<usize, String> {
    let mut resumed = 0;
    let page = http.call(Method::GET, address, "/v1/runs?status=parked&limit=500", &[], &Value::Null).await?;
    for item in page.json()["items"].as_array().into_iter().flatten() {
        let path = format!("/v1/runs/{}/resume", item["id"].as_str().unwrap_or_default());
        let body = json!({"reason": "the crashes were meant"});
        let done = http.call(Method::POST, address, &path, &[], &body).await?;
        resumed += usize::from(done.status < 300);
    }
    Ok(resumed)
}

/// I11: with all faults off, every run ends or is parked.
async fn until_ended(stage: &Stage, process: &Process) -> io::Result<Option<String>> {
    let begun = stage.clock.now();
    loop {
        let path = "/v1/runs?status=running,waiting&limit=5";
        let asked = stage.http.call(Method::GET, process.address, path, &[], &Value::Null).await;
        let page = asked.map_err(io::Error::other)?.json();
        let live = page["items"].as_array().map_or(usize::MAX, Vec::len);
        if live == 0 {
            return Ok(None);
        }
        if stage.clock.now() - begun > i64::try_from(CALM.as_millis()).unwrap_or(i64::MAX) {
            return Ok(Some(format!(
                "I11: runs still live {CALM:?} after the last fault: {}",
                page["items"]
            )));
        }
        stage.clock.sleep(Duration::from_millis(50)).await;
    }
}

/// What the interface says of every hundredth run or so: id and status.
async fn pages(stage: &Stage, process: &Process, plan: &Plan) -> io::Result<Vec<(String, String)>> {
    let mut said = Vec::new();
    let mut dice = Dice::new(plan.seed, u64::MAX);
    for line in stage.recorder.lines()? {
        let crate::history::Event::Accepted { run } = line.event else { continue };
        if !dice.hits(5) {
            continue;
        }
        let path = format!("/v1/runs/{run}");
        let asked = stage.http.call(Method::GET, process.address, &path, &[], &Value::Null).await;
        let status = asked.map_err(io::Error::other)?.json()["status"].as_str().unwrap_or("none").to_owned();
        said.push((run, status));
    }
    Ok(said)
}

/// I4: what the interface says is what the store holds.
fn differing(pages: &[(String, String)], look: Option<&Look>) -> Vec<String> {
    let held = |run: &str| Some(look?.runs.get(&run.parse().ok()?)?.status.word());
    pages
        .iter()
        .filter(|(run, status)| held(run) != Some(status.as_str()))
        .map(|(run, status)| format!("I4: the interface says {status} of {run}, the store {:?}", held(run)))
        .collect()
}
