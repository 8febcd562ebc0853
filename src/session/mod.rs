//! One run: its guard, its journal and the listings it keeps.

pub mod guard;
pub mod journal;
pub mod listing_cache;
pub mod listing_options;
pub mod run_setup;
pub mod run_state;
pub mod totals;
pub mod tracked_files;
pub mod unresolved;
