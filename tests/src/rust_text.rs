//! A Rust source text taken apart into code, comments and string literals, each in its place. It must never change a
//! line number: what is left out is replaced by spaces.

/// One source text in three layers of the same shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layers {
    /// Code; comments and the insides of literals are spaces.
    pub code: String,
    /// Comments only.
    pub comments: String,
    /// The insides of string literals only.
    pub strings: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Code,
    LineComment,
    /// Depth.
    BlockComment(u32),
    Text,
    /// Number of `#`.
    RawText(usize),
}

/// Takes a source text apart.
#[must_use]
pub fn layers(source: &str) -> Layers {
    let chars: Vec<char> = source.chars().collect();
    let mut layers = Layers { code: String::new(), comments: String::new(), strings: String::new() };
    let mut part = Part::Code;
    let mut at = 0;
    while at < chars.len() {
        let (length, shown, next) = step(&chars, at, part);
        for &character in &chars[at..at + length] {
            layers.push(character, shown);
        }
        at += length;
        part = next;
    }
    layers
}

impl Layers {
    fn push(&mut self, character: char, part: Part) {
        let blank = if character == '\n' { '\n' } else { ' ' };
        let (mut code, mut comment, mut text) = (blank, blank, blank);
        match part {
            Part::Code => code = character,
            Part::LineComment | Part::BlockComment(_) => comment = character,
            Part::Text | Part::RawText(_) => text = character,
        }
        self.code.push(code);
        self.comments.push(comment);
        self.strings.push(text);
    }
}

/// How many characters belong together at `at`, the layer they belong to, and the part after them. The quotes around a
/// string are code, so that the code still has its shape.
fn step(chars: &[char], at: usize, part: Part) -> (usize, Part, Part) {
    let follows = |text: &str| text.chars().enumerate().all(|(n, expected)| chars.get(at + n) == Some(&expected));
    match part {
        Part::Code => step_in_code(chars, at),
        Part::LineComment if chars[at] == '\n' => (1, part, Part::Code),
        Part::BlockComment(depth) if follows("/*") => (2, part, Part::BlockComment(depth + 1)),
        Part::BlockComment(1) if follows("*/") => (2, part, Part::Code),
        Part::BlockComment(depth) if follows("*/") => (2, part, Part::BlockComment(depth - 1)),
        Part::Text if chars[at] == '\\' => (2.min(chars.len() - at), part, part),
        Part::Text if chars[at] == '"' => (1, Part::Code, Part::Code),
        Part::RawText(hashes) if chars[at] == '"' && hashes_at(chars, at + 1) >= hashes => {
            (1 + hashes, Part::Code, Part::Code)
        }
        Part::LineComment | Part::BlockComment(_) | Part::Text | Part::RawText(_) => (1, part, part),
    }
}

fn step_in_code(chars: &[char], at: usize) -> (usize, Part, Part) {
    let next = chars.get(at + 1).copied();
    let inside_word = at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_');
    let opened = |prefix: usize, hashes: usize| (prefix + hashes + 1, Part::Code, Part::RawText(hashes));
    match chars[at] {
        '/' if next == Some('/') => (2, Part::LineComment, Part::LineComment),
        '/' if next == Some('*') => (2, Part::BlockComment(1), Part::BlockComment(1)),
        '"' => (1, Part::Code, Part::Text),
        'b' if !inside_word && next == Some('"') => (2, Part::Code, Part::Text),
        'r' | 'b' if !inside_word && raw_text(chars, at).is_some() => {
            raw_text(chars, at).map_or((1, Part::Code, Part::Code), |(prefix, hashes)| opened(prefix, hashes))
        }
        // A character literal, not a lifetime: 'x' or '\…'. A brace inside must not count as one.
        '\'' if next == Some('\\') => {
            let end = chars.iter().skip(at + 3).position(|&c| c == '\'').map_or(chars.len(), |n| at + 4 + n);
            (end - at, Part::Text, Part::Code)
        }
        '\'' if chars.get(at + 2) == Some(&'\'') => (3, Part::Text, Part::Code),
        _ => (1, Part::Code, Part::Code),
    }
}

/// The length of the prefix (`r` or `br`) and the number of `#` if they open a raw string.
fn raw_text(chars: &[char], at: usize) -> Option<(usize, usize)> {
    let prefix = match (chars.get(at), chars.get(at + 1)) {
        (Some('r'), _) => 1,
        (Some('b'), Some('r')) => 2,
        _ => return None,
    };
    let hashes = hashes_at(chars, at + prefix);
    (chars.get(at + prefix + hashes) == Some(&'"')).then_some((prefix, hashes))
}

fn hashes_at(chars: &[char], at: usize) -> usize {
    chars.iter().skip(at).take_while(|&&character| character == '#').count()
}

