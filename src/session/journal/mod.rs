//! TODO

pub mod completed;
pub mod entry;
pub mod reconcile;
pub mod recorder;
pub mod redaction;
pub mod replay;
pub mod snapshots;
#[cfg(test)]
mod tests;
