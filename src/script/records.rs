//! Users and groups as lists: read page by page, kept as shared records, complete or an error.

use super::error::thrown;
use super::record::{GroupRecord, Record, RhaiResultOf, UserRecord};
use super::session::Session;
use crate::client::listing::{Entry, Listing};
use crate::error::{Error, Result};
use crate::wire::group::Group;
use crate::wire::user::User;
use rhai::{Engine, Position};
use std::cell::{Ref, RefCell};
use std::rc::Rc;
use std::sync::Arc;

/// What can be an entry of a list in a script.
pub trait Item: Entry {
    /// The record scripts see.
    type Record: Record;
    /// The name scripts see as `type_of` of a list.
    const LIST: &'static str;

    /// The record of an entry; `groups_left_out` says that the listing was asked to leave groups out.
    fn record(self: Arc<Self>, groups_left_out: bool) -> Self::Record;
}

impl Item for User {
    type Record = UserRecord;
    const LIST: &'static str = "Users";

    fn record(self: Arc<Self>, groups_left_out: bool) -> UserRecord {
        UserRecord { user: self, groups_left_out }
    }
}

impl Item for Group {
    type Record = GroupRecord;
    const LIST: &'static str = "Groups";

    fn record(self: Arc<Self>, _: bool) -> GroupRecord {
        GroupRecord(self)
    }
}

/// A list of users or groups. Clones are the same list: what one reads, all have.
pub struct Records<T: Item>(Rc<RefCell<State<T>>>);

impl<T: Item> Clone for Records<T> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

struct State<T: Item> {
    entries: Vec<Arc<T>>,
    rest: Rest<T>,
    groups_left_out: bool,
}

/// What is not read yet.
enum Rest<T> {
    Nothing,
    Pages { session: Rc<Session>, listing: Box<Listing<T>> },
    Failed(Error),
}

/// A listing that may still have pages to read.
pub trait Unfinished {
    /// Reads it to its end.
    ///
    /// # Errors
    /// `incomplete`, naming the page; it is the listing's error from then on.
    fn finish(&self) -> Result<()>;
}

impl<T: Item> Unfinished for RefCell<State<T>> {
    fn finish(&self) -> Result<()> {
        while self.borrow_mut().read_page()? {}
        Ok(())
    }
}

impl<T: Item> State<T> {
    /// Reads one page more; false when there is none. What failed once fails for ever: a list never gets shorter.
    fn read_page(&mut self) -> Result<bool> {
        let Rest::Pages { session, listing } = &mut self.rest else {
            return match &self.rest {
                Rest::Failed(error) => Err(error.clone()),
                _ => Ok(false),
            };
        };
        match session.wait(listing.next_page()) {
            Ok(Some(page)) => {
                self.entries.extend(page);
                if listing.is_finished() {
                    self.rest = Rest::Nothing;
                }
                Ok(true)
            }
            Ok(None) => {
                self.rest = Rest::Nothing;
                Ok(false)
            }
            Err(error) => {
                self.rest = Rest::Failed(error.clone());
                Err(error)
            }
        }
    }
}

impl<T: Item> Records<T> {
    /// Begins to read a listing: its first page is read here, so that its errors belong to this line of the script.
    ///
    /// # Errors
    /// Those of the first page.
    pub fn open(session: &Rc<Session>, listing: Listing<T>, groups_left_out: bool) -> Result<Self> {
        let rest = Rest::Pages { session: Rc::clone(session), listing: Box::new(listing) };
        let state = Rc::new(RefCell::new(State { entries: Vec::new(), rest, groups_left_out }));
        state.borrow_mut().read_page()?;
        if matches!(state.borrow().rest, Rest::Pages { .. }) {
            let unfinished: Rc<dyn Unfinished> = state.clone();
            session.keep_in_view(&unfinished);
        }
        Ok(Self(state))
    }

    /// The same kind of list with other entries.
    #[must_use]
    pub fn of(&self, entries: Vec<Arc<T>>) -> Self {
        let groups_left_out = self.0.borrow().groups_left_out;
        Self(Rc::new(RefCell::new(State { entries, rest: Rest::Nothing, groups_left_out })))
    }

    /// Every entry; reads what is not read yet.
    ///
    /// # Errors
    /// `incomplete`, naming the page.
    pub fn all(&self) -> Result<Ref<'_, [Arc<T>]>> {
        self.0.finish()?;
        Ok(Ref::map(self.0.borrow(), |state| state.entries.as_slice()))
    }

    /// The entry at a 0-based place, `None` behind the last one; reads no further than it must.
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

    /// The record of an entry of this list.
    pub fn record(&self, entry: &Arc<T>) -> T::Record {
        Arc::clone(entry).record(self.0.borrow().groups_left_out)
    }
}

/// Goes through a list, reading as it goes.
pub struct Iter<T: Item> {
    records: Records<T>,
    place: usize,
    /// Nobody else has the list, so what was gone through need not be kept: one page at a time is in memory.
    forgets: bool,
}

impl<T: Item> IntoIterator for Records<T> {
    type Item = RhaiResultOf<T::Record>;
    type IntoIter = Iter<T>;

    fn into_iter(self) -> Iter<T> {
        let forgets = Rc::strong_count(&self.0) == 1;
        Iter { records: self, place: 0, forgets }
    }
}

impl<T: Item> Iterator for Iter<T> {
    type Item = RhaiResultOf<T::Record>;

    fn next(&mut self) -> Option<Self::Item> {
        self.forget();
        let item = self.records.at(self.place).map_err(|error| thrown(&error, Position::NONE));
        self.place += 1;
        item.transpose()
    }
}

impl<T: Item> Iter<T> {
    fn forget(&mut self) {
        let mut state = self.records.0.borrow_mut();
        if self.forgets && self.place > 0 && self.place == state.entries.len() {
            state.entries.clear();
            self.place = 0;
        }
    }
}

/// Makes both kinds of list known to an engine: iteration, length and indexing.
pub fn register(engine: &mut Engine) {
    register_list::<User>(engine);
    register_list::<Group>(engine);
}

fn register_list<T: Item>(engine: &mut Engine) {
    engine.register_type_with_name::<Records<T>>(T::LIST);
    engine.register_iterator_result::<Records<T>, T::Record>();
}
