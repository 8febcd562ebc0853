//! What tests of several features share.

pub(crate) mod server;
pub(crate) mod shell;

pub(crate) use shell::Shell;
