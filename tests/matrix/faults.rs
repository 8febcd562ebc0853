//! The faults of the matrix, and clients that meet them.

use super::operations::Operation;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use umapi_shell::client::Client;
use umapi_shell::client::settings::{ClientSettings, Credentials, Mode, Pace};
use umapi_shell::sandbox::{self, FaultEffect, PlannedFault, RetryAfter, Sandbox};
use umapi_shell::secret::Secret;
use umapi_shell::wire::endpoint::EndpointId;

/// How long a client of the matrix waits for a response, and how long one that never comes takes.
const TIMEOUT: Duration = Duration::from_secs(20);
const SHORT_TIMEOUT: Duration = Duration::from_millis(800);
const NEVER: u64 = 2_000;

/// A fault, and where it strikes.
pub(super) struct Fault {
    /// Its name in the guide.
    pub(super) name: &'static str,
    effect: Effect,
    /// Only sign-in, only changes, or every operation.
    place: Place,
}

/// What happens.
enum Effect {
    Calm,
    Status(u16),
    Throttled(u64),
    Body(&'static str),
    Silence,
    Other(fn() -> FaultEffect),
}

#[derive(PartialEq)]
enum Place {
    Everywhere,
    Changes,
    SignIn,
}

const fn fault(name: &'static str, effect: Effect) -> Fault {
    Fault { name, effect, place: Place::Everywhere }
}

const fn of_changes(name: &'static str, effect: Effect) -> Fault {
    Fault { name, effect, place: Place::Changes }
}

const fn at_sign_in(name: &'static str, effect: Effect) -> Fault {
    Fault { name, effect, place: Place::SignIn }
}

/// All of them.
pub(super) const FAULTS: &[Fault] = &[
    fault("none", Effect::Calm),
    fault("HTTP 301", Effect::Status(301)),
    fault("HTTP 400", Effect::Status(400)),
    fault("HTTP 401", Effect::Status(401)),
    fault("HTTP 403", Effect::Status(403)),
    fault("HTTP 404", Effect::Status(404)),
    fault("HTTP 408", Effect::Status(408)),
    fault("HTTP 413", Effect::Status(413)),
    fault("HTTP 425", Effect::Status(425)),
    fault("HTTP 429 without a wait", Effect::Throttled(0)),
    fault("HTTP 429 with a wait beyond `max_wait`", Effect::Throttled(9_000)),
    fault("HTTP 500", Effect::Status(500)),
    fault("HTTP 501", Effect::Status(501)),
    fault("HTTP 502", Effect::Status(502)),
    fault("HTTP 503", Effect::Status(503)),
    fault("HTTP 504", Effect::Status(504)),
    fault("no response in time", Effect::Silence),
    fault(
        "the connection breaks before the request is carried out",
        Effect::Other(|| FaultEffect::DropBefore),
    ),
    fault("the connection breaks after it was carried out", Effect::Other(|| FaultEffect::DropAfter)),
    fault("the response breaks off before its body", Effect::Other(|| FaultEffect::CutBody { bytes: 0 })),
    fault("the response breaks off within its body", Effect::Other(|| FaultEffect::CutBody { bytes: 9 })),
    fault("a response that is not JSON", Effect::Other(|| FaultEffect::MalformedBody)),
    fault("a web page with HTTP 200", Effect::Body("<!doctype html><html><body>Sign in</body></html>")),
    fault("an empty response with HTTP 200", Effect::Body("")),
    fault("an empty object with HTTP 200", Effect::Body("{}")),
    fault("an empty list with HTTP 200", Effect::Body("[]")),
    fault("`null` with HTTP 200", Effect::Body("null")),
    fault("a refusal with HTTP 200", Effect::Body(r#"{"result":"error.apikey.invalid","message":"m"}"#)),
    fault("all tokens expire", Effect::Other(|| FaultEffect::ExpireTokens)),
    fault("fields of unexpected types", Effect::Other(|| FaultEffect::OddTypes)),
    fault("errors without names", Effect::Other(|| FaultEffect::NullErrorLabels)),
    of_changes(
        "counts that do not add up",
        Effect::Body(r#"{"result":"success","completed":0,"notCompleted":0}"#),
    ),
    of_changes("`error` with counts of success", Effect::Body(r#"{"result":"error","completed":1}"#)),
    of_changes("counts of a rehearsal", Effect::Body(r#"{"result":"success","completedInTestMode":1}"#)),
    of_changes(
        "a command is refused",
        Effect::Other(|| FaultEffect::CommandError { index: 0, code: "error.group.not_found".to_owned() }),
    ),
    at_sign_in("sign-in: HTTP 400", Effect::Status(400)),
    at_sign_in("sign-in: HTTP 401", Effect::Status(401)),
    at_sign_in("sign-in: HTTP 500", Effect::Status(500)),
    at_sign_in("sign-in: HTTP 503", Effect::Status(503)),
    at_sign_in("sign-in: the connection breaks", Effect::Other(|| FaultEffect::DropBefore)),
    at_sign_in("sign-in: a response that is not JSON", Effect::Other(|| FaultEffect::MalformedBody)),
    at_sign_in("sign-in: a response without a token", Effect::Body("{}")),
];

impl Fault {
    /// Whether it is the absence of faults.
    pub(super) fn is_calm(&self) -> bool {
        matches!(self.effect, Effect::Calm)
    }

    /// Whether it can happen at an operation.
    pub(super) fn concerns(&self, operation: &Operation) -> bool {
        self.place != Place::Changes || operation.is_change()
    }

    /// The fault at the operation's requests.
    pub(super) fn planned(&self, operation: &Operation, times: usize) -> PlannedFault {
        let status = |status, body: &str, retry_after| FaultEffect::Status {
            status,
            body: Some(body.to_owned()),
            retry_after,
        };
        let (effect, delay) = match &self.effect {
            Effect::Calm => (FaultEffect::Nothing, 0),
            Effect::Silence => (FaultEffect::Nothing, NEVER),
            Effect::Status(code) => (status(*code, "", None), 0),
            Effect::Throttled(seconds) => (status(429, "", Some(RetryAfter::Seconds(*seconds))), 0),
            Effect::Body(body) => (status(200, body, None), 0),
            Effect::Other(effect) => (effect(), 0),
        };
        let is_sign_in = self.place == Place::SignIn;
        let endpoint = if is_sign_in { EndpointId::OAuthToken } else { operation.endpoint };
        let skip = if is_sign_in { 0 } else { operation.skip };
        PlannedFault { delay, ..PlannedFault::at(endpoint, effect).times(times).skip(skip) }
    }

    /// A client that meets it, with so many requests with changes at once.
    pub(super) fn client(&self, server: &Sandbox, in_flight: usize) -> Client {
        let timeout = if matches!(self.effect, Effect::Silence) { SHORT_TIMEOUT } else { TIMEOUT };
        client(server, timeout, in_flight)
    }
}

/// A client for looking at what really happened.
pub(super) fn calm_client(server: &Sandbox) -> Client {
    client(server, TIMEOUT, 1)
}

fn client(server: &Sandbox, timeout: Duration, in_flight: usize) -> Client {
    let credentials = Credentials::OAuth {
        client_id: sandbox::CLIENT_ID.to_owned(),
        client_secret: Secret::from(sandbox::CLIENT_SECRET),
    };
    let settings = ClientSettings {
        service_url: server.service_url(),
        sign_in_url: server.sign_in_url(),
        mode: Mode::Live,
        pace: Pace::Off,
        max_attempts: 3,
        first_delay: Duration::ZERO,
        verify_delay: Duration::ZERO,
        jitter: Duration::ZERO,
        timeout,
        max_wait: Duration::from_secs(2),
        in_flight,
        ..ClientSettings::new(sandbox::ORGANIZATION, credentials)
    };
    Client::new(settings, Arc::new(()), CancellationToken::new())
}
