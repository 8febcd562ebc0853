//! The methods of users and groups, which read like maps.

use crate::values::record::{GroupRecord, Record, UserRecord};
use rhai::plugin::{Dynamic, export_module};
use rhai::{Array, Map};

/// Records.
#[expect(clippy::unwrap_used, reason = "the macro unwraps the type that Rhai has matched")]
#[export_module]
pub mod functions {
    /// Returns whether a user is in a group or profile, ignoring the case of its name.
    ///
    /// `"Designers" in user.groups` compares the exact name.
    ///
    /// # Example
    /// ```rhai
    /// let user = get_user("ben.osei@example.com");
    /// if user.in_group("designers") { print("a designer"); }
    /// ```
    #[rhai_fn(pure)]
    pub fn in_group(user: &mut UserRecord, name: &str) -> bool {
        user.groups.note_use();
        user.user.is_in(name)
    }

    /// Returns a field of a user, or `()` if the service did not send it.
    ///
    /// It accepts any name, so it also reads fields that the service added later. Documented fields are properties,
    /// such as `user.email`; a wrong name is then an error.
    ///
    /// # Example
    /// ```rhai
    /// print(get_user("ben.osei@example.com").get("businessAccount"));
    /// ```
    #[rhai_fn(name = "get", pure)]
    pub fn get_of_user(user: &mut UserRecord, field: &str) -> Dynamic {
        user.get(field)
    }

    /// Returns a field of a group, or `()` if the service did not send it.
    ///
    /// Documented fields are properties. Two of them are computed: `group.quota` is the number of licenses of a profile
    /// (`()` if unlimited or not a profile), and `group.free` is the number that is not assigned.
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

    /// Returns the names of the fields that the service sent for a user, as strings.
    ///
    /// # Example
    /// ```rhai
    /// print(get_user("ben.osei@example.com").keys());
    /// ```
    #[rhai_fn(name = "keys", pure)]
    pub fn keys_of_user(user: &mut UserRecord) -> Array {
        names(user)
    }

    /// Returns the names of the fields that the service sent for a group, as strings.
    ///
    /// # Example
    /// ```rhai
    /// print(get_groups()[0].keys());
    /// ```
    #[rhai_fn(name = "keys", pure)]
    pub fn keys_of_group(group: &mut GroupRecord) -> Array {
        names(group)
    }

    /// Returns a copy of a user as a map, with the fields that the service sent.
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

    /// Returns a copy of a group as a map, with the fields that the service sent.
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
    record.to_map().into_keys().map(|name| Dynamic::from(name.to_string())).collect()
}
