//! A command that the gate has checked and split, once for all later users.

use super::{local_checks, split};
use crate::client::sent_command::CommandContent;
use crate::wire::built_command;
use crate::wire::command::Command;
use crate::wire::fault::CommandFault;
use std::collections::VecDeque;
use std::sync::Arc;

#[cfg(test)]
std::thread_local! {
    static MADE: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// A command with the result of the local checks.
#[derive(Debug, Clone)]
pub struct CheckedCommand {
    pub(super) command: Arc<Command>,
    pub(super) pieces: VecDeque<CheckedPiece>,
    pub(super) fault: Option<CommandFault>,
}

/// A piece of a command that fits into a request.
#[derive(Debug, Clone)]
pub(crate) struct CheckedPiece {
    pub(super) content: Arc<CommandContent>,
    /// For each of its steps, the index of the caller's step it comes from.
    origins: Vec<usize>,
}

impl CheckedCommand {
    /// Splits and checks a command; without `checks`, only for invisible characters in names.
    pub(super) fn new(command: Arc<Command>, checks: bool) -> Self {
        #[cfg(test)]
        MADE.set(MADE.get() + 1);
        let pieces: VecDeque<_> = split::split(&command).into_iter().map(CheckedPiece::new).collect();
        let fault = pieces.iter().find_map(|piece| piece.fault(checks));
        Self { command, pieces, fault }
    }

    /// How many commands this thread has checked and split.
    #[cfg(test)]
    pub(crate) fn count() -> usize {
        MADE.get()
    }

    /// Splits a command for a test.
    #[cfg(test)]
    pub(crate) fn unchecked(command: Command) -> Self {
        Self::new(Arc::new(command), false)
    }

    /// The command.
    pub fn command(&self) -> &Command {
        &self.command
    }

    /// The pieces that are sent for it, in order.
    pub fn pieces(&self) -> impl Iterator<Item = &CommandContent> {
        self.pieces.iter().map(|piece| &*piece.content)
    }

    /// The first fault that a local check found; its step is the caller's index.
    pub fn fault(&self) -> Option<&CommandFault> {
        self.fault.as_ref()
    }
}

impl CheckedPiece {
    fn new(piece: split::CommandPiece) -> Self {
        let split::CommandPiece { command, origins } = piece;
        Self { content: Arc::new(CommandContent::new(command)), origins }
    }

    /// The first fault. Names with invisible characters are one even without `checks`.
    fn fault(&self, checks: bool) -> Option<CommandFault> {
        let check = if checks { local_checks::check_built } else { built_command::visible_names };
        let fault = check(self.content.command()?).err()?;
        Some(CommandFault { step: self.callers_step(fault.step).unwrap_or(fault.step), ..fault })
    }

    /// The caller's index of one of its steps.
    pub(super) fn callers_step(&self, step: usize) -> Option<usize> {
        self.origins.get(step).copied()
    }
}
