//! What a report keeps of outcomes: all counts, the first of what is done, and far more of what is not.

use crate::client::outcome::{Outcome, Status};
use rhai::Dynamic;

/// So many outcomes of commands that are done are kept; a million of them would fill the memory and be read by nobody.
pub(crate) const DONE_LIMIT: usize = 10_000;
/// So many of commands that are not done, or that the service warned of, are kept.
pub(crate) const OTHERS_LIMIT: usize = 100_000;

/// An outcome with what the script attached to its command.
#[derive(Debug, Clone)]
pub struct TaggedOutcome {
    /// What became of the command.
    pub outcome: Outcome,
    /// Whatever the script attached to it.
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

/// How many are kept.
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
    /// Takes an outcome in.
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

    /// Puts the outcomes into the caller's order.
    pub fn sort(&mut self) {
        self.entries.sort_by_key(|entry| entry.outcome.index);
    }

    /// Those that were kept.
    pub fn entries(&self) -> &[TaggedOutcome] {
        &self.entries
    }

    /// How many commands ended so.
    pub fn count(&self, of: impl Fn(Status) -> bool) -> usize {
        self.counts.iter().filter(|(status, _)| of(*status)).map(|(_, count)| count).sum()
    }

    /// How many outcomes were not kept.
    pub fn dropped(&self) -> usize {
        self.count(|_| true) - self.entries.len()
    }

    /// How many of them tell of something that is not done, or of a warning.
    pub fn others_dropped(&self) -> usize {
        self.others.saturating_sub(self.limits.others)
    }
}

#[cfg(test)]
impl OutcomeBuffer {
    /// Keeps fewer of what is done, and of what is not.
    pub fn with_limits(done: usize, others: usize) -> Self {
        Self { limits: BufferLimits { done, others }, ..Self::default() }
    }
}
