//! The Rhai host: functions over the client's public methods; no HTTP and no URLs here.

pub mod checker;
pub mod engine;
pub mod functions;
#[cfg(test)]
mod testing;
