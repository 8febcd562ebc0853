//! A call of an endpoint before it is sent, and after it failed.

use crate::client::http::auth::TokenRequest;
use crate::client::http::target::{RequestNature, RequestTarget};
use crate::error::{Error, ErrorKind};
use bytes::Bytes;

/// What to send, and how often it may be repeated.
pub(crate) struct ApiCall {
    pub(crate) target: RequestTarget,
    pub(crate) request_id: String,
    pub(crate) body: Option<RequestBody>,
    /// Whether it may change something.
    pub(crate) change: bool,
    /// Whether repeating it after a lost response is harmless.
    pub(crate) repeatable: bool,
    /// The `Pragma` that marks a listing (contract 1.4).
    pub(crate) pragma: Option<&'static str>,
}

/// A body and its content type.
pub(crate) enum RequestBody {
    Json(Bytes),
    /// Holds a secret: it has no `Debug`.
    Form(String),
}

/// A call without a response.
#[derive(Clone)]
pub(crate) struct FailedCall {
    pub(crate) error: Error,
    /// Exchanges of the call itself; 0 if it was never sent.
    pub(crate) attempts: u32,
    /// What happened to an attempt whose response was lost; only for changes, which may have been made.
    pub(crate) lost: Option<String>,
}

impl From<Error> for FailedCall {
    fn from(error: Error) -> Self {
        Self { error, attempts: 0, lost: None }
    }
}

impl FailedCall {
    /// The error for the caller of this single call.
    pub(crate) fn into_error(self) -> Error {
        let Some(problem) = self.lost else { return self.error };
        let message = match &*self.error.kind {
            ErrorKind::Unknown { .. } | ErrorKind::Interrupted | ErrorKind::Decode { .. } => problem,
            last => format!("{problem}; then: {last}"),
        };
        Error { kind: Box::new(ErrorKind::Unknown { message }), ..self.error }
    }
}

impl ApiCall {
    pub(crate) fn new(target: RequestTarget) -> Self {
        let change = target.nature() != RequestNature::Read;
        let request_id = uuid::Uuid::new_v4().to_string();
        Self { target, request_id, body: None, change, repeatable: !change, pragma: None }
    }

    /// A request for a token: repeating one is harmless, earlier tokens stay valid (contract 1.2).
    pub(super) fn for_token(request: &TokenRequest) -> Self {
        let body = Some(RequestBody::Form(request.form.clone()));
        Self { body, change: false, repeatable: true, ..Self::new(request.target.clone()) }
    }
}
