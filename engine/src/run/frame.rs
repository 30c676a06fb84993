//! Where the values of a run stand while it runs: one frame for each body that runs, outputs by slot.
//!
//! A frame is shared, never copied; a slot is written once. Which nodes run is not decided here.

use std::{
    fmt::Write,
    sync::{Arc, Mutex, OnceLock},
};

use sdk::{Identity, Shared};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{
    one::{Run, locked},
    product::Product,
    saga::Saga,
};
use crate::flow::{
    document::FlowMode,
    plan::{Body, Kind, Node},
};

/// What a node left behind.
#[derive(Clone, Debug)]
pub(crate) struct Settled {
    pub(crate) word: Word,
    /// `nodes.<id>`; `None` = missing.
    pub(crate) output: Option<Product>,
    /// `errors.<id>`; `None` = null.
    pub(crate) errors: Option<Shared>,
}

/// `status.<id>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    Succeeded,
    Failed,
    Skipped,
    Cancelled,
}

impl Word {
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Cancelled => "cancelled",
        }
    }
}

/// What a flow's or an extension's body starts from; all frames inside share it.
pub(crate) struct Base {
    pub(crate) identity: Arc<Identity>,
    pub(crate) input: Shared,
    /// What is to be undone together.
    pub(crate) saga: Arc<Saga>,
    /// How many extension points were asked for one another on the way here.
    pub(crate) asked: u8,
    pub(crate) vars: OnceLock<Shared>,
    config: OnceLock<Shared>,
    identity_value: OnceLock<Value>,
}

impl Base {
    pub(crate) fn new(identity: Arc<Identity>, input: Shared, saga: Arc<Saga>) -> Arc<Self> {
        Self::asked(identity, input, saga, 0)
    }

    pub(crate) fn asked(identity: Arc<Identity>, input: Shared, saga: Arc<Saga>, asked: u8) -> Arc<Self> {
        Arc::new(Self {
            identity,
            input,
            saga,
            asked,
            vars: OnceLock::new(),
            config: OnceLock::new(),
            identity_value: OnceLock::new(),
        })
    }

    pub(super) fn config(&self, run: &Run) -> &Shared {
        self.config.get_or_init(|| run.snapshot.config(&self.identity))
    }

    pub(super) fn identity_value(&self) -> &Value {
        self.identity_value.get_or_init(|| {
            let identity = &self.identity;
            json!({"useCase": identity.use_case, "bizId": identity.biz_id, "scenario": identity.scenario})
        })
    }
}

/// Which of a node's bodies a frame is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The only one: of an extension, an inline flow.
    Whole,
    /// What takes its place.
    Fallback,
    /// One item of a `foreach` or one round of a `loop`.
    Nth(usize),
    /// One branch of a `race`.
    Branch(Arc<str>),
    /// One of several extensions that answer together.
    Named(Arc<str>),
    /// What undoes it.
    Compensate,
    /// The flow's `finally`; its parent is the flow's own frame.
    Finally,
}

/// What an address is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A record: each try of the nodes around it is another place.
    Address,
    /// An idempotency key: the same over all tries of what is not undone between them.
    Key,
}

/// A name as part of an address: small letters, digits and `_`.
pub(super) fn segment(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let text: String = name.chars().map(plain).collect();
    if text.starts_with(|c: char| c.is_ascii_lowercase()) { text } else { format!("x{text}") }
}

/// The node a frame works for.
pub(crate) struct Parent {
    pub(crate) frame: Arc<Frame>,
    pub(crate) slot: u16,
    pub(crate) part: Part,
    /// Of the node itself: from 1 on.
    pub(crate) attempt: u32,
    /// The node's own `idempotencyKey`, which its inner writes build on.
    pub(crate) key: Option<Arc<str>>,
    /// Tells the body to stop.
    pub(crate) stop: CancellationToken,
    /// The node's end is recorded: its bodies are driven only to know what there is to undo.
    pub(crate) is_past: bool,
}

impl Parent {
    /// A child flow that is tried again has undone itself before: under its old keys a far side would answer that
    /// it was done, and do nothing.
    fn begins_afresh(&self) -> bool {
        let kind = &self.frame.node(self.slot).kind;
        self.part == Part::Whole && matches!(kind, Kind::Flow { mode: FlowMode::Child, .. })
    }
}

