//! Stage 4 of 8: the kinds of node that are not components, compiled.

use std::sync::Arc;

use super::{
    body::{Frame, shared},
    compiler::{At, Compiler},
    model::{CallbackPlan, FailPlan, ForeachPlan, Kind, LoopPlan, RespondPlan, SwitchPlan, WaitPlan},
};
use crate::flow::{
    document::{self, Do},
    expr::{Names, Root},
    tree::{Spanned, Tree},
};

impl Compiler<'_> {
    /// Compiles what a node is; components are compiled by [`Compiler::node`].
    pub(super) fn kind(&mut self, kind: &document::Kind, frame: Frame<'_>, path: &str) -> Option<Kind> {
        match kind {
            // Never reached: a component is built from its `with`, which is not seen here.
            document::Kind::Use(_) => None,
            document::Kind::Extension { point, reduce } => {
                Some(Kind::Extension { point: point.value.as_str().into(), reduce: *reduce })
            }
            document::Kind::Flow { name, version, mode } => {
                Some(Kind::Flow { name: name.value.as_str().into(), version: *version, mode: *mode })
            }
            document::Kind::Switch(cases) => self.switch(cases, frame, path).map(Kind::Switch),
            document::Kind::Foreach(each) => {
                self.foreach(each, frame, path).map(|plan| Kind::Foreach(Box::new(plan)))
            }
            document::Kind::Loop(rounds) => {
                self.rounds(rounds, frame, path).map(|plan| Kind::Loop(Box::new(plan)))
            }
            document::Kind::Race(branches) => self.race(branches, frame, path),
            document::Kind::Wait(wait) => self.wait(wait, frame, path).map(|plan| Kind::Wait(Box::new(plan))),
            document::Kind::Respond(respond) => {
                self.respond(respond, frame, path).map(|plan| Kind::Respond(Box::new(plan)))
            }
            document::Kind::Fail(fail) => self.fail(fail, frame, path).map(|plan| Kind::Fail(Box::new(plan))),
        }
    }

    fn switch(&mut self, cases: &[document::SwitchCase], frame: Frame<'_>, path: &str) -> Option<SwitchPlan> {
        let mut compiled = Vec::with_capacity(cases.len());
        for (index, case) in cases.iter().enumerate() {
            let path = format!("{path}.switch.{index}.case");
            let condition = self.condition(case.case.as_ref(), At::new(frame.names, &path));
            let to = case.to.iter().filter_map(|id| frame.slots.get(id.value.as_str()).copied()).collect();
            compiled.push(condition.map(|condition| (condition, to)));
        }
        Some(SwitchPlan { cases: compiled.into_iter().collect::<Option<_>>()? })
    }

    fn foreach(&mut self, each: &document::Foreach, frame: Frame<'_>, path: &str) -> Option<ForeachPlan> {
        let at = format!("{path}.foreach.in");
        let over = self.expression(&each.over, At::new(frame.names, &at));
        let base = Names::new(&[]).locals([each.item.as_str(), "index"]).inside(frame.names);
        let body = self.work(&each.body, &base, &format!("{path}.foreach.do"));
        Some(ForeachPlan {
            over: over?,
            concurrency: size(each.concurrency),
            max: size(each.max),
            on_item_error: each.on_item_error,
            body: shared(body)?,
        })
    }

    fn rounds(&mut self, rounds: &document::Loop, frame: Frame<'_>, path: &str) -> Option<LoopPlan> {
        let base = Names::new(&[]).locals(["last", "index"]).inside(frame.names);
        let at = format!("{path}.loop.until");
        let (until, mut seen) =
            self.collect(|compiler| compiler.expression(&rounds.until, At::new(&base, &at)));
        seen.retain_mut(|seen| super::body::lift(&mut seen.read.root));
        self.seen.append(&mut seen);
        let body = self.work(&rounds.body, &base, &format!("{path}.loop.do"));
        Some(LoopPlan {
            until: until?,
            every: rounds.every.map(sdk::Duration::get),
            after: rounds.after.map(sdk::Duration::get),
            max: rounds.max,
            body: shared(body)?,
        })
    }

    fn race(&mut self, branches: &[(Spanned<String>, Do)], frame: Frame<'_>, path: &str) -> Option<Kind> {
        let base = Names::new(&[]).inside(frame.names);
        let mut compiled = Vec::with_capacity(branches.len());
        for (name, work) in branches {
            let body = self.work(work, &base, &format!("{path}.race.{}", name.value));
            compiled.push(shared(body).map(|body| (Arc::from(name.value.as_str()), body)));
        }
        Some(Kind::Race(compiled.into_iter().collect::<Option<_>>()?))
    }

    fn wait(&mut self, wait: &document::Wait, frame: Frame<'_>, path: &str) -> Option<WaitPlan> {
        match wait {
            document::Wait::For(tree) => {
                let path = format!("{path}.wait.for");
                self.template(tree, At::new(frame.names, &path)).map(WaitPlan::For)
            }
            document::Wait::Until(tree) => {
                let path = format!("{path}.wait.until");
                self.template(tree, At::new(frame.names, &path)).map(WaitPlan::Until)
            }
            document::Wait::Callback(callback) => {
                let path = format!("{path}.wait.callback");
                self.callback(callback, frame, &path).map(|plan| WaitPlan::Callback(Box::new(plan)))
            }
        }
    }

    fn callback(
        &mut self,
        callback: &document::Callback,
        frame: Frame<'_>,
        path: &str,
    ) -> Option<CallbackPlan> {
        let key = self.template(&callback.key, At::new(frame.names, &format!("{path}.key")));
        let names = frame.names.clone().and(&[Root::Message]);
        let matches = self.condition(callback.matches.as_ref(), At::new(&names, &format!("{path}.match")));
        self.optional(callback.dedupe.as_ref(), At::new(&names, &format!("{path}.dedupe")))?;
        Some(CallbackPlan {
            channel: callback.channel.value.as_str().into(),
            key: key?,
            matches: matches?,
            verify: callback.verify.as_ref().map(|name| name.value.as_str().into()),
            dedupe: callback.dedupe.as_ref().map(Tree::to_json),
        })
    }

    fn respond(&mut self, respond: &document::Respond, frame: Frame<'_>, path: &str) -> Option<RespondPlan> {
        let body =
            self.optional(respond.body.as_ref(), At::new(frame.names, &format!("{path}.respond.body")));
        let headers =
            self.optional(respond.headers.as_ref(), At::new(frame.names, &format!("{path}.respond.headers")));
        Some(RespondPlan { status: respond.status, body: body?, headers: headers? })
    }

    fn fail(&mut self, fail: &document::Fail, frame: Frame<'_>, path: &str) -> Option<FailPlan> {
        let message =
            self.optional(fail.message.as_ref(), At::new(frame.names, &format!("{path}.fail.message")));
        Some(FailPlan {
            code: fail.code.value.as_str().into(),
            status: fail.status,
            class: fail.class,
            message: message?,
        })
    }
}

fn size(count: u32) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
