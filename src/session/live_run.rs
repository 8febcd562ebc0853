//! One live run of changes at a time for an organization. Reads and rehearsals are never held up.

use crate::client::event::{ClientEvent, ClientObserver};
use crate::client::hooks::{ActionRequest, GateHook};
use crate::client::request::ApiResponse;
use crate::client::settings::Mode;
use crate::error::{Error, ErrorKind, Result};
use crate::host::interrupt::Interrupt;
use crate::store::run_lock::{self, LockAttempt, RunHolder, RunLock};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How often a run that waits looks again.
const TURN: Duration = Duration::from_millis(100);

/// What a run does about other live runs.
pub(crate) struct LiveRunSettings {
    /// The user who runs it.
    pub(crate) user: String,
    /// The name of its script.
    pub(crate) script: String,
    /// How long it waits for another run.
    pub(crate) wait: Duration,
    /// Ends the wait.
    pub(crate) interrupt: Interrupt,
    /// Hears that it waits.
    pub(crate) observer: Arc<dyn ClientObserver>,
}

/// The lock of a run on its organization: taken before its first live change leaves, and kept to its end.
pub struct LiveRun {
    settings: LiveRunSettings,
    state: Mutex<LockState>,
}

#[derive(Default)]
struct LockState {
    /// The lock, with its file. `None` inside where locks cannot be kept.
    held: Option<(PathBuf, Option<RunLock>)>,
    /// Why changes are refused: a run is done as a whole or not begun.
    refused: Option<Error>,
}

impl LiveRun {
    /// A run that has not changed anything.
    pub(crate) fn new(settings: LiveRunSettings) -> Self {
        Self { settings, state: Mutex::default() }
    }

    /// Whether a change was refused because of another run.
    pub(crate) fn was_refused(&self) -> bool {
        self.state().refused.is_some()
    }

    /// Frees the organization for other runs; the next change locks it again. A session at the prompt calls this after
    /// each input: it may last all day.
    pub(crate) fn release(&self) {
        *self.state() = LockState::default();
    }

    fn state(&self) -> MutexGuard<'_, LockState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Locks the file, waiting for another run as long as the operator allows.
    ///
    /// # Errors
    /// `busy`: another run has it; `interrupted`.
    pub(crate) fn lock(&self, path: &PathBuf) -> Result<()> {
        let mut state = self.state();
        if let Some(error) = &state.refused {
            return Err(error.clone());
        }
        if state.held.as_ref().is_some_and(|(held, _)| held == path) {
            return Ok(());
        }
        let begun = Instant::now();
        let mut is_noted = false;
        loop {
            let holder = match run_lock::try_lock(path, &self.holder()) {
                Ok(LockAttempt::Locked(lock)) => {
                    state.held = Some((path.clone(), Some(lock)));
                    return Ok(());
                }
                Ok(LockAttempt::Busy(holder)) => holder,
                Err(error) => {
                    self.note(unlockable(&error));
                    state.held = Some((path.clone(), None));
                    return Ok(());
                }
            };
            if begun.elapsed() >= self.settings.wait {
                let error = busy(holder.as_ref());
                state.refused = Some(error.clone());
                return Err(error);
            }
            self.settings.interrupt.check()?;
            if !std::mem::replace(&mut is_noted, true) {
                self.note(format!("waiting: {}", describe(holder.as_ref())));
            }
            thread::sleep(TURN);
        }
    }

    fn holder(&self) -> RunHolder {
        RunHolder {
            user: self.settings.user.clone(),
            script: self.settings.script.clone(),
            process: std::process::id(),
            since: Timestamp::now().to_string(),
        }
    }

    fn note(&self, text: String) {
        self.settings.observer.notice(&ClientEvent::Note(text));
    }
}

