//! Entries by index, parts of lists, and whole lists.

use crate::error::{Error, Result};
use crate::host::binding::RhaiResultOf;
use crate::host::session::session;
use crate::host::thrown::ThrowAt;
use crate::values::dynamic::kind_of;
use crate::values::query::list_source;
use crate::values::record::ListItem;
use crate::values::record::{GroupRecord, UserRecord};
use crate::values::record_list::RecordList;
use crate::wire::group::Group;
use crate::wire::user::User;
use rhai::plugin::{Dynamic, ImmutableString, export_module};
use rhai::{Array, NativeCallContext};
use std::ops::{Range, RangeInclusive};

/// Lists: their entries.
#[expect(clippy::unwrap_used, reason = "the macro unwraps the type that Rhai has matched")]
#[expect(clippy::missing_errors_doc, reason = "some fail only at an interrupt, which no script can catch")]
#[export_module]
pub mod functions {
    /// Returns the number of entries of a list of users or groups.
    ///
    /// It is also a property, `users.len`, as for arrays. Reads the remaining pages.
    ///
    /// # Errors
    /// `incomplete` if a later page cannot be read; `usage` on a value that is not a list.
    ///
    /// # Example
    /// ```rhai
    /// let users = get_users();
    /// print(`${users.len()} users, ${users.filter(|user| user.type == "adobeID").len} with an Adobe ID`);
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn len(context: NativeCallContext, list: &mut Dynamic) -> RhaiResultOf<i64> {
        length(&context, list).at(&context)
    }

    /// Returns whether a list of users or groups is empty.
    ///
    /// It is also a property, `users.is_empty`, as for arrays. Reads at most one page.
    ///
    /// # Errors
    /// As `len()`.
    ///
    /// # Example
    /// ```rhai
    /// if get_groups().where(#{type: "PRODUCT_PROFILE"}).is_empty() { print("no profiles"); }
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn is_empty(context: NativeCallContext, list: &mut Dynamic) -> RhaiResultOf<bool> {
        is_empty_list(list).at(&context)
    }

    /// Returns the entry at an index of a list of users or groups, or `()` if there is none.
    ///
    /// Indexes start at 0; negative ones count from the end. `users[0]` and `users[-1]` do the same, but throw an error
    /// if there is no such entry.
    ///
    /// # Errors
    /// As `len()`.
    ///
    /// # Example
    /// ```rhai
    /// let users = get_users().sort_by("email");
    /// print(users.get(0));
    /// print(users[-1].email);
    /// print(users.get(1000000) == ());
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn get(context: NativeCallContext, list: &mut Dynamic, index: i64) -> RhaiResultOf<Dynamic> {
        entry(list, index).at(&context)
    }

    /// Returns part of a list of users or groups: from an index to the end.
    ///
    /// A negative index counts from the end, so `extract(-3)` returns the last three. Indexes outside of the list are
    /// ignored.
    ///
    /// # Errors
    /// As `len()`.
    ///
    /// # Example
    /// ```rhai
    /// print(get_users().extract(-3).map(|user| user.email));
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn extract(context: NativeCallContext, list: &mut Dynamic, start: i64) -> RhaiResultOf<Dynamic> {
        part(list, start, i64::MAX).at(&context)
    }

    /// Returns part of a list of users or groups: a number of entries from an index.
    ///
    /// # Errors
    /// As `len()`.
    ///
    /// # Example
    /// ```rhai
    /// print(get_users().extract(10, 5).len());
    /// ```
    #[rhai_fn(name = "extract", pure, return_raw)]
    pub fn extract_count(
        context: NativeCallContext,
        list: &mut Dynamic,
        start: i64,
        count: i64,
    ) -> RhaiResultOf<Dynamic> {
        part(list, start, count).at(&context)
    }

    /// Returns part of a list of users or groups: the indexes of a range, without its end.
    ///
    /// # Errors
    /// As `len()`.
    ///
    /// # Example
    /// ```rhai
    /// for user in get_users().extract(0..10) { print(user.email); }
    /// ```
    #[rhai_fn(name = "extract", pure, return_raw)]
    pub fn extract_range(
        context: NativeCallContext,
        list: &mut Dynamic,
        range: Range<i64>,
    ) -> RhaiResultOf<Dynamic> {
        let start = range.start.max(0);
        part(list, start, range.end.saturating_sub(start)).at(&context)
    }

    /// Returns part of a list of users or groups: the indexes of a range, with its end.
    ///
    /// # Errors
    /// As `len()`.
    ///
    /// # Example
    /// ```rhai
    /// print(get_users().extract(0..=9).len());
    /// ```
    #[rhai_fn(name = "extract", pure, return_raw)]
    pub fn extract_inclusive_range(
        context: NativeCallContext,
        list: &mut Dynamic,
        range: RangeInclusive<i64>,
    ) -> RhaiResultOf<Dynamic> {
        let start = (*range.start()).max(0);
        part(list, start, range.end().saturating_sub(start).saturating_add(1)).at(&context)
    }

    /// Returns whether someone is in a list of users; `"ben.osei@example.com" in users` is the same.
    ///
    /// A string is an e-mail or username, ignoring case. A User is found if the list contains the same account, even if
    /// it was read at another time.
    ///
    /// # Errors
    /// As `len()`; `usage` for anything but a string or a user.
    ///
    /// # Example
    /// ```rhai
    /// let designers = get_users_by_group("Designers");
    /// if "Ben.Osei@example.com" in designers { print("Ben is a designer"); }
    /// ```
    #[rhai_fn(name = "contains", pure, return_raw)]
    pub fn users_contain(
        context: NativeCallContext,
        list: &mut RecordList<User>,
        person: Dynamic,
    ) -> RhaiResultOf<bool> {
        has_user(list, &person).at(&context)
    }

