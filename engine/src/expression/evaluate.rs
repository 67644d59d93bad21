//! Computes the value of a tree. Counts its steps and stops at the budget; reads only through [`Names`]; treats
//! every value as data: no text that it reads is ever parsed as an expression.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::fault::Fault;
use super::functions::{Function, mismatch};
use super::node::{Loop, Node, Order};
use super::operators::{equal, order, shift};
use crate::value::Value;

/// Steps one evaluation may take.
pub const STEPS_MAX: u64 = 10_000;

/// Bytes of text that are copied for one step; an element of a list or map is a step of its own.
const BYTES_PER_STEP: usize = 64;

/// Where an expression finds its values.
pub trait Names {
    /// The value under a root name; `None` if the name does not exist.
    fn value(&self, root: &str) -> Option<Cow<'_, Value>>;

    /// The value under a path whose first element is a root name; `None` if nothing is there.
    /// Override it where building the whole root would be wasteful.
    fn at(&self, path: &[String]) -> Option<Cow<'_, Value>> {
        let (root, fields) = path.split_first()?;
        match self.value(root)? {
            Cow::Borrowed(value) => fields.iter().try_fold(value, field).map(Cow::Borrowed),
            Cow::Owned(value) => fields.iter().try_fold(&value, field).cloned().map(Cow::Owned),
        }
    }

    /// Is the state (named as it was written and checked) active?
    fn active(&self, state: &str) -> bool;

    /// A function of the work layer.
    ///
    /// # Errors
    /// It has no answer.
    fn call(&self, function: &str, arguments: &[Value]) -> Result<Value, Fault>;
}

fn field<'v>(value: &'v Value, name: &String) -> Option<&'v Value> {
    if let Value::Map(map) = value { map.get(name) } else { None }
}

/// One evaluation.
pub(super) struct Evaluation<'a> {
    names: &'a dyn Names,
    steps: u64,
    /// The elements that the loops around stand at, outermost first.
    elements: Vec<Cow<'a, Value>>,
}

type Computed<'a> = Result<Cow<'a, Value>, Fault>;

