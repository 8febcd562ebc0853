//! The journal of a run: every request is on disk before it is sent, and `resume` replays it.

pub(crate) mod account_key;
mod command_json;
mod command_key;
pub(crate) mod completed;
pub(crate) mod entry;
pub(crate) mod history;
mod listed_members;
pub(super) mod person_readings;
pub(crate) mod reconcile;
pub(crate) mod recorder;
pub(crate) mod redaction;
pub(crate) mod replay;
pub(crate) mod snapshots;
mod sorted_text;
#[cfg(test)]
mod tests;