/// One body that runs.
pub(crate) struct Frame {
    pub(crate) run: Arc<Run>,
    pub(crate) base: Arc<Base>,
    pub(crate) body: Arc<Body>,
    pub(crate) parent: Option<Parent>,
    caller: Option<Arc<str>>,
    pub(crate) locals: Vec<Shared>,
    /// See [`Parent::is_past`].
    pub(crate) is_past: bool,
    slots: Box<[OnceLock<Settled>]>,
    /// Failures that something stands for, until their nodes have settled.
    caught: Mutex<Vec<(u16, Shared)>>,
    halt: OnceLock<CancellationToken>,
}

impl Frame {
    /// The frame of a whole flow.
    pub(crate) fn outermost(run: Arc<Run>, base: Arc<Base>, body: Arc<Body>) -> Arc<Self> {
        Arc::new(Self::new(run, base, body, None, Vec::new()))
    }

    /// The frame of a body that a component asked for: it stands under the component's address.
    pub(crate) fn called(run: Arc<Run>, base: Arc<Base>, body: Arc<Body>, caller: Arc<str>) -> Arc<Self> {
        Arc::new(Self { caller: Some(caller), ..Self::new(run, base, body, None, Vec::new()) })
    }

    /// The frame of a body that belongs to a node.
    pub(crate) fn within(parent: Parent, base: Arc<Base>, body: Arc<Body>, locals: Vec<Shared>) -> Arc<Self> {
        Arc::new(Self::new(Arc::clone(&parent.frame.run), base, body, Some(parent), locals))
    }

    fn new(
        run: Arc<Run>,
        base: Arc<Base>,
        body: Arc<Body>,
        parent: Option<Parent>,
        locals: Vec<Shared>,
    ) -> Self {
        let slots = body.nodes.iter().map(|_| OnceLock::new()).collect();
        // What undoes a node is work still to be done, also where the node itself is only gone through once more.
        let is_past = parent.as_ref().is_some_and(|parent| {
            parent.is_past || (parent.frame.is_past && parent.part != Part::Compensate)
        });
        Self {
            run,
            base,
            body,
            parent,
            caller: None,
            locals,
            is_past,
            slots,
            caught: Mutex::default(),
            halt: OnceLock::new(),
        }
    }

    pub(crate) fn node(&self, slot: u16) -> &Node {
        &self.body.nodes[usize::from(slot)]
    }

    /// What a node left behind; `None` while it has not settled, and for a node that is not there.
    pub(crate) fn settled(&self, slot: u16) -> Option<&Settled> {
        self.slots.get(usize::from(slot))?.get()
    }

    /// A node's fallback or `otherwise` stands for this failure, and may read it.
    pub(crate) fn catch(&self, slot: u16, error: Shared) {
        locked(&self.caught).push((slot, error));
    }

    /// The failure that a node's fallback or `otherwise` stands for.
    pub(crate) fn caught(&self, slot: u16) -> Option<Shared> {
        let caught = locked(&self.caught);
        caught.iter().rfind(|(of, _)| *of == slot).map(|(_, error)| Shared::clone(error))
    }

    /// Writes what a node left behind. The first writing stays.
    pub(crate) fn settle(&self, slot: u16, settled: Settled) {
        let _first_stays = self.slots[usize::from(slot)].set(settled);
    }

    /// The output of the last node that ran, in slot order; null when none did.
    pub(crate) fn last_output(&self) -> Product {
        // What stands for a node that did not run, or failed and may, is its output like any other.
        let gave = |settled: &&Settled| {
            settled.word == Word::Succeeded
                || settled.output.as_ref().is_some_and(|output| !output.whole().is_null())
        };
        let last = self.slots.iter().rev().filter_map(OnceLock::get).find(gave);
        last.and_then(|settled| settled.output.clone()).unwrap_or_default()
    }

    /// Tells the bodies inside this one to stop. It is only made when one of them asks for it.
    pub(crate) fn halt(&self) -> &CancellationToken {
        self.halt.get_or_init(|| self.stop().child_token())
    }

