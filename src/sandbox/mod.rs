//! A simulated organization and sign-in service over real HTTP on loopback.
//!
//! It shares with the client the names of endpoints and codes and the form of responses. Paths and commands it reads with
//! tables of its own, so that a misreading of the documentation on one side fails a test on the other.
//!
//! It follows the contract: every step and documented refusal, test mode, listings in pages, throttling, expiring
//! tokens. Where the documentation is silent it makes the choices of contract 7, some of which are [`BehaviorSwitches`].
//!
//! # The organization
//! Claimed domains: `example.com` and `emea.example.com` (one federated directory; any login name),
//! `fed.example.com` (federated, login by e-mail), `sso.example.com` (federated, login by a name that is not an e-mail address),
//! `example.org` and `secure.example.org` (Enterprise IDs; the latter forbids Adobe IDs). `partner.example.net`
//! belongs to another organization that trusts this one. Everything else is unclaimed: `example.net` holds Adobe IDs.
//!
//! About forty people are members, most in one or two of the user groups (`Designers`, `Engineering`, `Marketing`, ...)
//! and profiles (`Photoshop` has one license left, `Acrobat Pro` is unlimited, `Stock` has more members than licenses).
//! `R&D / Lab #1` and `Team v2.1` have awkward names, a product's name holds commas, one group is of the type
//! `CONTRACT_ADMIN_GROUP`, nobody is in `Interns`, `Corporate Directory` is read-only.
//! These cause refusals: `left@example.com` (no longer in the organization), `disabled@example.com`,
//! `elsewhere@example.com` (another organization's account), `invited@example.net` (an open invitation),
//! `trusted@partner.example.net` (a member whom another organization owns, with undocumented fields), `both@example.com` (an Adobe ID and a
//! Federated ID) and `twin` (a username in two directories).
//!
//! # The control endpoint
//! On the same port, for clients in other processes. Within this process, [`Sandbox`] has methods for the same:
//! - `GET /sandbox`: the credentials the sandbox accepts; `GET /sandbox/private-key`: the key for JWTs, as PEM.
//! - `POST /sandbox/faults` with a list of [`PlannedFault`]s queues them, `GET` shows those that are pending:
//!   `[{"endpoint": "action", "times": 2, "effect": {"status": {"status": 503, "retry_after": {"seconds": 1}}}}]`.
//! - `GET /sandbox/requests`: the requests [`LoggedRequest`]; `DELETE` clears them and the pending faults.
//! - `POST /sandbox/settings` with [`SettingsChange`]: `{"page_size": 10, "throttle": true}`.

mod accounts;
mod action;
#[cfg(test)]
mod codes;
mod command_reader;
mod connection;
mod control;
mod copied;
mod copy_knowledge;
mod countries;
mod credentials;
mod domains;
mod faults;
mod groups;
mod identity_kind;
mod ids;
mod json;
mod limits;
mod listener;
mod listing;
mod listing_cache;
mod name_index;
mod odd_responses;
mod org;
mod organization_copy;
mod paging;
mod persistence;
mod person_name;
mod query;
mod refusal;
mod request_log;
mod requested;
mod response;
mod routes;
mod seed;
mod server;
mod service;
mod settings;
mod shared;
mod signing_key;
mod steps;
#[cfg(test)]
mod switch_cases;
mod throttle;
mod token;

pub use crate::sandbox::faults::{FaultEffect, PlannedFault};
pub use crate::sandbox::request_log::LoggedRequest;
pub use crate::sandbox::settings::{BehaviorSwitches, SettingsChange};
pub use crate::sandbox::throttle::{RequestLimiter, ThrottledCall};
pub use copied::CopyBuilder;
pub use copy_knowledge::{CopyDoubts, INCOMPLETE_COPY, MemberSource};
pub use credentials::{CLIENT_ID, CLIENT_SECRET, ORGANIZATION, TECHNICAL_ACCOUNT_ID};
pub use faults::RetryAfter;
pub use listener::Listener;
pub use organization_copy::OrganizationCopy;
pub use signing_key::KeyError;

use crate::sandbox::service::SandboxService;
use crate::sandbox::settings::CurrentRules;
use crate::sandbox::shared::ServerState;
use control::CONTROL_PATH;
use routes::BASE_PATH;
use signing_key::SigningKey;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;
use tokio::sync::oneshot;

/// How long a stop waits for the requests in progress.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);

/// What a sandbox is started with.
#[derive(Debug, Clone, Default)]
pub struct SandboxSettings {
    /// The port on loopback; 0 for any that is free.
    pub port: u16,
    /// The number of generated people; `None` for the seeded ones, about forty.
    pub users: Option<usize>,
    /// The file the organization is loaded from, where it exists, and saved to: at most once a second, and at the end.
    pub state: Option<PathBuf>,
    /// Whether the documented limits of calls are enforced, and the two hours between full listings.
    pub throttle: bool,
    /// How long the minute lasts in which calls are counted, for tests that do not wait; a real one when left out.
    pub minute: Option<Duration>,
    /// The switches: choices where the documentation is silent.
    pub switches: BehaviorSwitches,
    /// Receives problems of the server itself, such as a state file that can no longer be written.
    pub listener: Listener,
}

/// Why a sandbox did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port cannot be used.
    #[error("port {port} on 127.0.0.1 cannot be used: {source}")]
    Port {
        /// The requested port.
        port: u16,
        /// What the system says.
        source: io::Error,
    },
    /// The state file cannot be read, is broken, or cannot be written.
    #[error("the state file {} cannot be used: {message}", path.display())]
    State {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// The system cannot start a thread.
    #[error("the server cannot be started: {0}")]
    Thread(io::Error),
}

