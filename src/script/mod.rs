//! The Rhai host: functions over the client's public methods; no HTTP and no URLs here.

pub mod api;
pub mod builder;
pub mod change;
pub mod complete;
pub mod convert;
pub mod csv_file;
pub mod date;
pub mod encoding;
pub mod engine;
pub mod error;
pub mod failure;
pub mod interrupt;
pub mod modules;
pub mod options;
pub mod people;
pub mod person;
pub mod record;
pub mod records;
pub mod report;
pub mod secret_text;
pub mod session;
pub mod source;
pub mod steps;
#[cfg(test)]
mod testing;
pub mod text_in_place;
