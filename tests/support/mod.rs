//! What tests of several features share.

pub(crate) mod desk;
pub(crate) mod server;
pub(crate) mod shell;

pub(crate) use desk::Desk;
pub(crate) use shell::Shell;