/// A sandbox that is running. Dropping it stops it, saves the organization and waits until both are done.
pub struct Sandbox {
    address: SocketAddr,
    shared: Arc<ServerState>,
    key: Arc<SigningKey>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Sandbox {
    /// Starts one on 127.0.0.1.
    ///
    /// # Errors
    /// When the port is taken or the state file cannot be used.
    pub fn start(options: SandboxSettings) -> Result<Self, StartError> {
        let socket = bind_to(options.port)?;
        let org = organization(options.users, options.state.as_deref())?;
        Self::serve(socket, options, SandboxService { org, ..SandboxService::default() })
    }

    /// Serves a copy of an organization under the id of its original.
    ///
    /// # Errors
    /// When no port can be used.
    pub fn start_copy(copy: OrganizationCopy, organization: String) -> Result<Self, StartError> {
        let (OrganizationCopy(org), organization) = (copy, Some(organization));
        let service = SandboxService { org, organization, ..SandboxService::default() };
        Self::serve(bind_to(0)?, SandboxSettings::default(), service)
    }

    fn serve(
        socket: TcpListener,
        options: SandboxSettings,
        service: SandboxService,
    ) -> Result<Self, StartError> {
        let SandboxSettings { state, throttle, minute, switches, listener, .. } = options;
        let address = socket.local_addr().map_err(StartError::Thread)?;
        let key = Arc::new(SigningKey::default());
        let rules = CurrentRules { throttle, switches, ..CurrentRules::default() };
        let mut service = SandboxService { rules, key: Arc::clone(&key), listener, ..service };
        if let Some(minute) = minute {
            service.limiter.scale(minute);
        }
        let shared = Arc::new(ServerState::new(service));
        let (stop, stopped) = oneshot::channel();
        let thread = run(socket, Arc::clone(&shared), state, stopped).map_err(StartError::Thread)?;
        Ok(Self { address, shared, key, stop: Some(stop), thread: Some(thread) })
    }

    /// The service's URL, with its base path.
    pub fn service_url(&self) -> String {
        format!("http://{}{BASE_PATH}", self.address)
    }

    /// The sign-in service's URL.
    pub fn sign_in_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The control endpoint's URL.
    pub fn control_url(&self) -> String {
        format!("http://{}{CONTROL_PATH}", self.address)
    }

    /// The key with which a JWT for this sandbox is signed, as PEM. The first call takes a moment.
    ///
    /// # Errors
    /// When no key could be made.
    pub fn private_key_pem(&self) -> Result<&str, KeyError> {
        self.key.pair().map(|pair| pair.private_pem.as_str())
    }

    /// Queues a fault for requests to come.
    pub fn queue(&self, fault: PlannedFault) {
        self.shared.service().faults.queue([fault]);
    }

    /// The requests received since the start or since the last [`Sandbox::reset`], in the order in which they came.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.shared.service().log.all()
    }

    /// Writes the organization to a file that [`SandboxSettings::state`] can load; others cannot read it.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save(&self, path: &Path) -> io::Result<()> {
        persistence::save(&self.shared.service().org, path)
    }

    /// Reads what a copy does not know yet, such as which memberships are direct.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn complete_copy(&self) -> Result<(), String> {
        self.shared.service().org.learn_all()
    }

    /// Signs that the original of a copy changed while it was read.
    pub fn doubts(&self) -> CopyDoubts {
        self.shared.service().org.copy.as_ref().map(|copy| copy.doubts.clone()).unwrap_or_default()
    }

    /// Each profile: its name, its licenses as listed, and how many members it has.
    pub fn profile_counts(&self) -> Vec<(String, Option<String>, usize)> {
        self.shared.service().org.profile_counts()
    }

    /// Changes settings.
    pub fn configure(&self, settings: SettingsChange) {
        self.shared.service().rules.change(&settings);
    }

    /// Clears the pending faults and the request log; the organization stays as it is.
    pub fn reset(&self) {
        control::reset(&self.shared);
    }
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Sandbox").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join(); // a panic there has been reported already
        }
    }
}

/// The organization of the state file, or a new one; a file that could not be written is refused at once.
fn organization(
    users: Option<usize>,
    path: Option<&Path>,
) -> Result<crate::sandbox::org::SandboxOrganization, StartError> {
    let Some(path) = path else { return Ok(seed::organization(users)) };
    let broken = |error: &dyn std::fmt::Display| StartError::State {
        path: path.to_owned(),
        message: error.to_string(),
    };
    let saved = persistence::load(path).map_err(|error| broken(&error))?;
    let org = saved.unwrap_or_else(|| seed::organization(users));
    persistence::save(&org, path).map_err(|error| broken(&error))?;
    Ok(org)
}

fn bind_to(port: u16) -> Result<TcpListener, StartError> {
    bind(port).map_err(|source| StartError::Port { port, source })
}

fn bind(port: u16) -> io::Result<TcpListener> {
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

fn run(
    socket: TcpListener,
    shared: Arc<ServerState>,
    state: Option<PathBuf>,
    stop: oneshot::Receiver<()>,
) -> io::Result<JoinHandle<()>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let listener = {
        let _inside = runtime.enter();
        tokio::net::TcpListener::from_std(socket)?
    };
    let work = move || {
        let served = runtime.block_on(server::serve(listener, Arc::clone(&shared), state.clone(), stop));
        if let Err(error) = served {
            shared.report(&format!("the sandbox stopped serving: {error}"));
        }
        runtime.shutdown_timeout(STOP_TIMEOUT);
        if let Some(path) = state {
            persistence::save_changes(&shared, &path, u64::MAX);
        }
    };
    thread::Builder::new().name("umapish-sandbox".into()).spawn(work)
}
