//! The client of one organization: its settings and the state that its clones share.

use super::http::auth::SignIn;
use super::settings::{ClientSettings, Mode};
use crate::client::event::{ClientEvent, ClientObserver};
use crate::client::hooks::GateHook;
use crate::client::http::rate_limit::RateLimiter;
use crate::client::http::sync_pragma::SyncPragma;
use crate::client::http::transport::HttpTransport;
use crate::client::known_groups::KnownGroups;
use crate::secret::{SHORTEST_MASKED, is_masked};
use crate::wire::limits::STEPS_PER_COMMAND;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// A client of one organization. Cheap to create and clone: clones share the sign-in, the rate limits and the
/// mode, and the TLS stack is built when the first request is sent.
#[derive(Clone)]
pub struct Client {
    pub(super) shared: Arc<ClientState>,
    /// Whether changes are rehearsed; shared by clones.
    test: Arc<AtomicBool>,
    pub(super) stop: CancellationToken,
}

/// What the clones of a client share.
pub(super) struct ClientState {
    pub(super) settings: ClientSettings,
    pub(super) observer: Arc<dyn ClientObserver>,
    hooks: RwLock<Vec<Arc<dyn GateHook>>>,
    pub(super) transport: HttpTransport,
    pub(super) sign_in: SignIn,
    pub(super) pacer: RateLimiter,
    pub(super) sync: SyncPragma,
    pub(super) tally: CallCounters,
    lists: AtomicU64,
    /// Accounts looked up before their removal.
    pub(super) look_ups: AtomicUsize,
    /// Listings of all users that were read to the end.
    pub(super) full_listings: AtomicUsize,
    pub(super) known_groups: KnownGroups,
    /// How many lists of people a command may have, as far as the service has refused more; 0 for none.
    pub(super) lists_per_command: AtomicUsize,
    /// Whether the operator knows that number.
    pub(super) list_limit_noted: AtomicBool,
    /// Whether the operator knows that user groups take fewer requests than profiles.
    pub(super) profile_noted: AtomicBool,
}

/// The counters for [`CallCounts`].
#[derive(Debug, Default)]
pub(super) struct CallCounters {
    pub(super) requests: AtomicU64,
    pub(super) retries: AtomicU64,
    waited_micros: AtomicU64,
}

impl CallCounters {
    pub(super) fn wait(&self, waited: Duration) {
        let micros = u64::try_from(waited.as_micros()).unwrap_or(u64::MAX);
        self.waited_micros.fetch_add(micros, Ordering::Relaxed);
    }
}

/// What the client has sent so far, sign-in included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CallCounts {
    /// Exchanges that were started.
    pub requests: u64,
    /// Exchanges that repeated an earlier one.
    pub retries: u64,
    /// Time spent waiting for limits and before repeats.
    pub waited: Duration,
}

impl ClientState {
    /// Says which secrets are too short to be masked: they would be found in other words.
    fn notify_short_secrets(&self) {
        let secrets = self.settings.credentials.secrets();
        if secrets.iter().any(|secret| !secret.is_blank() && !is_masked(secret.expose())) {
            self.observer.notice(&ClientEvent::Note(format!(
                "the client secret or token is shorter than {SHORTEST_MASKED} characters and is not masked in output"
            )));
        }
    }
}

impl Client {
    /// A client that reports to `observer` and ends every wait and exchange when `stop` is cancelled.
    pub fn new(settings: ClientSettings, observer: Arc<dyn ClientObserver>, stop: CancellationToken) -> Self {
        let test = Arc::new(AtomicBool::new(settings.mode == Mode::Test));
        let shared = ClientState {
            pacer: RateLimiter::new(settings.pace).shared_by(settings.ledger.clone()),
            settings,
            observer,
            hooks: RwLock::default(),
            transport: HttpTransport::default(),
            sign_in: SignIn::default(),
            sync: SyncPragma::default(),
            tally: CallCounters::default(),
            lists: AtomicU64::new(0),
            look_ups: AtomicUsize::new(0),
            full_listings: AtomicUsize::new(0),
            known_groups: KnownGroups::default(),
            lists_per_command: AtomicUsize::new(STEPS_PER_COMMAND),
            list_limit_noted: AtomicBool::new(false),
            profile_noted: AtomicBool::new(false),
        };
        shared.notify_short_secrets();
        Self { shared: Arc::new(shared), test, stop }
    }

    /// The same client, stopped by another token: each line at the prompt has its own.
    #[must_use]
    pub fn with_stop(&self, stop: CancellationToken) -> Self {
        Self { shared: Arc::clone(&self.shared), test: Arc::clone(&self.test), stop }
    }

    /// A client that shares everything with this one except the mode. The mode of this client and its clones does
    /// not change.
    #[must_use]
    pub fn in_mode(&self, mode: Mode) -> Self {
        let test = Arc::new(AtomicBool::new(mode == Mode::Test));
        Self { shared: Arc::clone(&self.shared), test, stop: self.stop.clone() }
    }

    /// Adds a hook after the existing ones, for all clones.
    pub fn add_hook(&self, hook: Arc<dyn GateHook>) {
        self.shared.hooks.write().unwrap_or_else(PoisonError::into_inner).push(hook);
    }

    /// The settings it was created with; the mode may have changed since, see [`Client::mode`].
    pub fn settings(&self) -> &ClientSettings {
        &self.shared.settings
    }

    /// Whether changes are real.
    pub fn mode(&self) -> Mode {
        if self.test.load(Ordering::Acquire) { Mode::Test } else { Mode::Live }
    }

    /// Switches this client and all its clones to test mode.
    pub fn enter_test_mode(&self) {
        self.test.store(true, Ordering::Release);
    }

    /// The calls made so far.
    pub fn calls(&self) -> CallCounts {
        let tally = &self.shared.tally;
        CallCounts {
            requests: tally.requests.load(Ordering::Relaxed),
            retries: tally.retries.load(Ordering::Relaxed),
            waited: Duration::from_micros(tally.waited_micros.load(Ordering::Relaxed)),
        }
    }

    /// A number for a new list of commands.
    pub(super) fn next_list(&self) -> u64 {
        self.shared.lists.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// The hooks, in the order in which they are asked.
    pub(super) fn hooks(&self) -> Vec<Arc<dyn GateHook>> {
        self.shared.hooks.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
