//! The subcommands that need no run: one file a command.

pub mod check;
pub mod definitions;
pub mod doctor;
pub mod functions;
pub mod guide;
pub mod init;
