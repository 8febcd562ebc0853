//! One run's world: the client, made at the first call; the runtime it runs on; the operator's console; what went wrong.

use super::interrupt::Interrupt;
use super::temporary_calls::Temporaries;
use super::thrown::Ended;
use crate::changes::command_builder::Unsent;
use crate::changes::outcome_buffer::Entry;
use crate::changes::queue::Queue;
use crate::changes::report::Report;
use crate::client::actions::raw::Carried;
use crate::client::event::{Hook, Observer};
use crate::client::outcome::{Outcome, Status};
use crate::client::request::Answer;
use crate::client::settings::{ClientSettings, Flow, Mode};
use crate::client::{Calls, Client, TokenAnswer};
use crate::error::{Error, ErrorKind, Result};
use crate::session::guard::Guard;
use crate::session::journal::recorder::Recorder;
use crate::session::listing_cache;
use crate::session::listing_cache::Listings;
use crate::values::record_list::Unfinished;
use rhai::{Dynamic, NativeCallContext};
use serde_json::Value;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// After so many changes of one person each, a loop is likely: one minute's requests (contract 2.1).
const SINGLE_CHANGES: usize = 10;

/// So many failures of a queue that the script left unfinished are told one by one.
const FAILURES_TOLD: usize = 3;

/// Where a script's words go and where its questions are answered.
pub trait Console {
    /// A line of data.
    fn print(&self, line: &str);
    /// A value in the operator's form.
    fn show(&self, value: &Value);
    /// A line for a person.
    fn message(&self, line: &str);
    /// Something worth knowing.
    fn note(&self, line: &str);
    /// Something that needs attention.
    fn warn(&self, line: &str);
    /// Whether nobody reads the data any more.
    fn is_lost(&self) -> bool;
    /// The operator's answer to a question.
    ///
    /// # Errors
    /// `usage`: there is no terminal to ask on.
    fn ask(&self, question: &str) -> Result<String>;
}

/// What a run is told before it begins.
pub struct Setup {
    /// Fetches the client's settings at the first call; a script that makes none needs none.
    pub connect: Box<dyn Fn(Flow) -> Result<ClientSettings>>,
    /// The profile's name; `sandbox` for the sandbox.
    pub profile: String,
    /// The organization's id, as far as it is known.
    pub organization: Option<String>,
    /// Whether changes are real.
    pub mode: Mode,
    /// The script's arguments.
    pub arguments: Vec<String>,
    /// The environment variables no script may read.
    pub secret_variables: Vec<&'static str>,
    /// The operator.
    pub console: Rc<dyn Console>,
    /// Told of every call.
    pub observer: Arc<dyn Observer>,
    /// Ctrl-C.
    pub interrupt: Interrupt,
    /// How full listings are kept and guarded.
    pub listings: Listings,
    /// What the run may change at most.
    pub guard: Arc<Guard>,
    /// The journal; none where nothing outlives the process.
    pub recorder: Option<Arc<Recorder>>,
    /// Whether an interrupted run goes on.
    pub resumed: bool,
    /// Whether removals are read back.
    pub verify: bool,
    /// Where a row for every command goes, besides the reports of the script.
    pub outlet: Option<Box<dyn Outlet>>,
}

/// Takes a row for every command, as the run goes.
pub trait Outlet {
    /// Takes one in.
    ///
    /// # Errors
    /// `file`: it cannot be written.
    fn enter(&self, outcome: &Outcome) -> Result<()>;
}

/// One run.
pub struct Session {
    setup: Setup,
    client: RefCell<Option<Client>>,
    hooks: RefCell<Vec<Arc<dyn Hook>>>,
    runtime: OnceCell<Runtime>,
    mode: Cell<Mode>,
    tally: RefCell<Tally>,
    ended: Cell<Option<Ended>>,
    unfinished: RefCell<Vec<Weak<dyn Unfinished>>>,
    queues: RefCell<Vec<Queue>>,
    written: RefCell<HashSet<PathBuf>>,
    totals: RefCell<Totals>,
    unsent: Unsent,
    single_changes: Cell<usize>,
    left_behind: RefCell<Option<Report>>,
    missing_rows: RefCell<Option<MissingRows>>,
    temporaries: RefCell<Temporaries>,
}

/// What a report lacks because it could not be written to its end.
#[derive(Debug, Clone)]
pub struct MissingRows {
    /// How many rows.
    pub rows: usize,
    /// Why.
    pub fault: Error,
}

