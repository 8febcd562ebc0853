//! The state of one run beyond its connection: totals, the report, open queues, the guard, the journal and listings.

use super::listing_options::ListingSettings;
use super::totals::{MissingRows, OutcomeSink};
use crate::client::actions::raw::RawOutcome;
use crate::client::outcome::{Outcome, Status};
use crate::client::request::ApiAnswer;
use crate::error::{Error, Result};
use crate::host::session::Session;
use crate::session::guard::ChangeGuard;
use crate::session::journal::recorder::JournalRecorder;
use crate::session::totals::{RunTally, RunTotals};
use rhai::Dynamic;
use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

/// After so many changes of one person each, a loop is likely: one minute's requests (contract 2.1).
const SINGLE_CHANGES: usize = 10;

/// A queue of the script that may still hold commands.
pub(crate) trait OpenQueue {
    /// Whether nothing more can come.
    fn is_finished(&self) -> bool;

    /// The normal end of a script: sends the rest and reports the first failures to the operator.
    ///
    /// # Errors
    /// What kept it from being sent.
    fn finish_at_end(&self, session: &Session) -> Result<()>;

    /// The end of a script that failed: sends nothing more; what is left is `not_sent`.
    ///
    /// # Errors
    /// `config`: the system gives no threads.
    fn abandon(&self, session: &Session, why: &str) -> Result<()>;
}

/// What a run is given by the operator, and keeps.
#[derive(Default)]
pub struct RunSettings {
    /// What the run may change at most.
    pub guard: Arc<ChangeGuard>,
    /// The journal; none where nothing outlives the process.
    pub recorder: Option<Arc<JournalRecorder>>,
    /// Whether an interrupted run is resumed.
    pub resumed: bool,
    /// How full listings are kept and guarded.
    pub listings: ListingSettings,
    /// Where a row for every command goes, besides the reports of the script.
    pub sink: Option<Box<dyn OutcomeSink>>,
}

/// The state of a run. The one of a session is [`RunState::of`] it.
#[derive(Default)]
pub(crate) struct RunState {
    /// What it was given.
    pub settings: RunSettings,
    tally: RefCell<RunTally>,
    totals: RefCell<RunTotals>,
    queues: RefCell<Vec<Rc<dyn OpenQueue>>>,
    written: RefCell<HashSet<PathBuf>>,
    single_changes: Cell<usize>,
    interrupted_report: RefCell<Option<Dynamic>>,
    missing_rows: RefCell<Option<MissingRows>>,
}

impl RunState {
    /// The state of a run that has changed nothing yet.
    pub(crate) fn new(settings: RunSettings) -> Self {
        Self { settings, ..Self::default() }
    }

    /// The state of the run that a session belongs to.
    pub(crate) fn of(session: &Session) -> Rc<Self> {
        session.extension()
    }

    /// Counts a change of one person in a request of its own; a loop of them is told once of the faster way.
    pub(crate) fn count_single_change(&self, session: &Session) {
        let changes = self.single_changes.get() + 1;
        self.single_changes.set(changes);
        if changes == SINGLE_CHANGES {
            session.console().note(
                "one request a change: 10 people a minute under the service's limits; the same verbs on a \
                 queue() send 100 people a minute",
            );
        }
    }

    /// Keeps the report of a call that the operator interrupted: nothing else tells what was done by then.
    pub(crate) fn keep_interrupted_report(&self, report: Dynamic) {
        self.interrupted_report.replace(Some(report));
    }

    /// The report of a call that the operator interrupted, once.
    pub(crate) fn take_interrupted_report(&self) -> Option<Dynamic> {
        self.interrupted_report.take()
    }

    /// What went wrong without ending the run.
    pub(crate) fn tally(&self) -> RunTally {
        *self.tally.borrow()
    }

    /// Remembers a queue until it is finished.
    pub(crate) fn register_queue(&self, queue: Rc<dyn OpenQueue>) {
        let mut queues = self.queues.borrow_mut();
        queues.retain(|known| !known.is_finished());
        queues.push(queue);
    }

