//! Masks our secrets in error responses, which may repeat the request.

use crate::client::http::auth::NumberedToken;
use crate::client::http::transport::HttpResponse;
use crate::client::settings::Credentials;
use crate::secret::{MASK, Secret};
use bytes::Bytes;

/// The response with the credentials' secrets and the token masked. Successful responses are not changed: one of
/// them contains the token.
pub(crate) fn masked(
    response: HttpResponse,
    credentials: &Credentials,
    token: Option<&NumberedToken>,
) -> HttpResponse {
    if response.status < 400 {
        return response;
    }
    let secrets = credentials.secrets().into_iter().chain(token.map(|token| &token.secret));
    let known: Vec<_> = secrets.filter(|secret| !secret.is_blank()).map(Secret::expose).collect();
    match std::str::from_utf8(&response.body) {
        Ok(text) if known.iter().any(|secret| text.contains(secret)) => {
            let text = known.iter().fold(text.to_owned(), |text, secret| text.replace(secret, MASK));
            HttpResponse { body: Bytes::from(text), ..response }
        }
        _ => response,
    }
}
