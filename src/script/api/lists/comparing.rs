//! Two listings beside each other.

use super::{At, RhaiResultOf, session};
use crate::error::{Error, Result};
use crate::script::convert::kind_of;
use crate::script::interrupt::Interrupt;
use crate::script::lists::changes;
use crate::script::records::Records;
use crate::wire::group::Group;
use crate::wire::user::User;
use rhai::plugin::{Dynamic, export_module};
use rhai::{Map, NativeCallContext};

/// Lists: comparing.
#[export_module]
pub mod functions {
    /// Tells what differs between two listings of users, or of groups.
    ///
    /// Answers `#{added, removed, changed}`: `added` is a list of those in the newer one alone, `removed` of those in
    /// the older one alone. Each row of `changed` is `#{older, newer, fields, joined, left}`: both records, the names
    /// of the fields that differ, and of users the groups that they came to and went from. An account is the same
    /// even if its e-mail changed, a group even if its name did; the order of entries and of groups does not count.
    ///
    /// # Errors
    /// `usage` unless both are lists of users or both lists of groups; `incomplete` when a later page cannot be read.
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
    let users = (older.read_lock::<Records<User>>(), newer.read_lock::<Records<User>>());
    if let (Some(older), Some(newer)) = users {
        return changes::between(&older, &newer, interrupt);
    }
    let groups = (older.read_lock::<Records<Group>>(), newer.read_lock::<Records<Group>>());
    if let (Some(older), Some(newer)) = groups {
        return changes::between(&older, &newer, interrupt);
    }
    let (older, newer) = (kind_of(older), kind_of(newer));
    let message = format!("`changes` compares two lists of users or two of groups, not {older} and {newer}");
    Err(Error::usage(message))
}
