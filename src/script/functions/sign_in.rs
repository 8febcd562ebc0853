//! Signing in, and what the session knows of itself.

use crate::client::http::token_response::TokenResponse;
use crate::client::settings::SignInFlow;
use crate::error::Result;
use crate::host::binding::RhaiResultOf;
use crate::host::session::Session;
use crate::host::session::session;
use crate::host::thrown::ThrowAt;
use crate::values::secret_text::SecretText;
use rhai::plugin::{Dynamic, export_module};
use rhai::{Map, NativeCallContext};

/// Sign-in and session.
#[expect(clippy::missing_errors_doc, reason = "help names the errors a script can meet; here are none")]
#[export_module]
pub mod functions {
    /// Signs in with OAuth server-to-server credentials and returns the token response.
    ///
    /// Scripts seldom need it: every call signs in by itself and renews its token. The response is a map with
    /// `access_token`, `token_type` and `expires_in` (seconds). The token prints masked; it works as the token of
    /// this session only.
    ///
    /// # Errors
    /// `auth` when the service refuses the credentials, `config` when they are missing.
    ///
    /// # Example
    /// ```rhai
    /// let answer = get_oauth_token();
    /// print(answer.token_type);
    /// print(answer.access_token);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn get_oauth_token(context: NativeCallContext) -> RhaiResultOf<Map> {
        session(&context).and_then(|session| sign_in(&session, SignInFlow::OAuth)).at(&context)
    }

    /// Signs in by exchanging a signed token (JWT) and returns the token response. Adobe has deprecated it.
    ///
    /// The profile needs `tech_account_id` and `private_key_file` besides the client id and secret. The response is
    /// that of `get_oauth_token()`.
    ///
    /// # Errors
    /// `auth` when the service refuses the credentials, `config` when they are missing.
    ///
    /// # Example
    /// ```rhai
    /// let answer = get_jwt_token();
    /// print(answer.expires_in);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn get_jwt_token(context: NativeCallContext) -> RhaiResultOf<Map> {
        session(&context).and_then(|session| sign_in(&session, SignInFlow::Jwt)).at(&context)
    }

    /// Makes every change of this run from here on a rehearsal: the service checks it and changes nothing.
    ///
    /// There is no way back within the run, and no script can ask for the opposite. Calling it twice is the same as
    /// once.
    ///
    /// # Example
    /// ```rhai
    /// test_mode();
    /// print(session().mode);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn test_mode(context: NativeCallContext) -> RhaiResultOf<()> {
        session(&context).map(|session| session.enter_test_mode()).at(&context)
    }

    /// Returns what this run is: `profile`, `organization`, `mode` and `calls` made so far.
    ///
    /// `calls` counts exchanges with the service (`requests`), those that repeated an earlier one (`retries`) and
    /// the seconds spent waiting (`waited`).
    ///
    /// # Example
    /// ```rhai
    /// let run = session();
    /// print(`${run.profile} ${run.mode}: ${run.calls.requests} requests`);
    /// ```
    #[rhai_fn(name = "session", volatile, return_raw)]
    pub fn session_of_run(context: NativeCallContext) -> RhaiResultOf<Map> {
        session(&context).map(|session| describe(&session)).at(&context)
    }
}

fn sign_in(session: &Session, flow: SignInFlow) -> Result<Map> {
    let TokenResponse { access_token, token_type, expires_in } = session.sign_in(flow)?;
    let seconds = i64::try_from(expires_in.as_secs()).unwrap_or(i64::MAX);
    Ok(Map::from_iter([
        ("access_token".into(), Dynamic::from(SecretText(access_token))),
        ("token_type".into(), token_type.into()),
        ("expires_in".into(), seconds.into()),
    ]))
}

fn describe(session: &Session) -> Map {
    let calls = session.calls();
    let count = |count: u64| Dynamic::from_int(i64::try_from(count).unwrap_or(i64::MAX));
    let calls = Map::from_iter([
        ("requests".into(), count(calls.requests)),
        ("retries".into(), count(calls.retries)),
        ("waited".into(), count(calls.waited.as_secs())),
    ]);
    let organization = session.setup().organization.clone();
    Map::from_iter([
        ("profile".into(), session.setup().profile.clone().into()),
        ("organization".into(), organization.map_or(Dynamic::UNIT, Dynamic::from)),
        ("mode".into(), session.mode().as_str().into()),
        ("calls".into(), calls.into()),
    ])
}
