//! What an expression of a node sees: the frame it stands in, those around it, and what only it may see.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use sdk::{Error, Shared};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    frame::{Frame, Settled, Word},
    product::Product,
};
use crate::flow::expr::{Expression, Failure, Root, Scope, Template};

/// The scope of one evaluation.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    frame: &'a Frame,
    /// The node whose expression it is.
    slot: Option<u16>,
    /// The node's raw output, for its own `output`.
    raw: Option<(u16, &'a Shared)>,
    /// Takes the place of the frame's local 0.
    local: Option<&'a Shared>,
    message: Option<&'a Value>,
    vars: Option<&'a Value>,
}

impl<'a> View<'a> {
    /// What every expression of a body sees.
    pub(crate) const fn of(frame: &'a Frame) -> Self {
        Self { frame, slot: None, raw: None, local: None, message: None, vars: None }
    }

    /// What an expression of a node sees.
    pub(crate) const fn at(frame: &'a Frame, slot: u16) -> Self {
        Self { slot: Some(slot), ..Self::of(frame) }
    }

    /// With a node's raw output in place of the one it has not got yet.
    pub(crate) const fn with_raw(self, slot: u16, raw: &'a Shared) -> Self {
        Self { raw: Some((slot, raw)), ..self }
    }

    /// With local 0 replaced.
    pub(crate) const fn with_local(self, local: &'a Shared) -> Self {
        Self { local: Some(local), ..self }
    }

    /// With a message.
    pub(crate) const fn with_message(self, message: &'a Value) -> Self {
        Self { message: Some(message), ..self }
    }

    /// With the variables evaluated so far.
    pub(crate) const fn with_vars(self, vars: &'a Value) -> Self {
        Self { vars: Some(vars), ..self }
    }

    pub(crate) fn test(&self, expression: &Expression) -> Result<bool, Error> {
        expression.test(self).map_err(|failure| failed(&failure))
    }

    pub(crate) fn value(&self, template: &Template) -> Result<Shared, Error> {
        match template.constant() {
            Some(constant) => Ok(Shared::clone(constant)),
            None => template.evaluate(self).map_err(|failure| failed(&failure)),
        }
    }

    /// The value, without a copy of what it takes over as it is.
    pub(crate) fn weave(&self, template: &Template) -> Result<Product, Error> {
        match template.constant() {
            Some(constant) => Ok(Shared::clone(constant).into()),
            None => template.weave(self).map(Product::from).map_err(|failure| failed(&failure)),
        }
    }

    fn frame_at(&self, depth: u8) -> Option<&'a Frame> {
        let mut frame = self.frame;
        for _ in 0..depth {
            frame = &frame.parent.as_ref()?.frame;
        }
        Some(frame)
    }

    fn settled(&self, depth: u8, slot: u16) -> Option<&'a Settled> {
        self.frame_at(depth)?.settled(slot)
    }

    fn node(&self, depth: u8, slot: u16) -> Option<&'a Shared> {
        match self.raw {
            Some((own, raw)) if depth == 0 && own == slot => Some(raw),
            _ => self.settled(depth, slot)?.output.as_ref().map(Product::whole),
        }
    }

    fn nodes(&self, depth: u8) -> Option<Value> {
        let frame = self.frame_at(depth)?;
        let mut all = Map::new();
        for (slot, node) in (0..=u16::MAX).zip(&frame.body.nodes) {
            if let Some(output) = self.node(depth, slot) {
                all.insert(node.id.as_ref().to_owned(), Value::clone(output));
            }
        }
        Some(Value::Object(all))
    }

    fn local(&self, depth: u8, index: u8) -> Option<&'a Shared> {
        match self.local {
            Some(local) if depth == 0 && index == 0 => Some(local),
            _ => self.frame_at(depth)?.locals.get(usize::from(index)),
        }
    }

    fn errors(&self, depth: u8, slot: u16) -> Option<Cow<'a, Value>> {
        let Some(settled) = self.settled(depth, slot) else {
            let caught = self.frame_at(depth)?.caught(slot)?;
            return Some(Cow::Owned(Value::clone(&caught)));
        };
        Some(settled.errors.as_deref().map_or(Cow::Owned(Value::Null), Cow::Borrowed))
    }

    fn whole(&self, root: Root) -> Option<&'a Shared> {
        let (run, base) = (&self.frame.run, &self.frame.base);
        match root {
            Root::Input => Some(&base.input),
            Root::Vars => base.vars.get(),
            Root::Config => Some(base.config(run)),
            Root::Trigger => run.trigger.as_ref(),
            Root::Request => run.request.as_deref().map(|request| &**request),
            Root::Node { depth, slot } => self.node(depth, slot),
            Root::Local { depth, index } => self.local(depth, index),
            _ => None,
        }
    }
}

impl Scope for View<'_> {
    fn get(&self, root: Root) -> Option<Cow<'_, Value>> {
        let run = &self.frame.run;
        match root {
            Root::Vars if self.vars.is_some() => self.vars.map(Cow::Borrowed),
            Root::Identity => Some(Cow::Borrowed(self.frame.base.identity_value())),
            Root::Run => {
                let flow = &run.plan.flow;
                Some(Cow::Owned(json!({"id": &*run.id, "flow": &**flow, "degraded": run.is_degraded()})))
            }
            Root::Message => self.message.map(Cow::Borrowed),
            Root::Claims => None,
            Root::Nodes { depth } => self.nodes(depth).map(Cow::Owned),
            Root::Status { depth, slot } => {
                let word = self.settled(depth, slot).map_or("pending", |settled| Word::text(settled.word));
                Some(Cow::Owned(Value::from(word)))
            }
            Root::Errors { depth, slot } => self.errors(depth, slot),
            _ => self.whole(root).map(|value| Cow::Borrowed(&**value)),
        }
    }

    fn shared(&self, root: Root) -> Option<Shared> {
        match root {
            Root::Vars if self.vars.is_some() => None,
            _ => self.whole(root).map(Shared::clone),
        }
    }

    fn now(&self) -> DateTime<Utc> {
        let now = self.frame.run.now(self.frame, self.slot);
        DateTime::from_timestamp_millis(now).unwrap_or_default()
    }

    fn uuid(&self) -> Uuid {
        self.frame.run.uuid(self.frame, self.slot)
    }
}

/// A failed evaluation as the failure of a node: the author's to mend.
pub(crate) fn failed(failure: &Failure) -> Error {
    let message = match &failure.help {
        Some(help) => format!("{failure}; {help}"),
        None => failure.to_string(),
    };
    Error::new(sdk::Class::Internal, Failure::CODE, message)
}
