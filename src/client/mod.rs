//! The client: async over [`crate::wire`]; knows nothing of Rhai, clap or the terminal.

pub mod settings;
