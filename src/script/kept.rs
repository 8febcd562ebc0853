//! What a report keeps of outcomes: all counts, everything that is not done, and of what is done only the first.

use crate::client::outcome::{Outcome, Status};
use rhai::Dynamic;

/// So many outcomes of commands that are done are kept; a million of them would fill the memory and be read by nobody.
pub const KEPT: usize = 10_000;

/// An outcome with what the script attached to its command.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What became of the command.
    pub outcome: Outcome,
    /// Whatever the script attached to it.
    pub tag: Dynamic,
}

/// The outcomes of one call.
#[derive(Debug, Default)]
pub struct Kept {
    entries: Vec<Entry>,
    counts: Vec<(Status, usize)>,
    done: usize,
    limit: Option<usize>,
}

impl Kept {
    /// Takes an outcome in.
    pub fn add(&mut self, entry: Entry) {
        let status = entry.outcome.status;
        match self.counts.iter_mut().find(|(known, _)| *known == status) {
            Some((_, count)) => *count += 1,
            None => self.counts.push((status, 1)),
        }
        if status.is_done() && entry.outcome.warnings.is_empty() {
            self.done += 1;
            if self.done > self.limit.unwrap_or(KEPT) {
                return;
            }
        }
        self.entries.push(entry);
    }

    /// Puts the outcomes into the caller's order.
    pub fn sort(&mut self) {
        self.entries.sort_by_key(|entry| entry.outcome.index);
    }

    /// Those that were kept.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// How many commands ended so.
    pub fn count(&self, of: impl Fn(Status) -> bool) -> usize {
        self.counts.iter().filter(|(status, _)| of(*status)).map(|(_, count)| count).sum()
    }

    /// How many outcomes of commands that are done were not kept.
    pub fn left_out(&self) -> usize {
        self.count(|_| true) - self.entries.len()
    }
}

#[cfg(test)]
impl Kept {
    /// Keeps fewer.
    pub fn at_most(limit: usize) -> Self {
        Self { limit: Some(limit), ..Self::default() }
    }
}
