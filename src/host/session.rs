//! One run, as script functions use it: the client, created at the first call; its runtime; the operator's console.
//! Higher layers attach their own state to it.

use super::interrupt::Interrupt;
use super::unfinished::UnfinishedListing;
use super::unsent::UnsentCommands;
use crate::client::event::ClientObserver;
use crate::client::hooks::GateHook;
use crate::client::http::token_response::TokenResponse;
use crate::client::settings::{ClientSettings, Mode, SignInFlow, VerifyPolicy};
use crate::client::{CallCounts, Client};
use crate::error::{Error, ErrorKind, Result};
use crate::host::console::HostConsole;
use crate::host::temporaries::TemporaryCalls;
use crate::host::thrown::ScriptEnd;
use rhai::{Dynamic, NativeCallContext};
use std::any::Any;
use std::cell::{Cell, OnceCell, RefCell};
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// Threads that read and parse pages. While the script works on one page, two others can be parsed.
const WORKERS: usize = 2;

/// Creates the gate hooks of a client with these settings, in order: first those that may refuse a change, last the
/// journal, which records what is sent.
pub type HookFactory = Box<dyn Fn(&ClientSettings) -> Vec<Arc<dyn GateHook>>>;

/// The settings of a run.
pub struct SessionSetup {
    /// Reads the client's settings at the first call, so that a script without calls needs none.
    pub connect: Box<dyn Fn(SignInFlow) -> Result<ClientSettings>>,
    /// The profile's name; `sandbox` for the sandbox.
    pub profile: String,
    /// The organization's id, as far as it is known.
    pub organization: Option<String>,
    /// Whether changes are real.
    pub mode: Mode,
    /// The script's arguments.
    pub arguments: Vec<String>,
    /// The environment variables that scripts must not read.
    pub secret_variables: Vec<&'static str>,
    /// The operator's console.
    pub console: Rc<dyn HostConsole>,
    /// Receives an event for every call.
    pub observer: Arc<dyn ClientObserver>,
    /// Ctrl-C.
    pub interrupt: Interrupt,
    /// Creates the hooks of a client.
    pub hooks: HookFactory,
    /// When removals are read.
    pub verify: VerifyPolicy,
    /// Whether the operator said yes to every `confirm` in advance.
    pub confirms: bool,
}

/// One run.
pub struct Session {
    setup: SessionSetup,
    client: RefCell<Option<Client>>,
    hooks: RefCell<Vec<Arc<dyn GateHook>>>,
    runtime: OnceCell<Runtime>,
    mode: Cell<Mode>,
    ended: Cell<Option<ScriptEnd>>,
    unfinished: RefCell<Vec<Weak<dyn UnfinishedListing>>>,
    unsent: UnsentCommands,
    temporaries: RefCell<TemporaryCalls>,
    /// The states of higher rooms, one of each type.
    extensions: RefCell<Vec<Rc<dyn Any>>>,
}

/// The session as an engine carries it.
#[derive(Clone)]
pub struct SharedSession(pub Rc<Session>);

impl Session {
    /// A run that has not made a call yet.
    pub fn new(setup: SessionSetup) -> Self {
        let mode = Cell::new(setup.mode);
        Self {
            setup,
            client: RefCell::default(),
            hooks: RefCell::default(),
            runtime: OnceCell::new(),
            mode,
            ended: Cell::default(),
            unfinished: RefCell::default(),
            unsent: UnsentCommands::default(),
            temporaries: RefCell::default(),
            extensions: RefCell::default(),
        }
    }

    /// The client, created with its settings at the first call; the current interrupt stops its calls.
    ///
    /// # Errors
    /// `config`: settings are missing or wrong.
    pub fn client(&self) -> Result<Client> {
        if let Some(client) = &*self.client.borrow() {
            return Ok(client.with_stop(self.setup.interrupt.token()));
        }
        let client = self.new_client(SignInFlow::Configured)?;
        self.client.replace(Some(client.clone()));
        Ok(client)
    }

    /// Adds a gate hook to the client, even if it is not created yet.
    pub fn add_hook(&self, hook: Arc<dyn GateHook>) {
        if let Some(client) = &*self.client.borrow() {
            client.add_hook(Arc::clone(&hook));
        }
        self.hooks.borrow_mut().push(hook);
    }

    /// Signs in by this flow, regardless of the configured one.
    ///
    /// # Errors
    /// `config`: settings of that flow are missing. `auth`: the service refuses them.
    pub fn sign_in(&self, flow: SignInFlow) -> Result<TokenResponse> {
        match self.client() {
            Ok(client) if client.settings().credentials.are_for(flow) => self.wait(client.sign_in()),
            _ => self.wait(self.new_client(flow)?.sign_in()),
        }
    }

    fn new_client(&self, flow: SignInFlow) -> Result<Client> {
        let mut settings = (self.setup.connect)(flow)?;
        settings.mode = self.mode.get();
        settings.verify = self.setup.verify;
        let client = Client::new(settings, Arc::clone(&self.setup.observer), self.setup.interrupt.token());
        self.hooks_of(&client).into_iter().for_each(|hook| client.add_hook(hook));
        Ok(client)
    }

    /// Hooks added at the prompt come first, since they may refuse a change.
    fn hooks_of(&self, client: &Client) -> Vec<Arc<dyn GateHook>> {
        let added = self.hooks.borrow().clone();
        added.into_iter().chain((self.setup.hooks)(client.settings())).collect()
    }