    /// Returns whether a group is in a list of groups; `"Designers" in groups` is the same.
    ///
    /// A string is a name, ignoring case.
    ///
    /// # Errors
    /// As `len()`; `usage` for anything but a string or a group.
    ///
    /// # Example
    /// ```rhai
    /// if !("Designers" in get_groups()) { print("there is no such group"); }
    /// ```
    #[rhai_fn(name = "contains", pure, return_raw)]
    pub fn groups_contain(
        context: NativeCallContext,
        list: &mut RecordList<Group>,
        group: Dynamic,
    ) -> RhaiResultOf<bool> {
        has_group(list, &group).at(&context)
    }

    /// Returns the records of a list of users or groups as an array, which can be changed.
    ///
    /// Functions that change an array in place (`push`, `remove`, `reverse`) need an array. Queries work on the list
    /// itself, which is faster and uses less memory.
    ///
    /// # Errors
    /// As `len()`.
    ///
    /// # Example
    /// ```rhai
    /// let users = get_users().to_array();
    /// users.reverse();
    /// print(users[0].email);
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn to_array(context: NativeCallContext, list: &mut Dynamic) -> RhaiResultOf<Array> {
        values(&context, list).at(&context)
    }

    /// Joins the entries of an array into one string, with a separator between them.
    ///
    /// Values other than strings are joined as `print` shows them. To join a field of users, `map` it first.
    ///
    /// # Example
    /// ```rhai
    /// print(["a", 1, true].join(", "));
    /// print(get_user("ben.osei@example.com").groups.join("; "));
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn join(context: NativeCallContext, list: &mut Array, separator: &str) -> RhaiResultOf<String> {
        joined(&context, list, separator).at(&context)
    }
}

fn joined(context: &NativeCallContext, list: &[Dynamic], separator: &str) -> Result<String> {
    let texts = display_strings(context, list)?;
    let length = texts.iter().map(|text| text.len() + separator.len()).fold(0, usize::saturating_add);
    session(context)?.interrupt().check_memory(length)?;
    Ok(texts.join(separator))
}

/// Calls one of two functions, for a list of users or of groups.
fn on_records<R>(
    list: &Dynamic,
    function: &str,
    users: impl FnOnce(&RecordList<User>) -> Result<R>,
    groups: impl FnOnce(&RecordList<Group>) -> Result<R>,
) -> Result<R> {
    if let Some(list) = list.read_lock::<RecordList<User>>() {
        users(&list)
    } else if let Some(list) = list.read_lock::<RecordList<Group>>() {
        groups(&list)
    } else {
        Err(list_source::not_a_list(list, function))
    }
}

fn length(context: &NativeCallContext, list: &Dynamic) -> Result<i64> {
    let mut parts = list_source::parts(list, "len", context)?;
    let mut length = 0;
    while let Some(part) = parts.next_part()? {
        length += part.count();
    }
    Ok(i64::try_from(length).unwrap_or(i64::MAX))
}

fn is_empty_list(list: &Dynamic) -> Result<bool> {
    on_records(list, "is_empty", RecordList::is_empty, RecordList::is_empty)
}

fn entry(list: &Dynamic, index: i64) -> Result<Dynamic> {
    fn read<T: ListItem>(list: &RecordList<T>, index: i64) -> Result<Dynamic> {
        Ok(list.get(index)?.map_or(Dynamic::UNIT, Dynamic::from))
    }
    on_records(list, "get", |list| read(list, index), |list| read(list, index))
}

fn part(list: &Dynamic, start: i64, count: i64) -> Result<Dynamic> {
    let users = |list: &RecordList<User>| list.part(start, count).map(Dynamic::from);
    let groups = |list: &RecordList<Group>| list.part(start, count).map(Dynamic::from);
    on_records(list, "extract", users, groups)
}

fn has_user(list: &RecordList<User>, person: &Dynamic) -> Result<bool> {
    if let Some(name) = person.read_lock::<ImmutableString>() {
        return list.contains_name(&name);
    }
    let wanted =
        person.read_lock::<UserRecord>().ok_or_else(|| wrong_entry("a list of users", "a user", person))?;
    list.contains_entry(&wanted.user)
}

fn has_group(list: &RecordList<Group>, group: &Dynamic) -> Result<bool> {
    if let Some(name) = group.read_lock::<ImmutableString>() {
        return list.contains_name(&name);
    }
    let wanted =
        group.read_lock::<GroupRecord>().ok_or_else(|| wrong_entry("a list of groups", "a group", group))?;
    list.contains_entry(&wanted.0)
}

fn wrong_entry(list: &str, entry: &str, value: &Dynamic) -> Error {
    Error::usage(format!("{list} can be searched for a string or {entry}, not for {}", kind_of(value)))
}

fn values(context: &NativeCallContext, list: &Dynamic) -> Result<Array> {
    let list = list_source::open(list, "to_array", context)?;
    let session = session(context)?;
    list.places(session.interrupt()).map(|place| place.map(|place| list.value(place))).collect()
}

/// Each entry as `print` shows it, by Rhai's own functions.
fn display_strings(context: &NativeCallContext, list: &[Dynamic]) -> Result<Vec<String>> {
    let session = session(context)?;
    let shown = |value: &Dynamic| {
        session.interrupt().check()?;
        let text = context.call_native_fn::<ImmutableString>("to_string", (value.clone(),));
        Ok(text.map_or_else(|_| value.to_string(), Into::into))
    };
    list.iter().map(shown).collect()
}
