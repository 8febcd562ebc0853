//! The client: async over [`crate::wire`]; knows nothing of Rhai, clap or the terminal.

pub mod actions;
mod attempts;
pub mod event;
pub mod hooks;
pub mod http;
pub mod listing;
pub mod outcome;
pub mod request;
pub mod settings;

use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;
use crate::wire::command::Command;
use crate::wire::endpoint::EndpointId;
use crate::wire::error_code;
use crate::wire::group::Group;
use crate::wire::identity::fold;
use crate::wire::percent_encode;
use crate::wire::response::{Refusal, SUCCESS, UserAnswer, refusal};
use crate::wire::user::User;
use crate::wire::validate::Fault;
use actions::executor::Outcomes;
use actions::feed::Intake;
use actions::gate::Admitted;
use actions::raw::Carried;
use attempts::{Call, Failed};
use event::Observer;
use futures_util::Stream;
use hooks::Hook;
use http::auth::SignIn;
use http::rate_limit::Pacer;
use http::sync_pragma::Sync;
use http::target::Target;
use http::transport::{Response, Transport};
use listing::Listing;
use listing::query::{UserQuery, check_name};
use request::RawRequest;
use serde_json::Value;
use settings::{ClientSettings, Mode};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// A client of one organization. Cheap to make and to clone: clones share the sign-in, the pace and the mode,
/// and the TLS stack is built when the first request leaves.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    /// Whether changes are rehearsed; shared by clones.
    test: Arc<AtomicBool>,
    stop: CancellationToken,
}

struct Shared {
    settings: ClientSettings,
    observer: Arc<dyn Observer>,
    hooks: RwLock<Vec<Arc<dyn Hook>>>,
    transport: Transport,
    sign_in: SignIn,
    pacer: Pacer,
    sync: Sync,
    tally: Tally,
    lists: AtomicU64,
}

/// Counts behind [`Calls`].
#[derive(Debug, Default)]
struct Tally {
    requests: AtomicU64,
    retries: AtomicU64,
    waited_micros: AtomicU64,
}

