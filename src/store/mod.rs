//! What is kept on disk: where it is, who may read it, and how a file is replaced without ever being half written.

pub mod atomic_file;
pub mod file_door;
pub mod history;
pub mod journal;
pub mod saved_listing;
pub mod state_dir;
pub mod timestamp_file;
