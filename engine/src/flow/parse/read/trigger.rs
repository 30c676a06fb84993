//! `triggers`: DESIGN §7.

use super::{name, plain, template, text, word};
use crate::flow::{
    document::{CatchUp, Consume, Cron, CronIdentity, HttpMode, HttpTrigger, Overlap, Triggers},
    tree::{Shape, Tree},
};

pub(super) fn triggers(tree: &Tree) -> Triggers {
    Triggers {
        http: tree.get("http").map(http),
        cron: tree.get("cron").map(cron),
        consume: tree.get("consume").map(consume),
    }
}

fn http(tree: &Tree) -> HttpTrigger {
    HttpTrigger {
        method: name(tree, "method"),
        path: name(tree, "path"),
        mode: word(tree.get("mode"), &[("sync", HttpMode::Sync), ("async", HttpMode::Async)]),
        idempotency_key: template(tree.get("idempotencyKey")),
        input: template(tree.get("input")),
        span: tree.span,
    }
}

fn cron(tree: &Tree) -> Cron {
    let identities = match tree.get("identities").map(|tree| &tree.shape) {
        Some(Shape::List(items)) => items.as_slice(),
        _ => &[],
    };
    Cron {
        schedule: name(tree, "schedule"),
        timezone: text(tree.get("timezone")),
        overlap: word(
            tree.get("overlap"),
            &[("skip", Overlap::Skip), ("allow", Overlap::Allow), ("queue", Overlap::Queue)],
        ),
        catch_up: word(
            tree.get("catchUp"),
            &[("none", CatchUp::None), ("last", CatchUp::Last), ("all", CatchUp::All)],
        ),
        identities: identities
            .iter()
            .map(|tree| CronIdentity {
                biz_id: text(tree.get("bizId")),
                scenario: text(tree.get("scenario")),
            })
            .collect(),
        input: template(tree.get("input")),
    }
}

fn consume(tree: &Tree) -> Consume {
    Consume {
        connection: name(tree, "connection"),
        topic: plain(tree.get("topic")).unwrap_or_default(),
        group: plain(tree.get("group")),
        key: template(tree.get("key")),
        dedupe: template(tree.get("dedupe")),
        identity: template(tree.get("identity")),
        input: template(tree.get("input")),
        dead_letter: plain(tree.get("deadLetter")),
    }
}
