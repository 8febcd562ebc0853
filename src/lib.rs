//! A scriptable shell for Adobe's User Management API: a REPL and a script runner that embed Rhai and register
//! the API as functions over one shared, authenticated client with built-in backoff.
//!
//! Layers touch only downwards: `shell` → `script` → `client` → `wire`; `sandbox` shares `wire` and nothing else.

pub mod cli;
pub mod client;
pub mod config;
pub mod error;
pub mod nearest;
pub mod output;
pub mod rows;
mod run;
pub mod sandbox;
pub mod script;
pub mod secret;
pub mod shell;
pub mod state;
pub mod wire;

pub use run::run;