    /// Tells this body to stop.
    pub(crate) fn stop(&self) -> &CancellationToken {
        match &self.parent {
            Some(parent) => &parent.stop,
            None => &self.run.stop,
        }
    }

    /// Whether nodes of this body are to end.
    pub(crate) fn is_halting(&self) -> bool {
        self.halt.get().unwrap_or_else(|| self.stop()).is_cancelled()
    }

    /// Cancels the bodies inside this one, if there are any.
    pub(crate) fn halt_inner(&self) {
        match self.halt.get() {
            Some(halt) => halt.cancel(),
            // Nodes of a durable run ask after a pause whether they may still begin.
            None if self.run.journal.is_some() => self.halt().cancel(),
            None => {}
        }
    }

    /// The address of a node within the run, such as `lock`, `close[3].lock`, `points.refund`.
    pub(crate) fn address(&self, slot: u16) -> Arc<str> {
        if self.parent.is_none() && self.caller.is_none() {
            return Arc::clone(&self.node(slot).id);
        }
        let mut text = String::new();
        self.write_address(slot, Form::Address, &mut text);
        text.into()
    }

    fn write_address(&self, slot: u16, form: Form, text: &mut String) {
        self.write_prefix(form, text);
        if !self.body.is_single {
            if !text.is_empty() {
                text.push('.');
            }
            text.push_str(&self.node(slot).id);
        }
    }

    /// The address of the body itself: empty for a flow's.
    pub(super) fn prefix(&self) -> String {
        let mut text = String::new();
        self.write_prefix(Form::Address, &mut text);
        text
    }

    fn write_prefix(&self, form: Form, text: &mut String) {
        let Some(parent) = &self.parent else {
            return text.push_str(self.caller.as_deref().unwrap_or_default());
        };
        if parent.part == Part::Finally {
            return text.push_str("finally");
        }
        parent.frame.write_address(parent.slot, form, text);
        // Writing to a text cannot fail.
        let _infallible = match &parent.part {
            // The one node of an extension is not the node that asked for it.
            Part::Whole if self.body.is_single && form == Form::Address => write!(text, ".body"),
            Part::Whole | Part::Finally => Ok(()),
            Part::Nth(index) => write!(text, "[{index}]"),
            Part::Branch(name) => write!(text, ".{name}"),
            Part::Named(name) => write!(text, ".{}", segment(name)),
            Part::Fallback => write!(text, ".fallback"),
            Part::Compensate => write!(text, ".compensate"),
        };
        if parent.attempt > 1 && (form == Form::Address || parent.begins_afresh()) {
            let _infallible = write!(text, ".try{}", parent.attempt);
        }
    }

    /// The path of a node as tests name it: its address without indices and attempts.
    pub(crate) fn path(&self, slot: u16) -> String {
        let Some(parent) = &self.parent else { return self.node(slot).id.as_ref().to_owned() };
        let around = parent.frame.path(parent.slot);
        let path = match &parent.part {
            Part::Branch(name) => format!("{around}.{name}"),
            Part::Fallback => format!("{around}.fallback"),
            Part::Compensate => format!("{around}.compensate"),
            Part::Finally => String::from("finally"),
            Part::Whole | Part::Nth(_) | Part::Named(_) => around,
        };
        if self.body.is_single { path } else { format!("{path}.{}", self.node(slot).id) }
    }

    /// The idempotency key a write has when the flow states none for it: the key of the nearest node around
    /// it that has one, else the run's id, then the way from there.
    pub(crate) fn derived_key(&self, slot: u16) -> Arc<str> {
        let place = |frame: &Self, slot| {
            let mut text = String::new();
            frame.write_address(slot, Form::Key, &mut text);
            text
        };
        let address = place(self, slot);
        let mut frame = self;
        while let Some(parent) = &frame.parent {
            if let Some(key) = &parent.key {
                let around = place(&parent.frame, parent.slot);
                let rest = address.strip_prefix(&around).unwrap_or(&address).trim_start_matches('.');
                return if rest.is_empty() { Arc::clone(key) } else { format!("{key}:{rest}").into() };
            }
            frame = &parent.frame;
        }
        format!("{}:{address}", self.run.id).into()
    }
}
