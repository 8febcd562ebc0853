//! The look-up of one user.

use super::connection::Client;
use super::listing::query::check_name;
use crate::client::api_call::FailedCall;
use crate::client::hooks::UserReading;
use crate::client::http::target::RequestTarget;
use crate::client::http::transport::HttpResponse;
use crate::error::{Error, ErrorKind, Result};
use crate::wire::endpoint::EndpointId;
use crate::wire::error_code;
use crate::wire::percent_encode;
use crate::wire::person_fingerprint::PersonFingerprints;
use crate::wire::response::{RefusalBody, SUCCESS, UserResponse, refusal};
use crate::wire::user::User;
use std::sync::Arc;

impl Client {
    /// One user, by e-mail, or by username and domain (E2).
    ///
    /// # Errors
    /// `not_found` if the service reports that the user does not exist; any other 404 is `rejected`, so that a
    /// gateway's error page is not mistaken for a missing user.
    pub async fn get_user(&self, user: &str, domain: Option<&str>) -> Result<Arc<User>> {
        check_name(user)?;
        let name = user.trim();
        let values = [("organization", self.settings().organization.as_str()), ("user", name)];
        let domain = domain.map(str::trim).filter(|domain| !domain.is_empty());
        let query = domain.map(|domain| format!("?domain={}", percent_encode::value(domain)));
        let target = RequestTarget::of(EndpointId::User, &values, query.as_deref().unwrap_or_default());
        let response =
            self.perform(&self.call_to(target), None, parse_user).await.map_err(FailedCall::into_error);
        let found = response.map_err(reject_other_not_found).and_then(|(user, _)| Ok(Arc::new(user?)));
        match &found {
            Ok(user) => self.hooks().iter().for_each(|hook| {
                hook.people_read(&[PersonFingerprints::of(user)]);
                hook.users_read(std::slice::from_ref(user));
                hook.users_found(std::slice::from_ref(user), UserReading::Single);
            }),
            Err(error) if matches!(*error.kind, ErrorKind::NotFound { .. }) => {
                self.hooks().iter().for_each(|hook| hook.user_missing(name, domain));
            }
            Err(_) => {}
        }
        found
    }
}

/// Turns a `not_found` that is not about the user into `rejected` (contract 2.4).
fn reject_other_not_found(error: Error) -> Error {
    match *error.kind {
        ErrorKind::NotFound { status, code, message }
            if !code.as_ref().is_some_and(|code| code.starts_with("error.user.")) =>
        {
            let status = status.unwrap_or_default();
            Error { kind: Box::new(ErrorKind::Rejected { status, code, message }), ..error }
        }
        kind => Error { kind: Box::new(kind), ..error },
    }
}

/// Parses the response to a look-up; a refusal may come with a status of success (contract 2.4).
fn parse_user(response: &HttpResponse) -> Result<Result<User, ErrorKind>, String> {
    let status = response.status;
    match serde_json::from_slice::<UserResponse>(&response.body) {
        Ok(response) if response.result == SUCCESS => Ok(Ok(response.user)),
        Ok(response) => {
            Ok(Err(ErrorKind::Rejected { status, code: Some(response.result), message: String::new() }))
        }
        Err(error) => match refusal(&response.body) {
            RefusalBody { code: Some(code), message } if code != SUCCESS => {
                let message = message.unwrap_or_default();
                Ok(Err(if code == error_code::USER_NOT_FOUND {
                    ErrorKind::NotFound { status: Some(status), code: Some(code), message }
                } else {
                    ErrorKind::Rejected { status, code: Some(code), message }
                }))
            }
            _ => Err(error.to_string()),
        },
    }
}
