//! The line map as one SVG: nodes are stations on continuous lines, left to right.

use super::picture::{Picture, Station};

const WIDTH: usize = 184;
const HEIGHT: usize = 48;
const GAP_X: usize = 56;
const GAP_Y: usize = 24;
const MARGIN: usize = 24;

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Places of the boxes: columns by rank, rows in slot order within a column, centred.
fn places(stations: &[Station]) -> (Vec<(usize, usize)>, usize, usize) {
    let columns = stations.iter().map(|station| station.rank + 1).max().unwrap_or(1);
    let in_column = |rank: usize| stations.iter().filter(move |station| station.rank == rank).count();
    let rows = (0..columns).map(in_column).max().unwrap_or(1);
    let mut used = vec![0; columns];
    let places = stations
        .iter()
        .map(|station| {
            let row = used[station.rank];
            used[station.rank] += 1;
            let offset = (rows - in_column(station.rank)) * (HEIGHT + GAP_Y) / 2;
            (MARGIN + station.rank * (WIDTH + GAP_X), 2 * MARGIN + offset + row * (HEIGHT + GAP_Y))
        })
        .collect();
    (places, 2 * MARGIN + columns * (WIDTH + GAP_X) - GAP_X, 3 * MARGIN + rows * (HEIGHT + GAP_Y) - GAP_Y)
}

/// The ink of a kind.
fn ink(kind: &str) -> &'static str {
    match kind {
        "extension" => "#0A6466",
        "switch" => "#8A5A00",
        "flow" => "#1D5FBF",
        "fail" => "#B3301C",
        "wait" | "race" | "loop" | "foreach" => "#7A3B8F",
        _ => "#48544F",
    }
}

pub(super) fn svg(picture: &Picture) -> String {
    let (places, width, height) = places(&picture.stations);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"IBM Plex Sans, Noto Sans CJK SC, sans-serif\" font-size=\"13\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#F4F5F2\"/>\n\
         <text x=\"{MARGIN}\" y=\"{MARGIN}\" fill=\"#16201F\" font-weight=\"600\">{}</text>\n",
        escape(&picture.title)
    );
    for line in &picture.lines {
        let ((from_x, from_y), (to_x, to_y)) = (places[line.from], places[line.to]);
        let (x1, y1, x2, y2) = (from_x + WIDTH, from_y + HEIGHT / 2, to_x, to_y + HEIGHT / 2);
        let middle = x2.saturating_sub(GAP_X / 2);
        let dash = if line.is_order_only { " stroke-dasharray=\"2 4\"" } else { "" };
        text.push_str(&format!(
            "<path d=\"M{x1} {y1} H{middle} V{y2} H{x2}\" fill=\"none\" stroke=\"#5C6762\" stroke-width=\"1.5\" stroke-linejoin=\"round\"{dash}/>\n"
        ));
    }
    for (station, (x, y)) in picture.stations.iter().zip(places) {
        text.push_str(&station_svg(station, x, y));
    }
    text.push_str("</svg>\n");
    text
}

fn station_svg(station: &Station, x: usize, y: usize) -> String {
    let dash = if station.is_optional { " stroke-dasharray=\"4 3\"" } else { "" };
    let undo = if station.is_undoable { " ↩" } else { "" };
    let what = if station.uses.is_empty() {
        station.kind.to_owned()
    } else {
        format!("{} · {}", station.kind, station.uses)
    };
    let (text_x, first, second) = (x + 14, y + 20, y + 37);
    format!(
        "<rect x=\"{x}\" y=\"{y}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#FFFFFF\" stroke=\"#79847E\"{dash}/>\
         <rect x=\"{x}\" y=\"{y}\" width=\"4\" height=\"{HEIGHT}\" fill=\"{}\"/>\
         <text x=\"{text_x}\" y=\"{first}\" fill=\"#16201F\" font-weight=\"600\">{}{undo}</text>\
         <text x=\"{text_x}\" y=\"{second}\" fill=\"#48544F\" font-size=\"11\" font-family=\"IBM Plex Mono, monospace\">{}</text>\n",
        ink(station.kind),
        escape(&station.id),
        escape(&what)
    )
}
