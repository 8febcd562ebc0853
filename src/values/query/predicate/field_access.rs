//! A field of an entry, whose name is looked up once and not for each entry.

use crate::values::field_value::FieldValue;
use crate::values::query::list_view::ListView;
use crate::wire::user::{User, UserTextReader};
use rhai::ImmutableString;

/// How a field of an entry is read.
#[derive(Debug)]
pub(crate) struct FieldAccess {
    name: ImmutableString,
    reader: FieldReading,
}

#[derive(Debug)]
enum FieldReading {
    /// A string of a user. Entries of other types are read by name.
    UserText(UserTextReader),
    /// The groups of a user. Entries of other types are read by name.
    Groups,
    /// By name.
    Named,
}

impl FieldAccess {
    /// Access to a field of this name.
    pub(crate) fn of(name: ImmutableString) -> Self {
        let reader = match User::reader(&name) {
            Some(read) => FieldReading::UserText(read),
            None if name == "groups" => FieldReading::Groups,
            None => FieldReading::Named,
        };
        Self { name, reader }
    }

    /// The string of a user, if it is a user's; `None` if it must be read otherwise.
    pub(crate) fn user_text<'l>(&self, list: &'l dyn ListView, place: usize) -> Option<FieldValue<'l>> {
        match self.reader {
            FieldReading::UserText(read) => list.user(place).map(|user| FieldValue::optional(read(user))),
            FieldReading::Groups | FieldReading::Named => None,
        }
    }

    /// The value of the field; `None` if the interpreter must read it.
    pub(crate) fn read<'l>(&self, list: &'l dyn ListView, place: usize) -> Option<FieldValue<'l>> {
        match self.reader {
            FieldReading::UserText(_) => {
                if let Some(text) = self.user_text(list, place) {
                    return Some(text);
                }
            }
            FieldReading::Groups => {
                if let Some(groups) = list.groups(place) {
                    return Some(FieldValue::Texts(groups));
                }
            }
            FieldReading::Named => {}
        }
        list.property(place, &self.name)
    }
}
