//! Scripts: the engine, the checker and the functions, which use the client's public methods.

pub mod checker;
pub mod engine;
pub mod functions;
#[cfg(test)]
mod testing;
