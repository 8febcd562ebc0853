//! A response: a status, headers and a body, independent of the HTTP library.

use super::refusal::Refusal;
use serde::Serialize;
use serde_json::json;
use std::fmt::Display;

/// One response.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct SandboxResponse {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
}

impl SandboxResponse {
    /// A response without a body.
    pub(super) fn empty(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// A response with a JSON body.
    pub(super) fn json(status: u16, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).unwrap_or_default();
        Self { status, headers: vec![("content-type", "application/json;charset=UTF-8".into())], body }
    }

    /// Adds a header.
    pub(super) fn with(mut self, name: &'static str, value: &(impl Display + ?Sized)) -> Self {
        self.headers.push((name, format!("{value}")));
        self
    }

    /// A request that was not understood, in the service's `result`/`message` style (contract 4.1).
    pub(super) fn refused(status: u16, code: &str, message: &str) -> Self {
        Self::json(status, &json!({ "result": code, "message": message }))
    }

    /// A missing, wrong or expired token, or another organization's (contract 4.1).
    pub(super) fn unauthorized() -> Self {
        Self::empty(401).with(
            "www-authenticate",
            r#"Bearer realm="JIL", error="invalid_token", error_description="The access token is invalid""#,
        )
    }

    /// A missing or unknown API key (contract 4.1, X25).
    pub(super) fn forbidden() -> Self {
        Self::empty(403)
    }

    /// Too many requests; come back after that many seconds (contract 4.1).
    pub(super) fn throttled(seconds: u64) -> Self {
        Self::json(429, &json!({ "error_code": "429050", "message": "Too many requests" }))
            .with("retry-after", &seconds)
            .with("server", "APIP")
    }
}

impl From<Refusal> for SandboxResponse {
    fn from(refusal: Refusal) -> Self {
        Self::refused(400, refusal.code, &refusal.message)
    }
}
