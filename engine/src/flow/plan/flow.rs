//! Stage 4 of 8: a whole flow, from its document to its plan. Everything found wrong is reported at once.

use std::{sync::Arc, time::Duration};

use sdk::{Class, Value};

use super::{
    body::shared,
    compiler::{At, Compiler, Moment, Workshop},
    missing::Removed,
    model::{Body, ConsumePlan, CronPlan, Envelope, ErrorRule, HttpPlan, Output, Plan},
};
use crate::flow::{
    diagnostic::Diagnostic,
    document,
    expr::{Names, Root, Template},
    schema::Contract,
    tree::{Entry, Span, Tree},
    validate::CheckedFlow,
};

/// How long a run may take that is not durable and says nothing.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Plans a flow. Beside a plan the diagnostics are warnings; without one they hold an error.
#[must_use]
pub fn plan(checked: &CheckedFlow, workshop: &Workshop<'_>) -> (Option<Plan>, Vec<Diagnostic>) {
    let header = &checked.flow.header;
    let label = format!("{}@{}", header.name.value, header.version);
    let mut compiler = Compiler::new(workshop, label, checked.flow.defaults.clone());
    let plan = compiler.flow(checked);
    compiler.finish(plan)
}

impl Compiler<'_> {
    fn flow(&mut self, checked: &CheckedFlow) -> Option<Plan> {
        use Root::{Config, Identity, Input, Request, Run, Trigger, Vars};
        let flow = &checked.flow;
        let removed = Removed::of(checked);
        let input = self.contract(flow.input.as_ref(), "input");
        let vars = self.vars(flow.vars.as_ref());
        let roots = [Input, Vars, Config, Identity, Run, Trigger, Request];
        let base = self.workshop.names(&roots);
        let body = self.body(&flow.body, &base, &removed, "");
        let ids: Vec<String> = match &body {
            Some(body) => {
                let ids = body.nodes.iter().map(|node| node.id.as_ref().to_owned());
                ids.chain(removed.iter().map(|removed| removed.id.clone())).collect()
            }
            None => flow.body.nodes.iter().map(|node| node.id.value.clone()).collect(),
        };
        let names = base.nodes(ids);
        // The body has reported what is wrong with the output; only here is it known to be an envelope.
        let reported = self.diagnostics.len();
        let output = self.output(flow.body.output.as_ref(), &names);
        self.diagnostics.truncate(reported);
        let errors = self.errors(&flow.errors, &names.clone().locals(["error"]));
        let finally = match &flow.finally {
            Some(finally) => {
                shared(self.body(finally, &Names::new(&[]).inside(&names), &[], "finally")).map(Some)
            }
            None => Some(None),
        };
        let http = self.http(flow.triggers.http.as_ref());
        let cron = self.cron(flow.triggers.cron.as_ref());
        let consume = self.consume(flow.triggers.consume.as_ref());
        let body = Body { output: None, ..body? };
        let origins = body.nodes.iter().map(|node| checked.origins.get(&*node.id).cloned()).collect();
        let is_durable = flow.is_durable.value;
        let timeout = flow.timeout.map(sdk::Duration::get).or((!is_durable).then_some(TIMEOUT));
        Some(Plan {
            hash: flow.header.hash.as_str().into(),
            flow: flow.header.name.value.as_str().into(),
            version: flow.header.version,
            use_case: checked.place.use_case.clone(),
            level: checked.level,
            variants: checked.variants.clone(),
            is_durable,
            timeout,
            retention: flow.retention.map(sdk::Duration::get),
            input: input?,
            vars: vars?,
            body: Arc::new(body),
            output: output?,
            errors: errors?,
            compensation: flow.compensation.clone(),
            finally: finally?,
            http: http?,
            cron: cron?,
            consume: consume?,
            settings: std::mem::take(&mut self.settings),
            origins,
        })
    }

    /// A schema that may be absent: `Some(None)` when it is, `None` when it does not compile.
    pub(super) fn contract(&mut self, schema: Option<&Tree>, path: &str) -> Option<Option<Contract>> {
        let Some(tree) = schema else { return Some(None) };
        match Contract::compile(&tree.to_json()) {
            Ok(contract) => Some(Some(contract)),
            Err(fault) => {
                let help = "write JSON Schema 2020-12; references outside the document are refused";
                let span = tree.span_at(&fault.pointer);
                let at = format!("{path}{}", fault.pointer.replace('/', "."));
                self.diagnostics.push(Diagnostic::error("SCHEMA_INVALID", span, fault.message, help).at(at));
                None
            }
        }
    }

    /// Each var sees those before it.
    fn vars(&mut self, vars: Option<&Tree>) -> Option<Vec<(Arc<str>, Template)>> {
        use Root::{Config, Identity, Input, Request, Run, Trigger, Vars};
        let names = self.workshop.names(&[Input, Vars, Config, Identity, Run, Trigger, Request]);
        let mut compiled = Vec::new();
        for Entry { key, value } in vars.map(Tree::entries).unwrap_or_default() {
            let path = format!("vars.{}", key.value);
            let template = self.template(value, At::new(&names, &path));
            compiled.push(template.map(|template| (Arc::from(key.value.as_str()), template)));
            self.vars.push(key.value.clone());
        }
        compiled.into_iter().collect()
    }

    /// `{value, status, headers}` is an envelope only when `value` is there and no other key is.
    fn output(&mut self, output: Option<&Tree>, names: &Names<'_>) -> Option<Output> {
        let Some(tree) = output else { return Some(Output::Last) };
        let keys = tree.entries();
        let is_envelope = tree.get("value").is_some()
            && keys.iter().all(|entry| matches!(entry.key.value.as_str(), "value" | "status" | "headers"));
        let at = At::new(names, "output").when(Moment::After);
        if !is_envelope {
            return self.template(tree, at).map(Output::Value);
        }
        let mut part = |key: &str| {
            let path = format!("output.{key}");
            self.optional(tree.get(key), At::new(names, &path).when(Moment::After))
        };
        let (value, status, headers) = (part("value"), part("status"), part("headers"));
        Some(Output::Envelope(Box::new(Envelope { value: value??, status: status?, headers: headers? })))
    }

    fn errors(&mut self, rules: &[document::ErrorRule], names: &Names<'_>) -> Option<Vec<ErrorRule>> {
        let mut compiled = Vec::with_capacity(rules.len());
        for (index, rule) in rules.iter().enumerate() {
            let path = format!("errors.{index}.match.when");
            let when = self.condition(rule.when.as_ref(), At::new(names, &path).when(Moment::After));
            let path = format!("errors.{index}.message");
            let message = self.optional(rule.message.as_ref(), At::new(names, &path).when(Moment::After));
            let class = match &rule.class {
                Some(word) => self.class(&word.value, word.span, index).map(Some),
                None => Some(None),
            };
            let text = |text: &String| Arc::from(text.as_str());
            compiled.push(match (when, message, class) {
                (Some(when), Some(message), Some(class)) => Some(ErrorRule {
                    node: rule.node.as_ref().map(|node| text(&node.value)),
                    class,
                    match_code: rule.match_code.as_ref().map(|code| text(&code.value)),
                    when,
                    status: rule.status,
                    code: rule.code.as_ref().map(text),
                    message,
                }),
                _ => None,
            });
        }
        compiled.into_iter().collect()
    }

    fn class(&mut self, word: &str, span: Span, index: usize) -> Option<Class> {
        sdk::serde_json::from_value(Value::from(word))
            .map_err(|_| {
                let message = format!("`{word}` is no class of error");
                let help = "one of validation, business, not_found, conflict, timeout, unavailable, \
                            rate_limited, cancelled, internal";
                let at = format!("errors.{index}.match.class");
                self.diagnostics.push(Diagnostic::error("UNKNOWN_CLASS", span, message, help).at(at));
            })
            .ok()
    }

    fn http(&mut self, http: Option<&document::HttpTrigger>) -> Option<Option<HttpPlan>> {
        let Some(http) = http else { return Some(None) };
        let names = self.workshop.names(&[Root::Request, Root::Identity, Root::Claims]);
        let key =
            self.optional(http.idempotency_key.as_ref(), At::new(&names, "triggers.http.idempotencyKey"));
        let input = self.optional(http.input.as_ref(), At::new(&names, "triggers.http.input"));
        Some(Some(HttpPlan {
            method: http.method.value.as_str().into(),
            path: http.path.value.as_str().into(),
            mode: http.mode,
            idempotency_key: key?,
            input: input?,
        }))
    }

    fn cron(&mut self, cron: Option<&document::Cron>) -> Option<Option<CronPlan>> {
        let Some(cron) = cron else { return Some(None) };
        let names = self.workshop.names(&[Root::Trigger, Root::Identity]);
        let input = self.optional(cron.input.as_ref(), At::new(&names, "triggers.cron.input"));
        Some(Some(CronPlan { asked: cron.clone(), input: input? }))
    }

    fn consume(&mut self, consume: Option<&document::Consume>) -> Option<Option<ConsumePlan>> {
        let Some(consume) = consume else { return Some(None) };
        let names = self.workshop.names(&[Root::Message]);
        let mut part = |tree: Option<&Tree>, key: &str| {
            let path = format!("triggers.consume.{key}");
            self.optional(tree, At::new(&names, &path))
        };
        let key = part(consume.key.as_ref(), "key");
        let dedupe = part(consume.dedupe.as_ref(), "dedupe");
        let identity = part(consume.identity.as_ref(), "identity");
        let input = part(consume.input.as_ref(), "input");
        Some(Some(ConsumePlan {
            asked: consume.clone(),
            key: key?,
            dedupe: dedupe?,
            identity: identity?,
            input: input?,
        }))
    }
}
