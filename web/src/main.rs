//! The binary `onething`.
fn main() {}