/// What went wrong in a run without ending it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Commands that failed, wholly or in part, in reports the script was given.
    pub failed: usize,
    /// Commands of which nobody knows what happened.
    pub unknown: usize,
    /// Commands that left, whose answers were lost, and which are seen not to have been done.
    pub lost: usize,
    /// The kind of the error that kept commands from being sent.
    pub stopped: Option<&'static str>,
}

impl Tally {
    /// What was added since then.
    #[must_use]
    pub fn since(self, earlier: Self) -> Self {
        Self {
            failed: self.failed - earlier.failed,
            unknown: self.unknown - earlier.unknown,
            lost: self.lost - earlier.lost,
            stopped: if earlier.stopped.is_none() { self.stopped } else { None },
        }
    }
}

/// What became of all commands of a run, for its last line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Done, or would be.
    pub done: usize,
    /// Of these, done by an earlier run.
    pub resumed: usize,
    /// Failed, wholly or partly.
    pub failed: usize,
    /// Nobody knows.
    pub unknown: usize,
    /// Never left.
    pub not_sent: usize,
}

impl Totals {
    fn add(&mut self, outcome: &Outcome) {
        let count = match outcome.status {
            status if status.is_done() => &mut self.done,
            status if status.is_failed() => &mut self.failed,
            Status::Unknown => &mut self.unknown,
            _ => &mut self.not_sent,
        };
        *count += 1;
        self.resumed += usize::from(outcome.resumed);
    }

    /// How many may still have something done about them.
    pub fn unsettled(&self) -> usize {
        self.unknown + self.not_sent
    }

    /// How many commands there were.
    pub fn all(&self) -> usize {
        self.done + self.failed + self.unknown + self.not_sent
    }
}

/// The session as an engine carries it.
#[derive(Clone)]
pub struct Shared(pub Rc<Session>);

impl Session {
    /// A run that has made no call yet.
    pub fn new(setup: Setup) -> Self {
        let mode = Cell::new(setup.mode);
        Self {
            setup,
            client: RefCell::default(),
            hooks: RefCell::default(),
            runtime: OnceCell::new(),
            mode,
            tally: RefCell::default(),
            ended: Cell::default(),
            unfinished: RefCell::default(),
            queues: RefCell::default(),
            written: RefCell::default(),
            totals: RefCell::default(),
            unsent: Unsent::default(),
            single_changes: Cell::new(0),
            left_behind: RefCell::default(),
            missing_rows: RefCell::default(),
            temporaries: RefCell::default(),
        }
    }

    /// The client, to be stopped by what interrupts now; made, with its settings fetched, at the first call.
    ///
    /// # Errors
    /// `config`: settings are missing or wrong.
    pub fn client(&self) -> Result<Client> {
        if let Some(client) = &*self.client.borrow() {
            return Ok(client.with_stop(self.setup.interrupt.token()));
        }
        let client = self.new_client(Flow::Configured)?;
        self.client.replace(Some(client.clone()));
        Ok(client)
    }

    /// Puts a hook at the gate of the client, also of one that is not made yet.
    pub fn add_hook(&self, hook: Arc<dyn Hook>) {
        if let Some(client) = &*self.client.borrow() {
            client.add_hook(Arc::clone(&hook));
        }
        self.hooks.borrow_mut().push(hook);
    }

    /// Signs in one way, whichever is configured.
    ///
    /// # Errors
    /// `config`: settings of that way are missing. `auth`: the service refuses them.
    pub fn sign_in(&self, flow: Flow) -> Result<TokenAnswer> {
        match self.client() {
            Ok(client) if client.settings().credentials.are_for(flow) => self.wait(client.sign_in()),
            _ => self.wait(self.new_client(flow)?.sign_in()),
        }
    }

    fn new_client(&self, flow: Flow) -> Result<Client> {
        let mut settings = (self.setup.connect)(flow)?;
        settings.mode = self.mode.get();
        settings.verify = self.setup.verify;
        let client = Client::new(settings, Arc::clone(&self.setup.observer), self.setup.interrupt.token());
        self.hooks_of(&client).into_iter().for_each(|hook| client.add_hook(hook));
        Ok(client)
    }

    /// What stands at the gate: first what may refuse, last the journal, which writes what leaves.
    fn hooks_of(&self, client: &Client) -> Vec<Arc<dyn Hook>> {
        let settings = client.settings();
        let marks = listing_cache::hook(&self.setup.listings, &settings.organization, &settings.service_url);
        let mut hooks: Vec<Arc<dyn Hook>> = self.hooks.borrow().clone();
        hooks.push(Arc::clone(&self.setup.guard) as Arc<dyn Hook>);
        hooks.extend(marks.map(|hook| Arc::new(hook) as Arc<dyn Hook>));
        hooks.extend(self.setup.recorder.iter().map(|recorder| Arc::clone(recorder) as Arc<dyn Hook>));
        hooks
    }

