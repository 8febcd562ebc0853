//! The state of one run beyond its connection: totals, the report, open queues, the guard, the journal and listings.

use super::listing_options::ListingSettings;
use super::totals::{MissingRows, OutcomeSink};
use crate::client::actions::raw::RawOutcome;
use crate::client::outcome::{Outcome, Status};
use crate::client::request::ApiResponse;
use crate::error::{Error, Result};
use crate::host::session::Session;
use crate::session::file_overlay::FileOverlay;
use crate::session::guard::ChangeGuard;
use crate::session::journal::recorder::JournalRecorder;
use crate::session::live_run::LiveRun;
use crate::session::totals::{RunTally, RunTotals};
use crate::session::unresolved::UnresolvedCommands;
use crate::store::file_door;
use crate::store::file_rules::FileRules;
use crate::store::output_file::IfExists;
use rhai::Dynamic;
use std::cell::{Cell, Ref, RefCell};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

/// After this many changes of one person each, a loop is likely: one minute's requests (contract 2.1).
const SINGLE_CHANGES: usize = 10;

/// A queue of the script that may still hold commands.
pub(crate) trait OpenQueue {
    /// Whether no more commands can be added.
    fn is_finished(&self) -> bool;

    /// The normal end of a script: sends the remaining commands and shows the first failures.
    ///
    /// # Errors
    /// Why they were not sent.
    fn finish_at_end(&self, session: &Session) -> Result<()>;

    /// The end of a script that failed: sends nothing more; the remaining commands are `not_sent`.
    ///
    /// # Errors
    /// `config`: cannot start a thread.
    fn abandon(&self, session: &Session, why: &str) -> Result<()>;
}

/// The settings of a run, as the operator gave them.
#[derive(Default)]
pub struct RunSettings {
    /// The limits of what the run may change.
    pub guard: Arc<ChangeGuard>,
    /// The lock on the organization; none in the sandbox of the process.
    pub live_run: Option<Arc<LiveRun>>,
    /// The journal; none in the sandbox of the process.
    pub recorder: Option<Arc<JournalRecorder>>,
    /// Whether this run resumes an interrupted one.
    pub resumed: bool,
    /// Whether commands are sent even if the person is not among the active users that the run has read.
    pub send_unlisted: bool,
    /// How full listings are saved and announced.
    pub listings: ListingSettings,
    /// Where a row for every command is written, besides the reports of the script.
    pub sink: Option<Box<dyn OutcomeSink>>,
    /// The file of `sink`.
    pub report: Option<PathBuf>,
    /// What to do if a file exists and the call does not say: replace it in a script, refuse at the prompt.
    pub if_exists: IfExists,
    /// The files that the script may touch.
    pub files: FileRules,
    /// Where the files that a planned script writes are kept; none in other runs.
    pub overlay: Option<Rc<FileOverlay>>,
}

/// The state of a run; [`RunState::of`] returns that of a session.
#[derive(Default)]
pub(crate) struct RunState {
    /// Its settings.
    pub settings: RunSettings,
    tally: RefCell<RunTally>,
    totals: RefCell<RunTotals>,
    unresolved: RefCell<UnresolvedCommands>,
    queues: RefCell<Vec<Rc<dyn OpenQueue>>>,
    written: RefCell<HashSet<PathBuf>>,
    modules: RefCell<HashSet<PathBuf>>,
    single_changes: Cell<usize>,
    interrupted_report: RefCell<Option<Dynamic>>,
    missing_rows: RefCell<Option<MissingRows>>,
}

impl RunState {
    /// The state at the start of a run.
    pub(crate) fn new(settings: RunSettings) -> Self {
        Self { settings, ..Self::default() }
    }

    /// The state of the run that a session belongs to.
    pub(crate) fn of(session: &Session) -> Rc<Self> {
        session.extension()
    }

    /// Counts a change of one person in a request of its own; a loop of them gets one note about the faster way.
    pub(crate) fn count_single_change(&self, session: &Session) {
        let changes = self.single_changes.get() + 1;
        self.single_changes.set(changes);
        if changes == SINGLE_CHANGES {
            session.console().note(
                "each change is sent in its own request, which limits the script to 10 people a minute; the same verbs \
                 on a queue() reach 100 people a minute",
            );
        }
    }

    /// Keeps the report of a call that the operator interrupted, so that it can still be read.
    pub(crate) fn keep_interrupted_report(&self, report: Dynamic) {
        self.interrupted_report.replace(Some(report));
    }

    /// Takes the report of a call that the operator interrupted.
    pub(crate) fn take_interrupted_report(&self) -> Option<Dynamic> {
        self.interrupted_report.take()
    }

    /// The counts of what went wrong without ending the run.
    pub(crate) fn tally(&self) -> RunTally {
        *self.tally.borrow()
    }

    /// Registers a queue until it is finished.
    pub(crate) fn register_queue(&self, queue: Rc<dyn OpenQueue>) {
        let mut queues = self.queues.borrow_mut();
        queues.retain(|known| !known.is_finished());
        queues.push(queue);
    }

    /// The normal end of a script: sends what is left in its queues.
    ///
    /// # Errors
    /// Why a queue was not sent.
    pub(crate) fn finish_queues(&self, session: &Session) -> Result<()> {
        let queues = self.queues.take();
        let open = queues.iter().filter(|queue| !queue.is_finished());
        open.map(|queue| queue.finish_at_end(session)).fold(Ok(()), Result::and)
    }

