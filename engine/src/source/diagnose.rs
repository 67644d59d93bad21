//! Turns what the parser refused into advice: its message says where the grammar broke, this says what was probably
//! written there. It must never guess silently: what it does not recognise stays the parser's own message.

use serde_yaml::granit_parser::{ErrorKind, ScanError};

use super::parse::small;
use super::quoting::{self, Meant};
use super::{Problem, Source, Span, brief, trap};
use crate::text::Text;

/// The place where the parser stopped.
pub(super) struct Stop<'a> {
    source: &'a Source,
    lines: Vec<&'a str>,
    /// Line, from 1.
    line: usize,
    /// Column, from 0.
    column: usize,
}

/// The advice for what the parser refused.
pub(super) fn diagnose<'a>(source: &'a Source, text: &'a str, error: &ScanError) -> Problem {
    let (line, column) = (error.marker().line(), error.marker().col());
    let stop = Stop { source, lines: super::render::lines(text), line, column };
    match error.kind() {
        ErrorKind::RecursionLimitExceeded => return trap::too_deep(source, stop.span()),
        ErrorKind::DirectiveDisallowed => return stop.directive(),
        ErrorKind::UnclosedQuotedScalar => return stop.open_quote(),
        ErrorKind::UnknownQuotedScalarEscape
        | ErrorKind::InvalidQuotedScalarHexEscape
        | ErrorKind::InvalidUnicodeEscape
        | ErrorKind::InvalidLowSurrogateHexEscape
        | ErrorKind::InvalidLowSurrogate
        | ErrorKind::MissingLowSurrogate
        | ErrorKind::UnpairedLowSurrogate => return stop.escape(),
        ErrorKind::BomInsideDocument => return trap::hidden_space(source, stop.span()),
        _ => {}
    }
    let special = stop.tab(error.kind()).or_else(|| stop.full_width()).or_else(|| stop.starts_oddly());
    special.or_else(|| stop.by_kind(error.kind())).unwrap_or_else(|| stop.other(error))
}

/// The text with the line of a problem emptied behind its key, so that what follows can be read; `None` where the
/// mistake may concern other lines too.
pub(super) fn without(text: &str, problem: &Problem) -> Option<String> {
    let alone = matches!(problem.code, "E0111" | "E0114" | "E0115" | "E0117" | "E0121" | "E0122" | "E0124" | "E0125");
    let lines = super::render::lines(text);
    let index = (problem.span.line as usize).checked_sub(1).filter(|&index| alone && index < lines.len())?;
    let depth = |line: &str| quoting::depth(&line.chars().collect::<Vec<_>>());
    let before: i32 = lines[..index].iter().map(|line| depth(line)).sum();
    if before != 0 || (depth(lines[index]) != 0 && problem.code != "E0117") {
        return None;
    }
    let kept = lines[index].find([':', '：']).map_or(String::new(), |colon| format!("{}:", &lines[index][..colon]));
    let emptied = if kept.contains(['{', '[', '"', '\'', '#']) { String::new() } else { kept };
    let mut lines: Vec<&str> = lines;
    lines[index] = &emptied;
    Some(lines.join("\n"))
}

impl<'a> Stop<'a> {
    fn span(&self) -> Span {
        Span { line: small(self.line), column: small(self.column + 1), length: 1 }
    }

