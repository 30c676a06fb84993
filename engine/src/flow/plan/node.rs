//! Stage 4 of 8: one node, compiled against the names and slots of its body. Its edges are added once the
//! whole body is known.

use std::sync::Arc;

use sdk::{Effect, Shared, Value, serde_json::Map};

use super::{
    body::{Frame, shared},
    compiler::{At, Compiler, Moment},
    model::{Give, Kind, Node},
};
use crate::flow::{
    diagnostic::Diagnostic,
    document::{self, Policies, TimeoutPolicy},
    expr::{Expression, Names, Template},
    nearest::nearest,
    policy::{Settings, Stack},
    tree::{Spanned, Tree},
};

/// The parts of a node that its policies bring.
struct Policed {
    cache_key: Option<Template>,
    rate_key: Option<Template>,
    fallback: Option<Give>,
}

impl Compiler<'_> {
    /// Compiles one node; `None` when something in it does not compile, all of which is reported.
    pub(super) fn node(&mut self, node: &document::Node, frame: Frame<'_>, path: &str) -> Option<Node> {
        let names = frame.names;
        let with = match &node.kind {
            document::Kind::Use(name) => self.with(name, node.with.as_ref(), names, path),
            _ => self.named(node.with.as_ref(), "with", Moment::Call, names, path),
        };
        let when = self.when(node, names, path);
        let kind = match (&node.kind, &with) {
            (document::Kind::Use(name), Some(with)) => self.component(name, node, with.as_ref(), path),
            (document::Kind::Use(_), None) => None,
            (kind, _) => self.kind(kind, frame, path),
        };
        let otherwise = self.named(node.otherwise.as_ref(), "otherwise", Moment::After, names, path);
        let output = self.named(node.output.as_ref(), "output", Moment::After, names, path);
        let idempotency_key =
            self.named(node.idempotency_key.as_ref(), "idempotencyKey", Moment::Call, names, path);
        let asked = self.asked(node);
        let policed = self.policed(&asked, names, path);
        let compensate = self.compensation(node, names, path);
        let (kind, policed) = (kind?, policed?);
        let target = self.target(node, path);
        let place = format!("{}/{path}:{}", self.label, word(&node.kind));
        let settings = Settings { target: &target, node: &place, states: &self.workshop.states };
        let policies = Stack::build(&asked, &settings);
        Some(Node {
            id: node.id.value.as_str().into(),
            title: node.title.clone(),
            effect: effect(&kind, node, self),
            kind,
            needs: Vec::new(),
            next: Vec::new(),
            input: None,
            join: node.join,
            when: when?,
            otherwise: otherwise?,
            is_critical: node.is_critical,
            with: with?,
            output: output?,
            asked: (asked != Policies::default()).then(|| Box::new(asked)),
            policies,
            idempotency_key: idempotency_key?,
            cache_key: policed.cache_key,
            rate_key: policed.rate_key,
            fallback: policed.fallback,
            compensate: compensate?,
        })
    }

    fn named(
        &mut self,
        tree: Option<&Tree>,
        key: &str,
        moment: Moment,
        names: &Names<'_>,
        path: &str,
    ) -> Option<Option<Template>> {
        match tree {
            Some(_) => self.optional(tree, At::new(names, &format!("{path}.{key}")).when(moment)),
            None => Some(None),
        }
    }

    fn when(&mut self, node: &document::Node, names: &Names<'_>, path: &str) -> Option<Option<Expression>> {
        let Some(text) = &node.when else { return Some(None) };
        let path = format!("{path}.when");
        let (when, mut seen) = self.collect(|compiler| compiler.expression(text, At::new(names, &path)));
        seen.iter_mut().for_each(|seen| seen.is_condition = true);
        self.seen.append(&mut seen);
        when.map(Some)
    }

    /// The `with` of a component, with the texts it wants in pieces.
    fn with(
        &mut self,
        name: &Spanned<String>,
        tree: Option<&Tree>,
        names: &Names<'_>,
        path: &str,
    ) -> Option<Option<Template>> {
        let Some(tree) = tree else { return Some(None) };
        let value = tree.to_json();
        let path = format!("{path}.with");
        let at = At::new(names, &path);
        let pieces = match self.workshop.registry.component(&name.value) {
            Some(entry) => self.workshop.schemas.pieces(entry, &value),
            None => std::collections::HashSet::new(),
        };
        self.template_in_pieces(tree, &value, at, &|pointer| pieces.contains(pointer)).map(Some)
    }

    /// A component, built at once when its `with` is constant.
    fn component(
        &mut self,
        name: &Spanned<String>,
        node: &document::Node,
        with: Option<&Template>,
        path: &str,
    ) -> Option<Kind> {
        let Some(entry) = self.workshop.registry.component(&name.value) else {
            if name.value.is_empty() {
                // Stage 2 has told that the node does not say what it does.
                return None;
            }
            let message = format!("no component is called `{}`", name.value);
            let names: Vec<&str> = self.workshop.registry.components().map(|entry| entry.name).collect();
            let help = match nearest(&name.value, names.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("there are: {}", names.join(", ")),
            };
            let at = format!("{path}.use");
            self.diagnostics.push(Diagnostic::error("UNKNOWN_COMPONENT", name.span, message, help).at(at));
            return None;
        };
        let constant = match with {
            Some(with) => with.constant().map(Shared::clone),
            None => Some(Shared::new(Value::Object(Map::new()))),
        };
        let build =
            |with: Shared| (entry.validate)(Value::clone(&with)).and_then(|()| (entry.build_shared)(with));
        let built = match constant.map(build) {
            Some(Ok(built)) => Some(built),
            None => None,
            Some(Err(fault)) => {
                let span = node.with.as_ref().map_or(name.span, |with| with.span);
                let help = takes(entry);
                let at = format!("{path}.with");
                self.diagnostics.push(Diagnostic::error("CONFIG_INVALID", span, fault.message, help).at(at));
                return None;
            }
        };
        let (defers, gives_settings) = (entry.defers, entry.gives_settings);
        Some(Kind::Use { name: entry.name, built, build: entry.build_shared, defers, gives_settings })
    }

    /// What the node asks for. The flow's `defaults` are merged in already; what only computes has no use
    /// for them.
    fn asked(&self, node: &document::Node) -> Policies {
        let mut asked = node.policies.clone();
        if matches!(node.kind, document::Kind::Use(_)) && self.effect_of(node) == Effect::Pure {
            let defaults = &self.defaults;
            drop_default(&mut asked.cache, &defaults.cache);
            drop_default(&mut asked.fallback, &defaults.fallback);
            drop_default(&mut asked.timeout, &defaults.timeout);
            drop_default(&mut asked.retry, &defaults.retry);
            drop_default(&mut asked.circuit_breaker, &defaults.circuit_breaker);
            drop_default(&mut asked.rate_limit, &defaults.rate_limit);
            drop_default(&mut asked.bulkhead, &defaults.bulkhead);
        }
        let is_whole = matches!(
            node.kind,
            document::Kind::Race(_)
                | document::Kind::Loop(_)
                | document::Kind::Foreach(_)
                | document::Kind::Wait(_)
                | document::Kind::Flow { .. }
        );
        if is_whole && let Some(timeout) = asked.timeout {
            let total = timeout.total.or(timeout.attempt);
            asked.timeout = Some(TimeoutPolicy { attempt: None, total });
        }
        asked
    }

    /// The effect of a component's node, from its `with` as written.
    fn effect_of(&self, node: &document::Node) -> Effect {
        let document::Kind::Use(name) = &node.kind else { return Effect::Pure };
        let with = node.with.as_ref().map_or(Value::Null, Tree::to_json);
        self.workshop.registry.component(&name.value).map_or(Effect::Pure, |entry| (entry.effect_of)(&with))
    }

    /// What the node's calls have in common with those of other nodes: they go to the same place.
    fn target(&self, node: &document::Node, path: &str) -> String {
        match &node.kind {
            document::Kind::Use(name) => {
                let with = node.with.as_ref();
                match with.and_then(|with| with.get("connection")).and_then(Tree::text) {
                    Some(connection) if !connection.contains("${") => format!("{}:{connection}", name.value),
                    _ => format!("{}/{path}", self.label),
                }
            }
            document::Kind::Extension { point, .. } => format!("extension:{}", point.value),
            document::Kind::Flow { name, .. } => format!("flow:{}", name.value),
            _ => format!("{}/{path}", self.label),
        }
    }

    fn policed(&mut self, asked: &Policies, names: &Names<'_>, path: &str) -> Option<Policed> {
        let cache = asked.cache.as_ref().and_then(|cache| cache.key.as_ref());
        let cache_key = self.named(cache, "cache.key", Moment::Call, names, path);
        let rate = asked.rate_limit.as_ref().and_then(|limit| limit.key.as_ref());
        let rate_key = self.named(rate, "rateLimit.key", Moment::Call, names, path);
        let fallback = match asked.fallback.as_ref().map(|fallback| &fallback.give) {
            None => Some(None),
            Some(document::Give::Value(tree)) => {
                let value = self.named(Some(tree), "fallback.value", Moment::After, names, path);
                value.map(|value| value.map(Give::Value))
            }
            Some(document::Give::Node(work)) => {
                let base = Names::new(&[]).inside(names);
                let path = format!("{path}.fallback");
                let (body, mut seen) = self.collect(|compiler| compiler.work(work, &base, &path));
                seen.iter_mut().for_each(|seen| seen.moment = Moment::After);
                self.seen.append(&mut seen);
                shared(body).map(|body| Some(Give::Body(body)))
            }
        };
        Some(Policed { cache_key: cache_key?, rate_key: rate_key?, fallback: fallback? })
    }

    fn compensation(
        &mut self,
        node: &document::Node,
        names: &Names<'_>,
        path: &str,
    ) -> Option<Option<Arc<super::Body>>> {
        let Some(undo) = &node.compensate else { return Some(None) };
        let base = Names::new(&[]).inside(names);
        let path = format!("{path}.compensate");
        let (body, mut seen) = self.collect(|compiler| compiler.single(undo, &base, &path));
        seen.iter_mut().for_each(|seen| seen.moment = Moment::Undo);
        self.seen.append(&mut seen);
        shared(body).map(Some)
    }
}

