//! Commands with their tags, and lists of them, before they are submitted.

use crate::client::actions::checked_command::CheckedCommand;
use crate::error::{CommandFailure, Result};
use crate::wire::command::Command;
use rhai::Dynamic;

/// A command with the value that the script attached to it.
#[derive(Debug, Clone)]
pub struct TaggedCommand {
    /// The command.
    pub command: Command,
    /// A value that the script gets back with the outcome.
    pub tag: Dynamic,
    /// What is sent in a later request once this command is done.
    pub then: Option<Command>,
}

impl TaggedCommand {
    /// A command without a tag.
    pub(crate) fn plain(command: Command) -> Self {
        Self { command, tag: Dynamic::UNIT, then: None }
    }
}

/// An entry of a list: a command, or why the entry is not a valid one.
pub(crate) type Submission = std::result::Result<TaggedCommand, CommandFailure>;

/// A checked command with its tag.
pub(super) struct TaggedCheckedCommand {
    pub(super) command: CheckedCommand,
    pub(super) tag: Dynamic,
    pub(super) then: Option<CheckedCommand>,
}

/// A checked command, or why a local check refuses it.
pub(super) type CheckedSubmission = std::result::Result<TaggedCheckedCommand, CommandFailure>;

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
