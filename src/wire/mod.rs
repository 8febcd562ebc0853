//! The requests and responses of the service: serde types and pure functions. No async, no I/O, no imports of other rooms.
//!
//! Both the client and the sandbox are built on this module and on nothing else they share; the sandbox uses what is in
//! responses and reads requests by itself.

pub mod command;
pub mod endpoint;
pub mod error_code;
pub mod fault;
pub mod group;
pub mod identity;
pub mod interner;
pub mod limits;
pub mod mode;
pub mod outcome;
pub mod percent_encode;
pub mod response;
pub mod shared_names;
pub mod step;
pub mod subject;
pub mod user;
pub mod validate;