/// Replaces every item under `#[cfg(test)]` by spaces; `code` is the layer without comments and literals.
#[must_use]
pub fn without_tests(code: &str) -> String {
    let mut rest: Vec<char> = code.chars().collect();
    while let Some(start) = find(&rest, "#[cfg(test)]") {
        let end = end_of_item(&rest, start);
        for character in &mut rest[start..end] {
            if *character != '\n' {
                *character = ' ';
            }
        }
    }
    rest.into_iter().collect()
}

/// The modules declared as `#[cfg(test)] mod NAME;`, whose files are tests as a whole.
#[must_use]
pub fn test_modules(code: &str) -> Vec<String> {
    code.split("#[cfg(test)]")
        .skip(1)
        .filter_map(|rest| {
            rest.trim_start().strip_prefix("mod ")?.split_once(';').map(|(name, _)| name.trim().to_owned())
        })
        .filter(|name| !name.contains('{'))
        .collect()
}

fn find(chars: &[char], text: &str) -> Option<usize> {
    let wanted: Vec<char> = text.chars().collect();
    chars.windows(wanted.len()).position(|window| window == wanted)
}

/// The end of the item that starts at `start`: its closing brace, or a semicolon before any brace.
fn end_of_item(chars: &[char], start: usize) -> usize {
    let mut depth = 0_u32;
    for (n, &character) in chars.iter().enumerate().skip(start) {
        match character {
            '{' => depth += 1,
            '}' if depth == 1 => return n + 1,
            '}' => depth = depth.saturating_sub(1),
            ';' if depth == 0 => return n + 1,
            _ => {}
        }
    }
    chars.len()
}

/// A function: its name, its first line (from 1) and how many lines it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// The line of `fn`, from 1.
    pub line: usize,
    /// From `fn` to the closing brace.
    pub lines: usize,
}

/// The functions with a body in `code`, the layer without comments and literals.
#[must_use]
pub fn functions(code: &str) -> Vec<Function> {
    let chars: Vec<char> = code.chars().collect();
    let mut found = Vec::new();
    let mut line = 1;
    for at in 0..chars.len() {
        if chars[at] == '\n' {
            line += 1;
        }
        let starts_word = at == 0 || !(chars[at - 1].is_alphanumeric() || chars[at - 1] == '_');
        if !starts_word || !chars[at..].starts_with(&['f', 'n', ' ']) {
            continue;
        }
        let name: String = chars[at + 3..].iter().take_while(|c| c.is_alphanumeric() || **c == '_').collect();
        // A function type (`fn (…)`) has no name.
        if name.is_empty() {
            continue;
        }
        let end = end_of_item(&chars, at);
        let lines = 1 + chars[at..end].iter().filter(|&&character| character == '\n').count();
        found.push(Function { name, line, lines });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = concat!(
        "let a = \"x // not a comment \\\" still\"; // a comment \"not text\"\n",
        "let b = r#\"raw \" text\"#; let c: &'static str = b'\\''; /* block /* nested */ end */ let d = '\"';\n",
    );

    #[test]
    fn code_comments_and_strings_are_told_apart() {
        let layers = layers(SAMPLE);
        assert!(layers.comments.contains("// a comment \"not text\""));
        assert!(layers.comments.contains("/* block /* nested */ end */"));
        assert!(layers.strings.contains("x // not a comment \\\" still"));
        assert!(layers.strings.contains("raw \" text"));
        assert!(layers.code.contains("let c: &'static str = b    ;") && layers.code.contains("let d =    ;"));
        assert!(!layers.code.contains("comment") && !layers.code.contains("raw") && !layers.code.contains("nested"));
    }

    #[test]
    fn every_layer_keeps_the_lines() {
        let layers = layers(SAMPLE);
        for layer in [&layers.code, &layers.comments, &layers.strings] {
            assert_eq!(layer.chars().count(), SAMPLE.chars().count());
            assert_eq!(layer.lines().count(), 2);
        }
    }

    #[test]
    fn tests_are_left_out_and_the_rest_stays() {
        let code = "fn a() {}\n#[cfg(test)]\nmod tests {\n fn b() { x(); }\n}\n#[cfg(test)]\nmod far;\nfn c() {}\n";
        let rest = without_tests(code);
        assert!(
            rest.contains("fn a()") && rest.contains("fn c()") && !rest.contains("fn b()") && !rest.contains("far")
        );
        assert_eq!(test_modules(code), ["far"]);
    }

    #[test]
    fn functions_are_measured() {
        assert_eq!(functions(&super::layers("fn a() {\n  b(['{', '\"', '\\'']);\n}\nfn c() {}").code)[0].lines, 3);
        let found = functions("struct S;\nfn one(f: fn (u8) -> u8) -> u8 {\n  1\n}\ntrait T { fn two(); }\n");
        let names: Vec<(&str, usize, usize)> = found.iter().map(|f| (f.name.as_str(), f.line, f.lines)).collect();
        assert_eq!(names, [("one", 2, 3), ("two", 5, 1)]);
    }
}
