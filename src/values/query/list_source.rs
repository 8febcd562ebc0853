//! Views of the lists that scripts query: users, groups and arrays.

use crate::error::{Error, Result};
use crate::host::binding::RhaiResultOf;
use crate::host::temporary_calls::is_temporary;
use crate::values::dynamic::kind_of;
use crate::values::field_value::FieldValue;
use crate::values::key::ValueKey;
use crate::values::query::array_list::ArrayView;
use crate::values::query::list_view::ListView;
use crate::values::record::{GroupsField, ListItem};
use crate::values::record::{Record, UserRecord};
use crate::values::record_list::RecordList;
use crate::values::record_list::walk::{ListPart, ListWalk};
use crate::wire::group::Group;
use crate::wire::user::User;
use arcstr::ArcStr;
use rhai::{Array, Dynamic, NativeCallContext};
use std::any::Any;
use std::sync::Arc;

/// Views a value of a script as a list.
///
/// # Errors
/// `usage`: it is not a list; `incomplete`, naming the page.
pub fn open<'l>(
    list: &'l Dynamic,
    function: &str,
    context: &'l NativeCallContext,
) -> Result<Box<dyn ListView + 'l>> {
    if let Some(users) = list.read_lock::<RecordList<User>>() {
        Ok(Box::new(RecordView::new(&users)?))
    } else if let Some(groups) = list.read_lock::<RecordList<Group>>() {
        Ok(Box::new(RecordView::new(&groups)?))
    } else if let Some(items) = list.read_lock::<Array>() {
        Ok(Box::new(ArrayView::new(items, context)))
    } else {
        Err(not_a_list(list, function))
    }
}

/// The consecutive parts of a list: users and groups as their pages arrive, an array as one part.
pub enum ListParts<'l> {
    /// Users.
    Users(RecordWalk<User>),
    /// Groups.
    Groups(RecordWalk<Group>),
    /// An array, until it was returned.
    Array(Option<Box<dyn ListView + 'l>>),
}

/// Views a value of a script as a list in parts. If no variable holds the list, each part is released after use.
///
/// # Errors
/// `usage`: it is not a list.
pub fn parts<'l>(list: &'l Dynamic, function: &str, context: &'l NativeCallContext) -> Result<ListParts<'l>> {
    if let Some(users) = list.read_lock::<RecordList<User>>() {
        RecordWalk::of(&users, list, context).map(ListParts::Users)
    } else if let Some(groups) = list.read_lock::<RecordList<Group>>() {
        RecordWalk::of(&groups, list, context).map(ListParts::Groups)
    } else {
        open(list, function, context).map(|array| ListParts::Array(Some(array)))
    }
}

impl<'l> ListParts<'l> {
    /// The next part. There is at least one, which is empty for an empty list. Drop the previous part first.
    ///
    /// # Errors
    /// `incomplete`, naming the page.
    pub fn next_part(&mut self) -> Result<Option<Box<dyn ListView + 'l>>> {
        match self {
            Self::Users(users) => users.next_part(),
            Self::Groups(groups) => groups.next_part(),
            Self::Array(array) => Ok(array.take()),
        }
    }
}

/// One pass over users or groups.
pub struct RecordWalk<T: ListItem> {
    walk: ListWalk<T>,
    begun: bool,
}

impl<T: ListItem> RecordWalk<T> {
    fn of(records: &RecordList<T>, list: &Dynamic, context: &NativeCallContext) -> Result<Self> {
        let forgets = records.is_only_reference() && !list.is_shared() && is_temporary(context)?;
        let records = records.clone();
        let walk = if forgets { ListWalk::releasing(records) } else { ListWalk::retaining(records) };
        Ok(Self { walk, begun: false })
    }

    fn next_part<'l>(&mut self) -> Result<Option<Box<dyn ListView + 'l>>> {
        let part = match self.walk.next_part()? {
            None if self.begun => return Ok(None),
            part => part.unwrap_or_else(ListPart::empty),
        };
        self.begun = true;
        Ok(Some(Box::new(RecordView::part(self.walk.records(), part))))
    }
}