/// The other run, in words.
fn describe(holder: Option<&RunHolder>) -> String {
    let Some(RunHolder { user, script, process, since }) = holder else {
        return "another live run is changing this organization".to_owned();
    };
    let local = |time: Timestamp| {
        time.to_zoned_datetime(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S").to_string()
    };
    let since = since.parse().map_or_else(|_| since.clone(), local);
    format!("`{script}` of {user} (process {process}) has been changing this organization since {since}")
}

fn busy(holder: Option<&RunHolder>) -> Error {
    let message = format!("{}; nothing more is sent", describe(holder));
    ErrorKind::Busy { message }.into()
}

fn unlockable(error: &io::Error) -> String {
    format!("other live runs cannot be kept out, since the state folder cannot be used: {error}")
}

/// The hook that locks an organization before a live change.
pub(crate) struct LiveRunHook {
    run: Arc<LiveRun>,
    path: PathBuf,
}

impl LiveRunHook {
    /// For a client whose organization is locked by this file.
    pub(crate) fn new(run: Arc<LiveRun>, path: PathBuf) -> Self {
        Self { run, path }
    }
}

impl GateHook for LiveRunHook {
    fn before(&self, request: &ActionRequest) -> Result<()> {
        if request.mode == Mode::Live { self.run.lock(&self.path) } else { Ok(()) }
    }

    fn after(&self, _: &ActionRequest, _: std::result::Result<&ApiResponse, &Error>) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(script: &str, wait: Duration, interrupt: &Interrupt) -> Arc<LiveRun> {
        Arc::new(LiveRun::new(LiveRunSettings {
            user: "mkowalski".to_owned(),
            script: script.to_owned(),
            wait,
            interrupt: interrupt.clone(),
            observer: Arc::new(()),
        }))
    }

    fn change(mode: Mode) -> ActionRequest {
        ActionRequest {
            call: "POST /action".to_owned(),
            request_id: "1".to_owned(),
            mode,
            list: 0,
            commands: Vec::new(),
            body: None,
        }
    }

    #[test]
    fn the_second_live_run_is_refused_and_a_rehearsal_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = run_lock::path(folder.path(), "1@AdobeOrg", "https://example.com");
        let interrupt = Interrupt::default();
        let (first, second) =
            (run("a.rhai", Duration::ZERO, &interrupt), run("b.rhai", Duration::ZERO, &interrupt));
        let (one, other) = (
            LiveRunHook::new(Arc::clone(&first), path.clone()),
            LiveRunHook::new(Arc::clone(&second), path.clone()),
        );
        one.before(&change(Mode::Live)).unwrap();
        one.before(&change(Mode::Live)).unwrap();
        other.before(&change(Mode::Test)).unwrap();
        let error = other.before(&change(Mode::Live)).unwrap_err();
        assert_eq!(error.kind.name(), "busy");
        assert!(error.to_string().starts_with("`a.rhai` of mkowalski (process "), "{error}");
        first.release();
        assert!(other.before(&change(Mode::Live)).is_err(), "a run is not done in part");
        assert!(second.was_refused() && !first.was_refused());
        second.release();
        other.before(&change(Mode::Live)).unwrap();
        assert!(one.before(&change(Mode::Live)).is_err());
    }

    #[test]
    fn a_run_waits_until_the_other_ends_or_the_operator_stops_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = run_lock::path(folder.path(), "1@AdobeOrg", "https://example.com");
        let interrupt = Interrupt::default();
        let first = run("a.rhai", Duration::ZERO, &interrupt);
        first.lock(&path).unwrap();
        let patient = run("b.rhai", Duration::from_mins(1), &interrupt);
        thread::scope(|scope| {
            let waiting = scope.spawn(|| patient.lock(&path));
            thread::sleep(TURN);
            first.release();
            waiting.join().unwrap().unwrap();
        });
        interrupt.request();
        let stopped = run("c.rhai", Duration::from_mins(1), &interrupt).lock(&path).unwrap_err();
        assert_eq!(stopped.kind.name(), "interrupted");
    }

    #[test]
    fn where_nothing_can_be_locked_changes_are_sent() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("live"), "a file where a folder must be").unwrap();
        let path = run_lock::path(folder.path(), "1@AdobeOrg", "https://example.com");
        run("a.rhai", Duration::ZERO, &Interrupt::default()).lock(&path).unwrap();
    }
}
