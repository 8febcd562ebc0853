//! What tests of several features share.

pub(crate) mod desk;
pub(crate) mod run;
pub(crate) mod server;
#[cfg(unix)]
pub(crate) mod terminal;

pub(crate) use desk::{Desk, journal_lines};
pub(crate) use run::Run;
