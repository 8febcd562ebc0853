//! Sign-in: three kinds of credentials, one token in memory, and one renewal for all calls that wait for it.

use super::token_response::TokenResponse;
use crate::client::http::target::{RequestTarget, host_and_port};
use crate::client::settings::{ClientSettings, Credentials};
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::wire::endpoint::EndpointId;
use crate::wire::percent_encode;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};
use tokio::time::Instant;
use url::Url;

/// The scope of the token (contract 1.2).
const SCOPE: &str = "openid,AdobeID,user_management_sdk";
/// The name of the same scope in a JWT (contract 1.3).
const META_SCOPE: &str = "ent_user_sdk";
/// How long a signed JWT is valid, as in Adobe's newer sample (contract 1.3).
const JWT_LIFE: Duration = Duration::from_hours(1);
/// How long a token is valid if the response does not say (contract 1.2).
const TOKEN_LIFE: Duration = Duration::from_hours(24);
/// How long before its expiry a token is renewed; at nine tenths of a shorter life.
const RENEWAL_MARGIN: Duration = Duration::from_mins(5);

/// A token with its number, so that a call that got a 401 can say which token was refused.
#[derive(Debug, Clone)]
pub(crate) struct NumberedToken {
    pub(crate) secret: Secret,
    pub(crate) number: u64,
    renew_at: Option<Instant>,
}

/// The token of a client and the result of the last sign-in.
#[derive(Debug, Default)]
pub(crate) struct SignIn {
    state: tokio::sync::Mutex<TokenState>,
    /// The number of finished sign-ins. Callers that were already waiting when the last one failed share its error.
    ended: AtomicU64,
}

#[derive(Debug, Default)]
struct TokenState {
    token: Option<NumberedToken>,
    failure: Option<(u64, Error)>,
}

impl SignIn {
    /// The token; requested by `ask` if there is none, it is about to expire, or it is the one that was refused.
    pub(crate) async fn token<F>(
        &self,
        refused: Option<u64>,
        ask: impl FnOnce() -> F,
    ) -> Result<NumberedToken>
    where
        F: Future<Output = Result<TokenResponse>>,
    {
        let seen = self.ended.load(Ordering::Acquire);
        let mut state = self.state.lock().await;
        if let Some(token) = state.token.as_ref().filter(|token| token.is_good(refused)) {
            return Ok(token.clone());
        }
        if let Some((_, error)) = state.failure.as_ref().filter(|(number, _)| *number > seen) {
            return Err(error.clone());
        }
        let response = ask().await;
        let number = self.ended.fetch_add(1, Ordering::AcqRel) + 1;
        match response {
            Ok(response) => Ok(state.store(&response, number)),
            Err(error) => {
                state.token = None;
                state.failure = Some((number, error.clone()));
                Err(error)
            }
        }
    }

    /// Drops the token with that number, which the service refused.
    pub(crate) async fn forget(&self, number: u64) {
        let mut state = self.state.lock().await;
        state.token.take_if(|token| token.number == number);
    }

    /// Uses a token that was requested separately.
    pub(crate) async fn adopt(&self, response: &TokenResponse) {
        let mut state = self.state.lock().await;
        let number = self.ended.fetch_add(1, Ordering::AcqRel) + 1;
        state.store(response, number);
    }
}

impl TokenState {
    fn store(&mut self, response: &TokenResponse, number: u64) -> NumberedToken {
        let life = response.expires_in;
        let renew_at = Instant::now().checked_add(life.saturating_sub(RENEWAL_MARGIN.min(life / 10)));
        let token = NumberedToken { secret: response.access_token.clone(), number, renew_at };
        self.token = Some(token.clone());
        self.failure = None;
        token
    }
}

impl NumberedToken {
    /// A configured access token: number 0, valid until it is refused.
    pub(crate) fn ready(secret: Secret) -> Self {
        Self { secret, number: 0, renew_at: None }
    }

    fn is_good(&self, refused: Option<u64>) -> bool {
        refused != Some(self.number) && self.renew_at.is_none_or(|moment| Instant::now() < moment)
    }
}

/// The request for a token, and how to parse its response.
pub(crate) struct TokenRequest {
    pub(crate) target: RequestTarget,
    pub(crate) form: String,
    unit: fn(u64) -> Duration,
}

