//! Why an expression that was sound when its file was checked has no value now. Never holds a person's data.

use thiserror::Error;

use crate::text::Text;

/// An expression has no value. A guard with a fault does not hold, and the kernel reports `error.execution`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Fault {
    /// A value that was not given is used in arithmetic, an order, a condition or a text function.
    #[error("{0} is not answered")]
    Unanswered(String),
    /// A value of an undeclared type is of the wrong kind.
    #[error("expected {expected}, found {found}")]
    Mismatch {
        /// What the operator needs.
        expected: &'static str,
        /// What it got (a kind, never the value).
        found: &'static str,
    },
    /// A result beyond 64 bits, or a date beyond the year 9999.
    #[error("the result is too large")]
    Overflow,
    /// Division by zero.
    #[error("division by zero")]
    DivisionByZero,
    /// A position outside its list.
    #[error("the list has no element {0}")]
    Index(i64),
    /// Text that is no date, amount or whole number.
    #[error("not {0}")]
    Malformed(&'static str),
    /// The budget of steps is used up.
    #[error("more than 10,000 steps")]
    Exhausted,
    /// A root name has no value at all.
    #[error("{0} does not exist")]
    UnknownName(String),
    /// A function of the work layer has no answer.
    #[error("{function}() has no answer: {reason}")]
    Function {
        /// The function.
        function: String,
        /// Why, without data of a person.
        reason: String,
    },
}

impl Fault {
    /// The sentence for people.
    pub fn text(&self) -> Text {
        let zh = match self {
            Fault::Unanswered(path) => format!("{path} 尚未填写"),
            Fault::Mismatch { expected, found } => {
                format!("应为{}，实为{}", kind_in_chinese(expected), kind_in_chinese(found))
            }
            Fault::Overflow => "计算结果过大".to_owned(),
            Fault::DivisionByZero => "除数为零".to_owned(),
            Fault::Index(position) => format!("列表没有第 {position} 个元素（从 0 数起）"),
            Fault::Malformed(what) => format!("不是有效的{}", kind_in_chinese(what)),
            Fault::Exhausted => "计算超过一万步".to_owned(),
            Fault::UnknownName(name) => format!("名称 {name} 不存在"),
            Fault::Function { function, reason } => format!("{function}() 没有结果：{reason}"),
        };
        Text::new(zh, self.to_string())
    }
}

/// The Chinese word for a kind of value named in a fault.
fn kind_in_chinese(kind: &str) -> &str {
    match kind {
        "nothing" => "空值",
        "yes/no" => "是/否",
        "a whole number" => "整数",
        "an amount of money" => "金额",
        "text" => "文字",
        "a date" => "日期",
        "a point in time" => "时刻",
        "a list" => "列表",
        "named values" => "一组字段",
        "a number or an amount" => "整数或金额",
        "values of one kind that have an order" => "同类且有先后的值",
        "a list or named values" => "列表或一组字段",
        other => other,
    }
}
