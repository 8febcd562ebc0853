//! Masks our secrets in error responses, which may repeat the request.
//!
//! JSON is parsed before anything is masked: a secret may be escaped in it, and a short one may be part of a key or of
//! a documented code, without which the response could not be understood.

use crate::client::http::auth::NumberedToken;
use crate::client::http::transport::HttpResponse;
use crate::client::settings::Credentials;
use crate::secret::{MASK, Secret};
use crate::wire::error_code;
use bytes::Bytes;
use serde_json::Value;

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
    match masked_body(&response.body, &known) {
        Some(body) => HttpResponse { body: Bytes::from(body), ..response },
        None => response,
    }
}

/// The body without the secrets; `None` if it contains none of them.
fn masked_body(body: &[u8], secrets: &[&str]) -> Option<String> {
    if let Ok(mut value) = serde_json::from_slice(body) {
        return mask_value(&mut value, secrets).then(|| value.to_string());
    }
    let text = String::from_utf8_lossy(body);
    secrets.iter().any(|secret| text.contains(secret)).then(|| mask_text(&text, secrets))
}

fn mask_text(text: &str, secrets: &[&str]) -> String {
    secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret, MASK))
}

/// Masks the secrets in all strings except documented codes; whether there were any.
fn mask_value(value: &mut Value, secrets: &[&str]) -> bool {
    match value {
        Value::String(text) if error_code::find(text).is_none() => {
            let found = secrets.iter().any(|secret| text.contains(secret));
            if found {
                *text = mask_text(text, secrets);
            }
            found
        }
        Value::Array(list) => list.iter_mut().fold(false, |found, entry| mask_value(entry, secrets) | found),
        Value::Object(fields) => {
            fields.values_mut().fold(false, |found, field| mask_value(field, secrets) | found)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_masked_in_strings_and_nowhere_else() {
        for (body, secret, expected) in [
            (r#"{"message":"bad secret s3cret"}"#, "s3cret", r#"{"message":"bad secret ***"}"#),
            (r#"{"message":"bad a\u002fb \"q"}"#, "a/b \"q", r#"{"message":"bad ***"}"#),
            (
                r#"{"result":"error.user.not_found","message":"no user"}"#,
                "user",
                r#"{"result":"error.user.not_found","message":"no ***"}"#,
            ),
            (
                r#"{"list":[{"message":"s3cret"}],"count":7}"#,
                "s3cret",
                r#"{"list":[{"message":"***"}],"count":7}"#,
            ),
            ("<html>s3cret</html>", "s3cret", "<html>***</html>"),
        ] {
            let masked = masked_body(body.as_bytes(), &[secret]).expect(body);
            let expected = expected.replace("***", MASK);
            match serde_json::from_str::<Value>(&expected) {
                Ok(json) => assert_eq!(serde_json::from_str::<Value>(&masked).unwrap(), json, "{body}"),
                Err(_) => assert_eq!(masked, expected),
            }
        }
        assert_eq!(masked_body(br#"{"result":"error.user.not_found"}"#, &["error"]), None);
        assert_eq!(masked_body(br#"{"message":"ok"}"#, &["message"]), None);
    }
}
