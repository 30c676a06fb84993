//! `/v1/runs/{id}/events`: a run as it goes on, to its end. While a durable run only waits, it is a row that nobody
//! drives: then it is looked up again and again, so that the stream outlives every wait.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use futures_util::{Stream, stream};
use serde_json::Value;
use tokio::sync::{broadcast, watch};

use super::{history, run::missing};
use crate::{
    Engine,
    recent::{Item, Kept, Live, Seen},
    run::NodeReport,
    serve::{
        Answer, Ask, Event, Problem, events as stream_of,
        openapi::{Media, Operation, Tag, schema},
    },
};

/// How often a run that nobody drives is looked up.
const PAUSE: Duration = Duration::from_millis(250);

pub(in crate::serve) const EVENTS: Operation = Operation::with(
    Tag::Runs,
    "followRun",
    Media::Events(&[("node", schema::<NodeReport>), ("run", schema::<Item>)]),
)
.says("A `run` whenever its status changes. Ends when the run does. A node may be told twice; who reads too slowly misses some.")
.refuses(&[(404, "RUN_NOT_FOUND"), (503, "OVERLOADED")]);

/// Streams what happens in a run.
pub(in crate::serve) async fn events(ask: Ask) -> Answer {
    let id: Arc<str> = ask.param("id").into();
    let stage = look(&ask.engine, &id).await?.ok_or_else(|| missing(&id))?;
    let follow = Follow {
        engine: ask.engine.clone(),
        id,
        stage,
        known: VecDeque::new(),
        told: BTreeMap::new(),
        status: None,
    };
    stream_of::answer(&ask.engine, &ask.streams, follow.stream())
}

/// Where the run is found.
enum Stage {
    /// It is driven here. What was cancelled is held back: a run that is put off to wait cancels its waits too.
    Live { live: Box<Heard>, held: Vec<Seen> },
    /// In the store: driven elsewhere, waiting, parked or ended.
    Row(Box<Value>),
    /// Ended and kept in memory.
    Kept(Arc<Kept>),
    /// Between two looks at the row.
    Away,
    /// All is told.
    Over,
}

/// What is heard of a run that is driven here.
struct Heard {
    nodes: Option<broadcast::Receiver<Seen>>,
    ended: watch::Receiver<Option<Item>>,
    so_far: Vec<Seen>,
}

/// What a stream still has to tell, and what it has told.
struct Follow {
    engine: Engine,
    id: Arc<str>,
    stage: Stage,
    known: VecDeque<Event>,
    /// The status last told of each address.
    told: BTreeMap<String, String>,
    status: Option<String>,
}

/// Where a run is now; `None` = it is not known.
async fn look(engine: &Engine, id: &str) -> Result<Option<Stage>, Problem> {
    if let Some(live) = engine.runs().live(id) {
        return Ok(Some(Stage::Live { live: Box::new(listen(&live)), held: Vec::new() }));
    }
    if let Some(page) = history::page(engine, id).await? {
        return Ok(Some(Stage::Row(Box::new(page))));
    }
    Ok(engine.runs().kept(id).map(Stage::Kept))
}

fn listen(live: &Live) -> Heard {
    // First listen, then look: a node may be told twice, none is lost.
    let nodes = live.watch().map(|watch| watch.look_on());
    let so_far = live.handle().nodes();
    let so_far = so_far.iter().filter_map(|node| serde_json::to_string(node).ok()).map(Seen::from);
    Heard { nodes, ended: live.ended(), so_far: so_far.collect() }
}

impl Follow {
    fn stream(self) -> impl Stream<Item = Event> + Send + use<> {
        stream::unfold(self, |mut follow| async move { follow.next().await.map(|event| (event, follow)) })
    }

    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.known.pop_front() {
                return Some(event);
            }
            self.stage = match std::mem::replace(&mut self.stage, Stage::Over) {
                Stage::Over => return None,
                Stage::Live { live, held } => self.hear(live, held).await,
                Stage::Row(page) => self.row(*page),
                Stage::Kept(kept) => {
                    kept.nodes().iter().for_each(|node| self.node(node.to_string().into()));
                    self.known.push_back(run_event(&kept.item));
                    Stage::Over
                }
                Stage::Away => {
                    self.engine.settings().clock.sleep(PAUSE).await;
                    look(&self.engine, &self.id).await.ok().flatten().unwrap_or(Stage::Over)
                }
            };
        }
    }

    /// Hears one thing of a run that is driven here.
    async fn hear(&mut self, mut live: Box<Heard>, mut held: Vec<Seen>) -> Stage {
        std::mem::take(&mut live.so_far).into_iter().for_each(|node| self.node(node));
        tokio::select! {
            biased;
            told = heard(&mut live.nodes) => match told {
                Ok(node) if node.contains("\"status\":\"cancelled\"") => held.push(node),
                Ok(node) => self.node(node),
                // Those who read too slowly miss some nodes; the run's page has them.
                Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => live.nodes = None,
            },
            ended = live.ended.wait_for(Option::is_some) => {
                let Some(item) = ended.ok().and_then(|item| item.clone()) else { return Stage::Away };
                held.into_iter().for_each(|node| self.node(node));
                let status = item.status.word();
                self.known.push_back(run_event(&item));
                self.status = Some(status.to_owned());
                return if is_open(status) { Stage::Away } else { Stage::Over };
            }
        }
        Stage::Live { live, held }
    }

    /// Tells what is new in a row.
    fn row(&mut self, mut page: Value) -> Stage {
        let nodes = page["nodes"].take();
        nodes.as_array().into_iter().flatten().for_each(|node| self.node(node.to_string().into()));
        let status = page["status"].as_str().unwrap_or_default().to_owned();
        if self.status.as_ref() != Some(&status) {
            self.known.push_back(Event { name: "run", data: history::bare(page).to_string().into() });
            self.status = Some(status.clone());
        }
        if is_open(&status) { Stage::Away } else { Stage::Over }
    }

    /// Tells of a node, unless it was told to stand there already.
    fn node(&mut self, data: Seen) {
        let read: Value = serde_json::from_str(&data).unwrap_or_default();
        let part = |name: &str| read[name].as_str().unwrap_or_default().to_owned();
        let status = part("status");
        if self.told.insert(part("address"), status.clone()) != Some(status) {
            self.known.push_back(Event { name: "node", data });
        }
    }
}

/// Whether a run of this status may still change.
fn is_open(status: &str) -> bool {
    matches!(status, "running" | "waiting" | "parked")
}

fn run_event(item: &Item) -> Event {
    Event { name: "run", data: serde_json::to_string(item).unwrap_or_default().into() }
}

async fn heard(nodes: &mut Option<broadcast::Receiver<Seen>>) -> Result<Seen, broadcast::error::RecvError> {
    match nodes {
        Some(nodes) => nodes.recv().await,
        None => std::future::pending().await,
    }
}
