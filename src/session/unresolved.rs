//! The commands of a run that did not succeed, for the last lines that the operator reads: a mail from cron names people.

use crate::client::outcome::{Outcome, Status};
use crate::error::refusal;
use jiff::{Timestamp, Unit};
use std::collections::HashSet;

/// Commands that are named; the rest are counted.
const NAMED: usize = 20;

/// A command that did not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UnresolvedCommand {
    /// How it ended.
    pub status: Status,
    /// The target, the message and the code.
    pub line: String,
    /// When its outcome was known, to the second.
    pub time: Timestamp,
}

/// The commands that did not succeed: the first by name, the rest by number.
#[derive(Debug, Default)]
pub(crate) struct UnresolvedCommands {
    named: Vec<UnresolvedCommand>,
    more: usize,
    shown: HashSet<String>,
}

impl UnresolvedCommands {
    /// Adds a command if it did not succeed.
    pub(super) fn add(&mut self, outcome: &Outcome) {
        if !needs_attention(outcome) {
            return;
        }
        if self.named.len() == NAMED {
            self.more += 1;
            return;
        }
        let (message, code) = (outcome.message.as_deref().unwrap_or_default(), outcome.code.as_deref());
        let line = refusal(outcome.source.as_deref(), &outcome.target, message, code.unwrap_or_default());
        let time = Timestamp::now().round(Unit::Second).unwrap_or(Timestamp::MAX);
        self.named.push(UnresolvedCommand { status: outcome.status, line, time });
    }

    pub(super) fn mark_shown<'a>(&mut self, lines: impl Iterator<Item = &'a String>) {
        self.shown.extend(lines.cloned());
    }

    /// The first commands, without those that the operator has been shown.
    pub(crate) fn named(&self) -> impl Iterator<Item = &UnresolvedCommand> {
        self.named.iter().filter(|command| !self.shown.contains(&command.line))
    }

    /// How many commands are not named.
    pub(crate) fn more(&self) -> usize {
        self.more
    }
}

/// Whether the operator has to look at it. What was not sent only because the run ended early is left out: there
/// may be thousands, and `umapish resume` sends them.
fn needs_attention(outcome: &Outcome) -> bool {
    match outcome.status {
        Status::Failed
        | Status::WouldFail
        | Status::PartlyDone
        | Status::StillMember
        | Status::Unverified
        | Status::Unknown => true,
        Status::NotSent => outcome.code.is_some() || outcome.attempts > 0,
        Status::Completed | Status::WouldComplete | Status::Planned => false,
    }
}
