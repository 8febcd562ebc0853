//! Commands that a script built and never sent.

use std::cell::RefCell;
use std::rc::Rc;

/// The lines of commands that were built, dropped and never sent; clones are the same list.
#[derive(Debug, Clone, Default)]
pub struct UnsentCommands(Rc<RefCell<Vec<usize>>>);

impl UnsentCommands {
    /// Adds the line of a command that was dropped.
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
