//! The Rhai host: functions over the client's public methods; no HTTP and no URLs here.

pub mod advice;
pub mod api;
pub mod call_text;
pub mod calls;
pub mod catalog;
pub mod caught;
pub mod check;
pub mod convert;
pub mod declared;
pub mod engine;
pub mod error;
pub mod failure;
pub mod habit;
pub mod interrupt;
pub mod manual;
pub mod modules;
pub mod offline;
pub mod options;
pub mod record;
pub mod records;
pub mod secret_text;
pub mod session;
pub mod source;
pub mod suggest;
pub mod type_name;
pub mod wording;