    /// The text of a line, from 1; empty where there is none.
    fn text(&self, line: usize) -> &'a str {
        line.checked_sub(1).and_then(|index| self.lines.get(index)).copied().unwrap_or("")
    }

    /// The character where the parser stopped.
    fn character(&self) -> Option<char> {
        self.text(self.line).chars().nth(self.column)
    }

    /// The last line before this one that holds something.
    fn before(&self) -> usize {
        let filled = |line: &usize| !self.text(*line).trim().is_empty() && !self.text(*line).trim().starts_with('#');
        (1..self.line).rev().find(filled).unwrap_or(0)
    }

    fn problem(&self, code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Problem {
        Problem::error(code, self.source, self.span(), Text::new(zh, en))
    }

    fn directive(&self) -> Problem {
        self.problem("E0108", "不能用 `%` 指令", "`%` directives are not allowed")
            .cure("删去这一行；如果是值，用引号括起来。", "Delete the line; if it is a value, put it in quotes.")
    }

    fn open_quote(&self) -> Problem {
        self.problem("E0118", "引号没有收尾", "the quote is never closed").cure(
            "补上后引号；单引号里的单引号要写两个（''）。",
            "Add the closing quote; a single quote inside single quotes is written twice ('').",
        )
    }

    fn escape(&self) -> Problem {
        self.problem("E0122", "双引号里的 `\\` 后面不是 YAML 认识的转义", "no such escape behind `\\` in double quotes")
            .cause("双引号里 `\\` 有特殊含义。", "In double quotes a `\\` has a meaning of its own.")
            .cure("改用单引号，`\\` 就是普通字符。", "Take single quotes; there a `\\` is just itself.")
    }

    /// E0110: the parser names tabs in several ways, and sometimes stops one line early.
    fn tab(&self, kind: &ErrorKind) -> Option<Problem> {
        let tabbed = |line: usize| {
            let text = self.text(line);
            text[..text.len() - text.trim_start_matches([' ', '\t']).len()].find('\t')
        };
        let named = matches!(
            kind,
            ErrorKind::TabNotAllowed
                | ErrorKind::TabInBlockIndentation
                | ErrorKind::TabAtBlockScalarStart
                | ErrorKind::TabInIndentation
                | ErrorKind::TabInPlainScalar
        );
        let reach = if named { self.line + 1 } else { self.line };
        let all: Vec<(usize, usize)> =
            (1..=self.lines.len()).filter_map(|line| Some((line, tabbed(line)?))).take(2_000).collect();
        let &(line, column) = all.iter().find(|(line, _)| (self.line..=reach).contains(line))?;
        let span = Span { line: small(line), column: small(column + 1), length: 1 };
        let message = Text::new("缩进里有制表符（Tab）", "a tab in the indentation");
        let mut problem = Problem::error("E0110", self.source, span, message)
            .cause(
                "各编辑器显示的制表符宽度不同，层次就看不准。",
                "Editors show tabs in different widths, so the level cannot be seen.",
            )
            .cure("改用空格缩进，每层两个。", "Indent with spaces, two for each level.");
        for &(line, column) in all.iter().filter(|(other, _)| *other > line).take(5) {
            let span = Span { line: small(line), column: small(column + 1), length: 1 };
            problem = problem.also(self.source.path.clone(), span, Text::new("这里也是", "here too"));
        }
        Some(problem)
    }

    /// E0111: full-width punctuation on this line or at the start of the value that runs into it.
    fn full_width(&self) -> Option<Problem> {
        for line in [self.line, self.before()] {
            let chars: Vec<char> = self.text(line).chars().collect();
            let reach = if line == self.line { self.column } else { chars.len() };
            let bracket = |c: &char| matches!(c, '｛' | '｝' | '［' | '］');
            let start = chars.iter().position(|c| !matches!(c, ' ' | '-')).unwrap_or(0);
            let word = |c: &char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
            // As a key: a word, the colon, and nothing of YAML's own before it.
            let key = chars[start..].iter().position(|c| !word(c)).map(|at| at + start).filter(|&at| chars[at] == '：');
            let comma = || {
                let open = quoting::depth(&chars[..reach.min(chars.len())]) > 0;
                (line == self.line && open).then(|| (0..reach.min(chars.len())).rev().find(|&at| chars[at] == '，'))?
            };
            let found = key.or_else(|| chars.iter().position(bracket)).or_else(comma);
            if let Some(at) = found {
                let before: String = if chars[at] == '：' { chars[start..at].iter().collect() } else { String::new() };
                let span = Span { line: small(line), column: small(at + 1), length: 1 };
                return Some(trap::full_width(self.source, span, chars[at], &before));
            }
        }
        None
    }

    /// E0114, E0115 and E0117: the value starts with a character that YAML keeps for itself.
    fn starts_oddly(&self) -> Option<Problem> {
        let quoted = self.meant().and_then(|meant| meant.quoted());
        let problem =
            match self.character()? {
                '!' => trap::tag(self.source, self.span()),
                '*' | '&' => trap::anchor(self.source, self.span()),
                found @ ('%' | '@' | '`' | '|' | '>') => {
                    return Some(self.needs_quotes(
                        format!("值不能以 `{found}` 开头"),
                        format!("a value cannot start with `{found}`"),
                    ));
                }
                _ => return None,
            };
        Some(problem.suggest(quoted.as_deref()))
    }

    /// The value that the parser stopped in.
    fn meant(&self) -> Option<Meant> {
        quoting::value_at(self.text(self.line), self.column)
    }

    /// E0117, with the value in quotes as the suggestion.
    fn needs_quotes(&self, zh: impl Into<String>, en: impl Into<String>) -> Problem {
        let mut problem =
            self.problem("E0117", zh, en).cure("把整个值用引号括起来。", "Put the whole value in quotes.");
        if let Some(meant) = self.meant() {
            let length = small(meant.value.chars().count());
            problem.span = Span { column: small(meant.from + 1), length, ..problem.span };
            problem = problem.suggest(meant.quoted().as_deref());
        }
        problem
    }

    fn by_kind(&self, kind: &ErrorKind) -> Option<Problem> {
        match kind {
            ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => {
                Some(self.behind_quote())
            }
            ErrorKind::MappingKeyNotAllowed => Some(self.needs_quotes(
                "值里的 `? ` 会被 YAML 当作键的标记",
                "YAML takes `? ` in a value for the mark of a key",
            )),
            ErrorKind::ExpectedFlowMappingSeparator | ErrorKind::ExpectedFlowSequenceSeparator => Some(self.in_flow()),
            ErrorKind::UnexpectedEofImplicitFlowMapping if self.character() == Some(',') => Some(self.comma(true)),
            ErrorKind::UnclosedFlowCollection { .. }
            | ErrorKind::UnexpectedEofFlowMapping
            | ErrorKind::UnexpectedEofFlowSequence
            | ErrorKind::UnexpectedEofImplicitFlowMapping
            | ErrorKind::MismatchedFlowCollectionEnd { .. }
            | ErrorKind::MisplacedFlowCollectionEnd => Some(self.bracket(self.span())),
            ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => Some(self.second_colon()),
            ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => Some(self.no_colon()),
            ErrorKind::BlockSequenceEntryNotAllowed | ErrorKind::BlockEntryInFlowCollection => Some(self.dash()),
            ErrorKind::ExpectedBlockMappingKey
            | ErrorKind::ExpectedBlockSequenceEntry
            | ErrorKind::InvalidIndentation
            | ErrorKind::InvalidBlockScalarIndent
            | ErrorKind::InvalidQuotedScalarIndent
            | ErrorKind::InvalidFlowScalarIndent => Some(self.indentation()),
            _ => None,
        }
    }

    fn behind_quote(&self) -> Problem {
        let flow = quoting::depth(&self.text(self.line).chars().take(self.column).collect::<Vec<_>>()) > 0;
        if flow {
            return self.needs_quotes("花括号里的表达式没有加引号", "an expression between braces is not in quotes");
        }
        let problem = self.needs_quotes("后引号之后还有文字", "text behind the closing quote");
        // In 'it's' the author wanted one quoted text, in 'a' in b an expression.
        let inner = self.meant().and_then(|meant| {
            let text = meant.value.strip_prefix('\'')?.strip_suffix('\'')?.to_owned();
            let apostrophe = self.character().is_some_and(char::is_alphanumeric);
            apostrophe.then(|| Meant { value: text, ..meant }.quoted())?
        });
        problem.suggest(inner.as_deref()).cure(
            "把整个值用引号括起来；单引号里的单引号要写两个（''）。",
            "Put the whole value in quotes; a single quote inside single quotes is written twice ('').",
        )
    }

    /// The parser wanted a comma or a closing bracket.
    fn in_flow(&self) -> Problem {
        let line = self.text(self.line);
        let here: Vec<char> = line.chars().take(self.column).collect();
        if quoting::depth(&here) <= 0 && self.line > 1 {
            // The bracket was opened on an earlier line and this one no longer belongs to it.
            let opens = |at: &usize| quoting::depth(&self.text(*at).chars().collect::<Vec<_>>()) > 0;
            if let Some(opened) = (1..self.line).rev().find(opens) {
                let column = self.text(opened).chars().position(|c| matches!(c, '{' | '[')).unwrap_or(0);
                return self.bracket(Span { line: small(opened), column: small(column + 1), length: 1 });
            }
        }
        let meant = self.meant();
        let expression = |value: &str| {
            value.contains(['(', '"', '\'', '?', '[', '{', '=', '<', '>', '&', '|']) || value.contains(" in ")
        };
        match meant {
            Some(meant) if expression(&meant.value) => {
                self.needs_quotes("花括号里的表达式没有加引号", "an expression between braces is not in quotes").cause(
                    "花括号和方括号里，逗号、冒号、`?`、引号和括号都是 YAML 的符号。",
                    "Between braces, commas, colons, `?`, quotes and brackets belong to YAML.",
                )
            }
            _ => self.comma(false),
        }
    }

    /// E0124.
    fn comma(&self, stray: bool) -> Problem {
        if stray {
            return self.problem("E0124", "这里多了一个逗号", "a comma too many").cure("删去它。", "Delete it.");
        }
        self.problem("E0124", "两项之间缺少逗号", "a comma is missing between two members").cure(
            "在两项之间加 `, `；如果是一个值，用引号括起来。",
            "Add `, ` between them; if it is one value, put it in quotes.",
        )
    }

    fn bracket(&self, span: Span) -> Problem {
        let message = Text::new("括号没有配对", "a bracket without its partner");
        Problem::error("E0119", self.source, span, message).cure(
            "每个 `{` 配 `}`，每个 `[` 配 `]`；括号属于值时用引号括起来。",
            "Close each `{` with `}` and each `[` with `]`; quote a bracket that belongs to a value.",
        )
    }

    /// A colon where no key can be: a second one on the line, or a line that is indented too far.
    fn second_colon(&self) -> Problem {
        if let Some(meant) = self.meant() {
            let length = small(meant.value.chars().count());
            let problem = self.problem("E0121", "值里有没加引号的冒号", "an unquoted colon inside a value");
            let problem = Problem { span: Span { column: small(meant.from + 1), length, ..problem.span }, ..problem };
            return problem
                .cause("YAML 把“冒号加空格”当作新的键。", "YAML takes a colon and a space for a new key.")
                .cure("把整个值用引号括起来。", "Put the whole value in quotes.")
                .suggest(meant.quoted().as_deref());
        }
        self.indentation()
    }

    /// E0120.
    fn indentation(&self) -> Problem {
        let line = self.text(self.line);
        let indent = line.len() - line.trim_start().len();
        let length = small(line.trim_start().chars().take_while(|c| !matches!(c, ':' | ' ')).count().max(1));
        let span = Span { line: small(self.line), column: small(indent + 1), length };
        let message = Text::new("这一行的缩进与上面的不成一层", "this line is indented like none of the levels above");
        let problem = Problem::error("E0120", self.source, span, message).cure(
            "同一层的键对齐，下一层多缩进两个空格；上一行的键已经有值时，下面不能再有下一层。",
            "Align the keys of one level and indent the next by two spaces; a key that already has a value has no level below it.",
        );
        let above = self.before();
        if above == 0 {
            return problem;
        }
        let text = self.text(above);
        let column = small(text.len() - text.trim_start().len() + 1);
        let length = small(text.trim_start().chars().take_while(|c| !matches!(c, ':' | ' ')).count().max(1));
        let note = Text::new("上一行在这里", "the line above");
        problem.also(self.source.path.clone(), Span { line: small(above), column, length }, note)
    }

    /// E0125.
    fn no_colon(&self) -> Problem {
        let line = self.text(self.line).trim().trim_start_matches("- ");
        let problem = self.problem("E0125", "这一行没有“键: 值”", "no `key: value` on this line");
        let length = small(line.chars().count().max(1));
        let problem = Problem { span: Span { length, ..problem.span }, ..problem };
        match line.split_once(':') {
            Some((key, value)) if !value.is_empty() => problem
                .cure("冒号后面要有一个空格。", "Put a space behind the colon.")
                .suggest(Some(&format!("{}: {}", brief(key), brief(value.trim())))),
            _ => problem.cure(
                "补上冒号和一个空格；如果这一行属于上面的值，把整个值用引号括起来。",
                "Add a colon and a space; if the line belongs to the value above, put that value in quotes.",
            ),
        }
    }

    fn dash(&self) -> Problem {
        self.problem("E0120", "列表的 `- ` 不能写在这里", "a list entry (`- `) cannot stand here").cure(
            "另起一行并缩进，或者写成 `[a, b]`；如果是值，用引号括起来。",
            "Start it on a line of its own, indented, or write `[a, b]`; if it is a value, put it in quotes.",
        )
    }

    fn other(&self, error: &ScanError) -> Problem {
        let info = error.info();
        self.problem("E0129", format!("YAML 写法有误（{info}）"), format!("not valid YAML: {info}")).cure(
            "看看这一行的引号、括号、冒号和缩进。",
            "Look at the quotes, brackets, colons and indentation of this line.",
        )
    }
}
