//! Stage 5 of 8: identify. Who is served, from what the caller says and who the caller is: headers that are
//! believed, else the first rule that holds, else the default. Whether headers are believed is decided
//! before; nothing after this reads them again.

use std::{borrow::Cow, sync::Arc};

use chrono::{DateTime, Utc};
use sdk::{BizId, Identity, NameRefused, Scenario, UseCase, Value};
use uuid::Uuid;

use crate::flow::{
    expr::{Root, Scope, Template},
    plan::{RulePlan, RulesPlan},
};

/// What an identity is derived from.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'c> {
    /// `X-Biz-Id`, when the caller is allowed to act for that business.
    pub biz_id: Option<&'c str>,
    /// `X-Biz-Scenario`, likewise.
    pub scenario: Option<&'c str>,
    /// `request`: method, path, host, headers, query, params, body.
    pub request: &'c Value,
    /// `claims` of the caller's token; an empty object when there are none.
    pub claims: &'c Value,
    /// The time of the request.
    pub now: DateTime<Utc>,
}

/// What decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// The caller's headers.
    Headers,
    /// A rule: the document and its place in it, from 0.
    Rule(Arc<str>, usize),
    /// Nothing: the default.
    Default,
}

/// Who is served, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identified {
    /// Who.
    pub identity: Identity,
    /// Why.
    pub by: By,
    /// Rules that could not be evaluated on this request, and therefore did not hold: document, place, cause.
    pub failed: Vec<(Arc<str>, usize, String)>,
}

/// Why nobody can be served.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentifyError {
    /// A header is not a name. 400.
    #[error("{header}: {cause}")]
    HeaderInvalid {
        /// The header.
        header: &'static str,
        /// Why it is refused.
        cause: NameRefused,
    },
    /// A rule gave something that is not a name. 400, as rules work on what the caller sent.
    #[error("rule {index} of `{document}` gave no {what}: {cause}")]
    RuleInvalid {
        /// The document.
        document: Arc<str>,
        /// The rule's place, from 0.
        index: usize,
        /// `bizId` or `scenario`.
        what: &'static str,
        /// What it gave instead.
        cause: String,
    },
}

impl IdentifyError {
    /// The code callers see.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        "IDENTITY_INVALID"
    }
}

/// Derives the identity of a call of `use_case`.
///
/// # Errors
/// `IDENTITY_INVALID` when a header or the answer of a rule is no name.
pub fn identify<'r>(
    use_case: &UseCase,
    caller: &Caller<'_>,
    rules: impl IntoIterator<Item = &'r Arc<RulesPlan>>,
) -> Result<Identified, IdentifyError> {
    let mut identified =
        Identified { identity: Identity::of(use_case.clone()), by: By::Default, failed: Vec::new() };
    if caller.biz_id.is_some() || caller.scenario.is_some() {
        let header = |header| move |cause| IdentifyError::HeaderInvalid { header, cause };
        identified.identity.biz_id = caller.biz_id.map(BizId::new).transpose().map_err(header("X-Biz-Id"))?;
        identified.identity.scenario =
            caller.scenario.map(Scenario::new).transpose().map_err(header("X-Biz-Scenario"))?;
        identified.by = By::Headers;
        return Ok(identified);
    }
    for document in rules {
        for (index, rule) in document.rules.iter().enumerate() {
            match rule.when.test(caller) {
                Ok(false) => {}
                Ok(true) => {
                    identified.by = By::Rule(Arc::clone(&document.name), index);
                    return answer(rule, caller, identified);
                }
                // A rule over a body says nothing about a request without one.
                Err(fault) => identified.failed.push((Arc::clone(&document.name), index, fault.to_string())),
            }
        }
    }
    Ok(identified)
}

fn answer(
    rule: &RulePlan,
    caller: &Caller<'_>,
    mut identified: Identified,
) -> Result<Identified, IdentifyError> {
    let refuse = |what: &'static str, cause: String| match &identified.by {
        By::Rule(document, index) => {
            IdentifyError::RuleInvalid { document: Arc::clone(document), index: *index, what, cause }
        }
        By::Headers | By::Default => {
            IdentifyError::RuleInvalid { document: "".into(), index: 0, what, cause }
        }
    };
    let biz_id = name(rule.biz_id.as_ref(), caller).map_err(|cause| refuse("bizId", cause))?;
    let scenario = name(rule.scenario.as_ref(), caller).map_err(|cause| refuse("scenario", cause))?;
    let biz_id = biz_id.as_deref().map(BizId::new).transpose();
    let biz_id = biz_id.map_err(|cause| refuse("bizId", cause.to_string()))?;
    let scenario = scenario.as_deref().map(Scenario::new).transpose();
    let scenario = scenario.map_err(|cause| refuse("scenario", cause.to_string()))?;
    identified.identity.biz_id = biz_id;
    identified.identity.scenario = scenario;
    Ok(identified)
}