    /// The end of a script that failed: what is left in its queues is `not_sent`.
    pub(crate) fn abandon_queues(&self, session: &Session, why: &str) {
        for queue in self.queues.take().iter().filter(|queue| !queue.is_finished()) {
            // If no thread can be started, nothing was ever sent, and that error has been reported.
            drop(queue.abandon(session, why));
        }
    }

    /// Sends a request as the script wrote it, and records the outcomes of its commands. They count for the exit code
    /// unless the script gets an error or an HTTP status from 300.
    ///
    /// # Errors
    /// The errors of the request.
    pub(crate) fn wait_for_raw(
        &self,
        session: &Session,
        call: impl Future<Output = RawOutcome>,
    ) -> Result<ApiResponse> {
        let RawOutcome { response, outcomes } = session.wait(async { Ok(call.await) })?;
        let response = response.map(ApiResponse::masked);
        let is_rejected = response.as_ref().is_ok_and(|response| response.status >= 300);
        for outcome in outcomes {
            // The script has the status and decides whether to repeat the request.
            if !(is_rejected && outcome.status == Status::NotSent) {
                self.record(session, &outcome, response.is_ok() && !is_rejected);
            }
        }
        response
    }

    /// Whether this run wrote the file.
    pub(crate) fn has_written(&self, path: &Path) -> bool {
        self.written.borrow().contains(path)
    }

    /// Records that this run wrote a file.
    pub(crate) fn add_written(&self, path: &Path) {
        self.written.borrow_mut().insert(path.to_owned());
    }

    /// Whether the script has imported the file; the path with every link resolved.
    pub(crate) fn has_imported(&self, path: &Path) -> bool {
        self.modules.borrow().contains(path)
    }

    /// Records that the script imported a file.
    pub(crate) fn add_module(&self, path: &Path) {
        self.modules.borrow_mut().insert(file_door::real(path));
    }

    /// The outcomes of all commands of the run, counted.
    pub(crate) fn totals(&self) -> RunTotals {
        *self.totals.borrow()
    }

    /// The commands of the run that did not succeed, as far as they are named.
    pub(crate) fn unresolved(&self) -> Ref<'_, UnresolvedCommands> {
        self.unresolved.borrow()
    }

    /// These commands, as [`crate::error::refusal`] describes them, have been shown to the operator.
    pub(crate) fn mark_shown<'a>(&self, lines: impl Iterator<Item = &'a String>) {
        self.unresolved.borrow_mut().mark_shown(lines);
    }

    /// Records the outcome of a command that was never sent and that no later run sends either: a local check refuses
    /// it, or it changes nothing.
    pub(crate) fn record_withheld(&self, session: &Session, outcome: &Outcome, counts: bool) {
        self.record(session, outcome, counts);
        self.totals.borrow_mut().withheld += 1;
    }

    /// Records an outcome; `counts` says whether it counts for the exit code.
    pub(crate) fn record(&self, session: &Session, outcome: &Outcome, counts: bool) {
        self.totals.borrow_mut().add(outcome);
        self.unresolved.borrow_mut().add(outcome);
        self.write_row(session, outcome);
        if !counts {
            return;
        }
        let mut tally = self.tally.borrow_mut();
        match outcome.status {
            Status::Failed | Status::WouldFail | Status::PartlyDone | Status::StillMember => {
                tally.failed += 1;
            }
            Status::Unknown | Status::Unverified => tally.unknown += 1,
            // It was sent, its response was lost, and reading it back showed that it was not done.
            Status::NotSent if outcome.attempts > 0 => tally.lost += 1,
            // A local check refused it while the others were sent, or something has to be done first.
            Status::NotSent if outcome.code.is_some() => tally.failed += 1,
            Status::Completed | Status::WouldComplete | Status::Planned | Status::NotSent => {}
        }
    }

    /// Writes a row of the report. After a row that could not be written there are no more, so that the file has no
    /// gaps.
    fn write_row(&self, session: &Session, outcome: &Outcome) {
        let Some(sink) = &self.settings.sink else { return };
        let mut missing = self.missing_rows.borrow_mut();
        if let Some(missing) = missing.as_mut() {
            missing.rows += 1;
        } else if let Err(fault) = sink.write(outcome) {
            session.console().warn(&format!("the report file is incomplete: {fault}"));
            *missing = Some(MissingRows { rows: 1, fault });
        }
    }

    /// Completes the report.
    pub(crate) fn finish_report(&self, session: &Session) {
        let Some(Err(fault)) = self.settings.sink.as_ref().map(|sink| sink.finish()) else { return };
        let mut missing = self.missing_rows.borrow_mut();
        if missing.is_none() {
            session.console().warn(&format!("the report file is incomplete: {fault}"));
            *missing = Some(MissingRows { rows: self.totals.borrow().all(), fault });
        }
    }

    /// The rows that the report file lacks.
    pub(crate) fn missing_rows(&self) -> Option<MissingRows> {
        self.missing_rows.borrow().clone()
    }

    /// Records why commands were not sent.
    pub(crate) fn record_stop(&self, session: &Session, stopped: Option<&Error>) {
        if let Some(error) = stopped {
            let hint = error.hint().map(|hint| format!("; {hint}")).unwrap_or_default();
            session.console().warn(&format!("not everything was sent: {error}{hint}"));
        }
        let mut tally = self.tally.borrow_mut();
        tally.stopped = tally.stopped.or(stopped.map(|error| error.kind.name()));
    }
}
