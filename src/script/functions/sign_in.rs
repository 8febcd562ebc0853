//! Sign-in, test mode and the session.

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
#[expect(
    clippy::missing_errors_doc,
    reason = "help lists the errors that a script can get; these functions have none"
)]
#[export_module]
pub mod functions {
    /// Signs in with OAuth server-to-server credentials and returns the token response.
    ///
    /// Scripts rarely need it: every call signs in and renews its token automatically. The response is a map with
    /// `access_token`, `token_type` and `expires_in` (seconds). The token prints masked and can be used in this session
    /// only.
    ///
    /// # Errors
    /// `auth` if the service refuses the credentials, `config` if they are missing.
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

    /// Switches this run to test mode: the service checks further changes but does not make them.
    ///
    /// A run cannot leave test mode, and no script can switch to live mode. Calling it twice has no further effect.
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

    /// Returns a map that describes this run: `profile`, `organization`, `mode` and `calls`.
    ///
    /// `calls` has the number of requests so far (`requests`), the number of retries among them (`retries`) and the
    /// seconds spent waiting (`waited`).
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

/// Signs in by a flow; the token response as a map.
pub(super) fn sign_in(session: &Session, flow: SignInFlow) -> Result<Map> {
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
