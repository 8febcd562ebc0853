//! The client: async over [`crate::wire`]; it knows nothing about Rhai, clap or the terminal.
//!
//! A request passes these files from top to bottom: `requests`, `actions`, `listing` and `user_lookup`, `attempts`,
//! `hooks` and `sent_command`, `http`. Each imports only what comes after it, and `connection` holds what they share.

pub(crate) mod actions;
mod api_call;
mod attempt_failure;
mod attempts;
pub mod call_ledger;
mod connection;
pub mod event;
pub mod hooks;
pub(crate) mod http;
mod known_groups;
pub mod listing;
pub mod outcome;
pub mod request;
mod requests;
pub(crate) mod sent_command;
pub mod settings;
mod user_lookup;

pub use crate::client::connection::CallCounts;
pub use connection::Client;