impl Tally {
    fn wait(&self, waited: Duration) {
        let micros = u64::try_from(waited.as_micros()).unwrap_or(u64::MAX);
        self.waited_micros.fetch_add(micros, Ordering::Relaxed);
    }
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
        let test = Arc::new(AtomicBool::new(settings.mode == Mode::Test));
        let shared = Shared {
            pacer: Pacer::new(settings.pace),
            settings,
            observer,
            hooks: RwLock::default(),
            transport: Transport::default(),
            sign_in: SignIn::default(),
            sync: Sync::default(),
            tally: Tally::default(),
            lists: AtomicU64::new(0),
        };
        Self { shared: Arc::new(shared), test, stop }
    }

    /// The same client, stopped by another token: at the prompt each line has its own.
    #[must_use]
    pub fn with_stop(&self, stop: CancellationToken) -> Self {
        Self { shared: Arc::clone(&self.shared), test: Arc::clone(&self.test), stop }
    }

    /// A client that shares sign-in, pace and hooks with this one, but not its mode: for an operator who chooses
    /// again. This one and its clones stay as they are.
    #[must_use]
    pub fn in_mode(&self, mode: Mode) -> Self {
        let test = Arc::new(AtomicBool::new(mode == Mode::Test));
        Self { shared: Arc::clone(&self.shared), test, stop: self.stop.clone() }
    }

    /// Puts a hook at the gate, behind those already there; it holds for all clones.
    pub fn add_hook(&self, hook: Arc<dyn Hook>) {
        self.shared.hooks.write().unwrap_or_else(PoisonError::into_inner).push(hook);
    }

    /// The settings it was made with; the mode may have become test since, see [`Client::mode`].
    pub fn settings(&self) -> &ClientSettings {
        &self.shared.settings
    }

    /// Whether changes are real.
    pub fn mode(&self) -> Mode {
        if self.test.load(Ordering::Acquire) { Mode::Test } else { Mode::Live }
    }

    /// From now on no change is real. There is no way back, for no clone.
    pub fn enter_test_mode(&self) {
        self.test.store(true, Ordering::Release);
    }

    /// What was sent so far.
    pub fn calls(&self) -> Calls {
        let tally = &self.shared.tally;
        Calls {
            requests: tally.requests.load(Ordering::Relaxed),
            retries: tally.retries.load(Ordering::Relaxed),
            waited: Duration::from_micros(tally.waited_micros.load(Ordering::Relaxed)),
        }
    }

    /// Signs in anew with the configured credentials; later calls use the token.
    ///
    /// # Errors
    /// `auth` when the credentials are refused, `usage` when a ready token is configured, `config` when the
    /// private key cannot be used, `unavailable`.
    pub async fn sign_in(&self) -> Result<TokenAnswer> {
        let answer = self.ask_for_token().await?;
        self.shared.sign_in.adopt(&answer).await;
        Ok(answer)
    }

    /// One user, by e-mail, or by username and domain (E2).
    ///
    /// # Errors
    /// `not_found` when the service says that it does not know the user; a 404 that says something else is
    /// `rejected`, so that a gateway's page is not taken for an absent person.
    pub async fn get_user(&self, user: &str, domain: Option<&str>) -> Result<Arc<User>> {
        check_name(user)?;
        let values = [("organization", self.settings().organization.as_str()), ("user", user.trim())];
        let domain = domain.map(str::trim).filter(|domain| !domain.is_empty());
        let query = domain.map(|domain| format!("?domain={}", percent_encode::value(domain)));
        let target = Target::of(EndpointId::User, &values, query.as_deref().unwrap_or_default());
        let answer = self.perform(&self.call_to(target), None, read_user).await.map_err(Failed::into_error);
        let user = answer.map_err(not_about_the_user)?.0.map(Arc::new).map_err(Error::from)?;
        self.hooks().iter().for_each(|hook| hook.seen(std::slice::from_ref(&user)));
        Ok(user)
    }

    /// The users that `query` describes (E3, E4). A query the service cannot answer is the first page's error.
    pub fn users(&self, query: UserQuery) -> Listing<User> {
        Listing::users(self.clone(), query)
    }

    /// All user groups, profiles and admin groups (E5).
    pub fn groups(&self) -> Listing<Group> {
        Listing::groups(self.clone())
    }

    /// The number of the group with this folded name.
    async fn group_number(&self, name: &str) -> Result<Option<i64>> {
        let mut groups = self.groups();
        while let Some(page) = groups.next_page().await? {
            if let Some(group) = page.iter().find(|group| fold(&group.group_name) == name) {
                return Ok(group.group_id);
            }
        }
        Ok(None)
    }

    /// Whether the gate would let the command pass: what is wrong with it, or with a piece of it after it was
    /// split. Nothing is when the checks are switched off.
    ///
    /// # Errors
    /// The first fault; its step is numbered as the caller's.
    pub fn check(&self, command: &Command) -> Result<(), Fault> {
        self.fault_of(command)
    }

    /// Carries commands out: splits and packs them, keeps the order of those that depend on one another, and
    /// answers what became of each.
    pub fn execute(&self, commands: impl Stream<Item = Command> + Send + 'static) -> Outcomes {
        Outcomes::new(self.clone(), commands)
    }

    /// The number of another list of commands.
    fn next_list(&self) -> u64 {
        self.shared.lists.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// A list of commands that are handed in one by one.
    pub fn intake(&self) -> Intake {
        Intake::new(self)
    }

    /// One action request, its list of commands sent as written.
    ///
    /// # Errors
    /// `invalid` when a local check refuses a command, `unknown` when the answer was lost, a hook's, or the
    /// service's refusal of the request as a whole. Refused commands are in the answer.
    pub async fn action(&self, commands: Value) -> Carried {
        match self.admit(self.action_target(), Some(commands)) {
            Ok(admitted) => self.carry_raw(&admitted, false).await,
            Err(error) => error.into(),
        }
    }

    /// A call of any endpoint, with sign-in, pacing and retries; the answer's status is 2xx.
    ///
    /// # Errors
    /// `usage` for a target that is not the service's, `test_mode` for a write that cannot be rehearsed, and
    /// whatever the call met.
    pub async fn call(&self, request: &RawRequest) -> Carried {
        self.carry_written(request, false).await
    }

    /// Exactly one exchange with any endpoint; every status is an answer.
    ///
    /// # Errors
    /// As [`Client::call`], when there was no answer.
    pub async fn send(&self, request: &RawRequest) -> Carried {
        self.carry_written(request, true).await
    }

    async fn carry_written(&self, request: &RawRequest, once: bool) -> Carried {
        match self.admit_raw(request) {
            Ok(admitted) => self.carry_raw(&admitted, once).await,
            Err(error) => error.into(),
        }
    }

    fn admit_raw(&self, request: &RawRequest) -> Result<Admitted> {
        let target = Target::parse(self.settings(), &request.method, &request.target)?;
        self.admit(target, request.body.clone())
    }

    /// A call that carries the mark of a listing's end when one is due.
    fn call_to(&self, target: Target) -> Call {
        Call { pragma: self.shared.sync.take(false), ..Call::new(target) }
    }
}

/// Keeps `not_found` for what the service says of the user (contract 2.4).
fn not_about_the_user(error: Error) -> Error {
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

/// Reads the answer to a look-up; a refusal may come with a status of success (contract 2.4).
fn read_user(response: &Response) -> Result<Result<User, ErrorKind>, String> {
    let status = response.status;
    match serde_json::from_slice::<UserAnswer>(&response.body) {
        Ok(answer) if answer.result == SUCCESS => Ok(Ok(answer.user)),
        Ok(answer) => {
            Ok(Err(ErrorKind::Rejected { status, code: Some(answer.result), message: String::new() }))
        }
        Err(error) => match refusal(&response.body) {
            Refusal { code: Some(code), message } if code != SUCCESS => {
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
