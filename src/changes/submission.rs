//! What a script asks for: commands with their tags, and lists of them.

use crate::client::actions::checked_command::CheckedCommand;
use crate::error::{CommandFailure, Result};
use crate::wire::command::Command;
use rhai::Dynamic;

/// A command with what the script attached to it.
#[derive(Debug, Clone)]
pub struct TaggedCommand {
    /// The command.
    pub command: Command,
    /// Whatever the script wants to see again beside its outcome.
    pub tag: Dynamic,
}

/// What stands at a place of a list: a command, or something that is none.
pub(crate) type Submission = std::result::Result<TaggedCommand, CommandFailure>;

/// A command that the gate has checked, with its tag.
pub(super) struct TaggedCheckedCommand {
    pub(super) command: CheckedCommand,
    pub(super) tag: Dynamic,
}

/// A checked command, or what a local check refuses in it.
pub(super) type CheckedSubmission = std::result::Result<TaggedCheckedCommand, CommandFailure>;

/// A list of commands that can be gone through more than once without being kept in memory.
pub(crate) trait CommandSource {
    /// Goes through it from its beginning.
    ///
    /// # Errors
    /// Whatever keeps it from being read, then or in its midst.
    fn submissions(&self) -> Result<Box<dyn Iterator<Item = Result<Submission>> + '_>>;
}