/// The error for a list function that was called on something else.
pub fn not_a_list(value: &Dynamic, function: &str) -> Error {
    Error::usage(format!("`{function}` works on a list, not on {}", kind_of(value)))
}

/// Users or groups, or a part of them.
pub struct RecordView<T: ListItem> {
    records: RecordList<T>,
    part: ListPart<T>,
    groups: GroupsField,
}

impl<T: ListItem> RecordView<T> {
    /// All entries of a list; reads the remaining pages.
    ///
    /// # Errors
    /// `incomplete`, naming the page.
    pub fn new(records: &RecordList<T>) -> Result<Self> {
        Ok(Self::part(records, ListPart::all(records.all()?)))
    }

    /// A part of a list.
    fn part(records: &RecordList<T>, part: ListPart<T>) -> Self {
        Self { records: records.clone(), part, groups: records.groups() }
    }

    fn entry(&self, place: usize) -> &Arc<T> {
        &self.part.entries()[place]
    }
}

impl<T: ListItem> ListView for RecordView<T> {
    fn count(&self) -> usize {
        self.part.entries().len()
    }

    fn first(&self) -> usize {
        self.part.first()
    }

    fn value(&self, place: usize) -> Dynamic {
        Dynamic::from(Arc::clone(self.entry(place)).record(&self.groups))
    }

    fn check(&self, field: &str) -> Result<()> {
        check_field::<T>(&self.records, field)
    }

    fn cell(&self, place: usize, field: &str) -> RhaiResultOf<FieldValue<'_>> {
        Ok(self.entry(place).cell(field))
    }

    fn property(&self, place: usize, field: &str) -> Option<FieldValue<'_>> {
        let refused = field == "groups" && self.groups.are_left_out();
        if field == "groups" {
            self.groups.note_use();
        }
        (!refused && T::Record::has_field(field)).then(|| self.entry(place).cell(field))
    }

    fn documented_values(&self, field: &str) -> &'static [&'static str] {
        T::Record::documented_values(field)
    }

    fn user(&self, place: usize) -> Option<&User> {
        (&**self.entry(place) as &dyn Any).downcast_ref()
    }

    fn groups(&self, place: usize) -> Option<&[ArcStr]> {
        self.groups.note_use();
        if self.groups.are_left_out() { None } else { self.user(place).map(User::groups) }
    }

    fn key(&self, place: usize) -> Result<ValueKey> {
        Ok(self.entry(place).key())
    }

    fn pick(&self, places: &[usize], before: Option<Dynamic>) -> Dynamic {
        let before = before.and_then(Dynamic::try_cast::<RecordList<T>>);
        let picked = before.unwrap_or_else(|| self.records.of(Vec::new()));
        picked.extend(places.iter().map(|place| Arc::clone(self.entry(*place))));
        Dynamic::from(picked)
    }
}

fn check_field<T: ListItem>(records: &RecordList<T>, field: &str) -> Result<()> {
    if !T::Record::has_field(field) {
        return Err(T::Record::unknown(field, false));
    }
    if field == "groups" && records.groups_left_out() {
        return Err(UserRecord::without_groups());
    }
    if field == "groups" {
        records.groups().note_use();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::interrupt::Interrupt;
    use crate::values::record_list::tests::users;

    #[test]
    fn an_interrupt_ends_a_loop_that_calls_no_script() {
        let list = RecordView::new(&RecordList::from_entries(users())).unwrap();
        let interrupt = Interrupt::default();
        assert_eq!(list.places(&interrupt).filter_map(Result::ok).collect::<Vec<_>>(), [0, 1, 2, 3]);
        interrupt.request();
        let error = list.places(&interrupt).next().unwrap().unwrap_err();
        assert_eq!(error.kind.name(), "interrupted");
    }
}