    /// Runs a call of the client to its end. The client itself ends at once when the operator interrupts.
    ///
    /// # Errors
    /// Those of the call.
    pub fn wait<T>(&self, call: impl Future<Output = Result<T>>) -> Result<T> {
        self.runtime()?.block_on(call)
    }

    /// Waits, until the operator interrupts.
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

    /// Remembers a listing that has pages left.
    pub fn keep_in_view(&self, listing: &Rc<dyn Unfinished>) {
        let mut unfinished = self.unfinished.borrow_mut();
        unfinished.retain(|known| known.strong_count() > 0);
        unfinished.push(Rc::downgrade(listing));
    }

    /// To be called before a change leaves: reads every listing that is still in use to its end, since members
    /// removed while their group is paged would shift the pages.
    ///
    /// # Errors
    /// `incomplete`: one of them cannot be read; no change should follow from it.
    pub fn finish_listings(&self) -> Result<()> {
        let unfinished = std::mem::take(&mut *self.unfinished.borrow_mut());
        unfinished.iter().filter_map(Weak::upgrade).try_for_each(|listing| listing.finish())
    }

    fn runtime(&self) -> Result<&Runtime> {
        if let Some(runtime) = self.runtime.get() {
            return Ok(runtime);
        }
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.map_err(|error| {
            Error::config(format!("the system gives no threads: {error}"), "Check the limits of this user.")
        })?;
        Ok(self.runtime.get_or_init(|| runtime))
    }

    /// The operator.
    pub fn console(&self) -> &dyn Console {
        &*self.setup.console
    }

    /// Ctrl-C.
    pub fn interrupt(&self) -> &Interrupt {
        &self.setup.interrupt
    }

    /// What the run was told before it began.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// Whether changes are real.
    pub fn mode(&self) -> Mode {
        self.mode.get()
    }

    /// From now on changes are rehearsed; there is no way back in this run.
    pub fn enter_test_mode(&self) {
        self.mode.set(Mode::Test);
        if let Some(client) = &*self.client.borrow() {
            client.enter_test_mode();
        }
    }

    /// The operator chooses again at the prompt. No script can: what a script began in test mode stays there.
    ///
    /// # Errors
    /// `usage`: the session was not begun in live mode, so it has no right to it.
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

    /// Whether a text holds a secret this session signs in with, as far as it has signed in.
    pub fn holds_secret(&self, text: &str) -> bool {
        let client = self.client.borrow();
        let secrets =
            client.as_ref().map(|client| client.settings().credentials.secrets()).unwrap_or_default();
        secrets.iter().any(|secret| !secret.is_blank() && text.contains(secret.expose().trim()))
    }

    /// What the run has cost so far.
    pub fn calls(&self) -> Calls {
        self.client.borrow().as_ref().map(Client::calls).unwrap_or_default()
    }

    /// Where commands that are never sent leave their lines.
    pub fn unsent(&self) -> &Unsent {
        &self.unsent
    }

    /// Notes a change of one person in a request of its own; a loop of them is told once of the faster way.
    pub fn count_single_change(&self) {
        let changes = self.single_changes.get() + 1;
        self.single_changes.set(changes);
        if changes == SINGLE_CHANGES {
            self.console().note(
                "one request a change: 10 people a minute under the service's limits; the same verbs on a \
                 queue() send 100 people a minute",
            );
        }
    }

    /// Ends the script. What it answers is thrown; Rhai lets a `catch` around a closure swallow that, so the engine
    /// asks [`Session::ended`] as well.
    pub fn end(&self, code: u8) -> Ended {
        self.ended.set(Some(Ended::Exit(code)));
        Ended::Exit(code)
    }

    /// How the script said that it ends, if it did.
    pub fn ended(&self) -> Option<Ended> {
        self.ended.get()
    }

    /// Keeps the report of a call that the operator interrupted: nothing else tells what was done by then.
    pub fn leave_behind(&self, report: Report) {
        self.left_behind.replace(Some(report));
    }

    /// The calls whose list no variable holds.
    pub fn temporaries(&self) -> &RefCell<Temporaries> {
        &self.temporaries
    }

    /// The report of a call that the operator interrupted, once.
    pub fn take_left_behind(&self) -> Option<Report> {
        self.left_behind.take()
    }

    /// What went wrong without ending the run.
    pub fn tally(&self) -> Tally {
        *self.tally.borrow()
    }

