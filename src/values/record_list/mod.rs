//! Lists of users and groups: read page by page, stored as shared records, complete or an error.

#[cfg(test)]
pub(crate) mod tests;
pub mod walk;

use crate::client::listing::Listing;
use crate::client::listing::entry::ListEntry;
use crate::error::{Error, ErrorKind, Result};
use crate::host::binding::RhaiResultOf;
use crate::host::session::Session;
use crate::host::thrown::{map_of, thrown};
use crate::host::unfinished::UnfinishedListing;
use crate::store::saved_listing::{ListingWriter, SavedPages};
use crate::values::record::{DirectGroupsNote, GroupsField, ListItem};
use rhai::{EvalAltResult, Position};
use serde::Serialize;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// A list of users or groups. Clones share the list: pages that one reads are in all of them.
pub struct RecordList<T: ListItem>(Rc<RefCell<ListState<T>>>);

impl<T: ListItem> Clone for RecordList<T> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

struct ListState<T: ListItem> {
    entries: Rc<Vec<Arc<T>>>,
    rest: UnreadRest<T>,
    groups: GroupsField,
    /// Only the prompt holds it, to show its first rows.
    shown_only: bool,
    /// Where a script began the listing; Rhai does not report the position of a loop to its iterator.
    opened: Position,
}

/// The part that is not read yet.
enum UnreadRest<T> {
    Nothing,
    Pages(Box<dyn PageSource<T>>),
    Failed(Error),
}

/// The source of the pages of a list.
pub trait PageSource<T> {
    /// The entries of the next page; `None` after the last.
    ///
    /// # Errors
    /// `incomplete`, naming the page; the first page's errors as they are.
    fn next_page(&mut self) -> Result<Option<Vec<Arc<T>>>>;

    /// Whether the last page was read.
    fn is_finished(&self) -> bool;

    /// The number of remaining entries, if it is known exactly.
    fn left(&self) -> Option<usize> {
        None
    }

    /// The total number of entries, if the service reports it.
    fn total(&self) -> Option<usize> {
        None
    }
}

/// A listing read by the client.
struct ListingPages<T> {
    session: Rc<Session>,
    listing: Listing<T>,
    /// Where it is saved for later runs, if it is.
    writer: Option<ListingWriter>,
}

impl<T: ListEntry + Serialize> ListingPages<T> {
    fn save_page(&mut self, page: &[Arc<T>]) {
        let Some(mut writer) = self.writer.take() else { return };
        let kept = writer.add(page).and_then(|()| {
            if self.listing.is_finished() {
                return writer.finish();
            }
            self.writer = Some(writer);
            Ok(())
        });
        if let Err(error) = kept {
            self.session.console().warn(&format!("cannot save {}: {error}", self.listing.name()));
        }
    }
}

impl<T: ListEntry + Serialize> PageSource<T> for ListingPages<T> {
    fn next_page(&mut self) -> Result<Option<Vec<Arc<T>>>> {
        self.listing.set_stop(self.session.interrupt().token());
        let page = self.session.wait(self.listing.next_page())?;
        self.save_page(page.as_deref().unwrap_or_default());
        Ok(page)
    }

    fn total(&self) -> Option<usize> {
        self.listing.total()
    }

    fn is_finished(&self) -> bool {
        self.listing.is_finished()
    }
}

impl<T: ListItem> PageSource<T> for SavedPages<T> {
    fn next_page(&mut self) -> Result<Option<Vec<Arc<T>>>> {
        SavedPages::next_page(self)
    }

    fn is_finished(&self) -> bool {
        SavedPages::left(self) == 0
    }

    fn left(&self) -> Option<usize> {
        Some(SavedPages::left(self))
    }
}

impl<T: ListItem> UnfinishedListing for RefCell<ListState<T>> {
    fn finish(&self) -> Result<()> {
        if self.borrow().shown_only {
            self.borrow_mut().abandon();
            return Ok(());
        }
        self.borrow_mut().read_all()
    }
}

