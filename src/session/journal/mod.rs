//! The journal of a run: written before each change leaves, replayed when the run is resumed.

pub mod completed;
pub mod entry;
pub mod reconcile;
pub mod recorder;
pub mod redaction;
pub mod replay;
pub mod snapshots;
