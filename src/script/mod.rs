//! The Rhai host: functions over the client's public methods; no HTTP and no URLs here.

pub mod api;
pub mod convert;
pub mod engine;
pub mod error;
pub mod failure;
pub mod interrupt;
pub mod lists;
pub mod look_up;
pub mod modules;
pub mod options;
pub mod record;
pub mod records;
pub mod secret_text;
pub mod session;
pub mod source;
