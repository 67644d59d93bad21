//! What is wrong with an expression, said to its author in both languages, with the place and a cure.
//! Collects nothing and prints nothing; the caller knows the file.

use crate::text::Text;

/// One mistake in the text of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpressionProblem {
    /// A stable code, `E02xx`.
    pub code: &'static str,
    /// Characters (not bytes) before the mistake, counted from the start of the text.
    pub column: usize,
    /// Characters that are wrong; at least 1.
    pub length: usize,
    /// What is wrong.
    pub message: Text,
    /// How to mend it.
    pub cure: Text,
    /// What was probably meant.
    pub suggestion: Option<String>,
}

/// Characters of the text: where they start and how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    /// Characters before.
    pub column: usize,
    /// Characters inside.
    pub length: usize,
}

impl Span {
    /// `length` characters after `column`.
    pub(super) fn new(column: usize, length: usize) -> Span {
        Span { column, length: length.max(1) }
    }
}

/// Codes, one per kind of mistake.
pub(super) mod code {
    /// Longer than 1 KiB.
    pub const TOO_LONG: &str = "E0201";
    /// Nested too deeply, or too many operators.
    pub const TOO_DEEP: &str = "E0202";
    /// Cannot be read at all.
    pub const SYNTAX: &str = "E0203";
    /// A character or word from another keyboard or language.
    pub const FOREIGN: &str = "E0204";
    /// No such root name.
    pub const UNKNOWN_NAME: &str = "E0205";
    /// No such field.
    pub const UNKNOWN_FIELD: &str = "E0206";
    /// No such function.
    pub const UNKNOWN_FUNCTION: &str = "E0207";
    /// Wrong number or kind of arguments.
    pub const ARGUMENTS: &str = "E0208";
    /// The operator does not go with these values.
    pub const TYPES: &str = "E0209";
    /// The whole expression has the wrong type for its place.
    pub const RESULT: &str = "E0210";
    /// Text that is not one of the choices.
    pub const NOT_A_CHOICE: &str = "E0211";
    /// Money meets a bare number.
    pub const MONEY: &str = "E0212";
    /// A date meets text or a number.
    pub const DATE: &str = "E0213";
    /// No such state.
    pub const UNKNOWN_STATE: &str = "E0214";
    /// More than one such state.
    pub const AMBIGUOUS_STATE: &str = "E0215";
    /// Loops inside loops inside loops.
    pub const LOOPS: &str = "E0216";
    /// Could take too long.
    pub const COST: &str = "E0217";
    /// Legal CEL that this language leaves out.
    pub const LEFT_OUT: &str = "E0218";
    /// A date or an amount that does not exist.
    pub const MALFORMED: &str = "E0219";
}

impl ExpressionProblem {
    /// A problem at a place.
    pub(super) fn new(code: &'static str, span: Span, message: Text, cure: Text) -> ExpressionProblem {
        ExpressionProblem { code, column: span.column, length: span.length.max(1), message, cure, suggestion: None }
    }

    /// The same, with what was probably meant.
    pub(super) fn meant(mut self, suggestion: Option<String>) -> ExpressionProblem {
        self.suggestion = suggestion;
        self
    }
}

/// A problem that ends the reading, boxed because it is large and rare.
pub(super) fn refused(code: &'static str, span: Span, message: Text, cure: Text) -> Box<ExpressionProblem> {
    Box::new(ExpressionProblem::new(code, span, message, cure))
}

/// A sentence with the same words put into both languages.
macro_rules! both {
    ($zh:literal, $en:literal $(, $argument:expr)* $(,)?) => {
        $crate::text::Text::new(format!($zh $(, $argument)*), format!($en $(, $argument)*))
    };
}
pub(super) use both;
