//! Calls: loops, `has`, dates moved by `days(n)`, functions of the language, `active`, functions of the work layer.
//! Checks names and arguments; computes nothing except literal dates and amounts.

use std::collections::BTreeMap;

use cel::common::ast::{Expr, IdedExpr};

use super::check::Typed;
use super::functions::{FUNCTIONS, Function, Shape};
use super::lower::{Lowering, left_out};
use super::node::{Arithmetic, Loop, Node, Shift, ShiftUnit};
use super::problem::{ExpressionProblem, Span, both, code};
use super::types::{Parameter, Signature, StateProblem, Type};
use crate::source::closest;
use crate::text::Text;
use crate::value::Value;

/// Loops that may stand inside each other.
const LOOPS_MAX: usize = 2;

/// The functions that move a date; they stand only beside one.
const SHIFTS: [(&str, ShiftUnit); 3] =
    [("days", ShiftUnit::Days), ("months", ShiftUnit::Months), ("years", ShiftUnit::Years)];

impl Lowering<'_> {
    /// `list.exists(x, …)` and its kind.
    pub(super) fn repeat(&mut self, which: Loop, target: &IdedExpr, arguments: &[IdedExpr], span: Span) -> Typed {
        let list = self.lower(target);
        let [variable, body] = arguments else {
            return self.fail(arguments_problem("list.exists(x, x == …)", span));
        };
        let Expr::Ident(name) = &variable.expr else {
            return self.fail(arguments_problem("list.exists(x, x == …)", self.span(variable)));
        };
        if self.elements.len() >= LOOPS_MAX {
            return self.fail(ExpressionProblem::new(
                code::LOOPS,
                span,
                both!("循环最多嵌套 {} 层", "loops may stand inside each other {} deep", LOOPS_MAX),
                Text::new("拆成几个条件，或在表单中汇总", "split the guard, or sum up in the form"),
            ));
        }
        if self.scope.root(name).is_some() || self.elements.iter().any(|(element, _)| element == name) {
            return self.fail(ExpressionProblem::new(
                code::ARGUMENTS,
                self.span(variable),
                both!("名称 {} 已有含义", "the name {} already has a meaning", name),
                Text::new("换一个名称，如 x", "use another name, such as x"),
            ));
        }
        let element = match &list.of {
            Type::List(element) => (**element).clone(),
            Type::Map(_) | Type::Table(_) => Type::Text,
            Type::Any | Type::Null => Type::Any,
            Type::Bool | Type::Int | Type::Money | Type::Text | Type::Choice(_) | Type::Date | Type::Instant => {
                let kind = list.of.describe();
                return self.fail(ExpressionProblem::new(
                    code::TYPES,
                    self.span(target),
                    Text::new(format!("应为列表，这里是{}", kind.zh), format!("expected a list, this is {}", kind.en)),
                    Text::new("去掉循环，直接比较", "compare it without a loop"),
                ));
            }
        };
        self.elements.push((name.clone(), element.clone()));
        let body = match which {
            Loop::Exists | Loop::ExistsOne | Loop::All | Loop::Filter => {
                Typed { node: self.condition(body), of: Type::Bool }
            }
            Loop::Map => self.lower(body),
        };
        self.elements.pop();
        let of = match which {
            Loop::Exists | Loop::ExistsOne | Loop::All => Type::Bool,
            Loop::Filter => Type::list(element),
            Loop::Map => Type::list(body.of),
        };
        Typed { node: Node::Loop(which, Box::new([list.node, body.node])), of }
    }

    /// `has(x.y)`: answered.
    pub(super) fn has(&mut self, of: &IdedExpr) -> Typed {
        let indexed = matches!(&of.expr, Expr::Call(call) if call.func_name == cel::common::ast::operators::INDEX);
        if !indexed && !matches!(of.expr, Expr::Select(_)) {
            return self.fail(arguments_problem("has(x.y)", self.span(of)));
        }
        let typed = self.lower(of);
        Typed { node: Node::Has(Box::new(typed.node)), of: Type::Bool }
    }

    /// `date + days(n)`; `None` where neither side is such a call.
    pub(super) fn shift(&mut self, which: Arithmetic, left: &IdedExpr, right: &IdedExpr, span: Span) -> Option<Typed> {
        let forward = which == Arithmetic::Add;
        let (from, unit, amount) = match (shift_call(left), shift_call(right)) {
            (_, Some((unit, amount))) => (left, unit, amount),
            (Some((unit, amount)), None) if forward => (right, unit, amount),
            (_, None) => return None,
        };
        let [amount] = amount else {
            return Some(self.fail(arguments_problem("date + days(n)", span)));
        };
        let places = [self.span(from), self.span(amount)];
        let (from, amount) = (self.lower(from), self.lower(amount));
        for (typed, expected, place) in [(&from, Type::Date, places[0]), (&amount, Type::Int, places[1])] {
            if !expected.accepts(&typed.of) {
                let (kind, expected) = (typed.of.describe(), expected.describe());
                return Some(self.fail(ExpressionProblem::new(
                    code::DATE,
                    place,
                    Text::new(
                        format!("应为{}，这里是{}", expected.zh, kind.zh),
                        format!("expected {}, this is {}", expected.en, kind.en),
                    ),
                    Text::new("写成 日期 + days(n)", "write date + days(n)"),
                )));
            }
        }
        Some(Typed { node: Node::Shift(Shift { unit, forward }, Box::new([from.node, amount.node])), of: Type::Date })
    }

    /// `text.contains("x")`.
    pub(super) fn method(&mut self, name: &str, target: &IdedExpr, arguments: &[IdedExpr], span: Span) -> Typed {
        if name == "matches" {
            return self.fail(left_out(
                span,
                Text::new("正则表达式", "a regular expression"),
                Text::new(
                    "用 contains、startsWith、endsWith；格式由表单字段校验",
                    "use contains, startsWith or endsWith; formats are checked by form fields",
                ),
            ));
        }
        let Some(shape) = FUNCTIONS.iter().find(|shape| shape.method && shape.name == name) else {
            let methods = FUNCTIONS.iter().filter(|shape| shape.method).map(|shape| shape.name);
            let names = methods.chain(["exists", "exists_one", "all", "filter", "map"]);
            return self.unknown_function(name, names.map(str::to_owned).collect(), span);
        };
        let all: Vec<&IdedExpr> = std::iter::once(target).chain(arguments).collect();
        self.built_in(shape, &all, span)
    }

    /// `name(…)`.
    pub(super) fn function(&mut self, name: &str, arguments: &[IdedExpr], span: Span) -> Typed {
        if name == "active" {
            return self.active(arguments, span);
        }
        if let Some(shape) = FUNCTIONS.iter().find(|shape| !shape.method && shape.name == name) {
            return self.built_in(shape, &arguments.iter().collect::<Vec<_>>(), span);
        }
        if let Some(signature) = self.scope.function(name) {
            return self.declared(name, &signature, arguments, span);
        }
        if SHIFTS.iter().any(|(shift, _)| *shift == name) {
            return self.fail(ExpressionProblem::new(
                code::DATE,
                span,
                both!("{}(n) 只能写在日期旁边", "{}(n) stands only beside a date", name),
                Text::new("写成 日期 + days(n) 或 日期 - days(n)", "write date + days(n) or date - days(n)"),
            ));
        }
        let mut names: Vec<String> =
            FUNCTIONS.iter().filter(|shape| !shape.method).map(|shape| shape.name.to_owned()).collect();
        names.extend(SHIFTS.iter().map(|(name, _)| (*name).to_owned()));
        names.extend(["active".to_owned(), "has".to_owned()]);
        names.extend(self.scope.functions());
        self.unknown_function(name, names, span)
    }

    fn unknown_function(&mut self, name: &str, names: Vec<String>, span: Span) -> Typed {
        let suggestion = closest(name, names.iter().map(String::as_str)).map(str::to_owned);
        self.fail(
            ExpressionProblem::new(
                code::UNKNOWN_FUNCTION,
                span,
                both!("没有函数 {}()", "there is no function {}()", name),
                both!("可用的函数：{}", "the functions: {}", names.join(", ")),
            )
            .meant(suggestion),
        )
    }

    fn built_in(&mut self, shape: &Shape, arguments: &[&IdedExpr], span: Span) -> Typed {
        let typed: Vec<Typed> = arguments.iter().map(|argument| self.lower(argument)).collect();
        if !shape.function.arity().contains(&typed.len()) {
            return self.fail(arguments_problem(shape.usage, span));
        }
        let types: Vec<Type> = typed.iter().map(|argument| argument.of.clone()).collect();
        let of = match shape.function.typed(&types) {
            Ok(of) => of,
            Err(wrong) => {
                let kind = types[wrong].describe();
                let mut problem = arguments_problem(shape.usage, self.span(arguments[wrong]));
                problem.message = Text::new(
                    format!("{}() 不能用于{}", shape.name, kind.zh),
                    format!("{}() does not take {}", shape.name, kind.en),
                );
                return self.fail(problem);
            }
        };
        let nodes: Vec<Node> = typed.into_iter().map(|argument| argument.node).collect();
        match (shape.function, nodes.as_slice()) {
            (Function::Date | Function::Money | Function::Yuan, [Node::Constant(value)]) => {
                match shape.function.call(&[value]) {
                    Ok(value) => Typed::constant(value, of),
                    Err(_) => self.fail(ExpressionProblem::new(
                        code::MALFORMED,
                        self.span(arguments[0]),
                        Text::new("没有这样的日期或金额", "there is no such date or amount"),
                        both!("写成 {}", "write {}", shape.usage),
                    )),
                }
            }
            (function, _) => Typed { node: Node::Function(function, nodes), of },
        }
    }

    fn active(&mut self, arguments: &[IdedExpr], span: Span) -> Typed {
        match arguments {
            [argument] => match self.state(argument) {
                Some(state) => Typed { node: Node::Active(state), of: Type::Bool },
                None => Typed { node: Node::Constant(Value::Null), of: Type::Any },
            },
            _ => self.fail(arguments_problem("active(\"state\")", span)),
        }
    }

    /// The state that a literal names; problems are recorded.
    fn state(&mut self, argument: &IdedExpr) -> Option<String> {
        let span = self.span(argument);
        let Node::Constant(Value::Text(path)) = self.lower(argument).node else {
            self.fail(arguments_problem("active(\"state\")", span));
            return None;
        };
        let problem = match self.scope.state_path(&path) {
            Ok(full) => return Some(full),
            Err(StateProblem::Unknown { suggestion }) => ExpressionProblem::new(
                code::UNKNOWN_STATE,
                span,
                both!("没有环节 {}", "there is no state {}", path),
                Text::new(
                    "写环节的名称，或从任一上级开始的路径",
                    "write the state's name, or its path from any ancestor",
                ),
            )
            .meant(suggestion.map(|state| format!("\"{state}\""))),
            Err(StateProblem::Ambiguous { paths }) => ExpressionProblem::new(
                code::AMBIGUOUS_STATE,
                span,
                both!("环节名 {} 不止一个", "more than one state is called {}", path),
                both!("写出路径：{}", "write the path: {}", paths.join(", ")),
            )
            .meant(paths.first().map(|state| format!("\"{state}\""))),
        };
        self.fail(problem);
        None
    }

    /// The values that a group of inputs is given: each known, none missing, each of its type.
    fn inputs(&mut self, given: &Typed, expected: &BTreeMap<String, Type>, span: Span) {
        let (Node::Map(entries), Type::Map(types)) = (&given.node, &given.of) else { return };
        let known: Vec<String> = expected.keys().cloned().collect();
        for (name, node) in entries {
            let (Some(wanted), Some(of)) = (expected.get(name), types.get(name)) else {
                self.among(&[name], &known, span);
                continue;
            };
            match (wanted, node.literals()) {
                (Type::Choice(choices), Some(texts)) => self.among(&texts, choices, span),
                (_, _) if wanted.accepts(of) => {}
                (_, _) => {
                    self.fail(input_problem(name, wanted, of, span));
                }
            }
        }
        for name in known.iter().filter(|name| !types.contains_key(*name)) {
            self.fail(ExpressionProblem::new(
                code::ARGUMENTS,
                span,
                both!("没有给出输入 {}", "the input {} is not given", name),
                both!("加上 \"{}\": …", "add \"{}\": …", name),
            ));
        }
    }

    fn declared(&mut self, name: &str, signature: &Signature, arguments: &[IdedExpr], span: Span) -> Typed {
        let least = signature.parameters.len();
        if !(least..=least + signature.optional.len()).contains(&arguments.len()) {
            return self.fail(ExpressionProblem::new(
                code::ARGUMENTS,
                span,
                both!("{}() 需要 {} 个参数", "{}() takes {} argument(s)", name, least),
                Text::new("补上或删去参数", "add or remove arguments"),
            ));
        }
        let mut of = signature.returns.clone();
        let mut named: Option<String> = None;
        let mut nodes = Vec::with_capacity(arguments.len());
        for (argument, parameter) in arguments.iter().zip(signature.parameters.iter().chain(&signature.optional)) {
            nodes.push(match parameter {
                Parameter::State => Node::Constant(self.state(argument).map_or(Value::Null, Value::Text)),
                Parameter::Key(keys) => {
                    let span = self.span(argument);
                    let typed = self.lower(argument);
                    let Node::Constant(Value::Text(key)) = &typed.node else {
                        return self.fail(arguments_problem(&format!("{name}(\"…\")"), span));
                    };
                    match keys.get(key) {
                        Some(known) => {
                            of = known.clone();
                            named = Some(key.clone());
                        }
                        None => {
                            of = Type::Any;
                            self.among(&[key], &keys.keys().cloned().collect::<Vec<_>>(), span);
                        }
                    }
                    typed.node
                }
                Parameter::Inputs(groups) => {
                    let span = self.span(argument);
                    let typed = self.lower(argument);
                    if let Some(Type::Map(expected)) = named.as_ref().and_then(|name| groups.get(name)) {
                        self.inputs(&typed, expected, span);
                    }
                    typed.node
                }
                Parameter::Of(expected) => {
                    let span = self.span(argument);
                    let typed = self.lower(argument);
                    self.result(typed, expected, span)
                }
            });
        }
        Typed { node: Node::Call(name.to_owned(), nodes), of }
    }
}

