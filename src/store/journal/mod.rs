//! Journals: one file a run, lines that are added and never changed, each chained to the one before.

mod checksum_chain;
pub mod directory;
pub mod reader;
pub mod sha256;
pub mod unfinished_runs;
pub mod writer;

/// The version of the format, in the head of every journal.
pub const FORMAT: u64 = 1;
