//! Where the boxes of a diagram stand: dagre lays out what belongs together, and what does not is set in rows below each
//! other, so that forty items without an arrow between them do not make a picture of five metres. It must never draw.

use std::collections::BTreeMap;

use dagre::graph::{Graph, GraphOptions};
use dagre::{EdgeLabel, LayoutOptions, NodeLabel};

use super::Diagram;
use super::svg::{LINE, MARGIN, PADDING, width_of, wrapped};

/// A graph whose nodes and edges have their places.
pub(super) type Layout = Graph<NodeLabel, EdgeLabel>;

/// Rows are broken here, if nothing in them is wider: what a page of 1,366 pixels or of A4 shows without scrolling.
const WIDTH: f64 = 1300.0;
/// Between things that do not belong together.
const GAP: f64 = 36.0;

/// Nodes and edges of one connected part, by their places in the diagram.
#[derive(Default)]
struct Together {
    nodes: Vec<usize>,
    edges: Vec<usize>,
}

/// Lays everything out.
pub(super) fn lay_out(diagram: &Diagram) -> Layout {
    let mut all = empty();
    let (mut x, mut y, mut row) = (0.0, 0.0, 0.0);
    for together in parts(diagram) {
        let part = lay_out_part(diagram, &together);
        let (left, right, bottom) = extent(diagram, &together, &part);
        let width = right - left;
        if x > 0.0 && x + width > WIDTH {
            (x, y, row) = (0.0, y + row, 0.0);
        }
        take_over(diagram, &together, &part, &mut all, (x - left, y));
        x += width + GAP;
        row = f64::max(row, bottom + GAP - MARGIN);
    }
    all
}

fn empty() -> Layout {
    Graph::with_options(GraphOptions { directed: true, multigraph: true, compound: false })
}

/// What is connected by arrows, in the order of the file; single boxes last.
fn parts(diagram: &Diagram) -> Vec<Together> {
    let at: BTreeMap<&str, usize> = diagram.nodes.iter().enumerate().map(|(at, node)| (node.id.as_str(), at)).collect();
    let mut of: Vec<usize> = (0..diagram.nodes.len()).collect();
    for edge in &diagram.edges {
        let (Some(from), Some(to)) = (at.get(edge.from.as_str()), at.get(edge.to.as_str())) else { continue };
        let (kept, lost) = (of[*from].min(of[*to]), of[*from].max(of[*to]));
        of.iter_mut().filter(|part| **part == lost).for_each(|part| *part = kept);
    }
    let mut parts: BTreeMap<usize, Together> = BTreeMap::new();
    for (node, part) in of.iter().enumerate() {
        parts.entry(*part).or_default().nodes.push(node);
    }
    for (number, edge) in diagram.edges.iter().enumerate() {
        let part = at.get(edge.from.as_str()).and_then(|from| parts.get_mut(&of[*from]));
        if let Some(part) = part.filter(|_| at.contains_key(edge.to.as_str())) {
            part.edges.push(number);
        }
    }
    let (joined, single): (Vec<Together>, Vec<Together>) = parts.into_values().partition(|part| part.nodes.len() > 1);
    joined.into_iter().chain(single).collect()
}

fn lay_out_part(diagram: &Diagram, together: &Together) -> Layout {
    let mut graph = empty();
    for node in together.nodes.iter().map(|at| &diagram.nodes[*at]) {
        let widest = node.lines.iter().map(|line| width_of(line)).fold(width_of(&node.title), f64::max);
        let label = NodeLabel {
            width: widest + 2.0 * PADDING,
            height: LINE * (node.lines.len() + 1) as f64 + PADDING,
            ..NodeLabel::default()
        };
        graph.set_node(node.id.clone(), Some(label));
    }
    for number in &together.edges {
        let edge = &diagram.edges[*number];
        let lines = wrapped(&edge.label);
        let widest = lines.iter().map(|line| width_of(line)).fold(0.0, f64::max);
        let label = EdgeLabel {
            width: if widest > 0.0 { widest + 8.0 } else { 0.0 },
            height: LINE * lines.len() as f64,
            labelpos: dagre::layout::types::LabelPos::Center,
            ..EdgeLabel::default()
        };
        graph.set_edge(edge.from.clone(), edge.to.clone(), Some(label), Some(&format!("e{number}")));
    }
    let options = LayoutOptions {
        nodesep: 36.0,
        ranksep: 40.0,
        edgesep: 18.0,
        marginx: MARGIN,
        marginy: MARGIN,
        ..LayoutOptions::default()
    };
    dagre::layout(&mut graph, Some(options));
    graph
}

/// Left end, right end and lower end of a part.
fn extent(diagram: &Diagram, together: &Together, part: &Layout) -> (f64, f64, f64) {
    let nodes = together.nodes.iter().filter_map(|at| part.node(&diagram.nodes[*at].id));
    let nodes =
        nodes.map(|place| (place.x.unwrap_or(0.0), place.y.unwrap_or(0.0), place.width / 2.0, place.height / 2.0));
    let edges = together.edges.iter().filter_map(|number| {
        let edge = &diagram.edges[*number];
        part.edge(&edge.from, &edge.to, Some(&format!("e{number}")))
    });
    let points = edges.flat_map(|edge| {
        let label = edge.x.zip(edge.y).map(|(x, y)| (x, y, edge.width / 2.0, edge.height / 2.0));
        edge.points.iter().map(|point| (point.x, point.y, 0.0, 0.0)).chain(label).collect::<Vec<_>>()
    });
    let all = nodes.chain(points);
    all.fold((f64::MAX, f64::MIN, 0.0), |(left, right, bottom), (x, y, w, h)| {
        (f64::min(left, x - w), f64::max(right, x + w), f64::max(bottom, y + h))
    })
}

/// Puts a part where it is to stand.
fn take_over(diagram: &Diagram, together: &Together, part: &Layout, all: &mut Layout, (x, y): (f64, f64)) {
    let x = x + MARGIN;
    for node in together.nodes.iter().map(|at| &diagram.nodes[*at]) {
        let Some(place) = part.node(&node.id) else { continue };
        let mut place = place.clone();
        place.x = place.x.map(|at| at + x);
        place.y = place.y.map(|at| at + y);
        all.set_node(node.id.clone(), Some(place));
    }
    for number in &together.edges {
        let edge = &diagram.edges[*number];
        let name = format!("e{number}");
        let Some(way) = part.edge(&edge.from, &edge.to, Some(&name)) else { continue };
        let mut way = way.clone();
        way.x = way.x.map(|at| at + x);
        way.y = way.y.map(|at| at + y);
        for point in &mut way.points {
            point.x += x;
            point.y += y;
        }
        all.set_edge(edge.from.clone(), edge.to.clone(), Some(way), Some(&name));
    }
}
