//! A view of any kind of list, which reads no more of a listing than is shown.

use crate::error::Result;
use crate::values::json;
use crate::values::query::index::Index;
use crate::values::record::{GroupRecord, Record, UserRecord};
use crate::values::record_list::{ListSize, RecordList};
use crate::wire::group::Group;
use crate::wire::user::User;
use rhai::{Array, Dynamic};
use serde_json::{Value, json};
use std::ops::Range;

/// A list of any kind.
#[derive(Clone)]
pub(super) enum ListWindow {
    /// Users of a listing.
    Users(RecordList<User>),
    /// Groups of a listing.
    Groups(RecordList<Group>),
    /// The keys of an index, each with its entries.
    Index(Index),
    /// A list of the script's own.
    Plain(Array),
}

impl ListWindow {
    /// The list in a value, if it holds one.
    pub(super) fn of(value: &Dynamic) -> Option<Self> {
        if let Some(users) = value.read_lock::<RecordList<User>>() {
            Some(Self::Users(users.clone()))
        } else if let Some(groups) = value.read_lock::<RecordList<Group>>() {
            Some(Self::Groups(groups.clone()))
        } else if let Some(index) = value.read_lock::<Index>() {
            Some(Self::Index(index.clone()))
        } else {
            value.read_lock::<Array>().map(|list| Self::Plain(list.clone()))
        }
    }

    /// Marks a listing that only this value holds as shown, see [`RecordList::mark_shown`].
    pub(super) fn mark_shown(value: &Dynamic) {
        if let Some(users) = value.read_lock::<RecordList<User>>() {
            users.mark_shown();
        } else if let Some(groups) = value.read_lock::<RecordList<Group>>() {
            groups.mark_shown();
        }
    }

    /// `count` entries from a 0-based index, as data; reads no further than needed.
    ///
    /// # Errors
    /// `incomplete`, naming the page.
    pub(super) fn page(&self, from: usize, count: usize) -> Result<Vec<Value>> {
        let places = from..from.saturating_add(count);
        match self {
            Self::Users(users) => {
                collect(places, |place| users.at(place)?.map(|user| user.to_json()).transpose())
            }
            Self::Groups(groups) => {
                collect(places, |place| groups.at(place)?.map(|group| group.to_json()).transpose())
            }
            Self::Index(index) => collect(places, |place| Ok(index.at(place).map(index_row))),
            Self::Plain(list) => collect(places, |place| Ok(list.get(place).map(data))),
        }
    }

    /// The number of entries that are already in memory.
    pub(super) fn loaded_count(&self) -> usize {
        match self {
            Self::Users(users) => users.read().len(),
            Self::Groups(groups) => groups.read().len(),
            Self::Index(index) => index.len(),
            Self::Plain(list) => list.len(),
        }
    }

    /// Its length, as far as it is known without reading.
    pub(super) fn size(&self) -> ListSize {
        match self {
            Self::Users(users) => users.size(),
            Self::Groups(groups) => groups.size(),
            Self::Index(index) => ListSize::Exactly(index.len()),
            Self::Plain(list) => ListSize::Exactly(list.len()),
        }
    }

    /// The plural noun for its entries.
    pub(super) fn noun(&self) -> &'static str {
        match self {
            Self::Users(_) => "users",
            Self::Groups(_) => "groups",
            Self::Index(_) => "keys",
            Self::Plain(list) => match list.first() {
                Some(first) if first.is::<UserRecord>() => "users",
                Some(first) if first.is::<GroupRecord>() => "groups",
                _ => "entries",
            },
        }
    }
}

fn collect(mut places: Range<usize>, entry: impl Fn(usize) -> Result<Option<Value>>) -> Result<Vec<Value>> {
    let mut entries = Vec::new();
    while let Some(value) = places.next().map(&entry).transpose()?.flatten() {
        entries.push(value);
    }
    Ok(entries)
}

/// A row like those of `group_by`.
fn index_row((key, entries): (&str, Dynamic)) -> Value {
    let items = data(&entries);
    let count = items.as_array().map_or(0, Vec::len);
    json!({ "key": key, "count": count, "items": items })
}

/// Functions and other values that are not data are shown as Rhai prints them.
fn data(value: &Dynamic) -> Value {
    json::json_of(value).unwrap_or_else(|_| Value::String(value.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::record_list::PageSource;
    use std::sync::Arc;

    struct Endless(usize);

    impl PageSource<User> for Endless {
        fn next_page(&mut self) -> Result<Option<Vec<Arc<User>>>> {
            self.0 += 1;
            assert!(self.0 < 2, "the first page was enough");
            let user = |number: usize| User {
                email: Some(format!("p{number}@example.com").into()),
                ..User::default()
            };
            Ok(Some((0..50).map(|number| Arc::new(user(number))).collect()))
        }

        fn is_finished(&self) -> bool {
            false
        }

        fn total(&self) -> Option<usize> {
            Some(100_000)
        }
    }

    #[test]
    fn only_shown_entries_are_read_and_the_total_is_known() {
        let value = Dynamic::from(RecordList::from_pages(Endless(0), false));
        let list = ListWindow::of(&value).unwrap();
        assert_eq!(list.page(20, 20).unwrap()[0]["email"], "p20@example.com");
        assert_eq!((list.size(), list.noun()), (ListSize::About(100_000), "users"));
        assert_eq!(list.loaded_count(), 50);
    }

    #[test]
    fn a_change_abandons_lists_that_were_only_shown() {
        use crate::host::unfinished::UnfinishedListing;
        let shown = RecordList::from_pages(Endless(0), false);
        ListWindow::mark_shown(&Dynamic::from(shown.clone())); // kept by this test
        assert_eq!(shown.size(), ListSize::About(100_000));
        let alone = Dynamic::from(RecordList::from_pages(Endless(0), false));
        ListWindow::mark_shown(&alone);
        let list = ListWindow::of(&alone).unwrap();
        assert!(list.page(0, 20).is_ok());
        let ListWindow::Users(users) = &list else { panic!() };
        let unfinished: std::rc::Rc<dyn UnfinishedListing> = users.unfinished();
        assert!(unfinished.finish().is_ok());
        assert_eq!(list.page(40, 20).unwrap_err().hint().as_deref(), Some("Request the list again."));
    }

    #[test]
    fn an_array_has_its_exact_size() {
        let list = ListWindow::of(&Dynamic::from_array(vec![1.into(), 2.into()])).unwrap();
        assert_eq!(list.page(1, 20).unwrap(), [serde_json::json!(2)]);
        assert_eq!((list.size(), list.noun()), (ListSize::Exactly(2), "entries"));
    }
}
