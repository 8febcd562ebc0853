//! A refusal may repeat what it refuses: what came back is freed of our secrets before anything reads it.

use crate::client::http::auth::NumberedToken;
use crate::client::http::transport::HttpResponse;
use crate::client::settings::Credentials;
use crate::secret::{MASK, Secret};
use bytes::Bytes;

/// The response, masked where it holds the credentials' secrets or the token. Answers of success pass as they are:
/// one of them is the token.
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
