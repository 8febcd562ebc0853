//! The journal of a run: what leaves is on disk before, and an interrupted run is replayed from it.

pub mod completed;
pub mod entry;
pub mod reconcile;
pub mod recorder;
pub mod redaction;
pub mod replay;
pub mod snapshots;
#[cfg(test)]
mod tests;
