//! The requests and responses of the service: serde types and pure functions. No async, no I/O, no imports of other rooms.
//!
//! Both the client and the sandbox are built on this module and on nothing else they share; the sandbox uses what is in
//! responses and reads requests by itself.

mod bounded_value;
pub(crate) mod built_command;
pub mod command;
pub mod endpoint;
pub mod error_code;
pub(crate) mod fault;
pub mod group;
pub mod identity;
pub(crate) mod interner;
pub mod invisible;
mod lenient;
pub(crate) mod limits;
pub mod mode;
pub mod outcome;
pub(crate) mod percent_encode;
pub(crate) mod person_fingerprint;
pub(crate) mod response;
pub(crate) mod shared_names;
pub(crate) mod step;
pub(crate) mod subject;
pub mod user;
pub(crate) mod validate;
pub mod wildcard;
