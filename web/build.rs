//! Writes a table of the definitions in `workflows/` and `forms/`, so that the binary carries them and the demonstration
//! starts from any folder. It must never judge a file: the checker does that when the table is loaded.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

fn main() -> io::Result<()> {
    let top = PathBuf::from(variable("CARGO_MANIFEST_DIR")?).join("..");
    let mut files = Vec::new();
    for folder in ["workflows", "forms"] {
        println!("cargo::rerun-if-changed=../{folder}");
        collect(&top.join(folder), folder, &mut files)?;
    }
    files.sort();
    let mut out = fs::File::create(Path::new(&variable("OUT_DIR")?).join("embedded.rs"))?;
    writeln!(out, "&[")?;
    for (name, path) in &files {
        writeln!(out, "    ({name:?}, include_str!({:?})),", path.display().to_string())?;
    }
    writeln!(out, "]")
}

fn variable(name: &str) -> io::Result<String> {
    std::env::var(name).map_err(io::Error::other)
}

fn collect(folder: &Path, name: &str, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{name}/{}", entry.file_name().to_string_lossy());
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            collect(&path, &name, files)?;
        } else if name.ends_with(".yaml") {
            files.push((name, path.canonicalize()?));
        }
    }
    Ok(())
}
