//! One run: its guard, its journal and the listings it keeps.

pub mod guard;
pub mod journal;
pub mod listing_cache;
pub mod tracked_files;
