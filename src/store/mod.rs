//! Files on disk: where they are, who may read them, and how they are replaced atomically.

pub(crate) mod atomic_file;
pub(crate) mod file_door;
pub(crate) mod history;
pub mod journal;
pub(crate) mod output_file;
pub(crate) mod saved_listing;
pub(crate) mod state_dir;
pub(crate) mod timestamp_file;
