//! The verbs of user groups, on a queue.

use super::push;
use crate::script::api::{RhaiResultOf, user_groups};
use crate::script::queue::Queue;
use rhai::plugin::{Dynamic, export_module};
use rhai::{Map, NativeCallContext};

/// User groups, queued.
#[export_module]
pub mod functions {
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
    #[rhai_fn(volatile, return_raw)]
    pub fn create_user_group(context: NativeCallContext, queue: Queue, name: &str) -> RhaiResultOf<()> {
        push(&context, &queue, user_groups::create(name, Map::new()))
    }

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
    #[rhai_fn(name = "create_user_group", volatile, return_raw)]
    pub fn create_user_group_with(
        context: NativeCallContext,
        queue: Queue,
        name: &str,
        options: Map,
    ) -> RhaiResultOf<()> {
        push(&context, &queue, user_groups::create(name, options))
    }

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
    #[rhai_fn(volatile, return_raw)]
    pub fn update_user_group(
        context: NativeCallContext,
        queue: Queue,
        name: &str,
        fields: Map,
    ) -> RhaiResultOf<()> {
        push(&context, &queue, user_groups::update(name, fields))
    }

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
    #[rhai_fn(volatile, return_raw)]
    pub fn delete_user_group(context: NativeCallContext, queue: Queue, name: &str) -> RhaiResultOf<()> {
        push(&context, &queue, Ok(user_groups::delete(name)))
    }

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
    #[rhai_fn(volatile, return_raw)]
    pub fn add_users_to_group(
        context: NativeCallContext,
        queue: Queue,
        name: &str,
        emails: Dynamic,
    ) -> RhaiResultOf<()> {
        push(&context, &queue, user_groups::members(name, "add", "user", &emails))
    }

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
    #[rhai_fn(volatile, return_raw)]
    pub fn remove_users_from_group(
        context: NativeCallContext,
        queue: Queue,
        name: &str,
        emails: Dynamic,
    ) -> RhaiResultOf<()> {
        push(&context, &queue, user_groups::members(name, "remove", "user", &emails))
    }

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
    #[rhai_fn(volatile, return_raw)]
    pub fn add_profiles_to_group(
        context: NativeCallContext,
        queue: Queue,
        name: &str,
        profiles: Dynamic,
    ) -> RhaiResultOf<()> {
        push(&context, &queue, user_groups::members(name, "add", "productConfiguration", &profiles))
    }

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
    #[rhai_fn(volatile, return_raw)]
    pub fn remove_profiles_from_group(
        context: NativeCallContext,
        queue: Queue,
        name: &str,
        profiles: Dynamic,
    ) -> RhaiResultOf<()> {
        push(&context, &queue, user_groups::members(name, "remove", "productConfiguration", &profiles))
    }
}
