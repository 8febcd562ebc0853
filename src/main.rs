//! The `umapi` binary.

fn main() {}
