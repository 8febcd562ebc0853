//! Commands with their tags, and lists of them, before they are submitted.

use crate::client::actions::checked_command::CheckedCommand;
use crate::error::{CommandFailure, Result};
use crate::files::table::row::TableRow;
use crate::wire::command::Command;
use crate::wire::fault::CommandFault;
use rhai::Dynamic;
use std::sync::Arc;

/// A command with the value that the script attached to it.
#[derive(Debug, Clone)]
pub struct TaggedCommand {
    /// The command.
    pub command: Arc<Command>,
    /// A value that the script gets back with the outcome.
    pub tag: Dynamic,
    /// What is sent in a later request once this command is done.
    pub then: Option<Command>,
}

impl TaggedCommand {
    /// A command without a tag.
    pub(crate) fn plain(command: impl Into<Arc<Command>>) -> Self {
        Self { command: command.into(), tag: Dynamic::UNIT, then: None }
    }
}

/// A command that is not sent, with all that its outcome needs.
#[derive(Debug, Clone)]
pub(crate) struct WithheldCommand {
    /// Why; without a code if it is not refused.
    pub(super) failure: CommandFailure,
    /// The names of its steps.
    pub(super) action: String,
    /// The value that the script attached to it.
    pub(super) tag: Dynamic,
}

impl WithheldCommand {
    /// A command that is not sent, with the code and the reason of the fault.
    pub(crate) fn of(target: &str, fault: &CommandFault, action: String) -> Box<Self> {
        Self::refused(0, target, fault, action, Dynamic::UNIT)
    }

    /// A command that a local check refuses.
    pub(super) fn refused(
        index: usize,
        target: &str,
        fault: &CommandFault,
        action: String,
        tag: Dynamic,
    ) -> Box<Self> {
        let failure =
            CommandFailure { source: source_of(&tag), ..CommandFailure::local(index, target, fault) };
        Box::new(Self { failure, action, tag })
    }

    /// A command that has no steps left, because everything it would set is blank.
    pub(super) fn without_changes(index: usize, target: &str, tag: Dynamic) -> Box<Self> {
        let failure = CommandFailure {
            index,
            target: target.to_owned(),
            step: None,
            code: String::new(),
            message: "nothing to change: every field that the command would set is blank".to_owned(),
            source: source_of(&tag),
        };
        Box::new(Self { failure, action: String::new(), tag })
    }

    /// Whether a local check refuses it; otherwise there is nothing to do.
    pub(super) fn is_refused(&self) -> bool {
        !self.failure.code.is_empty()
    }
}

/// The file and the line that a command comes from, if its tag is a row.
pub(super) fn source_of(tag: &Dynamic) -> Option<String> {
    tag.read_lock::<TableRow>().map(|row| row.source())
}

/// An entry of a list: a command, or why the entry is not a valid one.
pub(crate) type Submission = std::result::Result<TaggedCommand, Box<WithheldCommand>>;

/// A checked command with its tag.
pub(super) struct TaggedCheckedCommand {
    pub(super) command: CheckedCommand,
    pub(super) tag: Dynamic,
    pub(super) then: Option<CheckedCommand>,
}

/// A checked command, or why it is not sent.
pub(super) type CheckedSubmission = std::result::Result<TaggedCheckedCommand, Box<WithheldCommand>>;

/// A list of commands that can be iterated over more than once without being kept in memory.
pub(crate) trait CommandSource {
    /// Whether the list is in memory, so that checked commands may be kept as well.
    fn is_in_memory(&self) -> bool;

    /// Iterates over the list, from the entry with index `start`.
    ///
    /// # Errors
    /// The list cannot be read, at its beginning or later.
    fn submissions(&self, start: usize) -> Result<Box<dyn Iterator<Item = Result<Submission>> + '_>>;
}
