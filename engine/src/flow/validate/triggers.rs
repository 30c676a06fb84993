//! What starts flows: routes, schedules, topics.

use std::collections::HashMap;

use super::{checked::CheckedFlow, fit::holds_expression, set::Set};
use crate::flow::{
    diagnostic::Diagnostic,
    document::{Consume, Cron, HttpTrigger},
    tree::Span,
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
    if let Err(fault) = parser.parse(&cron.schedule.value) {
        let message = format!("`{}` is no schedule: {fault}", cron.schedule.value);
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
    let fault = if !path.starts_with('/') {
        Some("it must begin with a slash")
    } else if path.contains(['?', '#', ' ']) || path.contains("//") {
        Some("it may hold no query, fragment, space or empty segment")
    } else if path.contains("{*") {
        Some("a catch-all is not allowed")
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
    if http.method.value == "GET" && http.idempotency_key.as_ref().is_some_and(holds_expression) {
        let help = "take it away, or use POST";
        set.warn("KEY_ON_GET", http.span, "a GET is repeated freely; a key keeps its answer for ever", help);
    }
    true
}
