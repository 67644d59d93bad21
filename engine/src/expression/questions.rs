//! The yes-or-no questions that a condition is put together from by `&&`, `||`, `!` and `? :`, for whoever explores
//! what can happen without knowing every answer. It must never evaluate anything.

use super::Expression;
use super::node::{Node, Order};
use crate::value::Value;

/// The function under which a replaced question is asked; its argument is the number it was given.
pub const QUESTION: &str = "#question";

impl Expression {
    /// The same condition, in which every question that `number` gives a number is asked from outside, as the function
    /// [`QUESTION`] of that number. A question and its opposite (`a == b` and `a != b`, `a < b` and `a >= b`) are one.
    pub fn asking(&self, number: &mut dyn FnMut(&Expression) -> Option<i64>) -> Expression {
        Expression { text: self.text.clone(), node: asked(&self.node, number) }
    }

    /// A question of this number alone.
    pub fn question(number: i64) -> Expression {
        let node = Node::Call(QUESTION.to_owned(), vec![Node::Constant(Value::Int(number))]);
        Expression { text: format!("{QUESTION}({number})"), node }
    }

    /// The number of an expression that is one question and nothing else.
    pub fn as_question(&self) -> Option<i64> {
        let Node::Call(name, arguments) = &self.node else { return None };
        let [Node::Constant(Value::Int(number))] = arguments.as_slice() else { return None };
        (name == QUESTION).then_some(*number)
    }

    /// The state of an expression that is `active("…")` and nothing else.
    pub fn as_active(&self) -> Option<&str> {
        if let Node::Active(state) = &self.node { Some(state) } else { None }
    }

    /// The states named in `visits("…")`, as they are written.
    pub fn visited(&self) -> Vec<&str> {
        let mut found = Vec::new();
        super::collect(&self.node, &mut |node| {
            if let Node::Call(name, arguments) = node
                && name == "visits"
                && let [Node::Constant(Value::Text(state))] = arguments.as_slice()
            {
                found.push(state.as_str());
            }
        });
        found
    }

    /// The largest whole number written out in it, 0 where there is none.
    pub fn largest_number(&self) -> i64 {
        let mut largest = 0;
        super::collect(&self.node, &mut |node| {
            if let Node::Constant(Value::Int(number)) = node {
                largest = largest.max(*number);
            }
        });
        largest
    }
}

fn asked(node: &Node, number: &mut dyn FnMut(&Expression) -> Option<i64>) -> Node {
    match node {
        Node::Constant(_) => node.clone(),
        Node::And(nodes) => Node::And(nodes.iter().map(|node| asked(node, number)).collect()),
        Node::Or(nodes) => Node::Or(nodes.iter().map(|node| asked(node, number)).collect()),
        Node::Not(of) => Node::Not(Box::new(asked(of, number))),
        Node::If(three) => Node::If(Box::new(three.each_ref().map(|node| asked(node, number)))),
        Node::Equal(false, pair) => Node::Not(Box::new(question(&Node::Equal(true, pair.clone()), number))),
        Node::Order(Order::GreaterOrEqual, pair) => {
            Node::Not(Box::new(question(&Node::Order(Order::Less, pair.clone()), number)))
        }
        Node::Order(Order::LessOrEqual, pair) => {
            Node::Not(Box::new(question(&Node::Order(Order::Greater, pair.clone()), number)))
        }
        Node::Path(_)
        | Node::Element(_)
        | Node::Member(..)
        | Node::Index(_)
        | Node::Has(_)
        | Node::List(_)
        | Node::Map(_)
        | Node::Negate(_)
        | Node::Equal(true, _)
        | Node::Order(Order::Less | Order::Greater, _)
        | Node::Arithmetic(..)
        | Node::Shift(..)
        | Node::In(_)
        | Node::Loop(..)
        | Node::Function(..)
        | Node::Active(_)
        | Node::Call(..) => question(node, number),
    }
}

/// A question is known by its tree, so that the same one in two conditions is the same.
fn question(node: &Node, number: &mut dyn FnMut(&Expression) -> Option<i64>) -> Node {
    let whole = Expression { text: format!("{node:?}"), node: node.clone() };
    match number(&whole) {
        Some(number) => Node::Call(QUESTION.to_owned(), vec![Node::Constant(Value::Int(number))]),
        None => node.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::{Names, Scope, Signature, StateProblem, Type};
    use std::borrow::Cow;

    struct Any;

    impl Scope for Any {
        fn root(&self, name: &str) -> Option<Type> {
            (name == "answers").then_some(Type::Any)
        }

        fn roots(&self) -> Vec<String> {
            vec!["answers".to_owned()]
        }

        fn function(&self, name: &str) -> Option<Signature> {
            (name == "visits").then(|| Signature::new(vec![crate::expression::Parameter::State], Type::Int))
        }

        fn functions(&self) -> Vec<String> {
            vec!["visits".to_owned()]
        }

        fn state(&self, _path: &str) -> Result<(), StateProblem> {
            Ok(())
        }
    }

    /// Answers question `n` with the `n`th letter of the list.
    struct Answers(Vec<bool>);

    impl Names for Answers {
        fn value(&self, _root: &str) -> Option<Cow<'_, Value>> {
            None
        }

        fn active(&self, _state: &str) -> bool {
            false
        }

        fn call(&self, function: &str, arguments: &[Value]) -> Result<Value, crate::expression::Fault> {
            assert_eq!(function, QUESTION);
            let [Value::Int(at)] = arguments else { panic!("{arguments:?}") };
            Ok(Value::Bool(self.0[usize::try_from(*at).expect("small")]))
        }
    }

    fn replaced(text: &str) -> (Expression, Vec<Expression>) {
        let parsed = Expression::parse(text, &Any, &Type::Bool).expect("a condition");
        let mut known: Vec<Expression> = Vec::new();
        let asking = parsed.asking(&mut |question| {
            let at = known.iter().position(|known| known == question).unwrap_or_else(|| {
                known.push(question.clone());
                known.len() - 1
            });
            i64::try_from(at).ok()
        });
        (asking, known)
    }

    #[test]
    fn a_question_and_its_opposite_are_one() {
        let (asking, known) = replaced("answers.a == 1 || answers.a != 1");
        assert_eq!(known.len(), 1, "{known:?}");
        assert_eq!(asking.truth(&Answers(vec![false])), Ok(true));
        let (asking, known) = replaced("answers.a < 3 && answers.a >= 3");
        assert_eq!(known.len(), 1, "{known:?}");
        assert_eq!(asking.truth(&Answers(vec![true])), Ok(false));
    }

    #[test]
    fn visits_and_numbers_are_found() {
        let (_, known) = replaced(r#"visits("a.b") < 3 && answers.c"#);
        assert_eq!((known[0].visited(), known[0].largest_number()), (vec!["a.b"], 3));
        assert_eq!(known.len(), 2);
    }
}