    /// The normal end of a script: what its queues still hold is sent.
    ///
    /// # Errors
    /// What kept a queue from being sent.
    pub(crate) fn finish_queues(&self, session: &Session) -> Result<()> {
        let queues = self.queues.take();
        let open = queues.iter().filter(|queue| !queue.is_finished());
        open.map(|queue| queue.finish_at_end(session)).fold(Ok(()), Result::and)
    }

    /// The end of a script that failed: what its queues still hold is `not_sent`.
    pub(crate) fn abandon_queues(&self, session: &Session, why: &str) {
        for queue in self.queues.take().iter().filter(|queue| !queue.is_finished()) {
            // Without threads nothing was ever sent, and the error of that has been told.
            drop(queue.abandon(session, why));
        }
    }

    /// Runs a request that is sent as the script wrote it, and records what became of its commands. They count for
    /// the exit code where no error is thrown and no other status is left to the script.
    ///
    /// # Errors
    /// Those of the request.
    pub(crate) fn wait_for_raw(
        &self,
        session: &Session,
        call: impl Future<Output = RawOutcome>,
    ) -> Result<ApiAnswer> {
        let RawOutcome { answer, outcomes } = session.wait(async { Ok(call.await) })?;
        let is_rejected = answer.as_ref().is_ok_and(|answer| answer.status >= 300);
        for outcome in outcomes {
            // The script has the status, and repeats the request or not.
            if !(is_rejected && outcome.status == Status::NotSent) {
                self.record(session, &outcome, answer.is_ok() && !is_rejected);
            }
        }
        answer
    }

    /// Whether this run writes the file for the first time.
    pub(crate) fn is_first_write(&self, path: &Path) -> bool {
        self.written.borrow_mut().insert(path.to_owned())
    }

    /// What became of all commands of the run.
    pub(crate) fn totals(&self) -> RunTotals {
        *self.totals.borrow()
    }

    /// Records an outcome as it comes; `counts` says whether it counts for the exit code.
    pub(crate) fn record(&self, session: &Session, outcome: &Outcome, counts: bool) {
        self.totals.borrow_mut().add(outcome);
        self.write_row(session, outcome);
        if !counts {
            return;
        }
        let mut tally = self.tally.borrow_mut();
        match outcome.status {
            Status::Failed | Status::PartlyDone | Status::StillMember => tally.failed += 1,
            Status::Unknown => tally.unknown += 1,
            // It left, its answer was lost, and it is seen not to have been done.
            Status::NotSent if outcome.attempts > 0 => tally.lost += 1,
            Status::Completed | Status::WouldComplete | Status::NotSent => {}
        }
    }

    /// Writes a row of the report. After one that could not be written there are no more: what is there has no gaps.
    fn write_row(&self, session: &Session, outcome: &Outcome) {
        let Some(sink) = &self.settings.sink else { return };
        let mut missing = self.missing_rows.borrow_mut();
        if let Some(missing) = missing.as_mut() {
            missing.rows += 1;
        } else if let Err(fault) = sink.write(outcome) {
            session.console().warn(&format!("the report ends here: {fault}"));
            *missing = Some(MissingRows { rows: 1, fault });
        }
    }

    /// What the report lacks.
    pub(crate) fn missing_rows(&self) -> Option<MissingRows> {
        self.missing_rows.borrow().clone()
    }

    /// Remembers what kept commands from being sent.
    pub(crate) fn record_stop(&self, session: &Session, stopped: Option<&Error>) {
        if let Some(error) = stopped {
            let hint = error.hint().map(|hint| format!("; {hint}")).unwrap_or_default();
            session.console().warn(&format!("not everything was sent: {error}{hint}"));
        }
        let mut tally = self.tally.borrow_mut();
        tally.stopped = tally.stopped.or(stopped.map(|error| error.kind.name()));
    }
}
