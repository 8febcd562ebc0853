//! Plans: the commands of a script that ran on a copy of the organization, kept in a file to be applied later.

pub mod application;
pub mod approval;
pub mod comparison;
pub mod file;
pub mod html;
pub mod irreversible;
pub mod plan_command;
pub mod recording;
pub mod summary;
pub(crate) mod undo;