/// The text a template gives; null means the default.
fn name(template: Option<&Template>, caller: &Caller<'_>) -> Result<Option<String>, String> {
    let Some(template) = template else { return Ok(None) };
    match &*template.evaluate(caller).map_err(|fault| fault.to_string())? {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        other => Err(format!("a text or null is needed, not {other}")),
    }
}

impl Scope for Caller<'_> {
    fn get(&self, root: Root) -> Option<Cow<'_, Value>> {
        match root {
            Root::Request => Some(Cow::Borrowed(self.request)),
            Root::Claims => Some(Cow::Borrowed(self.claims)),
            _ => None,
        }
    }

    fn now(&self) -> DateTime<Utc> {
        self.now
    }

    // An identity must not change from call to call, so rules get no random ids.
    fn uuid(&self) -> Uuid {
        Uuid::nil()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use sdk::{Registry, UseCase, Value, serde_json::json};

    use super::{By, Caller, identify};
    use crate::flow::{
        document::Document,
        load::Source,
        parse::parse,
        plan::{RulesPlan, Workshop, plan_rules},
        policy::States,
    };

    fn rules() -> Arc<RulesPlan> {
        let text = include_str!("../testdata/flows-reference.yaml");
        let (parsed, _) = parse(&[Source::new(0, "f.yaml", text)]);
        let rules = parsed.iter().find_map(|parsed| match &parsed.document {
            Document::Identity(rules) => Some(rules),
            _ => None,
        });
        let registry = Registry::default();
        let (plan, found) = plan_rules(rules.unwrap(), &Workshop::new(&registry, States::default()));
        assert_eq!(found, []);
        Arc::new(plan.unwrap())
    }

    fn check(headers: (Option<&str>, Option<&str>), request: &Value, claims: &Value, expected: &str) {
        let caller = Caller {
            biz_id: headers.0,
            scenario: headers.1,
            request,
            claims,
            now: chrono::DateTime::UNIX_EPOCH,
        };
        let use_case = UseCase::new("buy").unwrap();
        let told = match identify(&use_case, &caller, [&rules()]) {
            Ok(found) => {
                let by = match &found.by {
                    By::Headers => "headers".to_owned(),
                    By::Rule(_, index) => format!("rule {index}"),
                    By::Default => "default".to_owned(),
                };
                format!("{} by {by}", found.identity)
            }
            Err(fault) => format!("{}: {fault}", fault.code()),
        };
        assert_eq!(told, expected);
    }

    fn request(body: &Value) -> Value {
        json!({"method": "POST", "path": "/orders", "host": "shop.example", "headers": {}, "query": {}, "body": body})
    }

    #[test]
    fn believed_headers_come_before_any_rule() {
        let hotel = request(&json!({"goods": {"type": "hotel"}}));
        check((Some("used-car"), None), &hotel, &json!({}), "(buy, used-car, default) by headers");
        check((None, None), &hotel, &json!({}), "(buy, travel, hotel) by rule 0");
    }

    #[test]
    fn the_first_rule_that_holds_wins_and_null_is_the_default() {
        let car = json!({"goods": {"type": "vehicle", "condition": "used"}, "scene": {"channel": "web"}});
        check((None, None), &request(&car), &json!({}), "(buy, used-car, default) by rule 1");
        let dealer = json!({"role": "dealer", "line": "new-car"});
        check((None, None), &request(&json!({})), &dealer, "(buy, new-car, default) by rule 2");
        check((None, None), &request(&json!({})), &json!({}), "(buy, default, default) by default");
    }

    #[test]
    fn a_rule_that_cannot_be_evaluated_does_not_hold() {
        check((None, None), &request(&Value::Null), &json!({}), "(buy, default, default) by default");
    }

    #[test]
    fn what_is_no_name_is_refused() {
        let empty = request(&json!({}));
        check(
            (Some("a b"), None),
            &empty,
            &json!({}),
            "IDENTITY_INVALID: X-Biz-Id: \"a b\" cannot be a biz id: only letters, digits, `-`, `_`, `.` and `:` are allowed",
        );
        check(
            (None, None),
            &empty,
            &json!({"role": "dealer", "line": 7}),
            "IDENTITY_INVALID: rule 2 of `storefront` gave no bizId: a text or null is needed, not 7",
        );
    }
}
