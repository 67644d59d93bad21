//! The words in which people are told that something does not fit: an instruction, never a reproach. Every text that ships
//! is looked at, in the program as in the definitions.

use std::path::{Path, PathBuf};

/// Words that blame, or that say nothing about what to do.
const BLAME: &[&str] = &["非法", "无效", "不合法", "输入有误", "格式错误", "请输入正确的", "参数错误"];
/// Where such a word is the name of something, or stands in a list of words to avoid.
const NAMES: &[&str] = &["婚姻无效", "const BLAME", "for blame in"];

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|ending| ["rs", "html", "yaml"].iter().any(|known| ending == *known)) {
            found.push(path);
        }
    }
}

#[test]
fn nobody_is_told_off() {
    let mut found = Vec::new();
    for folder in ["engine/src", "web/src", "web/templates", "forms", "workflows"] {
        files(&onething_tests::repository().join(folder), &mut found);
    }
    assert!(found.len() > 300, "only {} files were looked at", found.len());
    let mut blames = Vec::new();
    for path in found
        .iter()
        .filter(|path| !path.components().any(|part| part.as_os_str().to_string_lossy().starts_with("tests")))
    {
        let text = std::fs::read_to_string(path).expect("a text");
        for (number, line) in text.lines().enumerate() {
            let named = NAMES.iter().any(|name| line.contains(name));
            if let Some(word) = BLAME.iter().find(|word| line.contains(**word) && !named) {
                blames.push(format!("{}:{}: “{word}”", path.display(), number + 1));
            }
        }
    }
    assert!(blames.is_empty(), "say what to do instead:\n{}", blames.join("\n"));
}
