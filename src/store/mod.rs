//! Files on disk: where they are, who may read them, and how they are replaced atomically.

pub(crate) mod atomic_file;
pub(crate) mod boot_clock;
pub(crate) mod call_window;
pub mod encoding;
pub(crate) mod file_door;
pub mod file_rules;
pub(crate) mod group_evidence;
pub(crate) mod history;
pub(crate) mod input_file;
pub mod journal;
pub(crate) mod listed_change;
pub(crate) mod output_file;
pub(crate) mod run_lock;
pub(crate) mod saved_listing;
mod saved_records;
pub(crate) mod secret_source;
pub mod standard_input;
pub(crate) mod state_dir;
pub(crate) mod streams;
#[cfg(test)]
pub(crate) mod testing;
pub(crate) mod text_file;
pub mod text_reader;
pub(crate) mod timestamp_file;
pub(crate) mod trust;
