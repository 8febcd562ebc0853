//! One run: its guard, its journal, its totals and the listings it saves.

pub(crate) mod file_overlay;
mod fingerprint_set;
mod group_evidence;
pub(crate) mod guard;
pub(crate) mod journal;
pub(crate) mod listing_cache;
pub(crate) mod listing_options;
pub(crate) mod live_run;
pub(crate) mod people_index;
mod read_records;
pub(crate) mod run_setup;
pub(crate) mod run_state;
pub(crate) mod shared_limits;
pub(crate) mod totals;
pub(crate) mod tracked_files;
pub(crate) mod unresolved;
