//! The configuration of Adobe's User Sync, as a map of ours.

mod import;
mod setting;

pub(crate) use import::{ImportedMap, import};