fn drop_default<T: PartialEq>(asked: &mut Option<T>, default: &Option<T>) {
    if asked == default {
        *asked = None;
    }
}

/// What a node is, in a word.
fn word(kind: &document::Kind) -> &str {
    match kind {
        document::Kind::Use(name)
        | document::Kind::Extension { point: name, .. }
        | document::Kind::Flow { name, .. } => &name.value,
        _ => "",
    }
}

fn effect(kind: &Kind, node: &document::Node, compiler: &Compiler<'_>) -> Effect {
    match kind {
        Kind::Use { .. } => compiler.effect_of(node),
        // Nobody knows before the run what answers there.
        Kind::Extension { .. } | Kind::Flow { .. } => Effect::Write,
        Kind::Foreach(each) => each.body.effect,
        Kind::Loop(rounds) => rounds.body.effect,
        Kind::Race(branches) => branches.iter().map(|(_, body)| body.effect).max().unwrap_or(Effect::Pure),
        Kind::Wait(_) => Effect::Read,
        Kind::Switch(_) | Kind::Respond(_) | Kind::Fail(_) => Effect::Pure,
    }
}

/// What may stand in `with`, for who wrote something else.
fn takes(entry: &sdk::ComponentEntry) -> String {
    let schema = Value::from((entry.schema)());
    match schema["properties"].as_object() {
        Some(settings) if !settings.is_empty() => {
            let names: Vec<&str> = settings.keys().map(String::as_str).collect();
            format!("`with` of `{}` knows: {}", entry.name, names.join(", "))
        }
        _ => format!("`{}` says in the designer what it takes", entry.name),
    }
}
