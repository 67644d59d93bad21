//! SVG of a diagram: laid out by dagre, drawn with text that a screen reader can read. No style sheets and no scripts,
//! so that it stands under a strict content policy.

use std::fmt::Write;

use dagre::NodeLabel;

use super::place::{Layout, lay_out};
use super::{Diagram, Node, Shape};

pub(super) const FONT: f64 = 14.0;
pub(super) const LINE: f64 = 21.0;
pub(super) const PADDING: f64 = 14.0;
const LABEL_MAX: usize = 14;
pub(super) const MARGIN: f64 = 16.0;

/// The diagram as a self-contained SVG document.
pub fn svg(diagram: &Diagram) -> String {
    let graph = lay_out(diagram);
    let (left, width, height) = bounds(diagram, &graph);
    let mut out = String::new();
    let _ = writeln!(
        out,
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left:.0} 0 {width:.0} {height:.0}" width="{width:.0}" height="{height:.0}" role="img" aria-labelledby="title" font-family="sans-serif" font-size="{FONT}">
<title id="title">{}</title>
<defs><marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto-start-reverse"><path d="M0 0 10 5 0 10z" fill="#44515e"/></marker></defs>
{}"##,
        escape(&diagram.title),
        background(left)
    );
    for (index, edge) in diagram.edges.iter().enumerate() {
        draw_edge(&mut out, &graph, index, edge);
    }
    for node in &diagram.nodes {
        if let Some(place) = graph.node(&node.id) {
            draw_node(&mut out, node, place);
        }
    }
    out.push_str("</svg>\n");
    out
}

