//! A single pass over a list, part by part, as its pages arrive.

use crate::error::{Error, Result};
use crate::host::binding::RhaiResultOf;
use crate::values::record::{GroupsField, ListItem};
use crate::values::record_list::{RecordList, UnreadRest};
use std::rc::Rc;
use std::sync::Arc;

/// One pass over a list.
pub struct ListWalk<T: ListItem> {
    records: RecordList<T>,
    /// The number of entries that were returned.
    place: usize,
    /// No variable holds the list, so each part is released after use.
    forgets: bool,
}

/// Consecutive entries of a list.
pub struct ListPart<T: ListItem> {
    entries: Rc<Vec<Arc<T>>>,
    /// The index in these entries where the part begins.
    from: usize,
    /// The index in the complete list where it begins.
    first: usize,
}

impl<T: ListItem> ListWalk<T> {
    /// Iterates over a list that a variable holds.
    pub fn retaining(records: RecordList<T>) -> Self {
        Self { records, place: 0, forgets: false }
    }

    /// Iterates over a list that nothing else holds, with one page in memory at a time.
    pub fn releasing(records: RecordList<T>) -> Self {
        Self { records, place: 0, forgets: true }
    }

    /// The list.
    pub fn records(&self) -> &RecordList<T> {
        &self.records
    }

    /// The next part; `None` after the last. Drop the previous part first, or it is copied when more is read.
    ///
    /// # Errors
    /// `incomplete`, naming the page.
    pub fn next_part(&mut self) -> Result<Option<ListPart<T>>> {
        let first = self.place;
        let (found, from) = if self.forgets {
            (self.records.take_read()?, 0)
        } else {
            (self.records.read_beyond(first)?, first)
        };
        let Some(entries) = found else { return Ok(None) };
        self.place = first + entries.len() - from;
        Ok(Some(ListPart { entries, from, first }))
    }
}

impl<T: ListItem> Drop for ListWalk<T> {
    /// If something still holds the list, it must fail instead of looking shorter.
    fn drop(&mut self) {
        if self.forgets {
            self.records.0.borrow_mut().rest = UnreadRest::Failed(not_retained());
        }
    }
}

fn not_retained() -> Error {
    let hint = "Keep the list in a variable first: `let users = get_users();`.";
    Error::usage_with_hint("the list was already iterated over and was not kept in a variable", hint)
}

impl<T: ListItem> ListPart<T> {
    /// All entries read so far.
    pub fn all(entries: Rc<Vec<Arc<T>>>) -> Self {
        Self { entries, from: 0, first: 0 }
    }

    /// A part without entries, at the beginning.
    pub fn empty() -> Self {
        Self::all(Rc::default())
    }

    /// The entries.
    pub fn entries(&self) -> &[Arc<T>] {
        &self.entries[self.from..]
    }

    /// The index of its first entry in the complete list.
    pub fn first(&self) -> usize {
        self.first
    }
}

impl<T: ListItem> RecordList<T> {
    /// Reads pages until there are more than `place` entries; returns all entries read so far.
    fn read_beyond(&self, place: usize) -> Result<Option<Rc<Vec<Arc<T>>>>> {
        while self.0.borrow().entries.len() <= place {
            if !self.0.borrow_mut().read_page()? {
                return Ok(None);
            }
        }
        Ok(Some(self.read()))
    }

    /// Takes the entries that were read but not taken yet; reads a page if there are none.
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

/// Iterates over a list, reading pages as needed.
pub struct ListIterator<T: ListItem> {
    walk: ListWalk<T>,
    part: ListPart<T>,
    /// The number of entries of the part that were returned.
    passed: usize,
    groups: GroupsField,
    /// After an error the iteration ends: a loop with an empty body ignores errors and would never end.
    failed: bool,
}

impl<T: ListItem> IntoIterator for RecordList<T> {
    type Item = RhaiResultOf<T::Record>;
    type IntoIter = ListIterator<T>;

    /// If nothing else holds the list, only one page is in memory at a time.
    fn into_iter(self) -> ListIterator<T> {
        let groups = self.groups();
        let walk =
            if self.is_only_reference() { ListWalk::releasing(self) } else { ListWalk::retaining(self) };
        ListIterator { walk, part: ListPart::empty(), passed: 0, groups, failed: false }
    }
}

impl<T: ListItem> Iterator for ListIterator<T> {
    type Item = RhaiResultOf<T::Record>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        while self.passed == self.part.entries().len() {
            (self.part, self.passed) = (ListPart::empty(), 0);
            match self.walk.next_part() {
                Ok(Some(part)) => self.part = part,
                Ok(None) => return None,
                Err(error) => {
                    self.failed = true;
                    return Some(self.walk.records().throw(&error));
                }
            }
        }
        let entry = &self.part.entries()[self.passed];
        self.passed += 1;
        Some(Ok(Arc::clone(entry).record(&self.groups)))
    }
}