impl<T: ListItem> ListState<T> {
    /// Reads all remaining pages.
    fn read_all(&mut self) -> Result<()> {
        while self.read_page()? {}
        Ok(())
    }

    /// Stops reading: a change would shift the remaining pages, and nothing needs them.
    fn abandon(&mut self) {
        if matches!(self.rest, UnreadRest::Pages(_)) {
            let message = "the rest of the list was not read before a change was made";
            self.rest = UnreadRest::Failed(Error::usage_with_hint(message, "Request the list again."));
        }
    }

    /// Reads the next page; false if there is none. An error is permanent: a list must never look shorter than it is.
    fn read_page(&mut self) -> Result<bool> {
        let UnreadRest::Pages(pages) = &mut self.rest else {
            return match &self.rest {
                UnreadRest::Failed(error) => Err(error.clone()),
                _ => Ok(false),
            };
        };
        match pages.next_page() {
            Ok(Some(page)) => {
                Rc::make_mut(&mut self.entries).extend(page);
                if pages.is_finished() {
                    self.rest = UnreadRest::Nothing;
                }
                Ok(true)
            }
            Ok(None) => {
                self.rest = UnreadRest::Nothing;
                Ok(false)
            }
            Err(error) if matches!(*error.kind, ErrorKind::Interrupted) => Err(error),
            Err(error) => {
                self.rest = UnreadRest::Failed(error.clone());
                Err(error)
            }
        }
    }
}

impl<T: ListItem> RecordList<T> {
    /// Opens a listing and reads its first page, so that errors are thrown at this line of the script.
    ///
    /// # Errors
    /// Those of the first page.
    pub fn open(session: &Rc<Session>, listing: Listing<T>, groups_left_out: bool) -> Result<Self> {
        Self::open_and_save(session, listing, groups_left_out, None)
    }

    /// Opens a listing and saves it for later runs while it is read.
    ///
    /// # Errors
    /// Those of the first page.
    pub fn open_and_save(
        session: &Rc<Session>,
        listing: Listing<T>,
        groups_left_out: bool,
        writer: Option<ListingWriter>,
    ) -> Result<Self> {
        let listed = ListingPages { session: Rc::clone(session), listing, writer };
        let records = Self::from_pages(listed, groups_left_out);
        records.0.borrow_mut().read_page()?;
        if matches!(records.0.borrow().rest, UnreadRest::Pages(_)) {
            session.track_listing(&records.unfinished());
        }
        Ok(records)
    }

    /// The listing as one that must be finished before a change is sent.
    pub fn unfinished(&self) -> Rc<dyn UnfinishedListing> {
        self.0.clone()
    }

    /// A list whose pages are read on demand.
    pub fn from_pages(pages: impl PageSource<T> + 'static, groups_left_out: bool) -> Self {
        let rest = UnreadRest::Pages(Box::new(pages));
        Self(Rc::new(RefCell::new(ListState {
            entries: Rc::default(),
            rest,
            groups: GroupsField::requested(groups_left_out),
            shown_only: false,
            opened: Position::NONE,
        })))
    }

    /// A list of entries that are already in memory.
    pub fn from_entries(entries: Vec<Arc<T>>) -> Self {
        let entries = Rc::new(entries);
        Self(Rc::new(RefCell::new(ListState {
            entries,
            rest: UnreadRest::Nothing,
            groups: GroupsField::Plain,
            shown_only: false,
            opened: Position::NONE,
        })))
    }

    /// The list with the position in the script where it was opened.
    #[must_use]
    pub fn opened_at(self, place: Position) -> Self {
        self.0.borrow_mut().opened = place;
        self
    }

    /// Throws the error of a loop. The map that `catch` gets has the position where the listing began; Rhai adds the
    /// position of the loop to an uncaught error.
    fn throw<R>(&self, error: &Error) -> RhaiResultOf<R> {
        if matches!(*error.kind, ErrorKind::Interrupted) {
            return Err(thrown(error, Position::NONE));
        }
        let map = map_of(error, self.0.borrow().opened);
        Err(EvalAltResult::ErrorRuntime(map.into(), Position::NONE).into())
    }