/// A value of an input that is of another type.
fn input_problem(name: &str, expected: &Type, of: &Type, span: Span) -> ExpressionProblem {
    let (expected, of) = (expected.describe(), of.describe());
    ExpressionProblem::new(
        code::TYPES,
        span,
        Text::new(
            format!("输入 {name} 应为{}，这里是{}", expected.zh, of.zh),
            format!("the input {name} takes {}, this is {}", expected.en, of.en),
        ),
        Text::new(
            "换一个字段，或者在表的输入中补上缺少的选项",
            "use another field, or add the missing options to the input of the table",
        ),
    )
}

/// `days(n)` and its kind, with its arguments.
fn shift_call(expr: &IdedExpr) -> Option<(ShiftUnit, &[IdedExpr])> {
    let Expr::Call(call) = &expr.expr else { return None };
    let (_, unit) = SHIFTS.iter().find(|(name, _)| call.target.is_none() && *name == call.func_name)?;
    Some((*unit, &call.args))
}

/// Wrong arguments, and how the call is written.
fn arguments_problem(usage: &str, span: Span) -> ExpressionProblem {
    ExpressionProblem::new(
        code::ARGUMENTS,
        span,
        Text::new("参数不对", "the arguments do not fit"),
        both!("写成 {}", "write {}", usage),
    )
}
