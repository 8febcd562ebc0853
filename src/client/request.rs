//! A request as a caller writes it, and the response as it came.

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
    /// The first header of that name; the case of the name does not matter.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}
