//! A scriptable shell for Adobe's User Management API: a REPL and a script runner that embed Rhai and register
//! the API as functions over one shared, authenticated client with built-in backoff.
//!
//! Layers touch only downwards: `shell` → `script` → `client` → `wire`; `sandbox` shares `wire` and nothing else.

mod app;
pub mod changes;
pub mod cli;
pub mod client;
pub mod config;
pub mod did_you_mean;
pub mod error;
pub mod files;
pub mod guide;
pub mod host;
pub mod language;
pub mod output;
pub mod repl;
pub mod sandbox;
pub mod script;
pub mod secret;
pub mod session;
pub mod shell;
pub mod store;
pub mod subcommands;
pub mod tabular;
pub mod values;
pub mod wire;

pub use app::run;
