//! Everything around the program under test: its directories, the far side, the callers.

use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use engine::clock::SystemClock;
use hyper::Method;
use sdk::Clock as _;
use serde_json::Value;
use tempfile::TempDir;
use tokio::{sync::watch, task::JoinSet};

use super::{
    call::Http,
    caller::{Caller, Town},
    far::Far,
    process::{Process, Program},
    rounds::Plan,
};
use crate::{dice::Dice, history::Recorder, victim::Arms};

const FLOW: &str = include_str!("../../testdata/flows/reserve.yaml");
/// How long the program may take until it is ready.
const READY: Duration = Duration::from_secs(20);

/// The stage of one plan.
pub(super) struct Stage {
    dir: TempDir,
    pub(super) far: Far,
    pub(super) program: Program,
    pub(super) recorder: Arc<Recorder>,
    pub(super) clock: Arc<SystemClock>,
    pub(super) http: Http,
    place: watch::Sender<Option<SocketAddr>>,
    is_over: watch::Sender<bool>,
    callers: JoinSet<io::Result<()>>,
}

impl Stage {
    pub(super) async fn set(plan: &Plan) -> io::Result<Self> {
        let dir = TempDir::new()?;
        let (flows, data) = (dir.path().join("flows"), dir.path().join("data"));
        std::fs::create_dir_all(&flows)?;
        let http = Http::default();
        let far = Far::start(&dir.path().join("far"), plan.seed, http.clone()).await?;
        std::fs::write(flows.join("reserve.yaml"), FLOW)?;
        std::fs::write(flows.join("connections.yaml"), far.connections())?;
        let recorder = Arc::new(Recorder::new(&dir.path().join("history.jsonl"))?);
        let log = dir.path().join("program.log");
        Ok(Self {
            far,
            program: Program { path: plan.program.clone(), flows, data, log },
            recorder,
            clock: Arc::new(SystemClock::new()),
            http,
            place: watch::Sender::new(None),
            is_over: watch::Sender::new(false),
            callers: JoinSet::new(),
            dir,
        })
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(super) fn data(&self) -> &Path {
        &self.program.data
    }

    /// Sends the callers out.
    pub(super) fn call(&mut self, plan: &Plan) {
        for number in 0..plan.callers {
            let town = Town {
                http: self.http.clone(),
                place: self.place.subscribe(),
                recorder: Arc::clone(&self.recorder),
                clock: Arc::clone(&self.clock),
                is_over: self.is_over.subscribe(),
                pause_ms: plan.pause_ms,
            };
            let dice = Dice::new(plan.seed, 1 + number);
            let name = format!("s{}c{number}", plan.seed);
            self.callers.spawn(Caller { town, dice, name }.live());
        }
    }

    /// Starts the program and tells the callers where it is once it is ready.
    pub(super) async fn start(&self) -> io::Result<Process> {
        match self.armed(&Arms::default()).await? {
            Some(process) => Ok(process),
            None => Err(io::Error::other(format!("it died while it started: {}", self.last_words()))),
        }
    }

    /// The same, armed: none when it died before it was ready.
    pub(super) async fn armed(&self, arms: &Arms) -> io::Result<Option<Process>> {
        let mut process = match self.program.start(arms).await {
            Ok(process) => process,
            Err(_) if *arms != Arms::default() => return Ok(None),
            Err(error) => return Err(error),
        };
        let begun = self.clock.now();
        while !self.is_ready(process.address).await {
            if process.has_died() {
                return Ok(None);
            }
            if self.clock.now() - begun > i64::try_from(READY.as_millis()).unwrap_or(i64::MAX) {
                return Err(io::Error::other(format!("not ready within {READY:?}: {}", self.last_words())));
            }
            self.clock.sleep(Duration::from_millis(5)).await;
        }
        self.place.send_replace(Some(process.address));
        Ok(Some(process))
    }

    async fn is_ready(&self, address: SocketAddr) -> bool {
        let asked = self.http.call(Method::GET, address, "/readyz", &[], &Value::Null).await;
        asked.is_ok_and(|answer| answer.status == 200)
    }

    /// The program is not there any more.
    pub(super) fn gone(&self) {
        self.place.send_replace(None);
    }

    /// No more sagas begin; answers when every caller has its last answer.
    pub(super) async fn settle(&mut self, time: Duration) -> io::Result<()> {
        self.is_over.send_replace(true);
        let clock = Arc::clone(&self.clock);
        let callers = &mut self.callers;
        tokio::select! {
            ended = async {
                while let Some(ended) = callers.join_next().await {
                    ended.map_err(io::Error::other)??;
                }
                Ok(())
            } => ended,
            () = clock.sleep(time) => {
                Err(io::Error::other(format!("{} callers have no answer after {time:?}", callers.len())))
            }
        }
    }

    /// The end of the program's log.
    pub(super) fn last_words(&self) -> String {
        let log = std::fs::read_to_string(&self.program.log).unwrap_or_default();
        let from = log.char_indices().rev().nth(2_000).map_or(0, |(at, _)| at);
        log[from..].to_owned()
    }

    /// Leaves the directories behind, for somebody to look at.
    pub(super) fn keep(self) -> PathBuf {
        self.dir.keep()
    }
}
