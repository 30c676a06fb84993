//! A flow as boxes and lines: what all three formats are drawn from.

use engine::flow::plan::{Body, Kind, Node, Plan};
use serde_json::{Value, json};

/// A box.
pub(super) struct Station {
    pub(super) id: String,
    pub(super) kind: &'static str,
    /// The component, point or flow it names.
    pub(super) uses: String,
    /// A `when` may leave it out.
    pub(super) is_optional: bool,
    /// It can be undone.
    pub(super) is_undoable: bool,
    /// How far from the start, in nodes.
    pub(super) rank: usize,
}

/// A line between two boxes, by index.
pub(super) struct Line {
    pub(super) from: usize,
    pub(super) to: usize,
    /// Made by a data reference: it waits, but carries no skip.
    pub(super) is_order_only: bool,
    /// The number of the switch case that leads here, from 1; 0 is the default.
    pub(super) case: Option<usize>,
}

/// The whole picture.
pub(super) struct Picture {
    pub(super) title: String,
    pub(super) stations: Vec<Station>,
    pub(super) lines: Vec<Line>,
}

impl Picture {
    /// The nodes of a plan's own body; what loops and races hold stays folded.
    pub(super) fn of(plan: &Plan) -> Self {
        let body = &*plan.body;
        let ranks = ranks(body);
        let stations = body.nodes.iter().zip(ranks).map(|(node, rank)| station(node, rank)).collect();
        let mut lines = Vec::new();
        for (to, node) in body.nodes.iter().enumerate() {
            for edge in &node.needs {
                let from = usize::from(edge.from);
                lines.push(Line {
                    from,
                    to,
                    is_order_only: edge.is_order_only,
                    case: case(&body.nodes[from], to),
                });
            }
        }
        for (from, node) in body.nodes.iter().enumerate() {
            for next in &node.next {
                let to = usize::from(next.to);
                if !lines.iter().any(|line| line.from == from && line.to == to) {
                    lines.push(Line { from, to, is_order_only: next.is_order_only, case: case(node, to) });
                }
            }
        }
        Self { title: format!("{} (level {})", plan.flow, plan.level), stations, lines }
    }

    /// For programs that draw themselves.
    pub(super) fn to_json(&self) -> Value {
        let id = |at: usize| &*self.stations[at].id;
        let nodes = self.stations.iter().map(|station| {
            json!({
                "id": station.id, "kind": station.kind, "use": station.uses, "isOptional": station.is_optional,
                "isUndoable": station.is_undoable, "rank": station.rank,
            })
        });
        let edges = self.lines.iter().map(|line| {
            let (from, to) = (id(line.from), id(line.to));
            json!({"from": from, "to": to, "isOrderOnly": line.is_order_only, "case": line.case})
        });
        json!({"title": self.title, "nodes": nodes.collect::<Value>(), "edges": edges.collect::<Value>()})
    }
}

fn station(node: &Node, rank: usize) -> Station {
    let (kind, uses) = match &node.kind {
        Kind::Use { name, .. } => ("use", (*name).to_owned()),
        Kind::Extension { point, .. } => ("extension", point.to_string()),
        Kind::Flow { name, .. } => ("flow", name.to_string()),
        Kind::Switch(_) => ("switch", String::new()),
        Kind::Foreach(_) => ("foreach", String::new()),
        Kind::Loop(_) => ("loop", String::new()),
        Kind::Race(_) => ("race", String::new()),
        Kind::Wait(_) => ("wait", String::new()),
        Kind::Respond(_) => ("respond", String::new()),
        Kind::Fail(fail) => ("fail", fail.code.to_string()),
    };
    Station {
        id: node.id.to_string(),
        kind,
        uses,
        is_optional: node.when.is_some(),
        is_undoable: node.compensate.is_some(),
        rank,
    }
}

/// The longest way from a start. Slots are in topological order, so one pass is enough.
fn ranks(body: &Body) -> Vec<usize> {
    let mut ranks = vec![0; body.nodes.len()];
    for (slot, node) in body.nodes.iter().enumerate() {
        let after = node.needs.iter().map(|edge| ranks[usize::from(edge.from)] + 1).max().unwrap_or(0);
        ranks[slot] = ranks[slot].max(after);
        for next in &node.next {
            let to = usize::from(next.to);
            ranks[to] = ranks[to].max(ranks[slot] + 1);
        }
    }
    ranks
}

fn case(node: &Node, to: usize) -> Option<usize> {
    let Kind::Switch(switch) = &node.kind else { return None };
    let leads = |targets: &[u16]| targets.iter().any(|&target| usize::from(target) == to);
    switch
        .cases
        .iter()
        .position(|(_, targets)| leads(targets))
        .map(|at| if switch.cases[at].0.is_some() { at + 1 } else { 0 })
}
