//! Why an attempt of a call failed, and the error that its caller gets. Pure.

use crate::client::api_call::ApiCall;
use crate::client::http::retry;
use crate::client::http::transport::HttpResponse;
use crate::error::{Error, ErrorKind, ErrorSource};
use crate::secret::mask;
use crate::wire::error_code;
use crate::wire::response::refusal;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// Why an attempt failed.
pub(super) struct AttemptFailure {
    pub(super) problem: AttemptProblem,
    /// What happened, with the service's message if there is one.
    pub(super) message: String,
    /// The service's message, or ours if there is none.
    pub(super) service_message: String,
    pub(super) code: Option<String>,
    pub(super) status: Option<u16>,
    pub(super) retry_after: Option<Duration>,
    pub(super) source: Option<ErrorSource>,
    /// What to do about it, if the fault is not the service's.
    pub(super) hint: Option<String>,
}

impl AttemptFailure {
    pub(super) fn into_unknown(self) -> Error {
        Error { source: self.source, ..ErrorKind::Unknown { message: self.message }.into() }
    }
}

/// The kind of failure of an attempt.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum AttemptProblem {
    /// Nothing reached the service.
    NoConnection,
    /// The service refused it before anything was done.
    Throttled,
    /// The response was lost: the request may have been carried out.
    Loss,
}

/// The error of a call whose attempts are used up.
pub(super) fn give_up_error(failure: &AttemptFailure) -> ErrorKind {
    if let Some(hint) = &failure.hint {
        return ErrorKind::Config { message: failure.message.clone(), hint: hint.clone() };
    }
    let (code, message) = (failure.code.clone(), failure.service_message.clone());
    match failure.status {
        Some(status @ 200..=299) => ErrorKind::Decode { status, message },
        status => ErrorKind::Unavailable { status, code, message },
    }
}

pub(super) fn parse_failure(response: &HttpResponse, message: &str) -> AttemptFailure {
    let message = format!("could not parse the response: {message}");
    AttemptFailure {
        problem: AttemptProblem::Loss,
        service_message: message.clone(),
        message,
        code: None,
        status: Some(response.status),
        retry_after: None,
        source: syntax_error(&response.body),
        hint: None,
    }
}

/// The JSON syntax error of a body; `None` if it is valid JSON.
fn syntax_error(body: &[u8]) -> Option<ErrorSource> {
    let error = serde_json::from_slice::<serde::de::IgnoredAny>(body).err()?;
    Some(Arc::new(error))
}

pub(super) fn failed_status(response: &HttpResponse, problem: AttemptProblem) -> AttemptFailure {
    let refusal = refusal(&response.body);
    let date = response.header("date");
    let retry_after = response
        .header("retry-after")
        .and_then(|value| retry::parse_retry_after(value, date, SystemTime::now()));
    let service_message = refusal.message.unwrap_or_default();
    let message = status_text(response.status, &service_message);
    AttemptFailure {
        problem,
        message,
        service_message,
        code: refusal.code,
        status: Some(response.status),
        retry_after,
        source: None,
        hint: None,
    }
}

pub(super) fn status_text(status: u16, service_message: &str) -> String {
    if service_message.is_empty() {
        format!("HTTP {status}")
    } else {
        format!("HTTP {status}: {service_message}")
    }
}

/// The error for a status and its body (contract 4.1).
pub(super) fn refusal_kind(call: &ApiCall, response: &HttpResponse) -> ErrorKind {
    let status = response.status;
    let refusal = refusal(&response.body);
    let code = refusal.code;
    let message = refusal.message.unwrap_or_default();
    match status {
        300..=399 => {
            let message = format!(
                "redirected{}; umapish does not send its token to another host",
                redirect_host(response)
            );
            ErrorKind::Rejected { status, code, message }
        }
        500.. => ErrorKind::Unavailable { status: Some(status), code, message },
        _ if call.target.is_sign_in() => ErrorKind::Auth { status: Some(status), code, message },
        403 if code.as_deref() == Some(error_code::ORGANIZATION_MIGRATING) => {
            ErrorKind::Rejected { status, code, message }
        }
        401 | 403 => {
            ErrorKind::Auth { status: Some(status), code, message: denial_message(response, message) }
        }
        // A gateway's error page does not mean that the service does not know it.
        404 if code.is_some() || response.body.is_empty() => {
            ErrorKind::NotFound { status: Some(status), code, message }
        }
        _ => ErrorKind::Rejected { status, code, message },
    }
}

/// The reason of a 401 or 403, which is often in a header only (contract 4.1).
fn denial_message(response: &HttpResponse, message: String) -> String {
    if !message.is_empty() {
        return message;
    }
    let challenge = response.header("www-authenticate").and_then(|challenge| {
        // Masked as a whole: a quote in a secret would cut it in two.
        let challenge = mask(challenge);
        let (_, rest) = challenge.split_once("error_description=\"")?;
        Some(rest.split('"').next().unwrap_or_default().to_owned())
    });
    challenge.unwrap_or_else(|| match response.status {
        403 => "the client id is not permitted, or the organization is being migrated".to_owned(),
        _ => "the access token was not accepted".to_owned(),
    })
}

fn redirect_host(response: &HttpResponse) -> String {
    let host =
        response.header("location").and_then(|location| location.split_once("://")).map(|(_, rest)| {
            rest.split(['/', '?', '#'])
                .next()
                .unwrap_or_default()
                .rsplit('@')
                .next()
                .unwrap_or_default()
                .to_owned()
        });
    host.map_or_else(String::new, |host| format!(" to `{host}`"))
}
