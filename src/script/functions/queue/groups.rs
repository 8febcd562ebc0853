//! The verbs of user groups, on a queue.

use super::verb_macro::{push, queued};
use crate::changes::queue::Queue;
use crate::host::binding::RhaiResultOf;
use crate::script::functions::user_groups;
use rhai::plugin::{Dynamic, export_module};
use rhai::{Map, NativeCallContext};

queued! {
    /// User groups, queued.

    /// Queues the creation of a user group.
    ///
    /// # Errors
    /// `usage` when the queue is finished; `invalid` when a local check refuses it; those of `create_user_group(name)` are in the report.
    ///
    /// # Example
    /// ```rhai
    /// let changes = queue();
    /// changes.create_user_group("Interns 2026");
    /// print(changes.finish().result);
    /// ```
    create_user_group as "create_user_group" (name: &str) => user_groups::create(name, Map::new());

    /// Queues the creation of a user group, with a description and a say about one that exists.
    ///
    /// # Options
    /// - `description`: what the group is for
    /// - `option`: `"ignoreIfAlreadyExists"` (the default), `"updateIfAlreadyExists"`, or `"error"`
    ///
    /// # Errors
    /// `usage` when the queue is finished; `invalid` when a local check refuses it; those of `create_user_group(name, options)` are in the report.
    ///
    /// # Example
    /// ```rhai
    /// let changes = queue();
    /// changes.create_user_group("Interns 2026", #{description: "until August"});
    /// print(changes.finish().result);
    /// ```
    create_user_group_with as "create_user_group" (name: &str, options: Map) =>
        user_groups::create(name, options);

    /// Queues a change of a user group.
    ///
    /// # Options
    /// - `name`: the new name
    /// - `description`: the new description
    ///
    /// # Errors
    /// `usage` when the queue is finished; `invalid` when a local check refuses it; those of `update_user_group(name, fields)` are in the report.
    ///
    /// # Example
    /// ```rhai
    /// let changes = queue();
    /// changes.update_user_group("Designers", #{name: "Design"});
    /// print(changes.finish().result);
    /// ```
    update_user_group as "update_user_group" (name: &str, fields: Map) => user_groups::update(name, fields);

    /// Queues the deletion of a user group.
    ///
    /// # Errors
    /// `usage` when the queue is finished; `invalid` when a local check refuses it; those of `delete_user_group(name)` are in the report.
    ///
    /// # Example
    /// ```rhai
    /// let changes = queue();
    /// changes.delete_user_group("Interns");
    /// print(changes.finish().result);
    /// ```
    delete_user_group as "delete_user_group" (name: &str) => Ok(user_groups::delete(name));

    /// Queues the addition of users to a user group.
    ///
    /// # Errors
    /// `usage` when the queue is finished; `invalid` when a local check refuses it; those of `add_users_to_group(name, emails)` are in the report.
    ///
    /// # Example
    /// ```rhai
    /// let changes = queue();
    /// changes.add_users_to_group("Designers", "ben.osei@example.com");
    /// print(changes.finish().result);
    /// ```
    add_users_to_group as "add_users_to_group" (name: &str, emails: Dynamic) =>
        user_groups::members(name, "add", "user", &emails);

    /// Queues the removal of users from a user group.
    ///
    /// # Errors
    /// `usage` when the queue is finished; `invalid` when a local check refuses it; those of `remove_users_from_group(name, emails)` are in the report.
    ///
    /// # Example
    /// ```rhai
    /// let changes = queue();
    /// changes.remove_users_from_group("Designers", "ben.osei@example.com");
    /// print(changes.finish().result);
    /// ```
    remove_users_from_group as "remove_users_from_group" (name: &str, emails: Dynamic) =>
        user_groups::members(name, "remove", "user", &emails);

    /// Queues the addition of product profiles to a user group.
    ///
    /// # Errors
    /// `usage` when the queue is finished; `invalid` when a local check refuses it; those of `add_profiles_to_group(name, profiles)` are in the report.
    ///
    /// # Example
    /// ```rhai
    /// let changes = queue();
    /// changes.add_profiles_to_group("Designers", "Photoshop");
    /// print(changes.finish().result);
    /// ```
    add_profiles_to_group as "add_profiles_to_group" (name: &str, profiles: Dynamic) =>
        user_groups::members(name, "add", "productConfiguration", &profiles);

    /// Queues the removal of product profiles from a user group.
    ///
    /// # Errors
    /// `usage` when the queue is finished; `invalid` when a local check refuses it; those of `remove_profiles_from_group(name, profiles)` are in the report.
    ///
    /// # Example
    /// ```rhai
    /// let changes = queue();
    /// changes.remove_profiles_from_group("Designers", "Photoshop");
    /// print(changes.finish().result);
    /// ```
    remove_profiles_from_group as "remove_profiles_from_group" (name: &str, profiles: Dynamic) =>
        user_groups::members(name, "remove", "productConfiguration", &profiles);
}
