//! The harness: real databases, a real browser, a real mail sink and the built product, each started privately and
//! gone with the test. It must never stand in for a part of the product.

pub mod axe;
pub mod browser;
pub mod errand;
pub mod folder;
pub mod http;
pub mod invariants;
pub mod leash;
pub mod polyglot;
pub mod postgres;
pub mod rust_text;
pub mod server;
pub mod shipped;
pub mod smtp_sink;
pub mod tidy;

use std::path::PathBuf;

/// The root of the repository.
#[must_use]
pub fn repository() -> PathBuf {
    let mut root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    root.pop();
    root
}

/// The built product: `ONETHING_BIN`, else the debug build of this workspace.
///
/// # Panics
/// When it has not been built.
#[must_use]
pub fn product() -> PathBuf {
    let path = std::env::var_os("ONETHING_BIN").map_or_else(|| target().join("debug/onething"), PathBuf::from);
    assert!(path.is_file(), "{} is not there: run `cargo build` first", path.display());
    path
}

/// The target folder in use; screenshots and large samples go below it.
#[must_use]
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| repository().join("target"), PathBuf::from)
}

/// A program of this package, which cargo built beside the running test program.
///
/// # Panics
/// When it is not there.
#[must_use]
pub fn sibling(name: &str) -> String {
    let test = std::env::current_exe().expect("the path of the test program");
    let folder = test.parent().filter(|folder| folder.ends_with("deps")).and_then(|folder| folder.parent());
    let path = folder.or(test.parent()).expect("its folder").join(name);
    assert!(path.is_file(), "{} is not there: run `cargo build -p onething-tests --bins` first", path.display());
    path.display().to_string()
}
