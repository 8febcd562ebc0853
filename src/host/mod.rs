//! The environment of script functions: session, console, interrupt and thrown errors.

pub mod binding;
pub mod console;
pub mod input_defaults;
pub mod interrupt;
pub mod memory;
pub mod session;
mod temporaries;
pub mod temporary_calls;
pub mod thrown;
pub mod unfinished;
pub mod unsent;