    /// Appends entries.
    pub fn extend(&self, entries: impl IntoIterator<Item = Arc<T>>) {
        Rc::make_mut(&mut self.0.borrow_mut().entries).extend(entries);
    }

    /// Whether no other value holds the list.
    pub fn is_only_reference(&self) -> bool {
        Rc::strong_count(&self.0) == 1
    }

    /// The same kind of list with other entries.
    #[must_use]
    pub fn of(&self, entries: Vec<Arc<T>>) -> Self {
        Self::from_entries(entries).showing(self.groups())
    }

    /// Marks a listing in which `groups` has direct memberships only, unless they were left out. `note` is called when
    /// the field is used.
    #[must_use]
    pub fn with_direct_groups(self, note: DirectGroupsNote) -> Self {
        let groups = self.groups().joined(GroupsField::Direct(note));
        self.showing(groups)
    }

    /// The list with another meaning of the `groups` of its entries.
    #[must_use]
    pub fn showing(self, groups: GroupsField) -> Self {
        self.0.borrow_mut().groups = groups;
        self
    }

    /// What the `groups` of its entries show.
    pub fn groups(&self) -> GroupsField {
        self.0.borrow().groups.clone()
    }

    /// Whether `groups` has direct memberships only.
    pub fn has_direct_groups(&self) -> bool {
        matches!(self.0.borrow().groups, GroupsField::Direct(_))
    }

    /// Whether the listing was requested without groups.
    pub fn groups_left_out(&self) -> bool {
        self.0.borrow().groups.are_left_out()
    }

    /// All entries; reads the remaining pages. The returned list does not change when the script reads more.
    ///
    /// # Errors
    /// `incomplete`, naming the page.
    pub fn all(&self) -> Result<Rc<Vec<Arc<T>>>> {
        self.0.borrow_mut().read_all()?;
        Ok(Rc::clone(&self.0.borrow().entries))
    }

    /// The entry at a 0-based index, `None` after the last one; reads no further than needed.
    ///
    /// # Errors
    /// `incomplete`, naming the page.
    pub fn at(&self, place: usize) -> Result<Option<T::Record>> {
        loop {
            if let Some(entry) = self.0.borrow().entries.get(place) {
                return Ok(Some(self.record(entry)));
            }
            if !self.0.borrow_mut().read_page()? {
                return Ok(None);
            }
        }
    }

    /// Marks a list that only the prompt holds, to show its first rows: a change then does not wait for the rest.
    pub fn mark_shown(&self) {
        if self.is_only_reference() {
            self.0.borrow_mut().shown_only = true;
        }
    }

    /// The entries that were read so far.
    pub fn read(&self) -> Rc<Vec<Arc<T>>> {
        Rc::clone(&self.0.borrow().entries)
    }

    /// The number of entries, as far as it is known without reading: exactly, or as the service reports it, which
    /// includes technical accounts (contract 2.3).
    pub fn size(&self) -> ListSize {
        let state = self.0.borrow();
        match &state.rest {
            UnreadRest::Nothing => ListSize::Exactly(state.entries.len()),
            UnreadRest::Pages(pages) => match (pages.left(), pages.total()) {
                (Some(left), _) => ListSize::Exactly(state.entries.len() + left),
                (None, Some(total)) => ListSize::About(total),
                (None, None) => ListSize::AtLeast(state.entries.len()),
            },
            UnreadRest::Failed(_) => ListSize::AtLeast(state.entries.len()),
        }
    }

    /// The record of an entry of this list.
    pub fn record(&self, entry: &Arc<T>) -> T::Record {
        Arc::clone(entry).record(&self.0.borrow().groups)
    }
}

/// The length of a list, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListSize {
    /// The exact number; all pages were read.
    Exactly(usize),
    /// The total that the service reports.
    About(usize),
    /// The number read so far; there are more.
    AtLeast(usize),
}