    /// Remembers a queue until it is finished.
    pub fn keep_queue(&self, queue: &Queue) {
        let mut queues = self.queues.borrow_mut();
        queues.retain(|known| !known.is_finished());
        queues.push(queue.clone());
    }

    /// The normal end of a script: what its queues still hold is sent.
    ///
    /// # Errors
    /// What kept a queue from being sent.
    pub fn finish_queues(&self) -> Result<()> {
        let queues = std::mem::take(&mut *self.queues.borrow_mut());
        let open = queues.iter().filter(|queue| !queue.is_finished());
        open.map(|queue| queue.finish(self).map(|report| self.tell_failures(&report)))
            .fold(Ok(()), Result::and)
    }

    /// Tells of the first failures of a report that no script looks at.
    fn tell_failures(&self, report: &Report) {
        for failure in report.failures().take(FAILURES_TOLD) {
            self.console().warn(&failure.told());
        }
    }

    /// The end of a script that failed: what its queues still hold is `not_sent`.
    pub fn abandon_queues(&self, why: &str) {
        let queues = std::mem::take(&mut *self.queues.borrow_mut());
        for queue in queues.iter().filter(|queue| !queue.is_finished()) {
            // Without threads nothing was ever sent, and the error of that has been told.
            drop(queue.abandon(self, why));
        }
    }

    /// Runs a request that is sent as the script wrote it, and tells what became of its commands. They count for the
    /// exit code where no error is thrown and no other status is left to the script.
    ///
    /// # Errors
    /// Those of the request.
    pub fn wait_for_raw(&self, call: impl Future<Output = Carried>) -> Result<Answer> {
        let Carried { answer, outcomes } = self.wait(async { Ok(call.await) })?;
        let turned_away = answer.as_ref().is_ok_and(|answer| answer.status >= 300);
        for outcome in outcomes {
            // The script has the status, and repeats the request or not.
            if !(turned_away && outcome.status == Status::NotSent) {
                let entry = Entry { outcome, tag: Dynamic::UNIT };
                self.tell(&entry, answer.is_ok() && !turned_away);
            }
        }
        answer
    }

    /// Whether this run writes the file for the first time.
    pub fn writes_first(&self, path: &Path) -> bool {
        self.written.borrow_mut().insert(path.to_owned())
    }

    /// What became of all commands of the run.
    pub fn totals(&self) -> Totals {
        *self.totals.borrow()
    }

    /// Takes notice of an outcome as it comes; `counts` says whether it counts for the exit code.
    pub fn tell(&self, entry: &Entry, counts: bool) {
        self.totals.borrow_mut().add(&entry.outcome);
        self.enter(&entry.outcome);
        if !counts {
            return;
        }
        let mut tally = self.tally.borrow_mut();
        match entry.outcome.status {
            Status::Failed | Status::PartlyDone | Status::StillMember => tally.failed += 1,
            Status::Unknown => tally.unknown += 1,
            // It left, its answer was lost, and it is seen not to have been done.
            Status::NotSent if entry.outcome.attempts > 0 => tally.lost += 1,
            Status::Completed | Status::WouldComplete | Status::NotSent => {}
        }
    }

    /// Writes a row of the report. After one that could not be written there are no more: what is there has no gaps.
    fn enter(&self, outcome: &Outcome) {
        let Some(outlet) = &self.setup.outlet else { return };
        let mut missing = self.missing_rows.borrow_mut();
        if let Some(missing) = missing.as_mut() {
            missing.rows += 1;
        } else if let Err(fault) = outlet.enter(outcome) {
            self.console().warn(&format!("the report ends here: {fault}"));
            *missing = Some(MissingRows { rows: 1, fault });
        }
    }

    /// What the report lacks.
    pub fn missing_rows(&self) -> Option<MissingRows> {
        self.missing_rows.borrow().clone()
    }

    /// Remembers what kept commands from being sent.
    pub fn count_stop(&self, stopped: Option<&Error>) {
        if let Some(error) = stopped {
            let hint = error.hint().map(|hint| format!("; {hint}")).unwrap_or_default();
            self.console().warn(&format!("not everything was sent: {error}{hint}"));
        }
        let mut tally = self.tally.borrow_mut();
        tally.stopped = tally.stopped.or(stopped.map(|error| error.kind.name()));
    }
}

/// The session of the engine that calls a function.
///
/// # Errors
/// `config`: the engine was built without one, which only a test could do.
pub fn session(context: &NativeCallContext) -> Result<Rc<Session>> {
    let shared = context.tag().and_then(Dynamic::read_lock::<Shared>);
    shared
        .map(|shared| Rc::clone(&shared.0))
        .ok_or_else(|| Error::config("there is no session", "Use the engine that umapish builds."))
}
