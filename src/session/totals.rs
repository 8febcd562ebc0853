//! The outcomes of a run's commands, counted.

use crate::client::outcome::{Evidence, Outcome, Status};
use crate::error::{Error, Result};

/// Receives each outcome during the run.
pub trait OutcomeSink {
    /// Writes an outcome.
    ///
    /// # Errors
    /// `file`: it cannot be written.
    fn write(&self, outcome: &Outcome) -> Result<()>;

    /// Completes what was written, once, at the end of the run.
    ///
    /// # Errors
    /// `file`: it cannot be written.
    fn finish(&self) -> Result<()> {
        Ok(())
    }
}

/// The rows that are missing in a report that could not be written.
#[derive(Debug, Clone)]
pub(crate) struct MissingRows {
    /// The number of rows.
    pub rows: usize,
    /// Why they could not be written.
    pub fault: Error,
}

/// Counts of what went wrong in a run without ending it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct RunTally {
    /// Commands that failed, wholly or in part, or were refused by a local check, in reports that the script got.
    pub failed: usize,
    /// Commands whose outcome is unknown.
    pub unknown: usize,
    /// Commands whose response was lost and which were read back as not done.
    pub lost: usize,
    /// The kind of the error because of which commands were not sent.
    pub stopped: Option<&'static str>,
}

impl RunTally {
    /// What was added since `earlier`.
    #[must_use]
    pub(crate) fn since(self, earlier: Self) -> Self {
        Self {
            failed: self.failed - earlier.failed,
            unknown: self.unknown - earlier.unknown,
            lost: self.lost - earlier.lost,
            stopped: if earlier.stopped.is_none() { self.stopped } else { None },
        }
    }
}

/// The outcomes of all commands of a run, for its last line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RunTotals {
    /// Done, or would be done.
    pub done: usize,
    /// Of these, the ones done by an earlier run.
    pub resumed: usize,
    /// Failed, wholly or partly.
    pub failed: usize,
    /// Their outcome is unknown.
    pub unknown: usize,
    /// They were not sent.
    pub not_sent: usize,
    /// Of those not sent, the ones that no later run sends: a local check refuses them, or they change nothing.
    pub withheld: usize,
    /// Of those done, the live removals of a person from all groups or the organization that rest on the service's word alone.
    pub removals_unread: usize,
}

impl RunTotals {
    pub(super) fn add(&mut self, outcome: &Outcome) {
        let count = match outcome.status {
            status if status.is_done() => &mut self.done,
            status if status.is_failed() => &mut self.failed,
            Status::Unknown | Status::Unverified => &mut self.unknown,
            _ => &mut self.not_sent,
        };
        *count += 1;
        self.resumed += usize::from(outcome.resumed);
        let is_unread = outcome.status == Status::Completed && outcome.evidence == Some(Evidence::Service);
        self.removals_unread += usize::from(outcome.removes_everything && is_unread && !outcome.resumed);
    }

    /// Of those not sent, the ones that `resume` sends.
    pub fn unsent(&self) -> usize {
        self.not_sent - self.withheld
    }

    /// The number of commands that `resume` can still settle.
    pub fn unsettled(&self) -> usize {
        self.unknown + self.unsent()
    }

    /// The number of commands.
    pub fn all(&self) -> usize {
        self.done + self.failed + self.unknown + self.not_sent
    }
}
