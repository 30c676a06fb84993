//! Cases of `tests:` and of cases files: DESIGN §4.7.

use super::{names, pairs, text, title, whole};
use crate::flow::{
    document::{Case, Expectation},
    tree::{Shape, Tree},
};

/// Reads a list of cases.
pub(in crate::flow::parse) fn cases(tree: &Tree) -> Vec<Case> {
    match &tree.shape {
        Shape::List(items) => items.iter().map(case).collect(),
        _ => Vec::new(),
    }
}

pub(super) fn case(tree: &Tree) -> Case {
    let identity = |key| tree.get("identity").and_then(|identity| text(identity.get(key)));
    let title = title(tree.get("name"));
    Case {
        name: title.as_ref().map(|title| title.en.clone()),
        title,
        input: tree.get("input").cloned().unwrap_or(Tree { span: tree.span, shape: Shape::Null }),
        biz_id: identity("bizId"),
        scenario: identity("scenario"),
        mocks: pairs(tree.get("mocks")),
        expect: tree.get("expect").map(expectation).unwrap_or_default(),
        expected: tree.get("expect").cloned(),
        span: tree.span,
    }
}

fn expectation(tree: &Tree) -> Expectation {
    let http = |key| tree.get("http").and_then(|http| http.get(key));
    Expectation {
        output: tree.get("output").cloned(),
        status: text(tree.get("status")),
        error: text(tree.get("error")),
        http_status: whole(http("status")),
        http_headers: http("headers").cloned(),
        ran: tree.get("ran").map(names),
        skipped: tree.get("skipped").map(names),
        compensated: tree.get("compensated").map(names),
        level: whole(tree.get("level")),
        attempts: pairs(tree.get("attempts"))
            .into_iter()
            .filter_map(|(node, tree)| Some((node, whole(Some(&tree))?)))
            .collect(),
    }
}
