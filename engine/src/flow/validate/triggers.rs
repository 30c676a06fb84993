//! What starts flows: routes, schedules, topics.

use std::collections::HashMap;

use super::{checked::CheckedFlow, fit::holds_expression, set::Set};
use crate::flow::{
    diagnostic::Diagnostic,
    document::{Consume, Cron, HttpTrigger},
    tree::{Shape, Span, Tree},
};

/// First segments of paths that are the server's own.
const RESERVED: [&str; 7] = ["v1", "healthz", "readyz", "metrics", "openapi.json", "assets", "errors"];

pub(super) fn check(set: &mut Set<'_>, checked: &CheckedFlow) {
    let triggers = &checked.flow.triggers;
    if let Some(cron) = &triggers.cron {
        schedule(set, cron);
    }
    if let Some(consume) = &triggers.consume {
        topic(set, consume);
    }
}

fn schedule(set: &mut Set<'_>, cron: &Cron) {
    if cron.schedule.value.is_empty() {
        return;
    }
    let parser = croner::parser::CronParser::builder().seconds(croner::parser::Seconds::Optional).build();
    let why = match parser.parse(&cron.schedule.value) {
        Ok(schedule) => schedule
            .find_next_occurrence(&chrono::DateTime::UNIX_EPOCH, false)
            .is_err()
            .then(|| "no day is like that".to_owned()),
        Err(fault) => Some(reason(&fault.to_string())),
    };
    if let Some(why) = why {
        let message = format!("`{}` is no schedule: {why}", cron.schedule.value);
        let help = "write minute, hour, day, month, weekday, such as '0 2 * * *' for 02:00 each day";
        set.error("BAD_SCHEDULE", cron.schedule.span, message, help);
    }
    if let Some(zone) = &cron.timezone
        && zone.value.parse::<chrono_tz::Tz>().is_err()
    {
        let known = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
        set.unknown(
            "UNKNOWN_TIMEZONE",
            "time zone",
            zone,
            known,
            "write an IANA name, such as Asia/Shanghai",
        );
    }
    for identity in &cron.identities {
        if let (Some(scenario), None) = (&identity.scenario, &identity.biz_id) {
            let help = "add the `bizId` it belongs to";
            set.warn("UNREACHABLE", scenario.span, "a scenario is only tried with a bizId", help);
        }
    }
}

/// The last part of what the parser says, as a fragment.
fn reason(said: &str) -> String {
    let last = said.rsplit(": ").next().unwrap_or(said).trim_end_matches('.');
    let mut letters = last.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

fn topic(set: &mut Set<'_>, consume: &Consume) {
    if let Some(connection) = set.connection(&consume.connection)
        && connection.protocol.value == "http"
    {
        let message =
            format!("connection `{}` is of type http, which has no topics", consume.connection.value);
        let help = "name the connection of a broker";
        set.error("CONNECTION_TYPE", consume.connection.span, message, help);
    }
    if let Some(identity) = &consume.identity
        && identity.get("scenario").is_some()
        && identity.get("bizId").is_none()
    {
        set.warn("UNREACHABLE", identity.span, "a scenario is only tried with a bizId", "add the `bizId`");
    }
}

/// Routes of all flows together: two that match the same requests clash.
pub(super) fn routes(set: &mut Set<'_>) {
    let mut tables: HashMap<&str, matchit::Router<Span>> = HashMap::new();
    let base = set.checked.flows.iter().filter(|checked| checked.level == 3);
    for http in base.filter_map(|checked| checked.flow.triggers.http.as_ref()) {
        if http.path.value.is_empty() || !is_well_formed(set, http) {
            continue;
        }
        let table = tables.entry(http.method.value.as_str()).or_default();
        match table.insert(http.path.value.as_str(), http.path.span) {
            Ok(()) => {}
            Err(matchit::InsertError::Conflict { with }) => {
                let first = table.at(&http.path.value).ok().map(|found| *found.value);
                let message =
                    format!("{} {} takes the same requests as {with}", http.method.value, http.path.value);
                let fault = Diagnostic::error(
                    "ROUTE_CONFLICT",
                    http.path.span,
                    message,
                    "give one of them another path",
                );
                set.faults.push(match first {
                    Some(first) => fault.see(first, "the other"),
                    None => fault,
                });
            }
            Err(fault) => {
                let message = format!("`{}` is no path: {fault}", http.path.value);
                let help = "a parameter is a whole segment in braces: /orders/{id}/cancel";
                set.error("BAD_PATH", http.path.span, message, help);
            }
        }
    }
}

fn is_well_formed(set: &mut Set<'_>, http: &HttpTrigger) -> bool {
    let path = &http.path.value;
    let mut names: Vec<&str> = path.split('/').filter(|part| part.starts_with('{')).collect();
    names.sort_unstable();
    let fault = if !path.starts_with('/') {
        Some("it must begin with a slash")
    } else if path.contains(['?', '#', ' ']) || path.contains("//") {
        Some("it may hold no query, fragment, space or empty segment")
    } else if path.contains("{*") {
        Some("a catch-all is not allowed")
    } else if path.contains("/:") {
        Some("a parameter stands in braces, as in `{id}`")
    } else if names.windows(2).any(|pair| pair[0] == pair[1]) {
        Some("it has two parameters of one name")
    } else {
        None
    };
    if let Some(why) = fault {
        let help = "write a path such as /orders/{id}/cancel";
        set.error("BAD_PATH", http.path.span, format!("`{path}` is no path: {why}"), help);
        return false;
    }
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    if RESERVED.contains(&first) || path == "/" {
        let message = format!("`{path}` belongs to the server itself");
        set.error("ROUTE_CONFLICT", http.path.span, message, "begin the path with another word");
        return false;
    }
    parameters(set, http);
    if http.method.value == "GET" && http.idempotency_key.as_ref().is_some_and(holds_expression) {
        let help = "take it away, or use POST";
        set.warn("KEY_ON_GET", http.span, "a GET is repeated freely; a key keeps its answer for ever", help);
    }
    true
}

/// What a trigger reads of `request.params` must be in its path.
fn parameters(set: &mut Set<'_>, http: &HttpTrigger) {
    let path = &http.path.value;
    let is_known = |name: &str| {
        path.split('/')
            .any(|part| part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) == Some(name))
    };
    for tree in [&http.input, &http.idempotency_key].into_iter().flatten() {
        for (span, name) in read_parameters(tree) {
            if !is_known(name) {
                let message = format!("`{path}` has no parameter `{name}`");
                let help = format!("write `{{{name}}}` into the path, or read one that it has");
                set.error("EXPR_UNKNOWN_NAME", span, message, help);
            }
        }
    }
}

/// The names after `request.params.` in the texts of a value.
fn read_parameters(tree: &Tree) -> Vec<(Span, &str)> {
    match &tree.shape {
        Shape::Text(text) => text
            .match_indices("request.params.")
            .map(|(at, before)| {
                let rest = &text[at + before.len()..];
                let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
                (tree.span, &rest[..end])
            })
            .filter(|(_, name)| !name.is_empty())
            .collect(),
        Shape::List(items) => items.iter().flat_map(read_parameters).collect(),
        _ => tree.entries().iter().flat_map(|entry| read_parameters(&entry.value)).collect(),
    }
}
