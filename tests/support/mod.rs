//! What tests of several features share.

pub mod shell;

pub use shell::Shell;
