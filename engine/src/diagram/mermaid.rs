//! Mermaid text of a diagram, for documents that draw it themselves.

use super::{Diagram, Shape};

/// The diagram as a Mermaid flow chart.
pub fn mermaid(diagram: &Diagram) -> String {
    let mut text = String::from("flowchart TB\n");
    for node in &diagram.nodes {
        let mut label = clean(&node.title);
        for line in &node.lines {
            label.push_str("<br/>");
            label.push_str(&clean(line));
        }
        let (open, close) = match node.shape {
            Shape::Start => ("((", "))"),
            Shape::End => ("([", "])"),
            Shape::Closed => ("[[", "]]"),
            Shape::Task | Shape::State => ("[", "]"),
        };
        text.push_str(&format!("  {}{open}\"{label}\"{close}\n", node.id));
    }
    for edge in &diagram.edges {
        let arrow = if edge.waits { "-.->" } else { "-->" };
        let label = if edge.label.is_empty() { String::new() } else { format!("|\"{}\"|", clean(&edge.label)) };
        text.push_str(&format!("  {} {arrow}{label} {}\n", edge.from, edge.to));
    }
    for node in diagram.nodes.iter().filter(|node| node.active) {
        text.push_str(&format!("  style {} stroke-width:4px\n", node.id));
    }
    text
}

/// Mermaid reads quotes and angle brackets as its own.
fn clean(text: &str) -> String {
    text.replace('"', "”").replace('<', "＜").replace('>', "＞")
}
