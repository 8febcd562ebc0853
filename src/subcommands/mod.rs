//! The subcommands that need no run: one file each.

pub(crate) mod check;
pub(crate) mod definitions;
pub(crate) mod doctor;
pub(crate) mod draft_view;
pub(crate) mod functions;
pub(crate) mod guide;
pub(crate) mod init;
pub(crate) mod journal;
#[cfg(feature = "translate")]
pub(crate) mod translate;
#[cfg(not(feature = "translate"))]
#[path = "no_translator.rs"]
pub(crate) mod translate;
