//! Mermaid and Graphviz.

use super::picture::{Line, Picture, Station};

fn label(station: &Station, new_line: &str) -> String {
    let what = if station.uses.is_empty() {
        station.kind.to_owned()
    } else {
        format!("{} {}", station.kind, station.uses)
    };
    format!("{}{new_line}{what}", station.id)
}

fn case(line: &Line) -> Option<String> {
    line.case.map(|number| if number == 0 { "default".to_owned() } else { format!("case {number}") })
}

pub(super) fn mermaid(picture: &Picture) -> String {
    let mut text = String::from("flowchart LR\n");
    for station in &picture.stations {
        let label = label(station, "<br/>").replace('"', "#quot;");
        let (open, close) = match station.kind {
            "switch" => ("{", "}"),
            "extension" => ("{{", "}}"),
            "flow" => ("[[", "]]"),
            "fail" | "respond" => ("([", "])"),
            _ => ("[", "]"),
        };
        text.push_str(&format!("  {}{open}\"{label}\"{close}\n", station.id));
    }
    for line in &picture.lines {
        let (from, to) = (&picture.stations[line.from].id, &picture.stations[line.to].id);
        let arrow = match (case(line), line.is_order_only) {
            (Some(case), _) => format!("-->|{case}|"),
            (None, true) => "-.->".to_owned(),
            (None, false) => "-->".to_owned(),
        };
        text.push_str(&format!("  {from} {arrow} {to}\n"));
    }
    text
}

pub(super) fn dot(picture: &Picture) -> String {
    let mut text = format!(
        "digraph {:?} {{\n  rankdir=LR;\n  node [shape=box, fontname=\"IBM Plex Sans\"];\n",
        picture.title
    );
    for station in &picture.stations {
        let style = if station.is_optional { ", style=dashed" } else { "" };
        text.push_str(&format!("  {:?} [label={:?}{style}];\n", station.id, label(station, "\n")));
    }
    for line in &picture.lines {
        let (from, to) = (&picture.stations[line.from].id, &picture.stations[line.to].id);
        let mut marks = Vec::new();
        if line.is_order_only {
            marks.push("style=dotted".to_owned());
        }
        marks.extend(case(line).map(|case| format!("label={case:?}")));
        text.push_str(&format!("  {from:?} -> {to:?} [{}];\n", marks.join(", ")));
    }
    text.push_str("}\n");
    text
}
