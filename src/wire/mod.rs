//! The service's language: serde types and pure functions. No async, no I/O, nothing of ours above it.
//!
//! Both the client and the sandbox are built on this module and on nothing else they share.

pub mod check;
pub mod code;
pub mod command;
pub mod encode;
pub mod endpoint;
pub mod group;
pub mod identity;
pub mod intern;
pub mod limits;
pub mod names;
pub mod response;
pub mod step;
pub mod user;
