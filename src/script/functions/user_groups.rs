//! Changes of one user group, sent at once.

use crate::changes::report::Report;
use crate::changes::steps;
use crate::changes::submit::carry_out_one;
use crate::error::{Error, Result};
use crate::host::binding::RhaiResultOf;
use crate::host::session::session;
use crate::host::thrown::ThrowAt;
use crate::values::options::CallOptions;
use crate::wire::command::Command;
use rhai::plugin::{Dynamic, export_module};
use rhai::{Map, NativeCallContext};
use serde_json::{Value, json};

/// User groups. Each function sends one command at once and answers its report.
#[export_module]
pub mod functions {
    /// Creates a user group.
    ///
    /// A group of that name that exists is left as it is. Names begin with no underscore.
    ///
    /// # Errors
    /// `invalid` when a local check refuses it, `commands` when the service does, `unknown` when the answer was lost.
    ///
    /// # Example
    /// ```rhai
    /// create_user_group("Interns 2026");
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn create_user_group(context: NativeCallContext, name: &str) -> RhaiResultOf<Report> {
        send(&context, create(name, Map::new()))
    }

    /// Creates a user group with a description, and with a say about one that exists.
    ///
    /// # Options
    /// - `description`: what the group is for; the service does not show it again
    /// - `option`: `"ignoreIfAlreadyExists"` (the default), `"updateIfAlreadyExists"`, or `"error"`
    ///
    /// # Errors
    /// Those of `create_user_group(name)`; a group that exists, when `option` says so.
    ///
    /// # Example
    /// ```rhai
    /// create_user_group("Interns 2026", #{description: "until August", option: "updateIfAlreadyExists"});
    /// ```
    #[rhai_fn(name = "create_user_group", volatile, return_raw)]
    pub fn create_user_group_with(
        context: NativeCallContext,
        name: &str,
        options: Map,
    ) -> RhaiResultOf<Report> {
        send(&context, create(name, options))
    }

    /// Changes a user group's name or description.
    ///
    /// # Options
    /// - `name`: the new name
    /// - `description`: the new description
    ///
    /// # Errors
    /// `usage` when neither is given; those of `create_user_group(name)`.
    ///
    /// # Example
    /// ```rhai
    /// update_user_group("Designers", #{name: "Design"});
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn update_user_group(context: NativeCallContext, name: &str, fields: Map) -> RhaiResultOf<Report> {
        send(&context, update(name, fields))
    }

    /// Deletes a user group; its members stay in the organization.
    ///
    /// Members lose the profiles they had through the group.
    ///
    /// # Errors
    /// Those of `create_user_group(name)`.
    ///
    /// # Example
    /// ```rhai
    /// create_user_group("Interns 2026");
    /// delete_user_group("Interns 2026");
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn delete_user_group(context: NativeCallContext, name: &str) -> RhaiResultOf<Report> {
        send(&context, Ok(delete(name)))
    }

    /// Adds users to a user group.
    ///
    /// One e-mail or a list of them; more than ten are sent in several steps.
    ///
    /// # Errors
    /// `usage` when no user is named; those of `create_user_group(name)`.
    ///
    /// # Example
    /// ```rhai
    /// add_users_to_group("Designers", ["ben.osei@example.com", "femi.adeyemi@example.net"]);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn add_users_to_group(
        context: NativeCallContext,
        name: &str,
        emails: Dynamic,
    ) -> RhaiResultOf<Report> {
        send(&context, members(name, "add", "user", &emails))
    }

    /// Removes users from a user group.
    ///
    /// # Errors
    /// Those of `add_users_to_group(name, emails)`.
    ///
    /// # Example
    /// ```rhai
    /// remove_users_from_group("Designers", "ben.osei@example.com");
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn remove_users_from_group(
        context: NativeCallContext,
        name: &str,
        emails: Dynamic,
    ) -> RhaiResultOf<Report> {
        send(&context, members(name, "remove", "user", &emails))
    }

    /// Gives a user group product profiles, so that its members get them.
    ///
    /// # Errors
    /// `usage` when no profile is named; those of `create_user_group(name)`.
    ///
    /// # Example
    /// ```rhai
    /// add_profiles_to_group("Designers", "Photoshop");
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn add_profiles_to_group(
        context: NativeCallContext,
        name: &str,
        profiles: Dynamic,
    ) -> RhaiResultOf<Report> {
        send(&context, members(name, "add", "productConfiguration", &profiles))
    }

    /// Takes product profiles away from a user group.
    ///
    /// # Errors
    /// Those of `add_profiles_to_group(name, profiles)`.
    ///
    /// # Example
    /// ```rhai
    /// remove_profiles_from_group("Designers", "Photoshop");
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn remove_profiles_from_group(
        context: NativeCallContext,
        name: &str,
        profiles: Dynamic,
    ) -> RhaiResultOf<Report> {
        send(&context, members(name, "remove", "productConfiguration", &profiles))
    }
}

/// The fields of a user group that can change (contract 3.3).
pub(crate) const UPDATABLE: &[&str] = &["name", "description"];

fn send(context: &NativeCallContext, command: Result<Command>) -> RhaiResultOf<Report> {
    session(context).and_then(|session| carry_out_one(&session, command?)).at(context)
}

/// A command about a user group.
pub(crate) fn group(name: &str) -> Command {
    Command::group(name.trim())
}

/// The command of `delete_user_group`.
pub(crate) fn delete(name: &str) -> Command {
    let mut command = group(name);
    command.push("deleteUserGroup", json!({}));
    command
}

/// The command of `create_user_group`.
pub(crate) fn create(name: &str, options: Map) -> Result<Command> {
    let mut command = group(name);
    push_create(&mut command, &CallOptions::new("create_user_group", options, &["description", "option"])?)?;
    Ok(command)
}

/// Appends the step that makes the group.
pub(crate) fn push_create(command: &mut Command, options: &CallOptions) -> Result<()> {
    let mut fields = steps::fields(options, &["description"])?;
    if let Some(option) = steps::existing(options)? {
        fields.insert("option".to_owned(), Value::from(option));
    }
    command.push("createUserGroup", fields.into());
    Ok(())
}

/// The command of `update_user_group`.
pub(crate) fn update(name: &str, fields: Map) -> Result<Command> {
    let mut command = group(name);
    push_update(&mut command, &CallOptions::new("update_user_group", fields, UPDATABLE)?)?;
    Ok(command)
}

/// Appends the step that changes the group.
pub(crate) fn push_update(command: &mut Command, options: &CallOptions) -> Result<()> {
    let fields = steps::fields(options, UPDATABLE)?;
    if fields.is_empty() {
        let hint = format!("It changes {}.", UPDATABLE.join(", "));
        return Err(Error::usage_with_hint("the user group is given nothing to change", hint));
    }
    command.push("updateUserGroup", fields.into());
    Ok(())
}

/// The command that changes the users or profiles of a group.
pub(crate) fn members(name: &str, step: &str, key: &str, names: &Dynamic) -> Result<Command> {
    let mut command = group(name);
    command.membership(step, key, &steps::some_names(names, if key == "user" { "user" } else { "profile" })?);
    Ok(command)
}