impl TokenRequest {
    /// The request for the configured credentials. The secret goes in the body, never in a URL.
    ///
    /// # Errors
    /// `usage` for a configured access token, `config` for a private key that cannot be used.
    pub(crate) fn new(settings: &ClientSettings) -> Result<Self> {
        match &settings.credentials {
            Credentials::OAuth { client_id, client_secret } => Ok(Self {
                target: RequestTarget::of(EndpointId::OAuthToken, &[], ""),
                form: form(&[
                    ("grant_type", "client_credentials"),
                    ("client_id", client_id),
                    ("client_secret", client_secret.expose()),
                    ("scope", SCOPE),
                ]),
                unit: Duration::from_secs,
            }),
            Credentials::Jwt { client_id, client_secret, private_key, .. } => Ok(Self {
                target: RequestTarget::of(EndpointId::JwtExchange, &[], ""),
                form: form(&[
                    ("client_id", client_id),
                    ("client_secret", client_secret.expose()),
                    ("jwt_token", sign(&claims(settings, SystemTime::now()), private_key)?.expose()),
                ]),
                unit: Duration::from_millis,
            }),
            Credentials::Token { .. } => Err(Error::usage_with_hint(
                "an access token is configured, so there are no credentials to sign in with",
                "Unset UMAPI_ACCESS_TOKEN and set the client secret.",
            )),
        }
    }

    /// Parses the response; `expires_in` is in seconds for OAuth and in milliseconds for JWT (contract 1.2, 1.3).
    pub(crate) fn parse(&self, body: &[u8]) -> Result<TokenResponse, String> {
        let response: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        let token = response.get("access_token").and_then(Value::as_str).filter(|token| !token.is_empty());
        let token = token.ok_or("it has no `access_token`")?;
        let life = match response.get("expires_in") {
            Some(Value::Number(number)) => number.as_u64(),
            Some(Value::String(text)) => text.trim().parse().ok(),
            _ => None,
        };
        let token_type = response.get("token_type").and_then(Value::as_str).unwrap_or("bearer");
        Ok(TokenResponse {
            access_token: Secret::from(token),
            token_type: token_type.to_owned(),
            expires_in: life.map_or(TOKEN_LIFE, self.unit),
        })
    }
}

