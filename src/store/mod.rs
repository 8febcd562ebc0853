//! Files on disk: where they are, who may read them, and how they are replaced atomically.

pub mod atomic_file;
pub mod file_door;
pub mod history;
pub mod journal;
pub mod saved_listing;
pub mod state_dir;
pub mod timestamp_file;
