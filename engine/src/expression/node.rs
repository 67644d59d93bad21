//! The closed tree that expressions are lowered to. Every node is one the evaluator knows; there is no other.
//! Holds no positions and no text.

use crate::value::Value;

use super::functions::Function;

/// Elements that a list of data is counted with when the cost is proved at load. Longer lists are stopped by
/// the budget of steps.
const ROWS_ASSUMED: u64 = 30;

/// One operation.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    /// A value known when the file is checked.
    Constant(Value),
    /// A name or a field, read by its whole path.
    Path(Vec<String>),
    /// The element that a loop stands at; 0 is the outer loop.
    Element(usize),
    /// A field of a computed value.
    Member(Box<Node>, String),
    /// A position in a list, or a name in a map.
    Index(Box<[Node; 2]>),
    /// Answered: neither missing nor blank.
    Has(Box<Node>),
    /// A list written out.
    List(Vec<Node>),
    /// A map written out.
    Map(Vec<(String, Node)>),
    /// Not.
    Not(Box<Node>),
    /// The negative.
    Negate(Box<Node>),
    /// All of these.
    And(Vec<Node>),
    /// One of these.
    Or(Vec<Node>),
    /// Condition, value if it holds, value if not.
    If(Box<[Node; 3]>),
    /// Equal (`true`) or different (`false`).
    Equal(bool, Box<[Node; 2]>),
    /// An order.
    Order(Order, Box<[Node; 2]>),
    /// Checked arithmetic.
    Arithmetic(Arithmetic, Box<[Node; 2]>),
    /// A date moved by an amount: date, amount.
    Shift(Shift, Box<[Node; 2]>),
    /// Element of a list, or name in a map.
    In(Box<[Node; 2]>),
    /// A loop over a list, with the body evaluated once per element.
    Loop(Loop, Box<[Node; 2]>),
    /// A function of the language.
    Function(Function, Vec<Node>),
    /// Is a state active (SCXML's `In`)?
    Active(String),
    /// A function of the work layer.
    Call(String, Vec<Node>),
}

/// Which order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// Which arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arithmetic {
    /// `+`, also of texts and lists.
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`, towards zero.
    Divide,
    /// `%`, with the sign of the dividend.
    Remainder,
}

/// A civil move of a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shift {
    /// Days, or months (a year is twelve), or years.
    pub unit: ShiftUnit,
    /// Forward (`+`) or back (`-`).
    pub forward: bool,
}

/// What a date is moved by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ShiftUnit {
    /// `days(n)`
    Days,
    /// `months(n)`
    Months,
    /// `years(n)`
    Years,
}

/// Which loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loop {
    /// Some element.
    Exists,
    /// Exactly one element.
    ExistsOne,
    /// Every element.
    All,
    /// The elements for which it holds.
    Filter,
    /// What becomes of each.
    Map,
}

impl Node {
    /// The nodes directly below.
    pub(super) fn children(&self) -> Vec<&Node> {
        match self {
            Node::Constant(_) | Node::Path(_) | Node::Element(_) | Node::Active(_) => Vec::new(),
            Node::Member(node, _) | Node::Has(node) | Node::Not(node) | Node::Negate(node) => vec![node],
            Node::Index(pair)
            | Node::Equal(_, pair)
            | Node::Order(_, pair)
            | Node::Arithmetic(_, pair)
            | Node::Shift(_, pair)
            | Node::In(pair)
            | Node::Loop(_, pair) => pair.iter().collect(),
            Node::If(three) => three.iter().collect(),
            Node::List(nodes) | Node::And(nodes) | Node::Or(nodes) => nodes.iter().collect(),
            Node::Function(_, nodes) | Node::Call(_, nodes) => nodes.iter().collect(),
            Node::Map(entries) => entries.iter().map(|(_, node)| node).collect(),
        }
    }

    /// Levels of the tree.
    pub(super) fn depth(&self) -> usize {
        1 + self.children().into_iter().map(Node::depth).max().unwrap_or(0)
    }

    /// The most steps an evaluation takes, lists of data counted with 30 elements.
    pub(super) fn cost(&self) -> u64 {
        if let Node::Loop(_, pair) = self {
            let [list, body] = pair.as_ref();
            let rows = list.rows().map_or(ROWS_ASSUMED, |rows| rows as u64);
            return 1 + list.cost() + rows.saturating_mul(body.cost());
        }
        self.children().into_iter().fold(1, |sum, node| sum.saturating_add(node.cost()))
    }

    /// Elements, where the list is written out.
    fn rows(&self) -> Option<usize> {
        if let Node::Constant(Value::List(list)) = self {
            return Some(list.len());
        }
        if let Node::List(nodes) = self { Some(nodes.len()) } else { None }
    }

    /// Puts this tree inside `loops` loops more: the elements of its own loops are further in.
    pub(super) fn deepen(&mut self, loops: usize) {
        if let Node::Element(at) = self {
            *at += loops;
        }
        for child in self.children_mut() {
            child.deepen(loops);
        }
    }

    fn children_mut(&mut self) -> Vec<&mut Node> {
        match self {
            Node::Constant(_) | Node::Path(_) | Node::Element(_) | Node::Active(_) => Vec::new(),
            Node::Member(node, _) | Node::Has(node) | Node::Not(node) | Node::Negate(node) => vec![node],
            Node::Index(pair)
            | Node::Equal(_, pair)
            | Node::Order(_, pair)
            | Node::Arithmetic(_, pair)
            | Node::Shift(_, pair)
            | Node::In(pair)
            | Node::Loop(_, pair) => pair.iter_mut().collect(),
            Node::If(three) => three.iter_mut().collect(),
            Node::List(nodes) | Node::And(nodes) | Node::Or(nodes) => nodes.iter_mut().collect(),
            Node::Function(_, nodes) | Node::Call(_, nodes) => nodes.iter_mut().collect(),
            Node::Map(entries) => entries.iter_mut().map(|(_, node)| node).collect(),
        }
    }

    /// The texts this must be one of, where it is written out: a literal, a list of them, a choice of them.
    pub(super) fn literals(&self) -> Option<Vec<&str>> {
        if let Node::If(three) = self {
            let [_, yes, no] = three.as_ref();
            let mut texts = yes.literals()?;
            texts.extend(no.literals()?);
            return Some(texts);
        }
        let Node::Constant(value) = self else { return None };
        if let Value::List(list) = value {
            list.iter().map(Value::as_text).collect()
        } else {
            Some(vec![value.as_text()?])
        }
    }
}