    /// State that a higher layer keeps for this run; created at its first use.
    pub fn extension<T: Default + 'static>(&self) -> Rc<T> {
        let known = self.extensions.borrow().iter().find_map(|state| Rc::clone(state).downcast::<T>().ok());
        known.unwrap_or_else(|| {
            let state = Rc::new(T::default());
            self.extend(Rc::clone(&state));
            state
        })
    }

    /// Attaches state that a higher layer keeps for this run; replaces any state of the same type.
    pub fn extend<T: 'static>(&self, state: Rc<T>) {
        let mut extensions = self.extensions.borrow_mut();
        extensions.retain(|known| !Rc::clone(known).is::<T>());
        extensions.push(state);
    }

    /// Waits for a client call. The client itself stops at once at an interrupt.
    ///
    /// # Errors
    /// The errors of the call.
    pub fn wait<T>(&self, call: impl Future<Output = Result<T>>) -> Result<T> {
        self.runtime()?.block_on(call)
    }

    /// Sleeps; an interrupt ends it.
    ///
    /// # Errors
    /// `interrupted`.
    pub fn sleep(&self, duration: Duration) -> Result<()> {
        let token = self.setup.interrupt.token();
        self.wait(async {
            tokio::select! {
                biased;
                () = token.cancelled() => Err(ErrorKind::Interrupted.into()),
                () = tokio::time::sleep(duration) => Ok(()),
            }
        })
    }

    /// Tracks a listing with unread pages.
    pub fn track_listing(&self, listing: &Rc<dyn UnfinishedListing>) {
        let mut unfinished = self.unfinished.borrow_mut();
        unfinished.retain(|known| known.strong_count() > 0);
        unfinished.push(Rc::downgrade(listing));
    }

    /// Reads all remaining pages of listings that are still in use. Call it before a change is sent: removing members
    /// while their group is being listed would shift the pages.
    ///
    /// # Errors
    /// `incomplete`: one of them cannot be read, so the change should not be sent.
    pub fn finish_listings(&self) -> Result<()> {
        let unfinished = std::mem::take(&mut *self.unfinished.borrow_mut());
        unfinished.iter().filter_map(Weak::upgrade).try_for_each(|listing| listing.finish())
    }

    fn runtime(&self) -> Result<&Runtime> {
        if let Some(runtime) = self.runtime.get() {
            return Ok(runtime);
        }
        let runtime = Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build();
        let runtime = runtime.map_err(|error| {
            Error::config(
                format!("cannot start a thread: {error}"),
                "Check this user's system limits (ulimit).",
            )
        })?;
        Ok(self.runtime.get_or_init(|| runtime))
    }

    /// The operator's console.
    pub fn console(&self) -> &dyn HostConsole {
        &*self.setup.console
    }

    /// The interrupt (Ctrl-C).
    pub fn interrupt(&self) -> &Interrupt {
        &self.setup.interrupt
    }

    /// The settings of the run.
    pub fn setup(&self) -> &SessionSetup {
        &self.setup
    }

    /// Whether changes are real.
    pub fn mode(&self) -> Mode {
        self.mode.get()
    }

    /// Sends changes in test mode from now on; this run cannot return to live mode.
    pub fn enter_test_mode(&self) {
        self.mode.set(Mode::Test);
        if let Some(client) = &*self.client.borrow() {
            client.enter_test_mode();
        }
    }

    /// Changes the mode at the prompt. Scripts cannot: a script that was started in test mode stays in it.
    ///
    /// # Errors
    /// `usage`: the session was not started in live mode, so it cannot become live.
    pub fn choose_mode(&self, mode: Mode) -> Result<()> {
        if mode == Mode::Live && self.setup.mode != Mode::Live {
            let message = "this session was started in test mode, so it cannot become live";
            return Err(Error::usage_with_hint(
                message,
                "Start umapish with --live, or set mode = \"live\" in the profile.",
            ));
        }
        self.mode.set(mode);
        let chosen = self.client.borrow().as_ref().map(|client| client.in_mode(mode));
        self.client.replace(chosen);
        Ok(())
    }

    /// Whether a string contains a secret of this session; false before sign-in.
    pub fn holds_secret(&self, text: &str) -> bool {
        let client = self.client.borrow();
        let secrets =
            client.as_ref().map(|client| client.settings().credentials.secrets()).unwrap_or_default();
        secrets.iter().any(|secret| !secret.is_blank() && text.contains(secret.expose().trim()))
    }

    /// The API calls of the run so far.
    pub fn calls(&self) -> CallCounts {
        self.client.borrow().as_ref().map(Client::calls).unwrap_or_default()
    }

    /// The commands that were built but never sent.
    pub fn unsent(&self) -> &UnsentCommands {
        &self.unsent
    }

    /// Ends the script. The returned value is thrown; in Rhai, a `catch` around a closure can swallow that, so the
    /// engine checks [`Session::ended`] as well.
    pub fn end(&self, code: u8) -> ScriptEnd {
        self.ended.set(Some(ScriptEnd::Exit(code)));
        ScriptEnd::Exit(code)
    }

    /// How the script ended itself, if it did.
    pub fn ended(&self) -> Option<ScriptEnd> {
        self.ended.get()
    }

    /// The calls on lists that no variable holds.
    pub fn temporaries(&self) -> &RefCell<TemporaryCalls> {
        &self.temporaries
    }
}

/// The session of the engine that calls a function.
///
/// # Errors
/// `config`: the engine was built without one, which only a test could do.
pub fn session(context: &NativeCallContext) -> Result<Rc<Session>> {
    let shared = context.tag().and_then(Dynamic::read_lock::<SharedSession>);
    shared
        .map(|shared| Rc::clone(&shared.0))
        .ok_or_else(|| Error::config("there is no session", "Use the engine that umapish builds."))
}