/// White behind everything; its place is said only where the picture does not begin at zero.
fn background(left: f64) -> String {
    let place = if left < 0.0 { format!(r#"x="{left:.0}" "#) } else { String::new() };
    format!(r##"<rect {place}width="100%" height="100%" fill="#ffffff"/>"##)
}

/// Left end, width and height of what is drawn. A way back may run to the left of all nodes; it must not be cut off.
fn bounds(diagram: &Diagram, graph: &Layout) -> (f64, f64, f64) {
    let nodes = diagram
        .nodes
        .iter()
        .filter_map(|node| graph.node(&node.id))
        .map(|place| (place.x.unwrap_or(0.0), place.y.unwrap_or(0.0), place.width / 2.0, place.height / 2.0));
    let edges = diagram
        .edges
        .iter()
        .enumerate()
        .filter_map(|(index, edge)| graph.edge(&edge.from, &edge.to, Some(&format!("e{index}"))));
    let points = edges.flat_map(|edge| {
        let label = edge.x.zip(edge.y).map(|(x, y)| (x, y, edge.width / 2.0, edge.height / 2.0));
        edge.points.iter().map(|point| (point.x, point.y, 0.0, 0.0)).chain(label).collect::<Vec<_>>()
    });
    let (left, right, bottom) = nodes.chain(points).fold((MARGIN, 0.0, 0.0), |(left, right, bottom), (x, y, w, h)| {
        (f64::min(left, x - w), f64::max(right, x + w), f64::max(bottom, y + h))
    });
    let left = left - MARGIN;
    (left, right + MARGIN - left, bottom + MARGIN)
}

fn draw_node(out: &mut String, node: &Node, place: &NodeLabel) {
    let (x, y) = (place.x.unwrap_or(0.0) - place.width / 2.0, place.y.unwrap_or(0.0) - place.height / 2.0);
    let (fill, stroke, radius) = match node.shape {
        Shape::Start => ("#e8eef4", "#44515e", place.height / 2.0),
        Shape::Task => ("#eef6f2", "#2d6a4f", 6.0),
        Shape::Closed => ("#f3f1fa", "#5b4b8a", 6.0),
        Shape::State => ("#f7f8f9", "#44515e", 6.0),
        Shape::End => ("#f7f8f9", "#44515e", place.height / 2.0),
    };
    let (fill, stroke, weight) = if node.active { ("#fff3d6", "#8a5a00", 3.0) } else { (fill, stroke, 1.4) };
    let _ = writeln!(
        out,
        r#"<rect x="{x:.1}" y="{y:.1}" width="{:.1}" height="{:.1}" rx="{radius:.1}" fill="{fill}" stroke="{stroke}" stroke-width="{weight}"/>"#,
        place.width, place.height
    );
    let middle = place.x.unwrap_or(0.0);
    for (index, line) in std::iter::once(&node.title).chain(&node.lines).enumerate() {
        let baseline = y + PADDING / 2.0 + LINE * index as f64 + FONT;
        let (weight, colour) = if index == 0 { ("600", "#1b2733") } else { ("400", "#44515e") };
        let _ = writeln!(
            out,
            r#"<text x="{middle:.1}" y="{baseline:.1}" text-anchor="middle" font-weight="{weight}" fill="{colour}">{}</text>"#,
            escape(line)
        );
    }
}

fn draw_edge(out: &mut String, graph: &Layout, index: usize, edge: &super::Edge) {
    let Some(way) = graph.edge(&edge.from, &edge.to, Some(&format!("e{index}"))) else { return };
    let mut path = String::new();
    for (number, point) in way.points.iter().enumerate() {
        let _ = write!(path, "{}{:.1} {:.1}", if number == 0 { "M" } else { "L" }, point.x, point.y);
    }
    let dash = if edge.waits { r#" stroke-dasharray="5 4""# } else { "" };
    let _ = writeln!(
        out,
        r##"<path d="{path}" fill="none" stroke="#44515e" stroke-width="1.3" stroke-linejoin="round" marker-end="url(#arrow)"{dash}/>"##
    );
    let (Some(x), Some(y)) = (way.x, way.y) else { return };
    let lines = wrapped(&edge.label);
    for (number, line) in lines.iter().enumerate() {
        let baseline = y - LINE * lines.len() as f64 / 2.0 + LINE * number as f64 + FONT + 1.0;
        // A white edge around the letters keeps them readable where lines cross.
        let _ = writeln!(
            out,
            r##"<text x="{x:.1}" y="{baseline:.1}" text-anchor="middle" fill="#1b2733" stroke="#ffffff" stroke-width="4" paint-order="stroke">{}</text>"##,
            escape(line)
        );
    }
}

/// Alternatives below each other, long ones broken.
pub(super) fn wrapped(label: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for part in label.split(" / ").filter(|part| !part.is_empty()) {
        let mut line = String::new();
        for word in part.split_inclusive(' ') {
            if !line.is_empty() && line.chars().count() + word.chars().count() > LABEL_MAX * 2 {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
            }
            line.push_str(word);
        }
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// Wide characters take a full square, others about half of one.
pub(super) fn width_of(text: &str) -> f64 {
    text.chars().map(|c| if c as u32 >= 0x2E80 { FONT + 1.0 } else { FONT * 0.58 }).sum()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagram::{Edge, Node};

    #[test]
    fn a_way_back_on_the_left_is_not_cut_off() {
        let node = |id: &str| Node {
            id: id.to_owned(),
            title: id.to_owned(),
            lines: Vec::new(),
            shape: Shape::State,
            active: false,
        };
        let back = Edge { from: "b".to_owned(), to: "a".to_owned(), label: String::new(), waits: false };
        let diagram = Diagram { title: String::new(), nodes: vec![node("a"), node("b")], edges: vec![back] };
        let mut graph = lay_out(&diagram);
        let (left, width, height) = bounds(&diagram, &graph);
        assert_eq!(left, 0.0);
        if let Some(way) = graph.edge_mut("b", "a", Some("e0")) {
            way.points[0].x = -40.0;
        }
        let (moved, wider, same) = bounds(&diagram, &graph);
        assert_eq!((moved, wider - width, same), (-56.0, 56.0, height));
    }
}
