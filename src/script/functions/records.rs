//! A user or group as a record: what reads like a map beside its properties.

use crate::values::record::{GroupRecord, Record, UserRecord};
use rhai::plugin::{Dynamic, export_module};
use rhai::{Array, Map};

/// Records.
#[expect(clippy::unwrap_used, reason = "the macro unwraps the type that Rhai has matched")]
#[export_module]
pub mod functions {
    /// Returns whether a user is in a group or profile, whatever the case of its name.
    ///
    /// `"Designers" in user.groups` asks for the name as it is written.
    ///
    /// # Example
    /// ```rhai
    /// let user = get_user("ben.osei@example.com");
    /// if user.in_group("designers") { print("a designer"); }
    /// ```
    #[rhai_fn(pure)]
    pub fn in_group(user: &mut UserRecord, name: &str) -> bool {
        user.user.is_in(name)
    }

    /// Returns a field of a user, and `()` when the service did not send it.
    ///
    /// It knows no wrong name, so it also reaches fields that the service has added since. Documented ones are read
    /// as properties, `user.email`, where a slip is an error.
    ///
    /// # Example
    /// ```rhai
    /// print(get_user("ben.osei@example.com").get("businessAccount"));
    /// ```
    #[rhai_fn(name = "get", pure)]
    pub fn get_of_user(user: &mut UserRecord, field: &str) -> Dynamic {
        user.get(field)
    }

    /// Returns a field of a group, and `()` when the service did not send it.
    ///
    /// Documented fields are read as properties, among them two that are worked out: `group.quota` is the number of
    /// licenses of a profile, `()` when they are unlimited or it has none, and `group.free` how many are left.
    ///
    /// # Example
    /// ```rhai
    /// for group in get_groups().where(#{type: "PRODUCT_PROFILE"}) {
    ///     print(`${group.groupName}: ${group.get("memberCount")} of ${group.quota}, ${group.free} left`);
    /// }
    /// ```
    #[rhai_fn(name = "get", pure)]
    pub fn get_of_group(group: &mut GroupRecord, field: &str) -> Dynamic {
        group.get(field)
    }

    /// Returns whether the service sent a field of a user; `"country" in user` is the same.
    ///
    /// # Example
    /// ```rhai
    /// if !("groups" in get_user("ben.osei@example.com")) { print("a member of nothing"); }
    /// ```
    #[rhai_fn(name = "contains", pure)]
    pub fn user_contains(user: &mut UserRecord, field: &str) -> bool {
        user.contains(field)
    }

    /// Returns whether the service sent a field of a group; `"licenseQuota" in group` is the same.
    ///
    /// # Example
    /// ```rhai
    /// print(get_groups().filter(|group| "licenseQuota" in group).len());
    /// ```
    #[rhai_fn(name = "contains", pure)]
    pub fn group_contains(group: &mut GroupRecord, field: &str) -> bool {
        group.contains(field)
    }

    /// Returns the names of the fields that the service sent of a user.
    ///
    /// # Example
    /// ```rhai
    /// print(get_user("ben.osei@example.com").keys());
    /// ```
    #[rhai_fn(name = "keys", pure)]
    pub fn keys_of_user(user: &mut UserRecord) -> Array {
        names(user)
    }

    /// Returns the names of the fields that the service sent of a group.
    ///
    /// # Example
    /// ```rhai
    /// print(get_groups()[0].keys());
    /// ```
    #[rhai_fn(name = "keys", pure)]
    pub fn keys_of_group(group: &mut GroupRecord) -> Array {
        names(group)
    }

    /// Returns a user as a map of the fields that the service sent, which can be changed.
    ///
    /// # Example
    /// ```rhai
    /// let row = get_user("ben.osei@example.com").to_map();
    /// row.note = "checked";
    /// print(row);
    /// ```
    #[rhai_fn(name = "to_map", pure)]
    pub fn map_of_user(user: &mut UserRecord) -> Map {
        user.to_map()
    }

    /// Returns a group as a map of the fields that the service sent, which can be changed.
    ///
    /// # Example
    /// ```rhai
    /// let row = get_groups()[0].to_map();
    /// row.note = "checked";
    /// print(row);
    /// ```
    #[rhai_fn(name = "to_map", pure)]
    pub fn map_of_group(group: &mut GroupRecord) -> Map {
        group.to_map()
    }
}

fn names(record: &impl Record) -> Array {
    record.to_map().into_keys().map(Dynamic::from).collect()
}
