//! Sign-in: both token endpoints, and whether a token is valid (contract 1.2, 1.3).

use super::credentials::{CLIENT_ID, CLIENT_SECRET, ORGANIZATION, TECHNICAL_ACCOUNT_ID};
use super::signing_key::SigningKey;
use crate::sandbox::query::QueryParameters;
use crate::sandbox::response::SandboxResponse;
use crate::sandbox::signing_key::SigningKeys;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// The scope that every token needs.
const SCOPE: &str = "user_management_sdk";
/// The end of the claim that asks for the User Management API.
const METASCOPE: &str = "/s/ent_user_sdk";

/// The tokens issued so far and when each expires.
#[derive(Debug, Default)]
pub(super) struct TokenTable(HashMap<String, Instant>);

impl TokenTable {
    /// A new token; earlier ones stay valid.
    fn issue(&mut self, lifetime: u64, now: Instant) -> String {
        self.0.retain(|_, until| *until > now);
        let token = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        let until = now.checked_add(Duration::from_secs(lifetime)).unwrap_or(now);
        self.0.insert(token.clone(), until);
        token
    }

    /// Whether the value of an `Authorization` header is a valid token.
    pub(super) fn accept(&self, authorization: Option<&str>, now: Instant) -> bool {
        let Some((scheme, token)) = authorization.and_then(|value| value.split_once(' ')) else {
            return false;
        };
        scheme.eq_ignore_ascii_case("bearer") && self.0.get(token.trim()).is_some_and(|until| *until > now)
    }

    /// Makes every token invalid.
    pub(super) fn expire(&mut self) {
        self.0.clear();
    }

    /// OAuth server-to-server; `expires_in` is in seconds.
    pub(super) fn oauth(&mut self, form: &QueryParameters, lifetime: u64, now: Instant) -> SandboxResponse {
        let scopes = form.text("scope").unwrap_or_default();
        match form.text("grant_type") {
            None => return refused(400, "invalid_request", "grant_type is missing"),
            Some("client_credentials") => {}
            Some(_) => return refused(400, "unsupported_grant_type", "use client_credentials"),
        }
        if form.text("client_id") != Some(CLIENT_ID) || form.text("client_secret") != Some(CLIENT_SECRET) {
            return refused(401, "invalid_client", "unknown client_id or wrong client_secret");
        }
        if !scopes.split([',', ' ']).any(|scope| scope == SCOPE) {
            return refused(400, "invalid_scope", "the scope user_management_sdk is missing");
        }
        self.granted(lifetime, lifetime, now)
    }

    /// The exchange of a JWT; `expires_in` is in milliseconds.
    pub(super) fn exchange(
        &mut self,
        key: &SigningKey,
        form: &QueryParameters,
        lifetime: u64,
        now: Instant,
    ) -> SandboxResponse {
        if form.text("client_id") != Some(CLIENT_ID) {
            return refused(400, "invalid_client", "unknown client_id");
        }
        if form.text("client_secret") != Some(CLIENT_SECRET) {
            return refused(401, "invalid_client", "wrong client_secret");
        }
        let Some(jwt) = form.text("jwt_token") else {
            return refused(400, "invalid_token", "jwt_token is missing");
        };
        let Ok(pair) = key.pair() else { return SandboxResponse::empty(500) };
        match claims(jwt, pair).and_then(|claims| check(&claims)) {
            Ok(()) => self.granted(lifetime, lifetime.saturating_mul(1000), now),
            Err((error, description)) => refused(400, error, description),
        }
    }

    fn granted(&mut self, lifetime: u64, expires_in: u64, now: Instant) -> SandboxResponse {
        let token = self.issue(lifetime, now);
        SandboxResponse::json(
            200,
            &json!({ "access_token": token, "token_type": "bearer", "expires_in": expires_in }),
        )
        .with("cache-control", "no-store")
    }
}

/// A refusal in RFC 6749's form (contract 7.26).
fn refused(status: u16, error: &str, description: &str) -> SandboxResponse {
    SandboxResponse::json(status, &json!({ "error": error, "error_description": description }))
}

type RefusedToken = (&'static str, &'static str);

fn claims(jwt: &str, pair: &SigningKeys) -> Result<Map<String, Value>, RefusedToken> {
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_aud = false;
    validation.leeway = 0;
    let key = DecodingKey::from_rsa_der(&pair.public_der);
    match jsonwebtoken::decode::<Map<String, Value>>(jwt, &key, &validation) {
        Ok(decoded) => Ok(decoded.claims),
        Err(error) => Err(match error.kind() {
            ErrorKind::InvalidSignature => {
                ("invalid_signature", "the JWT is not signed with the registered key")
            }
            ErrorKind::ExpiredSignature => ("invalid_token", "the JWT has expired"),
            _ => ("invalid_token", "the JWT cannot be read"),
        }),
    }
}

