//! What is kept on disk: where it is, who may read it, and how a file is replaced without ever being half written.

pub mod file;
pub mod history;
pub mod journal;
pub mod listing;
pub mod mark;
pub mod place;
