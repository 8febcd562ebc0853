//! The outcomes that a report keeps: all counts, the first outcomes of what is done, and more of what is not.

use crate::client::outcome::{Outcome, Status};
use rhai::Dynamic;

/// The most outcomes of completed commands that are kept: nobody reads a million of them, and they would fill the
/// memory.
pub(crate) const DONE_LIMIT: usize = 10_000;
/// The most outcomes of other commands, and of those with a warning, that are kept.
pub(crate) const OTHERS_LIMIT: usize = 100_000;

/// An outcome with the value that the script attached to its command.
#[derive(Debug, Clone)]
pub struct TaggedOutcome {
    /// The outcome of the command.
    pub outcome: Outcome,
    /// The value that the script attached to it.
    pub tag: Dynamic,
}

/// The outcomes of one call.
#[derive(Debug, Default)]
pub struct OutcomeBuffer {
    entries: Vec<TaggedOutcome>,
    counts: Vec<(Status, usize)>,
    done: usize,
    others: usize,
    limits: BufferLimits,
}

/// The most outcomes that are kept of each kind.
#[derive(Debug)]
struct BufferLimits {
    done: usize,
    others: usize,
}

impl Default for BufferLimits {
    fn default() -> Self {
        Self { done: DONE_LIMIT, others: OTHERS_LIMIT }
    }
}

impl OutcomeBuffer {
    /// Adds an outcome, and keeps it within the limits.
    pub fn add(&mut self, entry: TaggedOutcome) {
        let status = entry.outcome.status;
        match self.counts.iter_mut().find(|(known, _)| *known == status) {
            Some((_, count)) => *count += 1,
            None => self.counts.push((status, 1)),
        }
        let (count, limit) = if status.is_done() && entry.outcome.warnings.is_empty() {
            (&mut self.done, self.limits.done)
        } else {
            (&mut self.others, self.limits.others)
        };
        *count += 1;
        if *count <= limit {
            self.entries.push(entry);
        }
    }

    /// Sorts the outcomes into the caller's order.
    pub fn sort(&mut self) {
        self.entries.sort_by_key(|entry| entry.outcome.index);
    }

    /// The outcomes that were kept.
    pub fn entries(&self) -> &[TaggedOutcome] {
        &self.entries
    }

    /// The number of commands whose status fits.
    pub fn count(&self, of: impl Fn(Status) -> bool) -> usize {
        self.counts.iter().filter(|(status, _)| of(*status)).map(|(_, count)| count).sum()
    }

    /// The number of outcomes that were not kept.
    pub fn dropped(&self) -> usize {
        self.count(|_| true) - self.entries.len()
    }

    /// The number of outcomes that were not kept and are not plain successes.
    pub fn others_dropped(&self) -> usize {
        self.others.saturating_sub(self.limits.others)
    }
}

#[cfg(test)]
impl OutcomeBuffer {
    /// A buffer with other limits.
    pub fn with_limits(done: usize, others: usize) -> Self {
        Self { limits: BufferLimits { done, others }, ..Self::default() }
    }
}
