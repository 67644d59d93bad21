//! The order of the engine's modules: each may use only those before it. It must never be loosened for one file; a
//! module that needs a later one stands in the wrong place.

use super::{Finding, SourceFile};

/// The pure core, in reading order.
pub const PURE: [&str; 24] = [
    "value",
    "text",
    "source",
    "calendar",
    "clock",
    "organisation",
    "expression",
    "form",
    "material",
    "parameter",
    "table",
    "sample",
    "kernel",
    "definition",
    "explore",
    "guidance",
    "rulebook",
    "event",
    "case",
    "command",
    "rejection",
    "decide",
    "story",
    "diagram",
];

/// The shell, in reading order, after the core.
pub const SHELL: [&str; 8] = ["error", "time", "catalog", "store", "engine", "notify", "vault", "worker"];

/// The place of a module in the order.
#[must_use]
pub fn place(module: &str) -> Option<usize> {
    PURE.iter().chain(&SHELL).position(|known| *known == module)
}

/// The engine's module that a file belongs to: `engine/src/store/sqlite.rs` is part of `store`.
#[must_use]
pub fn module_of(path: &str) -> Option<&str> {
    let inside = path.strip_prefix("engine/src/")?;
    Some(inside.split('/').next().unwrap_or(inside).trim_end_matches(".rs"))
}

/// Uses of a module that stands later in the order, and modules that the order does not know.
#[must_use]
pub fn upward_uses(file: &SourceFile) -> Vec<Finding> {
    let Some(module) = module_of(&file.path) else { return Vec::new() };
    if module == "lib" {
        return out_of_order(file);
    }
    let Some(own) = place(module) else {
        return vec![file.finding(1, format!("the module `{module}` has no place in the engine's reading order"))];
    };
    if file.is_test {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (line, used) in used_modules(&file.code, depth(&file.path)) {
        let what = match place(&used) {
            Some(other) if other <= own => continue,
            Some(_) => format!("`{module}` uses `{used}`, which stands after it"),
            None => format!("`{module}` uses `crate::{used}`, which is no module of the engine"),
        };
        found.push(file.finding(line, what));
    }
    found
}

/// `lib.rs` declares the modules in the order in which they are to be read.
fn out_of_order(file: &SourceFile) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut last = 0;
    for (n, line) in file.code.lines().enumerate() {
        let Some(name) = line.trim().trim_start_matches("pub ").strip_prefix("mod ") else { continue };
        let name = name.trim_end_matches(';');
        match place(name) {
            Some(own) if own < last => found.push(file.finding(n + 1, format!("`{name}` is declared out of order"))),
            Some(own) => last = own,
            None => found.push(file.finding(n + 1, format!("`{name}` has no place in the engine's reading order"))),
        }
    }
    found
}

/// How many `super::` lead from a file to the crate's root.
fn depth(path: &str) -> usize {
    path.strip_prefix("engine/src/").map_or(0, |inside| inside.split('/').count())
}

/// The engine modules named by `crate::…` or by a climb of `super::` to the root, each with its line.
fn used_modules(code: &str, depth: usize) -> Vec<(usize, String)> {
    let to_root = "super::".repeat(depth);
    let mut used = Vec::new();
    for prefix in ["crate::", to_root.as_str()] {
        for (at, _) in code.match_indices(prefix) {
            let before = code[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            let line = 1 + code[..at].matches('\n').count();
            used.extend(heads(&code[at + prefix.len()..]).into_iter().map(|head| (line, head)));
        }
    }
    used
}

/// The first names of a path, or of each path in a group: `a::b` → a; `{a::b, c}` → a, c.
fn heads(path: &str) -> Vec<String> {
    let Some(group) = path.strip_prefix('{') else { return Vec::from_iter(head(path)) };
    let (mut depth, mut start, mut found) = (0_u32, 0, Vec::new());
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => {
                found.extend(head(group[start..at].trim_start()));
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                found.extend(head(group[start..at].trim_start()));
                start = at + 1;
            }
            _ => {}
        }
    }
    found
}

/// A module's name is in lower case; what the crate's root re-exports is not a module.
fn head(path: &str) -> Option<String> {
    let name: String = path.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    name.chars().next().is_some_and(|first| first.is_lowercase()).then_some(name)
}
