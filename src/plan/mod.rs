//! Plans: the commands of a script that ran on a copy of the organization, kept in a file to be applied later.

pub mod file;
pub mod plan_command;
