//! One HTTP exchange: target, sign-in, rate limit, transport and retry policy.

pub mod auth;
pub mod rate_limit;
pub mod redact;
pub mod retry;
pub mod sync_pragma;
pub mod target;
pub mod token_answer;
pub mod transport;
