//! What a script asks for: commands with their tags, and lists of them.

use crate::error::{Failure, Result};
use crate::wire::command::Command;
use rhai::Dynamic;

/// A command with what the script attached to it.
#[derive(Debug, Clone)]
pub struct Order {
    /// The command.
    pub command: Command,
    /// Whatever the script wants to see again beside its outcome.
    pub tag: Dynamic,
}

/// What stands at a place of a list: a command, or something that is none.
pub type Asked = std::result::Result<Order, Failure>;

/// A list of commands that can be gone through more than once without being kept in memory.
pub trait Source {
    /// Goes through it from its beginning.
    ///
    /// # Errors
    /// Whatever keeps it from being read, then or in its midst.
    fn orders(&self) -> Result<Box<dyn Iterator<Item = Result<Asked>> + '_>>;
}
