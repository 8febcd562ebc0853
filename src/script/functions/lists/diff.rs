//! Comparing two listings.

use crate::error::{Error, Result};
use crate::host::binding::RhaiResultOf;
use crate::host::interrupt::Interrupt;
use crate::host::session::session;
use crate::host::thrown::ThrowAt;
use crate::values::dynamic::kind_of;
use crate::values::json::json_of;
use crate::values::query::diff;
use crate::values::record::UserRecord;
use crate::values::record::{GroupsField, ListItem};
use crate::values::record_list::RecordList;
use crate::wire::group::Group;
use crate::wire::user::User;
use rhai::plugin::{Dynamic, export_module};
use rhai::{Array, Map, NativeCallContext};
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// Lists: comparing.
#[export_module]
pub mod functions {
    /// Returns the differences between two listings of users, or of groups.
    ///
    /// Returns `#{added, removed, changed}`: `added` lists the entries only in `newer`, `removed` those only in
    /// `older`. Each row of `changed` is `#{older, newer, fields, joined, left}`: both records, the names of the fields
    /// that differ and, for users, the groups they joined and left. Accounts and groups are matched by id, even if
    /// their e-mail or name changed; the order of entries and of groups does not matter. Arrays of records or of maps
    /// with their fields, such as a listing read from JSON, work too.
    ///
    /// # Errors
    /// `usage` unless both are lists of users or both are lists of groups; `incomplete` if a later page cannot be read.
    ///
    /// # Example
    /// ```rhai
    /// let before = get_users_by_group("Designers");
    /// add_to_groups("ben.osei@example.com", "Finance");
    /// remove_from_groups("ben.osei@example.com", "Designers");
    /// let now = get_users_by_group("Designers");
    /// print(changes(before, now).removed.map(|user| user.email));
    /// ```
    #[rhai_fn(return_raw)]
    pub fn changes(context: NativeCallContext, older: Dynamic, newer: Dynamic) -> RhaiResultOf<Map> {
        let session = session(&context).at(&context)?;
        compare(&older, &newer, session.interrupt()).at(&context)
    }
}

fn compare(older: &Dynamic, newer: &Dynamic, interrupt: &Interrupt) -> Result<Map> {
    if let (Some(older), Some(newer)) = (listed::<User>(older), listed(newer)) {
        return diff::between(&older, &newer, interrupt);
    }
    if let (Some(older), Some(newer)) = (listed::<Group>(older), listed(newer)) {
        return diff::between(&older, &newer, interrupt);
    }
    let (older, newer) = (describe(older), describe(newer));
    let message = format!("`changes` compares two lists of users or two of groups, not {older} and {newer}");
    Err(Error::usage(message))
}

fn describe(value: &Dynamic) -> String {
    if listed::<User>(value).is_some() {
        "users".to_owned()
    } else if listed::<Group>(value).is_some() {
        "groups".to_owned()
    } else if value.is_array() {
        "an array of something else".to_owned()
    } else {
        kind_of(value)
    }
}

/// A list of users or of groups: a listing, or an array of records or of maps that read like them.
fn listed<T: ListItem + DeserializeOwned>(list: &Dynamic) -> Option<RecordList<T>> {
    if let Some(records) = list.read_lock::<RecordList<T>>() {
        return Some(records.clone());
    }
    let items = list.read_lock::<Array>()?;
    let entry = |item: &Dynamic| serde_json::from_value(json_of(item).ok()?).ok().map(Arc::new);
    let entries = items.iter().map(entry).collect::<Option<_>>()?;
    let without_groups =
        |item: &Dynamic| item.read_lock::<UserRecord>().is_some_and(|user| user.groups.are_left_out());
    let groups = GroupsField::requested(items.iter().any(without_groups));
    Some(RecordList::from_entries(entries).showing(groups))
}
