//! What every script function needs: the session, the console, the interrupt and thrown errors.

pub mod interrupt;
pub mod session;
pub mod temporary_calls;
pub mod thrown;
