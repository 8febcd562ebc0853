//! Commands that a script built but never sent.

use std::cell::RefCell;
use std::rc::Rc;

/// The lines of commands that were built but never sent. Clones share the list.
#[derive(Debug, Clone, Default)]
pub struct UnsentCommands(Rc<RefCell<Vec<usize>>>);

impl UnsentCommands {
    /// Adds the line of a command that was dropped without being sent.
    pub fn add(&self, line: usize) {
        self.0.borrow_mut().push(line);
    }

    /// The lines so far, in their order.
    pub fn lines(&self) -> Vec<usize> {
        let mut lines = self.0.borrow().clone();
        lines.sort_unstable();
        lines.dedup();
        lines
    }
}
