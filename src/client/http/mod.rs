//! One HTTP exchange: target, sign-in, rate limit, transport and retry policy.

pub(super) mod auth;
pub(crate) mod proxy;
pub(super) mod rate_limit;
pub(super) mod retry;
pub(super) mod sync_pragma;
pub(super) mod target;
pub(crate) mod token_response;
pub(super) mod transport;
pub(super) mod web_page;
