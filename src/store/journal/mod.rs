//! Journals: one file a run, lines that are added and never changed, each chained to the one before.

mod checksum_chain;
pub mod directory;
pub(crate) mod journaled_run;
pub(crate) mod moment;
pub mod person_record;
pub(crate) mod plan_runs;
pub mod reader;
pub mod record;
pub mod record_text;
pub(crate) mod retention;
pub(crate) mod run_id;
pub mod sha256;
#[cfg(test)]
pub(crate) mod testing;
pub mod unfinished_runs;
pub mod writer;
mod written_line;

/// The version of the format, in the head of every journal.
pub const FORMAT: u64 = 2;