impl<'a> Evaluation<'a> {
    /// A fresh budget.
    pub(super) fn new(names: &'a dyn Names) -> Evaluation<'a> {
        Evaluation { names, steps: 0, elements: Vec::new() }
    }

    /// The value of `node`.
    pub(super) fn value(&mut self, node: &'a Node) -> Computed<'a> {
        self.spend(1)?;
        Ok(Cow::Owned(match node {
            Node::Constant(value) => return Ok(Cow::Borrowed(value)),
            Node::Path(path) => return self.path(path),
            Node::Element(at) => return Ok(self.elements[*at].clone()),
            Node::Member(of, name) => return self.member(of, name),
            Node::Index(pair) => return self.index(pair),
            Node::If(three) => {
                let [condition, yes, no] = three.as_ref();
                return if self.truth(condition)? { self.value(yes) } else { self.value(no) };
            }
            Node::Has(of) => Value::Bool(!self.value(of)?.is_blank()),
            Node::List(nodes) => Value::List(self.values(nodes)?),
            Node::Map(entries) => Value::Map(self.entries(entries)?),
            Node::Not(of) => Value::Bool(!self.truth(of)?),
            Node::Negate(of) => match self.answered(of)?.as_ref() {
                Value::Int(number) => Value::Int(number.checked_neg().ok_or(Fault::Overflow)?),
                Value::Money(fen) => Value::Money(fen.checked_neg().ok_or(Fault::Overflow)?),
                other => return Err(mismatch("a number or an amount", other)),
            },
            Node::And(nodes) => Value::Bool(self.settle(nodes, false)?),
            Node::Or(nodes) => Value::Bool(self.settle(nodes, true)?),
            Node::Equal(same, pair) => {
                let [left, right] = pair.as_ref();
                let (left, right) = (self.value(left)?, self.value(right)?);
                self.spend_on(&left)?;
                Value::Bool(equal(&left, &right)? == *same)
            }
            Node::Order(which, pair) => {
                let [left, right] = self.both(pair)?;
                let order = order(&left, &right)?;
                Value::Bool(match which {
                    Order::Less => order.is_lt(),
                    Order::LessOrEqual => order.is_le(),
                    Order::Greater => order.is_gt(),
                    Order::GreaterOrEqual => order.is_ge(),
                })
            }
            Node::Arithmetic(which, pair) => {
                let [left, right] = self.both(pair)?;
                self.spend_on(&left)?;
                self.spend_on(&right)?;
                which.apply(&left, &right)?
            }
            Node::Shift(by, pair) => {
                let [from, amount] = self.both(pair)?;
                shift(*by, &from, &amount)?
            }
            Node::In(pair) => Value::Bool(self.contains(pair)?),
            Node::Loop(which, pair) => self.repeat(*which, pair)?,
            Node::Function(function, nodes) => self.function(*function, nodes)?,
            Node::Active(state) => Value::Bool(self.names.active(state)),
            Node::Call(function, nodes) => {
                let arguments = self.values(nodes)?;
                self.names.call(function, &arguments)?
            }
        }))
    }

    /// The yes or no of `node`.
    pub(super) fn truth(&mut self, node: &'a Node) -> Result<bool, Fault> {
        match self.answered(node)?.as_ref() {
            Value::Bool(yes) => Ok(*yes),
            other => Err(mismatch("yes/no", other)),
        }
    }

    fn spend(&mut self, steps: u64) -> Result<(), Fault> {
        self.steps += steps;
        if self.steps > STEPS_MAX { Err(Fault::Exhausted) } else { Ok(()) }
    }

    /// Pays for copying or comparing a value.
    fn spend_on(&mut self, value: &Value) -> Result<(), Fault> {
        self.spend(weight(value))
    }

    /// The value, which must have been given.
    fn answered(&mut self, node: &'a Node) -> Computed<'a> {
        let value = self.value(node)?;
        if *value == Value::Null { Err(Fault::Unanswered(label(node))) } else { Ok(value) }
    }

    fn both(&mut self, pair: &'a [Node; 2]) -> Result<[Cow<'a, Value>; 2], Fault> {
        let [left, right] = pair;
        Ok([self.answered(left)?, self.answered(right)?])
    }

    fn path(&mut self, path: &'a [String]) -> Computed<'a> {
        match self.names.at(path) {
            Some(value) => Ok(value),
            None if self.names.value(&path[0]).is_none() => Err(Fault::UnknownName(path[0].clone())),
            None => Ok(Cow::Owned(Value::Null)),
        }
    }

    fn member(&mut self, of: &'a Node, name: &'a str) -> Computed<'a> {
        match self.value(of)? {
            Cow::Borrowed(Value::Map(map)) => Ok(map.get(name).map_or(Cow::Owned(Value::Null), Cow::Borrowed)),
            Cow::Owned(Value::Map(mut map)) => Ok(Cow::Owned(map.remove(name).unwrap_or_default())),
            value if *value == Value::Null => Ok(value),
            value => Err(mismatch("named values", &value)),
        }
    }

    fn index(&mut self, pair: &'a [Node; 2]) -> Computed<'a> {
        let [of, at] = pair;
        let (of, at) = (self.answered(of)?, self.answered(at)?);
        match (of, at.as_ref()) {
            (Cow::Borrowed(value), at) => {
                element(value, at).map(|found| found.map_or(Cow::Owned(Value::Null), Cow::Borrowed))
            }
            (Cow::Owned(value), at) => Ok(Cow::Owned(element(&value, at)?.cloned().unwrap_or_default())),
        }
    }

    fn values(&mut self, nodes: &'a [Node]) -> Result<Vec<Value>, Fault> {
        nodes.iter().map(|node| self.copied(node)).collect()
    }

    fn entries(&mut self, entries: &'a [(String, Node)]) -> Result<BTreeMap<String, Value>, Fault> {
        entries.iter().map(|(name, node)| Ok((name.clone(), self.copied(node)?))).collect()
    }

    fn copied(&mut self, node: &'a Node) -> Result<Value, Fault> {
        let value = self.value(node)?;
        self.spend_on(&value)?;
        Ok(value.into_owned())
    }

    /// `&&` (settled by a `false`) and `||` (settled by a `true`). As in CEL, a settled answer absorbs faults on
    /// either side of it; a used-up budget is never absorbed.
    fn settle(&mut self, nodes: &'a [Node], settled: bool) -> Result<bool, Fault> {
        let mut fault = None;
        for node in nodes {
            match self.truth(node) {
                Ok(yes) if yes == settled => return Ok(settled),
                Ok(_) => {}
                Err(Fault::Exhausted) => return Err(Fault::Exhausted),
                Err(other) => fault = fault.or(Some(other)),
            }
        }
        fault.map_or(Ok(!settled), Err)
    }

    fn contains(&mut self, pair: &'a [Node; 2]) -> Result<bool, Fault> {
        let [element, of] = pair;
        let (element, of) = (self.value(element)?, self.value(of)?);
        self.spend_on(&of)?;
        match of.as_ref() {
            Value::List(list) => list.iter().try_fold(false, |found, value| Ok(found || equal(&element, value)?)),
            Value::Map(map) => Ok(element.as_text().is_some_and(|name| map.contains_key(name))),
            // A list that nobody filled in has no elements.
            Value::Null => Ok(false),
            other => Err(mismatch("a list or named values", other)),
        }
    }

    /// Runs the body once for each element, or each name of a map in their order.
    fn repeat(&mut self, which: Loop, pair: &'a [Node; 2]) -> Result<Value, Fault> {
        let [list, body] = pair;
        let list: Vec<Cow<'a, Value>> = match self.value(list)? {
            Cow::Borrowed(Value::List(list)) => list.iter().map(Cow::Borrowed).collect(),
            Cow::Owned(Value::List(list)) => list.into_iter().map(Cow::Owned).collect(),
            Cow::Borrowed(Value::Map(map)) => map.keys().map(|name| Cow::Owned(Value::Text(name.clone()))).collect(),
            Cow::Owned(Value::Map(map)) => map.into_keys().map(|name| Cow::Owned(Value::Text(name))).collect(),
            value if *value == Value::Null => Vec::new(),
            value => return Err(mismatch("a list or named values", &value)),
        };
        self.spend(list.len() as u64)?;
        let (mut kept, mut fault, mut count) = (Vec::new(), None, 0_u64);
        for element in list {
            self.elements.push(element);
            let result = self.once(which, body, &mut kept);
            self.elements.pop();
            match (which, result) {
                (Loop::Exists, Ok(true)) => return Ok(Value::Bool(true)),
                (Loop::All, Ok(false)) => return Ok(Value::Bool(false)),
                (_, Ok(yes)) => count += u64::from(yes),
                (Loop::Exists | Loop::All, Err(other)) if other != Fault::Exhausted => fault = fault.or(Some(other)),
                (_, Err(other)) => return Err(other),
            }
        }
        match (which, fault) {
            (_, Some(fault)) => Err(fault),
            (Loop::Exists, None) => Ok(Value::Bool(false)),
            (Loop::All, None) => Ok(Value::Bool(true)),
            (Loop::ExistsOne, None) => Ok(Value::Bool(count == 1)),
            (Loop::Filter | Loop::Map, None) => Ok(Value::List(kept)),
        }
    }

    /// The body at the innermost element: whether it holds; what is kept is put into `kept`.
    fn once(&mut self, which: Loop, body: &'a Node, kept: &mut Vec<Value>) -> Result<bool, Fault> {
        match which {
            Loop::Exists | Loop::ExistsOne | Loop::All => self.truth(body),
            Loop::Map => {
                kept.push(self.copied(body)?);
                Ok(true)
            }
            Loop::Filter => {
                let holds = self.truth(body)?;
                if let (true, Some(element)) = (holds, self.elements.last()) {
                    let element = element.clone().into_owned();
                    self.spend_on(&element)?;
                    kept.push(element);
                }
                Ok(holds)
            }
        }
    }

    fn function(&mut self, function: Function, nodes: &'a [Node]) -> Result<Value, Fault> {
        let lenient = matches!(function, Function::Size | Function::Sum);
        let mut arguments = Vec::with_capacity(nodes.len());
        for node in nodes {
            let value = if lenient { self.value(node)? } else { self.answered(node)? };
            self.spend_on(&value)?;
            arguments.push(value);
        }
        function.call(&arguments.iter().map(Cow::as_ref).collect::<Vec<_>>())
    }
}

/// Steps that copying a value is worth: nothing for what is small.
fn weight(value: &Value) -> u64 {
    match value {
        Value::Text(text) => (text.len() / BYTES_PER_STEP) as u64,
        Value::List(list) => list.iter().fold(0, |sum, value| sum + 1 + weight(value)),
        Value::Map(map) => map.values().fold(0, |sum, value| sum + 1 + weight(value)),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Money(_) | Value::Date(_) | Value::Instant(_) => 0,
    }
}

/// An element of a list, or the value under a name, where there is one.
fn element<'v>(of: &'v Value, at: &Value) -> Result<Option<&'v Value>, Fault> {
    match (of, at) {
        (Value::List(list), Value::Int(at)) => {
            let found = usize::try_from(*at).ok().and_then(|position| list.get(position));
            found.map(Some).ok_or(Fault::Index(*at))
        }
        (Value::Map(map), Value::Text(name)) => Ok(map.get(name)),
        (Value::List(_), other) => Err(mismatch("a whole number", other)),
        (Value::Map(_), other) => Err(mismatch("text", other)),
        (other, _) => Err(mismatch("a list or named values", other)),
    }
}

/// What to call a node in a fault: its path, where it is one.
fn label(node: &Node) -> String {
    match node {
        Node::Path(path) => path.join("."),
        Node::Member(of, name) => format!("{}.{name}", label(of)),
        Node::Element(_) => "element".to_owned(),
        Node::Call(name, _) => format!("{name}()"),
        Node::Constant(_)
        | Node::Index(_)
        | Node::Has(_)
        | Node::List(_)
        | Node::Map(_)
        | Node::Not(_)
        | Node::Negate(_)
        | Node::And(_)
        | Node::Or(_)
        | Node::If(_)
        | Node::Equal(..)
        | Node::Order(..)
        | Node::Arithmetic(..)
        | Node::Shift(..)
        | Node::In(_)
        | Node::Loop(..)
        | Node::Function(..)
        | Node::Active(_) => "value".to_owned(),
    }
}
