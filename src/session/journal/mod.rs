//! The journal of a run: what leaves is on disk before, and an interrupted run is replayed from it.

pub(crate) mod completed;
pub(crate) mod entry;
pub(crate) mod reconcile;
pub(crate) mod recorder;
pub(crate) mod redaction;
pub(crate) mod replay;
pub(crate) mod snapshots;
#[cfg(test)]
mod tests;
