//! Going through a list once, part by part as its pages come.

use super::{Records, Rest};
use crate::error::{Error, Result};
use crate::values::list_item::Item;
use std::rc::Rc;
use std::sync::Arc;

/// A way through a list.
pub struct Passage<T: Item> {
    records: Records<T>,
    /// How many entries were handed out.
    place: usize,
    /// Nobody can ask the list again, so a part is not kept once it was handed out.
    forgets: bool,
}

/// Entries that follow each other.
pub struct Part<T: Item> {
    entries: Rc<Vec<Arc<T>>>,
    /// Where among these the part begins.
    from: usize,
    /// The place in the whole list where it begins.
    first: usize,
}

impl<T: Item> Passage<T> {
    /// Through a list that stays.
    pub fn keeping(records: Records<T>) -> Self {
        Self { records, place: 0, forgets: false }
    }

    /// Through a list that nobody else has, or can reach: one page at a time is in memory.
    pub fn forgetting(records: Records<T>) -> Self {
        Self { records, place: 0, forgets: true }
    }

    /// The list.
    pub fn records(&self) -> &Records<T> {
        &self.records
    }

    /// The next part; `None` behind the last. Let go of the one before, or it is copied while more is read.
    ///
    /// # Errors
    /// `incomplete`, naming the page.
    pub fn next_part(&mut self) -> Result<Option<Part<T>>> {
        let first = self.place;
        let (found, from) = if self.forgets {
            (self.records.take_read()?, 0)
        } else {
            (self.records.read_beyond(first)?, first)
        };
        let Some(entries) = found else { return Ok(None) };
        self.place = first + entries.len() - from;
        Ok(Some(Part { entries, from, first }))
    }
}

impl<T: Item> Drop for Passage<T> {
    /// Should somebody reach the list after all, it must not look like a shorter one.
    fn drop(&mut self) {
        if self.forgets {
            self.records.0.borrow_mut().rest = Rest::Failed(gone());
        }
    }
}

fn gone() -> Error {
    let hint = "Keep the list in a variable first: `let users = get_users();`.";
    Error::usage_with_hint("the list was gone through once, and not kept", hint)
}

impl<T: Item> Part<T> {
    /// All that was read of a list.
    pub fn whole(entries: Rc<Vec<Arc<T>>>) -> Self {
        Self { entries, from: 0, first: 0 }
    }

    /// A part without entries, at the beginning.
    pub fn empty() -> Self {
        Self::whole(Rc::default())
    }

    /// The entries.
    pub fn entries(&self) -> &[Arc<T>] {
        &self.entries[self.from..]
    }

    /// The place of its first entry in the whole list.
    pub fn first(&self) -> usize {
        self.first
    }
}

impl<T: Item> Records<T> {
    /// All that was read so far where that is more than so many entries; reads a page where it is not.
    fn read_beyond(&self, place: usize) -> Result<Option<Rc<Vec<Arc<T>>>>> {
        while self.0.borrow().entries.len() <= place {
            if !self.0.borrow_mut().read_page()? {
                return Ok(None);
            }
        }
        Ok(Some(self.read()))
    }

    /// What was read and not taken; reads a page where that is nothing.
    fn take_read(&self) -> Result<Option<Rc<Vec<Arc<T>>>>> {
        let mut state = self.0.borrow_mut();
        while state.entries.is_empty() {
            if !state.read_page()? {
                return Ok(None);
            }
        }
        Ok(Some(std::mem::take(&mut state.entries)))
    }
}
