//! What became of the commands of a run, in numbers.

use crate::client::outcome::{Outcome, Status};
use crate::error::{Error, Result};

/// Takes a row for every command, as the run goes.
pub trait OutcomeSink {
    /// Writes one.
    ///
    /// # Errors
    /// `file`: it cannot be written.
    fn write(&self, outcome: &Outcome) -> Result<()>;
}

/// What a report lacks because it could not be written to its end.
#[derive(Debug, Clone)]
pub(crate) struct MissingRows {
    /// How many rows.
    pub rows: usize,
    /// Why.
    pub fault: Error,
}

/// What went wrong in a run without ending it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct RunTally {
    /// Commands that failed, wholly or in part, in reports the script was given.
    pub failed: usize,
    /// Commands of which nobody knows what happened.
    pub unknown: usize,
    /// Commands that left, whose answers were lost, and which are seen not to have been done.
    pub lost: usize,
    /// The kind of the error that kept commands from being sent.
    pub stopped: Option<&'static str>,
}

impl RunTally {
    /// What was added since then.
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

/// What became of all commands of a run, for its last line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RunTotals {
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

impl RunTotals {
    pub(super) fn add(&mut self, outcome: &Outcome) {
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
