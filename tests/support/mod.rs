//! What tests of several features share.

pub(crate) mod desk;
pub(crate) mod server;
pub(crate) mod shell;
#[cfg(unix)]
pub(crate) mod terminal;

pub(crate) use desk::Desk;
pub(crate) use shell::{Finished, Shell};
#[cfg(unix)]
pub(crate) use terminal::Terminal;
