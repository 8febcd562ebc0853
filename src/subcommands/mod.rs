//! The subcommands that need no run: one file each.

pub mod check;
pub mod definitions;
pub mod doctor;
pub mod functions;
pub mod guide;
pub mod init;
