//! Journals: one file a run, lines that are added and never changed, each chained to the one before.

mod chain;
pub mod digest;
pub mod folder;
pub mod read;
pub mod unfinished;
pub mod writer;

/// The version of the format, in the head of every journal.
pub const FORMAT: u64 = 1;