fn check(claims: &Map<String, Value>) -> Result<(), RefusedToken> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if !claims.get("exp").is_some_and(Value::is_u64) {
        return Err(("invalid_token", "exp must be whole seconds"));
    }
    if text("iss") != Some(ORGANIZATION) || text("sub") != Some(TECHNICAL_ACCOUNT_ID) {
        return Err(("bad_request", "iss or sub is not of this organization"));
    }
    let audience = text("aud").and_then(|audience| audience.rsplit_once("/c/"));
    if audience.is_none_or(|(_, client)| client != CLIENT_ID) {
        return Err(("invalid_client", "aud names another client_id"));
    }
    let asked = |name: &String, value: &Value| name.ends_with(METASCOPE) && *value == Value::Bool(true);
    if !claims.iter().any(|(name, value)| asked(name, value)) {
        return Err(("invalid_scope", "the metascope ent_user_sdk is missing"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jsonwebtoken::{EncodingKey, Header};

    fn oauth(form: &str) -> SandboxResponse {
        TokenTable::default().oauth(&QueryParameters::parse(form), 60, Instant::now())
    }

    fn body(answer: &SandboxResponse) -> Value {
        serde_json::from_slice(&answer.body).expect("JSON")
    }

    #[test]
    fn oauth_refuses_what_is_wrong_and_names_it() {
        let whole = format!(
            "grant_type=client_credentials&client_id={CLIENT_ID}&client_secret={CLIENT_SECRET}&scope=openid,AdobeID,{SCOPE}"
        );
        let cases = [
            (whole.replace("grant_type=", "x="), 400, "invalid_request"),
            (whole.replace("client_credentials", "password"), 400, "unsupported_grant_type"),
            (whole.replace(CLIENT_SECRET, "wrong"), 401, "invalid_client"),
            (whole.replace(SCOPE, "other"), 400, "invalid_scope"),
        ];
        for (form, status, error) in cases {
            let answer = oauth(&form);
            assert_eq!((answer.status, body(&answer)["error"].as_str()), (status, Some(error)), "{form}");
        }
        assert_eq!(body(&oauth(&whole))["expires_in"], 60);
    }

    #[test]
    fn a_token_is_good_until_its_time_is_over_and_earlier_ones_stay_good() {
        let (mut tokens, now) = (TokenTable::default(), Instant::now());
        let (first, second) = (tokens.issue(60, now), tokens.issue(60, now));
        for token in [&first, &second] {
            assert!(tokens.accept(Some(&format!("Bearer {token}")), now));
            assert!(!tokens.accept(Some(&format!("Bearer {token}")), now + Duration::from_mins(1)));
        }
        for header in [None, Some(""), Some("Bearer"), Some("Bearer wrong"), Some(first.as_str())] {
            assert!(!tokens.accept(header, now), "{header:?}");
        }
    }

    fn exchange(key: &SigningKey, claims: &Value, secret: &str) -> SandboxResponse {
        let pem = &key.pair().expect("made").private_pem;
        let signer = EncodingKey::from_rsa_pem(pem.as_bytes()).expect("readable");
        let jwt = jsonwebtoken::encode(&Header::new(Algorithm::RS256), claims, &signer).expect("signed");
        let form = format!("client_id={CLIENT_ID}&client_secret={secret}&jwt_token={jwt}");
        TokenTable::default().exchange(key, &QueryParameters::parse(&form), 60, Instant::now())
    }

    #[test]
    fn the_exchange_checks_every_claim() {
        let key = SigningKey::default();
        let good = json!({ "exp": 4_000_000_000_u64, "iss": ORGANIZATION, "sub": TECHNICAL_ACCOUNT_ID,
            "aud": format!("https://ims.example.com/c/{CLIENT_ID}"),
            "https://ims.example.com/s/ent_user_sdk": true });
        let with = |name: &str, value: Value| {
            let mut claims = good.clone();
            claims[name] = value;
            claims
        };
        let answer = exchange(&key, &good, CLIENT_SECRET);
        assert_eq!((answer.status, &body(&answer)["expires_in"]), (200, &json!(60_000)));
        let cases = [
            (with("exp", json!(1)), "invalid_token"),
            (with("exp", json!(4e9 + 0.5)), "invalid_token"),
            (with("iss", json!("other")), "bad_request"),
            (with("aud", json!("https://ims.example.com/c/other")), "invalid_client"),
            (with("https://ims.example.com/s/ent_user_sdk", json!("true")), "invalid_scope"),
        ];
        for (claims, error) in cases {
            assert_eq!(body(&exchange(&key, &claims, CLIENT_SECRET))["error"], error, "{claims}");
        }
        assert_eq!(exchange(&key, &good, "wrong").status, 401);
    }

    #[test]
    fn a_jwt_signed_with_another_key_is_refused() {
        let (ours, theirs) = (SigningKey::default(), SigningKey::default());
        let pem = &theirs.pair().expect("made").private_pem;
        let signer = EncodingKey::from_rsa_pem(pem.as_bytes()).expect("readable");
        let claims = json!({ "exp": 4_000_000_000_u64 });
        let jwt = jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims, &signer).expect("signed");
        let pair = ours.pair().expect("made");
        assert_eq!(super::claims(&jwt, pair).expect_err("refused").0, "invalid_signature");
        assert_eq!(super::claims("a.b.c", pair).expect_err("refused").0, "invalid_token");
    }
}
