//! The client: async over [`crate::wire`]; knows nothing of Rhai, clap or the terminal.

pub mod event;
pub mod execute;
pub mod listing;
pub mod outcome;
pub mod query;
pub mod request;
pub mod settings;

use crate::error::Result;
use crate::secret::Secret;
use crate::wire::check::Fault;
use crate::wire::command::Command;
use crate::wire::group::Group;
use crate::wire::user::User;
use event::{Hook, Observer};
use execute::Outcomes;
use futures_util::Stream;
use listing::Listing;
use query::UserQuery;
use request::{Answer, RawRequest};
use serde_json::Value;
use settings::{ClientSettings, Mode};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// A client of one organization. Cheap to make and to clone: clones share the sign-in, the pace and the mode,
/// and the TLS stack is built when the first request leaves.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    stop: CancellationToken,
}

struct Shared {
    settings: ClientSettings,
}

/// What the client has sent so far, sign-in included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Calls {
    /// Exchanges begun.
    pub requests: u64,
    /// Those that repeated an earlier one.
    pub retries: u64,
    /// Time spent waiting for limits and before repeats.
    pub waited: Duration,
}

/// An answer of the sign-in service.
#[derive(Debug, Clone)]
pub struct TokenAnswer {
    /// The token.
    pub access_token: Secret,
    /// `bearer`.
    pub token_type: String,
    /// How long it is good for.
    pub expires_in: Duration,
}

impl Client {
    /// A client that tells `observer` what it does and ends every wait and exchange when `stop` is cancelled.
    pub fn new(settings: ClientSettings, observer: Arc<dyn Observer>, stop: CancellationToken) -> Self {
        let _ = observer;
        Self { shared: Arc::new(Shared { settings }), stop }
    }

    /// The same client, stopped by another token: at the prompt each line has its own.
    #[must_use]
    pub fn with_stop(&self, stop: CancellationToken) -> Self {
        Self { shared: Arc::clone(&self.shared), stop }
    }

    /// Puts a hook at the gate, behind those already there; it holds for all clones.
    pub fn add_hook(&self, hook: Arc<dyn Hook>) {
        let _ = hook;
        unimplemented!()
    }

    /// The settings it was made with; the mode may have become test since, see [`Client::mode`].
    pub fn settings(&self) -> &ClientSettings {
        &self.shared.settings
    }

    /// Whether changes are real.
    pub fn mode(&self) -> Mode {
        unimplemented!()
    }

    /// From now on no change is real. There is no way back, for no clone.
    pub fn enter_test_mode(&self) {
        unimplemented!()
    }

    /// What was sent so far.
    pub fn calls(&self) -> Calls {
        unimplemented!()
    }

    /// Signs in anew with the configured credentials; later calls use the token.
    ///
    /// # Errors
    /// `auth` when the credentials are refused, `usage` when a ready token is configured, `unavailable`.
    pub async fn sign_in(&self) -> Result<TokenAnswer> {
        let _ = &self.stop;
        unimplemented!()
    }

    /// One user, by e-mail, or by username and domain (E2).
    ///
    /// # Errors
    /// `not_found` when the service does not know the user.
    pub async fn get_user(&self, user: &str, domain: Option<&str>) -> Result<Arc<User>> {
        let _ = (user, domain);
        unimplemented!()
    }

    /// The users that `query` describes (E3, E4). A query the service cannot answer is the first page's error.
    pub fn users(&self, query: UserQuery) -> Listing<User> {
        let _ = query;
        unimplemented!()
    }

    /// All user groups, profiles and admin groups (E5).
    pub fn groups(&self) -> Listing<Group> {
        unimplemented!()
    }

    /// Whether the gate would let the command pass: what is wrong with it, or with a piece of it after it was
    /// split. Nothing is when the checks are switched off.
    ///
    /// # Errors
    /// The first fault; its step is numbered as the caller's.
    pub fn check(&self, command: &Command) -> std::result::Result<(), Fault> {
        let _ = command;
        unimplemented!()
    }

    /// Carries commands out: splits and packs them, keeps the order of those that depend on one another, and
    /// answers what became of each.
    pub fn execute(&self, commands: impl Stream<Item = Command> + Send + 'static) -> Outcomes {
        let _ = commands;
        unimplemented!()
    }

    /// One action request, its list of commands sent as written.
    ///
    /// # Errors
    /// `invalid` when a local check refuses a command, `unknown` when the answer was lost, a hook's, or the
    /// service's refusal of the request as a whole. Refused commands are in the answer.
    pub async fn action(&self, commands: Value) -> Result<Answer> {
        let _ = commands;
        unimplemented!()
    }

    /// A call of any endpoint, with sign-in, pacing and retries; the answer's status is 2xx.
    ///
    /// # Errors
    /// `usage` for a target that is not the service's, `test_mode` for a write that cannot be rehearsed, and
    /// whatever the call met.
    pub async fn call(&self, request: &RawRequest) -> Result<Answer> {
        let _ = request;
        unimplemented!()
    }

    /// Exactly one exchange with any endpoint; every status is an answer.
    ///
    /// # Errors
    /// As [`Client::call`], when there was no answer.
    pub async fn send(&self, request: &RawRequest) -> Result<Answer> {
        let _ = request;
        unimplemented!()
    }
}
