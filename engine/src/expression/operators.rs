//! What `+ - * / %`, orders and equality mean: their types, and their results on values. Every result is checked;
//! nothing wraps, rounds up or becomes a float.

use std::cmp::Ordering;

use jiff::Span;

use super::fault::Fault;
use super::functions::{date, integer, mismatch};
use super::node::{Arithmetic, Shift, ShiftUnit};
use super::types::Type;
use crate::value::Value;

impl Arithmetic {
    /// The sign, as it is written.
    pub(super) fn sign(self) -> &'static str {
        match self {
            Arithmetic::Add => "+",
            Arithmetic::Subtract => "-",
            Arithmetic::Multiply => "*",
            Arithmetic::Divide => "/",
            Arithmetic::Remainder => "%",
        }
    }

    /// The type of the result; `None` where the two do not go together.
    pub(super) fn typed(self, left: &Type, right: &Type) -> Option<Type> {
        use Arithmetic as A;
        Some(match (self, left, right) {
            (A::Add | A::Subtract | A::Multiply | A::Divide | A::Remainder, Type::Int, Type::Int) => Type::Int,
            (A::Add | A::Subtract, Type::Money, Type::Money) => Type::Money,
            (A::Multiply, Type::Money, Type::Int) | (A::Multiply, Type::Int, Type::Money) => Type::Money,
            (A::Divide, Type::Money, Type::Int) => Type::Money,
            (A::Add, Type::Text | Type::Choice(_), Type::Text | Type::Choice(_)) => Type::Text,
            (A::Add, Type::List(_), Type::List(_)) => left.join(right)?,
            (_, Type::Any, Type::Any) => Type::Any,
            (_, Type::Any, known) | (_, known, Type::Any) => match (self, known) {
                (A::Add, Type::Text | Type::Choice(_)) => Type::Text,
                (A::Add, Type::List(_)) => Type::Any,
                (A::Add | A::Subtract, Type::Money) => Type::Money,
                (A::Add | A::Subtract, Type::Int) => Type::Int,
                (A::Multiply | A::Divide, Type::Money | Type::Int) => Type::Any,
                (A::Remainder, Type::Int) => Type::Int,
                (_, _) => return None,
            },
            (_, _, _) => return None,
        })
    }

    /// The result.
    pub(super) fn apply(self, left: &Value, right: &Value) -> Result<Value, Fault> {
        use Arithmetic as A;
        let integers = |left: i64, right: i64| {
            if right == 0 && matches!(self, A::Divide | A::Remainder) {
                return Err(Fault::DivisionByZero);
            }
            let result = match self {
                A::Add => left.checked_add(right),
                A::Subtract => left.checked_sub(right),
                A::Multiply => left.checked_mul(right),
                A::Divide => left.checked_div(right),
                A::Remainder => left.checked_rem(right),
            };
            result.ok_or(Fault::Overflow)
        };
        Ok(match (self, left, right) {
            (_, Value::Int(left), Value::Int(right)) => Value::Int(integers(*left, *right)?),
            (A::Add | A::Subtract, Value::Money(left), Value::Money(right))
            | (A::Multiply | A::Divide, Value::Money(left), Value::Int(right))
            | (A::Multiply, Value::Int(left), Value::Money(right)) => Value::Money(integers(*left, *right)?),
            (A::Add, Value::Text(left), Value::Text(right)) => Value::Text(format!("{left}{right}")),
            (A::Add, Value::List(left), Value::List(right)) => Value::List(left.iter().chain(right).cloned().collect()),
            (_, Value::Int(_) | Value::Money(_) | Value::Text(_) | Value::List(_), other) | (_, other, _) => {
                return Err(mismatch("a number or an amount", other));
            }
        })
    }
}

/// The order of two numbers, amounts, texts, dates or instants of one kind.
pub(super) fn order(left: &Value, right: &Value) -> Result<Ordering, Fault> {
    Ok(match (left, right) {
        (Value::Int(left), Value::Int(right)) | (Value::Money(left), Value::Money(right)) => left.cmp(right),
        (Value::Text(left), Value::Text(right)) => left.cmp(right),
        (Value::Date(left), Value::Date(right)) => left.cmp(right),
        (Value::Instant(left), Value::Instant(right)) => left.cmp(right),
        (_, other) => return Err(mismatch("values of one kind that have an order", other)),
    })
}

/// Have values of these two types an order?
pub(super) fn ordered(left: &Type, right: &Type) -> bool {
    let orderly =
        |of: &Type| matches!(of, Type::Any | Type::Int | Type::Money | Type::Text | Type::Date | Type::Instant);
    orderly(left) && orderly(right) && left.comparable(right)
}

/// Are two values the same? Values of different kinds are different; only money and a bare number may not be
/// compared at all, because one of them is wrong by a factor of a hundred.
pub(super) fn equal(left: &Value, right: &Value) -> Result<bool, Fault> {
    match (left, right) {
        (Value::Money(_), Value::Int(_)) => Err(mismatch("an amount of money", right)),
        (Value::Int(_), Value::Money(_)) => Err(mismatch("a whole number", right)),
        (left, right) => Ok(left == right),
    }
}

/// A date moved by whole days, months or years. Where the month is too short the last day counts (Civil Code of
/// the People's Republic of China, article 202).
pub(super) fn shift(shift: Shift, from: &Value, amount: &Value) -> Result<Value, Fault> {
    let (from, amount) = (date(from)?, integer(amount)?);
    let amount = if shift.forward { amount } else { amount.checked_neg().ok_or(Fault::Overflow)? };
    let span = match shift.unit {
        ShiftUnit::Days => Span::new().try_days(amount),
        ShiftUnit::Months => Span::new().try_months(amount),
        ShiftUnit::Years => Span::new().try_years(amount),
    };
    let moved = span.and_then(|span| from.checked_add(span));
    moved.map(Value::Date).map_err(|_| Fault::Overflow)
}
