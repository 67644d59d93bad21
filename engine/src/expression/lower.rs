//! Lowers the parser's tree to ours, and proves the type of every part on the way. Collects every mistake of the
//! text; never evaluates a name. The depth of its recursion was bounded on the words before the parser ran.

use cel::common::ast::{CallExpr, EntryExpr, Expr, IdedEntryExpr, IdedExpr, LiteralValue, SourceInfo, operators as op};

use super::check::Typed;
use super::node::{Arithmetic, Loop, Node, Order};
use super::problem::{ExpressionProblem, Span, both, code};
use super::types::{Scope, Type};
use crate::source::closest;
use crate::text::Text;
use crate::value::Value;

/// One text on its way into a tree.
pub(super) struct Lowering<'s> {
    /// Characters of the text.
    pub(super) characters: Vec<char>,
    /// The byte at which each character starts: the parser counts bytes.
    starts: Vec<usize>,
    source: &'s SourceInfo,
    pub(super) scope: &'s dyn Scope,
    /// The elements of the loops around, outermost first.
    pub(super) elements: Vec<(String, Type)>,
    pub(super) problems: Vec<ExpressionProblem>,
}

impl<'s> Lowering<'s> {
    /// Begins with no problems.
    pub(super) fn new(text: &str, source: &'s SourceInfo, scope: &'s dyn Scope) -> Lowering<'s> {
        let (starts, characters) = text.char_indices().unzip();
        Lowering { characters, starts, source, scope, elements: Vec::new(), problems: Vec::new() }
    }

    /// Records a problem; the part in question may be anything from now on, so that it is not reported twice.
    pub(super) fn fail(&mut self, problem: ExpressionProblem) -> Typed {
        self.problems.push(problem);
        Typed { node: Node::Constant(Value::Null), of: Type::Any }
    }

    /// Where a part stands: the name of a field or function, the literal, the operator.
    pub(super) fn span(&self, expr: &IdedExpr) -> Span {
        let Some((start, stop)) = self.source.offset_for(expr.id) else {
            return Span::new(0, self.characters.len());
        };
        let character = |byte: u32| self.starts.partition_point(|start| *start <= byte as usize).saturating_sub(1);
        let (start, stop) = (character(start), character(stop));
        match &expr.expr {
            Expr::Select(select) => {
                let blank = self.characters.iter().skip(start + 1).take_while(|c| c.is_whitespace()).count();
                Span::new(start + 1 + blank, select.field.chars().count())
            }
            Expr::Call(call) if self.characters.get(start) == Some(&'(') => {
                let before = self.characters[..start].iter().rev();
                let blank = before.take_while(|c| c.is_whitespace()).count();
                let length = call.func_name.trim_start_matches('.').chars().count();
                Span::new((start - blank).saturating_sub(length), length)
            }
            Expr::Call(_)
            | Expr::Unspecified
            | Expr::Comprehension(_)
            | Expr::Ident(_)
            | Expr::List(_)
            | Expr::Literal(_)
            | Expr::Map(_)
            | Expr::Struct(_) => Span::new(start, (stop + 1).saturating_sub(start)),
        }
    }

    /// The tree of `expr` and its type.
    pub(super) fn lower(&mut self, expr: &IdedExpr) -> Typed {
        let span = self.span(expr);
        match &expr.expr {
            Expr::Literal(literal) => self.literal(literal, span),
            Expr::Ident(name) => self.name(name, span),
            Expr::Select(select) => {
                let of = self.lower(&select.operand);
                self.field(of, &select.field, span)
            }
            Expr::List(list) => {
                let elements = list.elements.iter().map(|element| self.lower(element)).collect();
                self.list(elements)
            }
            Expr::Map(map) => self.map(&map.entries),
            Expr::Call(call) => self.call(call, span),
            Expr::Comprehension(_) | Expr::Struct(_) | Expr::Unspecified => self.fail(left_out(
                span,
                Text::new("这种写法", "this form"),
                Text::new("只能使用文档列出的写法", "use the forms that the documentation lists"),
            )),
        }
    }

    fn literal(&mut self, literal: &LiteralValue, span: Span) -> Typed {
        match literal {
            LiteralValue::Boolean(yes) => Typed::constant(Value::Bool(*yes.inner()), Type::Bool),
            LiteralValue::Int(number) => Typed::constant(Value::Int(*number.inner()), Type::Int),
            LiteralValue::String(text) => Typed::constant(Value::Text(text.inner().to_owned()), Type::Text),
            LiteralValue::Null => Typed::constant(Value::Null, Type::Null),
            LiteralValue::Bytes(_) | LiteralValue::Double(_) | LiteralValue::UInt(_) => self.fail(left_out(
                span,
                Text::new("这种字面值", "this literal"),
                Text::new("只有整数、文字、true、false、null", "there are whole numbers, text, true, false and null"),
            )),
        }
    }

    fn name(&mut self, name: &str, span: Span) -> Typed {
        if let Some(at) = self.elements.iter().rposition(|(element, _)| element == name) {
            return Typed { node: Node::Element(at), of: self.elements[at].1.clone() };
        }
        if let Some(of) = self.scope.root(name) {
            return self.read(vec![name.to_owned()], of);
        }
        let wrong_case = match name {
            "True" | "TRUE" | "yes" | "Yes" => Some("true"),
            "False" | "FALSE" | "no" | "No" => Some("false"),
            "None" | "NULL" | "Null" | "nil" | "undefined" => Some("null"),
            _ => None,
        };
        let mut names = self.scope.roots();
        names.extend(self.elements.iter().map(|(element, _)| element.clone()));
        let suggestion = wrong_case
            .map(str::to_owned)
            .or_else(|| closest(name, names.iter().map(String::as_str)).map(str::to_owned));
        let known = names.join(", ");
        self.fail(
            ExpressionProblem::new(
                code::UNKNOWN_NAME,
                span,
                both!("没有名称 {}", "there is no name {}", name),
                both!("这里可用：{}。文字要加引号", "known here: {}. Text needs quotes", known),
            )
            .meant(suggestion),
        )
    }

    /// A field of a value.
    pub(super) fn field(&mut self, of: Typed, name: &str, span: Span) -> Typed {
        let field_type = match &of.of {
            Type::Any | Type::Null => Type::Any,
            Type::Table(values) => (**values).clone(),
            Type::Map(fields) => match fields.get(name) {
                Some(field) => field.clone(),
                None => {
                    let suggestion = closest(name, fields.keys().map(String::as_str)).map(str::to_owned);
                    let known = fields.keys().cloned().collect::<Vec<_>>().join(", ");
                    return self.fail(
                        ExpressionProblem::new(
                            code::UNKNOWN_FIELD,
                            span,
                            both!("没有字段 {}", "there is no field {}", name),
                            both!("这里有：{}", "the fields here: {}", known),
                        )
                        .meant(suggestion),
                    );
                }
            },
            Type::List(_) => {
                return self.fail(ExpressionProblem::new(
                    code::UNKNOWN_FIELD,
                    span,
                    both!("列表没有字段 {}", "a list has no field {}", name),
                    both!(
                        "用 .exists(x, x.{0} …) 或 .all(x, x.{0} …)",
                        "write .exists(x, x.{0} …) or .all(x, x.{0} …)",
                        name
                    ),
                ));
            }
            Type::Bool | Type::Int | Type::Money | Type::Text | Type::Choice(_) | Type::Date | Type::Instant => {
                let kind = of.of.describe();
                return self.fail(ExpressionProblem::new(
                    code::UNKNOWN_FIELD,
                    span,
                    Text::new(format!("{}没有字段 {name}", kind.zh), format!("{} has no field {name}", kind.en)),
                    Text::new("去掉点和后面的名称", "remove the dot and the name"),
                ));
            }
        };
        match of.node {
            Node::Path(mut path) => {
                path.push(name.to_owned());
                self.read(path, field_type)
            }
            node => Typed { node: Node::Member(Box::new(node), name.to_owned()), of: field_type },
        }
    }

    /// A whole path, or what stands for it here.
    fn read(&self, path: Vec<String>, of: Type) -> Typed {
        match self.scope.stands_for(&path) {
            Some((mut expression, of)) => {
                expression.node.deepen(self.elements.len());
                Typed { node: expression.node, of }
            }
            None => Typed { node: Node::Path(path), of },
        }
    }

    /// A list written out.
    fn list(&mut self, elements: Vec<Typed>) -> Typed {
        let joined = elements
            .iter()
            .skip(1)
            .try_fold(elements.first().map_or(Type::Any, |first| first.of.clone()), |joined, element| {
                joined.join(&element.of)
            });
        let of = Type::list(joined.unwrap_or(Type::Any));
        let nodes: Vec<Node> = elements.into_iter().map(|element| element.node).collect();
        let constants: Option<Vec<Value>> = nodes
            .iter()
            .map(|node| if let Node::Constant(value) = node { Some(value.clone()) } else { None })
            .collect();
        Typed { node: constants.map_or(Node::List(nodes), |list| Node::Constant(Value::List(list))), of }
    }

    fn map(&mut self, entries: &[IdedEntryExpr]) -> Typed {
        let mut nodes = Vec::with_capacity(entries.len());
        let mut fields = std::collections::BTreeMap::new();
        for entry in entries {
            let EntryExpr::MapEntry(entry) = &entry.expr else { continue };
            let span = self.span(&entry.key);
            let key = self.lower(&entry.key);
            let value = self.lower(&entry.value);
            let Node::Constant(Value::Text(name)) = key.node else {
                self.fail(ExpressionProblem::new(
                    code::TYPES,
                    span,
                    Text::new("名称必须是写出来的文字", "a key must be text that is written out"),
                    Text::new("写成 {\"name\": value}", "write {\"name\": value}"),
                ));
                continue;
            };
            if fields.insert(name.clone(), value.of).is_some() {
                self.fail(ExpressionProblem::new(
                    code::SYNTAX,
                    span,
                    both!("名称 {} 写了两次", "the key {} is written twice", name),
                    Text::new("删去一个", "remove one"),
                ));
            }
            nodes.push((name, value.node));
        }
        Typed { node: Node::Map(nodes), of: Type::Map(fields) }
    }

    fn call(&mut self, call: &CallExpr, span: Span) -> Typed {
        let arguments = call.args.as_slice();
        if let Some(target) = &call.target {
            let which = match call.func_name.as_str() {
                op::EXISTS => Some(Loop::Exists),
                op::EXISTS_ONE => Some(Loop::ExistsOne),
                op::ALL => Some(Loop::All),
                op::FILTER => Some(Loop::Filter),
                op::MAP => Some(Loop::Map),
                _ => None,
            };
            return match which {
                Some(which) => self.repeat(which, target, arguments, span),
                None => self.method(&call.func_name, target, arguments, span),
            };
        }
        match (call.func_name.as_str(), arguments) {
            (op::LOGICAL_AND, [left, right]) => self.junction(left, right, true),
            (op::LOGICAL_OR, [left, right]) => self.junction(left, right, false),
            (op::LOGICAL_NOT, [of]) => {
                let node = self.condition(of);
                Typed { node: Node::Not(Box::new(node)), of: Type::Bool }
            }
            (op::NEGATE, [of]) => {
                let of = self.lower(of);
                self.negate(of, span)
            }
            (op::CONDITIONAL, [condition, yes, no]) => {
                let condition = self.condition(condition);
                let (yes, no) = (self.lower(yes), self.lower(no));
                self.conditional(condition, yes, no, span)
            }
            (op::INDEX, [of, at]) => {
                let at_span = self.span(at);
                let (of, at) = (self.lower(of), self.lower(at));
                self.index(of, at, at_span)
            }
            (op::IN, [element, of]) => {
                let places = [self.span(element), self.span(of), span];
                let (element, of) = (self.lower(element), self.lower(of));
                self.contained(element, of, places)
            }
            (op::HAS, [of]) => self.has(of),
            (name, [left, right])
                if arithmetic(name).is_some() || order(name).is_some() || equality(name).is_some() =>
            {
                self.operator(name, left, right, span)
            }
            (name, _) => self.function(name, arguments, span),
        }
    }

    fn operator(&mut self, name: &str, left: &IdedExpr, right: &IdedExpr, span: Span) -> Typed {
        if let Some(which @ (Arithmetic::Add | Arithmetic::Subtract)) = arithmetic(name)
            && let Some(moved) = self.shift(which, left, right, span)
        {
            return moved;
        }
        let places = [self.span(left), self.span(right), span];
        let (left, right) = (self.lower(left), self.lower(right));
        match (arithmetic(name), order(name), equality(name)) {
            (Some(which), _, _) => self.arithmetic(which, left, right, places),
            (_, Some(which), _) => self.order(which, left, right, places),
            (_, _, same) => self.equality(same.unwrap_or(true), left, right, places),
        }
    }

    /// `&&` or `||`: chains become one flat list.
    fn junction(&mut self, left: &IdedExpr, right: &IdedExpr, all: bool) -> Typed {
        let mut nodes = Vec::new();
        for side in [left, right] {
            match (self.condition(side), all) {
                (Node::And(inner), true) | (Node::Or(inner), false) => nodes.extend(inner),
                (node, _) => nodes.push(node),
            }
        }
        Typed { node: if all { Node::And(nodes) } else { Node::Or(nodes) }, of: Type::Bool }
    }
}

/// The arithmetic of an operator's name in the parser's tree.
fn arithmetic(name: &str) -> Option<Arithmetic> {
    Some(match name {
        op::ADD => Arithmetic::Add,
        op::SUBSTRACT => Arithmetic::Subtract,
        op::MULTIPLY => Arithmetic::Multiply,
        op::DIVIDE => Arithmetic::Divide,
        op::MODULO => Arithmetic::Remainder,
        _ => return None,
    })
}

fn order(name: &str) -> Option<Order> {
    Some(match name {
        op::LESS => Order::Less,
        op::LESS_EQUALS => Order::LessOrEqual,
        op::GREATER => Order::Greater,
        op::GREATER_EQUALS => Order::GreaterOrEqual,
        _ => return None,
    })
}

fn equality(name: &str) -> Option<bool> {
    match name {
        op::EQUALS => Some(true),
        op::NOT_EQUALS => Some(false),
        _ => None,
    }
}

/// Legal CEL that this language does not have.
pub(super) fn left_out(span: Span, what: Text, cure: Text) -> ExpressionProblem {
    ExpressionProblem::new(
        code::LEFT_OUT,
        span,
        Text::new(format!("不支持{}", what.zh), format!("{} is not supported", what.en)),
        cure,
    )
}