fn form(fields: &[(&str, &str)]) -> String {
    let pairs = fields.iter().map(|(key, value)| format!("{key}={}", percent_encode::value(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// The claims of contract 1.3. They name the sign-in host with `https`, even if it is reached by plain http.
fn claims(settings: &ClientSettings, now: SystemTime) -> Value {
    let Credentials::Jwt { client_id, technical_account_id, .. } = &settings.credentials else {
        return Value::Null;
    };
    let sign_in = Url::parse(&settings.sign_in_url).ok();
    let host = sign_in.as_ref().map(host_and_port).unwrap_or_default();
    let now = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    json!({
        "exp": (now + JWT_LIFE).as_secs(),
        "iss": settings.organization,
        "sub": technical_account_id,
        "aud": format!("https://{host}/c/{client_id}"),
        format!("https://{host}/s/{META_SCOPE}"): true,
    })
}

/// The signed assertion, which is a secret for as long as it is valid.
fn sign(claims: &Value, private_key: &Secret) -> Result<Secret> {
    let refuse = |cause: jsonwebtoken::errors::Error| {
        let message = format!("cannot sign with the private key (`private_key_file`): {cause}");
        Error::config(message, "It must be the RSA key of the project's certificate, in PEM format.")
            .caused_by(cause)
    };
    let key = jsonwebtoken::EncodingKey::from_rsa_pem(private_key.expose().as_bytes()).map_err(refuse)?;
    jsonwebtoken::encode(&jsonwebtoken::Header::new(jsonwebtoken::Algorithm::RS256), claims, &key)
        .map(Secret::from)
        .map_err(refuse)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use std::sync::Arc;

    fn response(token: &str, life: Duration) -> TokenResponse {
        TokenResponse { access_token: Secret::from(token), token_type: "bearer".into(), expires_in: life }
    }

    fn oauth() -> ClientSettings {
        let credentials =
            Credentials::OAuth { client_id: "id".into(), client_secret: Secret::from("p8e-a&b+c%d") };
        ClientSettings::new("A@AdobeOrg", credentials)
    }

    #[test]
    fn the_form_is_encoded_and_the_secret_stays_out_of_the_url() {
        let settings = oauth();
        let request = TokenRequest::new(&settings).unwrap();
        assert_eq!(
            request.form,
            "grant_type=client_credentials&client_id=id&client_secret=p8e-a%26b%2Bc%25d\
             &scope=openid%2CAdobeID%2Cuser_management_sdk"
        );
        assert_eq!(request.target.url(&settings), "https://ims-na1.adobelogin.com/ims/token/v2");
    }

    #[test]
    fn oauth_counts_seconds() {
        let request = TokenRequest::new(&oauth()).unwrap();
        let read = |body: &str| request.parse(body.as_bytes()).map(|response| response.expires_in.as_secs());
        assert_eq!(read(r#"{"access_token":"t","expires_in":86399}"#), Ok(86399));
        assert_eq!(read(r#"{"access_token":"t","expires_in":"60"}"#), Ok(60));
        assert_eq!(read(r#"{"access_token":"t"}"#), Ok(86400));
        assert!(read(r#"{"expires_in":1}"#).is_err());
        assert!(read("<html>").is_err());
    }

    #[test]
    fn the_claims_are_those_of_the_contract() {
        let mut settings = oauth();
        settings.credentials = Credentials::Jwt {
            client_id: "id".into(),
            client_secret: Secret::from("s"),
            technical_account_id: "t@techacct.adobe.com".into(),
            private_key: Secret::from("no key"),
        };
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000);
        assert_eq!(
            claims(&settings, now),
            json!({"exp": 4600, "iss": "A@AdobeOrg", "sub": "t@techacct.adobe.com",
                "aud": "https://ims-na1.adobelogin.com/c/id",
                "https://ims-na1.adobelogin.com/s/ent_user_sdk": true})
        );
        let error = TokenRequest::new(&settings).err().unwrap();
        assert_eq!(error.kind.name(), "config");
        assert!(!error.to_string().contains("no key"), "{error}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_is_kept_until_shortly_before_its_end() {
        let sign_in = SignIn::default();
        let ask = |name: &'static str| async move { Ok(response(name, Duration::from_hours(24))) };
        assert_eq!(sign_in.token(None, || ask("a")).await.unwrap().secret.expose(), "a");
        tokio::time::advance(Duration::from_hours(23)).await;
        assert_eq!(sign_in.token(None, || ask("b")).await.unwrap().secret.expose(), "a");
        tokio::time::advance(Duration::from_mins(56)).await;
        assert_eq!(sign_in.token(None, || ask("c")).await.unwrap().secret.expose(), "c");
    }

    #[tokio::test]
    async fn one_renewal_serves_all_who_met_the_same_refusal() {
        let sign_in = Arc::new(SignIn::default());
        let asked = Arc::new(AtomicU64::new(0));
        let first = sign_in.token(None, || async { Ok(response("a", TOKEN_LIFE)) }).await.unwrap();
        let calls = (0..20).map(|_| {
            let (sign_in, asked) = (Arc::clone(&sign_in), Arc::clone(&asked));
            tokio::spawn(async move {
                let ask = || async {
                    asked.fetch_add(1, Ordering::Relaxed);
                    tokio::task::yield_now().await;
                    Ok(response("b", TOKEN_LIFE))
                };
                sign_in.token(Some(first.number), ask).await.unwrap().secret.expose().to_owned()
            })
        });
        for call in calls.collect::<Vec<_>>() {
            assert_eq!(call.await.unwrap(), "b");
        }
        assert_eq!(asked.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn those_who_waited_share_a_refused_sign_in() {
        let sign_in = Arc::new(SignIn::default());
        let asked = Arc::new(AtomicU64::new(0));
        let ask = |asked: Arc<AtomicU64>| async move {
            asked.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
            Err(ErrorKind::Auth { status: Some(401), code: None, message: "no".into() }.into())
        };
        let calls =
            futures_util::future::join_all((0..5).map(|_| sign_in.token(None, || ask(Arc::clone(&asked)))));
        assert!(calls.await.iter().all(Result::is_err));
        assert_eq!(asked.load(Ordering::Relaxed), 1);
        assert!(sign_in.token(None, || ask(Arc::clone(&asked))).await.is_err());
        assert_eq!(asked.load(Ordering::Relaxed), 2);
    }
}
