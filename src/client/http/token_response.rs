//! What the sign-in service returns.

use crate::secret::Secret;
use std::time::Duration;

/// A response of the sign-in service.
#[derive(Debug, Clone)]
pub struct TokenResponse {
    /// The token.
    pub access_token: Secret,
    /// `bearer`.
    pub token_type: String,
    /// How long it is valid.
    pub expires_in: Duration,
}
