//! Which names an expression reads, and whether it has made sure of them first. Looks at the tree only.

use super::node::{Loop, Node};
use crate::value::Value;

/// A dotted path that an expression reads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// The root name and the fields, `answers.report.person.status`.
    pub path: String,
    /// The expression asks first whether it is answered (`has(p) && …`, `p != null && …`, `p == null || …`),
    /// or only asks that; so it need not be set on every way here.
    pub guarded: bool,
}

/// Collects what a tree reads.
#[derive(Default)]
pub(super) struct Reading {
    /// Paths that are answered wherever the walk stands now.
    known: Vec<Vec<String>>,
    /// What was found, in the order of the text.
    pub(super) found: Vec<Reference>,
}

impl Reading {
    /// Walks `node`.
    pub(super) fn walk(&mut self, node: &Node) {
        match node {
            Node::Path(path) => self.read(path, false),
            Node::Has(of) => self.asked(of),
            Node::Equal(_, pair) => {
                let [left, right] = pair.as_ref();
                match (left, right) {
                    (of, Node::Constant(Value::Null)) | (Node::Constant(Value::Null), of) => self.asked(of),
                    (left, right) => {
                        self.walk(left);
                        self.walk(right);
                    }
                }
            }
            Node::And(nodes) => self.chain(nodes, true),
            Node::Or(nodes) => self.chain(nodes, false),
            Node::If(three) => {
                let [condition, yes, no] = three.as_ref();
                self.walk(condition);
                for (side, holds) in [(yes, true), (no, false)] {
                    let before = self.known.len();
                    self.known.extend(answered(condition, holds));
                    self.walk(side);
                    self.known.truncate(before);
                }
            }
            other => other.children().into_iter().for_each(|child| self.walk(child)),
        }
    }

    fn chain(&mut self, nodes: &[Node], all: bool) {
        let before = self.known.len();
        for node in nodes {
            self.walk(node);
            self.known.extend(answered(node, all));
        }
        self.known.truncate(before);
    }

    /// Only asked whether it is there.
    fn asked(&mut self, node: &Node) {
        match node {
            Node::Path(path) => self.read(path, true),
            other => self.walk(other),
        }
    }

    fn read(&mut self, path: &[String], asked: bool) {
        let sure = self.known.iter().any(|known| known.starts_with(path) || path.starts_with(known));
        let reference = Reference { path: path.join("."), guarded: asked || sure };
        if !self.found.contains(&reference) {
            self.found.push(reference);
        }
    }
}

/// The paths that are answered if `node` gives `holds`.
fn answered(node: &Node, holds: bool) -> Vec<Vec<String>> {
    let all = |nodes: &[Node]| nodes.iter().flat_map(|node| answered(node, holds)).collect();
    if let Node::Not(of) = node {
        return answered(of, !holds);
    }
    if let (Node::Has(of), true) = (node, holds) {
        return path(of);
    }
    if let (Node::And(nodes), true) | (Node::Or(nodes), false) = (node, holds) {
        return all(nodes);
    }
    let Node::Equal(same, pair) = node else { return Vec::new() };
    let [left, right] = pair.as_ref();
    let ((of, Node::Constant(value)) | (Node::Constant(value), of)) = (left, right) else { return Vec::new() };
    // `p == "x"` and `p != null`.
    if (*same == holds) == (*value != Value::Null) { path(of) } else { Vec::new() }
}

fn path(node: &Node) -> Vec<Vec<String>> {
    if let Node::Path(path) = node { vec![path.clone()] } else { Vec::new() }
}

/// Paths whose values flow into the value of `node`.
pub(super) fn carried(node: &Node, found: &mut Vec<String>) {
    let parts: Vec<&Node> = match node {
        Node::Path(path) => {
            let path = path.join(".");
            if !found.contains(&path) {
                found.push(path);
            }
            return;
        }
        Node::If(three) => three.iter().skip(1).collect(),
        Node::Index(pair) => vec![&pair[0]],
        Node::Loop(Loop::Filter | Loop::Map, pair) => pair.iter().collect(),
        Node::Member(..) | Node::List(_) | Node::Map(_) | Node::Negate(_) | Node::Arithmetic(..) | Node::Shift(..) => {
            node.children()
        }
        Node::Function(function, _) if function.carries() => node.children(),
        Node::Function(..)
        | Node::Constant(_)
        | Node::Element(_)
        | Node::Has(_)
        | Node::Not(_)
        | Node::And(_)
        | Node::Or(_)
        | Node::Equal(..)
        | Node::Order(..)
        | Node::In(_)
        | Node::Loop(Loop::Exists | Loop::ExistsOne | Loop::All, _)
        | Node::Active(_)
        | Node::Call(..) => Vec::new(),
    };
    parts.into_iter().for_each(|part| carried(part, found));
}
