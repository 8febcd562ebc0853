//! Rows that are written to a file: lists of records or of plain values, and listings.

use crate::did_you_mean::nearest;
use crate::error::{Error, Result};
use crate::host::interrupt::Interrupt;
use crate::values::dynamic::kind_of;
use crate::values::json::json_of;
use crate::values::record::ListItem;
use crate::values::record::{GroupRecord, Record, UserRecord};
use crate::values::record_list::RecordList;
use crate::wire::group::Group;
use crate::wire::user::User;
use rhai::{Array, Dynamic};
use serde_json::{Map, Value};
use std::collections::HashSet;

/// The column of values that are not records.
const VALUE: &str = "value";

/// The rows to write to a file.
pub(crate) enum TableContent {
    /// A list of records or of plain values.
    List(Dynamic),
    /// A listing of users.
    Users(RecordList<User>),
    /// A listing of groups.
    Groups(RecordList<Group>),
}

impl TableContent {
    /// The rows in a value: a list or a listing.
    ///
    /// # Errors
    /// `usage`: it is something else.
    pub(crate) fn of(value: Dynamic) -> Result<Self> {
        if value.is::<RecordList<User>>() {
            return value.try_cast().map(Self::Users).ok_or_else(in_use);
        }
        if value.is::<RecordList<Group>>() {
            return value.try_cast().map(Self::Groups).ok_or_else(in_use);
        }
        if value.read_lock::<Array>().is_some() {
            return Ok(Self::List(value));
        }
        let message = format!("the rows must be a list of records, not {}", kind_of(&value));
        Err(Error::usage(message))
    }

    /// Calls `visit` with every row.
    ///
    /// # Errors
    /// What `visit` returns; `usage`: a row is not data.
    pub(crate) fn each(&self, visit: &mut dyn FnMut(&Map<String, Value>) -> Result<()>) -> Result<()> {
        match self {
            Self::List(list) => {
                let list = list.read_lock::<Array>().ok_or_else(in_use)?;
                list.iter().try_for_each(|item| visit(&record(json_of(item)?)))
            }
            Self::Users(users) => each_of(users, visit),
            Self::Groups(groups) => each_of(groups, visit),
        }
    }

    /// The documented fields of users, which are columns whoever is in the list; none for other rows.
    fn user_columns(&self) -> impl Iterator<Item = &'static str> {
        let (are_users, groups_left_out) = match self {
            Self::Users(users) => (true, users.groups_left_out()),
            Self::Groups(_) => (false, false),
            Self::List(list) => {
                let list = list.read_lock::<Array>();
                let users = list.iter().flat_map(|list| list.iter()).map(Dynamic::read_lock::<UserRecord>);
                let mut users = users.map(|user| user.map(|user| user.groups.are_left_out())).peekable();
                let has_users = users.peek().is_some();
                let flags: Option<Vec<_>> = users.collect();
                let left_out = flags.iter().flatten().any(|left_out| *left_out);
                (has_users && flags.is_some(), left_out)
            }
        };
        let wanted = move |name: &&str| are_users && !(groups_left_out && *name == "groups");
        UserRecord::FIELDS.iter().copied().filter(wanted)
    }

    /// The columns of a listing without rows.
    pub(crate) fn documented(&self) -> &'static [&'static str] {
        match self {
            Self::List(_) => &[],
            Self::Users(_) => UserRecord::FIELDS,
            Self::Groups(_) => GroupRecord::FIELDS,
        }
    }
}

fn in_use() -> Error {
    Error::usage("the rows cannot be read while another function changes them")
}

fn each_of<T: ListItem>(
    records: &RecordList<T>,
    visit: &mut dyn FnMut(&Map<String, Value>) -> Result<()>,
) -> Result<()> {
    let entries = records.all()?;
    entries.iter().try_for_each(|entry| visit(&record(records.record(entry).to_json()?)))
}

/// A row; a plain value is a row of one column.
fn record(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(record) => record,
        plain => Map::from_iter([(VALUE.to_owned(), plain)]),
    }
}

/// Every column of any row, in the order of first appearance; none only when there are no rows.
fn found_columns(content: &TableContent, interrupt: &Interrupt) -> Result<Vec<String>> {
    // A user without groups has no field `groups`, which must not decide about the columns.
    let mut columns: Vec<_> = content.user_columns().map(str::to_owned).collect();
    let mut known: HashSet<_> = columns.iter().cloned().collect();
    let mut has_rows = false;
    content.each(&mut |row| {
        if row.is_empty() || row.contains_key("") {
            return Err(Error::usage("a row has no columns, or a column without a name"));
        }
        for name in row.keys().filter(|name| !known.contains(*name)).collect::<Vec<_>>() {
            known.insert(name.clone());
            columns.push(name.clone());
        }
        has_rows = true;
        interrupt.check()
    })?;
    if !has_rows {
        columns.clear();
    }
    Ok(columns)
}

/// The columns to write: the requested ones in their order, or all.
///
/// # Errors
/// `usage`: no row has a requested column, or a row is not data. `interrupted`.
pub(crate) fn columns(
    content: &TableContent,
    wanted: Option<&[String]>,
    interrupt: &Interrupt,
) -> Result<Vec<String>> {
    let found = found_columns(content, interrupt)?;
    match wanted {
        Some(wanted) => chosen(wanted, &found),
        None => Ok(found),
    }
}

/// The requested columns; each must be in some row, unless there are no rows.
fn chosen(wanted: &[String], found: &[String]) -> Result<Vec<String>> {
    let missing = wanted.iter().find(|name| !found.is_empty() && !found.contains(name));
    let Some(missing) = missing else { return Ok(wanted.to_vec()) };
    let message = format!("no row has a column `{missing}`");
    let listed = format!("There are `{}`.", found.join("`, `"));
    Err(match nearest(missing, found.iter().map(String::as_str)) {
        Some(near) => Error::usage_with_hint(message, format!("Did you mean `{near}`? {listed}")),
        None => Error::usage_with_hint(message, listed),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_a_list_is_refused() {
        let error = TableContent::of(Dynamic::from("x")).err().unwrap();
        assert_eq!(error.to_string(), "the rows must be a list of records, not a string");
    }
}
