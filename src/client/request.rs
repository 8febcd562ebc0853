//! A request as a caller writes it, and the response as it came.

use crate::secret::{mask, mask_json};
use serde_json::Value;

/// A request to any endpoint of the service.
#[derive(Debug, Clone, PartialEq)]
pub struct RawRequest {
    /// The method, in any case.
    pub method: String,
    /// A path relative to the service's base, a path with the base, or a full URL of the service.
    pub target: String,
    /// The body, sent as JSON.
    pub body: Option<Value>,
}

/// A response of the service.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiResponse {
    /// HTTP status.
    pub status: u16,
    /// The headers, names in lower case, in the order they came.
    pub headers: Vec<(String, String)>,
    /// The body: JSON, a string if it is not JSON, null if there is none.
    pub body: Value,
    /// The call's `X-Request-Id`.
    pub request_id: String,
}

impl ApiResponse {
    /// The same with secrets masked in the headers, and in the body of a refusal: both may repeat the request. The body
    /// of a success is what the script asked for.
    #[must_use]
    pub fn masked(self) -> Self {
        let headers =
            self.headers.into_iter().map(|(name, value)| (name, mask(&value).into_owned())).collect();
        let body = if self.status < 400 { self.body } else { mask_json(&self.body).into_owned() };
        Self { headers, body, ..self }
    }

    /// The first header of that name; the case of the name does not matter.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}
