//! Commands built step by step, for many at once.

use super::{one_user, user_groups};
use crate::changes::command_builder::CommandBuilder;
use crate::changes::steps;
use crate::changes::steps::AccountFields;
use crate::error::{Error, Result};
use crate::host::binding::RhaiResultOf;
use crate::host::session::session;
use crate::host::thrown::ThrowAt;
use crate::values::options::CallOptions;
use crate::values::user_ref;
use crate::values::user_ref::UserReference;
use crate::wire::command::Command;
use crate::wire::identity::IdentityType;
use crate::wire::subject::CommandSubject;
use rhai::plugin::{Dynamic, export_module};
use rhai::{Map, NativeCallContext};
use serde_json::json;

/// Commands. They are built step by step, changed in place, and sent by `multi_action`.
#[export_module]
pub mod functions {
    /// Begins a command about one user, to be sent with others by `multi_action`.
    ///
    /// `user` is an e-mail, or a user that was read: then exactly that account is meant. The steps are added by
    /// methods named like the functions that send at once; each changes the command in place and answers it.
    ///
    /// # Errors
    /// `usage` when it is neither.
    ///
    /// # Example
    /// ```rhai
    /// let change = command("ben.osei@example.com").add_to_groups("Designers").tag("row 1");
    /// print(multi_action([change]).outcomes[0].tag);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn command(context: NativeCallContext, user: Dynamic) -> RhaiResultOf<CommandBuilder> {
        command_with(context, user, Map::new())
    }

    /// Begins a command about one user, with a say about which account is meant.
    ///
    /// # Options
    /// - `domain`: domain of a username that is no e-mail
    /// - `use_adobe_id`: true means the Adobe ID where a managed account has the same e-mail
    ///
    /// # Errors
    /// Those of `command(user)`.
    ///
    /// # Example
    /// ```rhai
    /// let change = command("femi.adeyemi@example.net", #{use_adobe_id: true}).remove_from_all_groups();
    /// print(multi_action([change]).result);
    /// ```
    #[rhai_fn(name = "command", volatile, return_raw)]
    pub fn command_with(
        context: NativeCallContext,
        user: Dynamic,
        options: Map,
    ) -> RhaiResultOf<CommandBuilder> {
        let options = CallOptions::new("command", options, &user_ref::OPTIONS);
        begin(&context, options.and_then(|options| Ok(UserReference::of(&user, &options)?.command())))
    }

    /// Begins a command about one user group, to be sent with others by `multi_action`.
    ///
    /// Its steps are `create`, `update`, `delete`, `add_users`, `remove_users`, `add_profiles`, `remove_profiles`.
    ///
    /// # Errors
    /// `usage` when the name is blank.
    ///
    /// # Example
    /// ```rhai
    /// let interns = group_command("Interns 2026").create().add_users(["ben.osei@example.com"]);
    /// print(multi_action([interns]).result);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn group_command(context: NativeCallContext, name: &str) -> RhaiResultOf<CommandBuilder> {
        let blank = || Error::usage("the name of the user group is blank");
        let command = if name.trim().is_empty() { Err(blank()) } else { Ok(user_groups::group(name)) };
        begin(&context, command)
    }

    /// Adds the step that adds the user's Adobe ID to the organization.
    ///
    /// # Options
    /// - `email`: the e-mail; the command's user when left out
    /// - `firstname`: the first name
    /// - `lastname`: the last name
    /// - `country`: two-letter country code
    /// - `option`: `"ignoreIfAlreadyExists"` (the default), `"updateIfAlreadyExists"`, or `"error"`
    ///
    /// # Errors
    /// `usage` for a command about a user group and for fields that do not exist.
    ///
    /// # Example
    /// ```rhai
    /// let change = command("new.person@example.com").add_adobe_id(#{firstname: "New", lastname: "Person"});
    /// print(multi_action([change]).result);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn add_adobe_id(
        context: NativeCallContext,
        command: CommandBuilder,
        fields: Map,
    ) -> RhaiResultOf<CommandBuilder> {
        create_account(&command, "add_adobe_id", IdentityType::AdobeId, fields).at(&context)
    }

    /// Adds the step that creates an Enterprise ID.
    ///
    /// # Options
    /// - `email`: the e-mail; the command's user when left out
    /// - `firstname`: the first name, needed
    /// - `lastname`: the last name, needed
    /// - `country`: two-letter country code
    /// - `option`: `"ignoreIfAlreadyExists"` (the default), `"updateIfAlreadyExists"`, or `"error"`
    ///
    /// # Errors
    /// Those of `command.add_adobe_id(fields)`.
    ///
    /// # Example
    /// ```rhai
    /// let change = command("new.person@example.org").add_enterprise_id(#{firstname: "New", lastname: "Person"});
    /// print(multi_action([change]).result);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn add_enterprise_id(
        context: NativeCallContext,
        command: CommandBuilder,
        fields: Map,
    ) -> RhaiResultOf<CommandBuilder> {
        create_account(&command, "add_enterprise_id", IdentityType::EnterpriseId, fields).at(&context)
    }

    /// Adds the step that creates a Federated ID.
    ///
    /// # Options
    /// - `email`: the e-mail; the command's user when left out
    /// - `firstname`: the first name, needed
    /// - `lastname`: the last name, needed
    /// - `country`: two-letter country code, needed
    /// - `option`: `"ignoreIfAlreadyExists"` (the default), `"updateIfAlreadyExists"`, or `"error"`
    ///
    /// # Errors
    /// Those of `command.add_adobe_id(fields)`.
    ///
    /// # Example
    /// ```rhai
    /// let change = command("new.person@fed.example.com")
    ///     .add_federated_id(#{firstname: "New", lastname: "Person", country: "US"})
    ///     .add_to_groups(["Designers"]);
    /// print(multi_action([change]).result);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn add_federated_id(
        context: NativeCallContext,
        command: CommandBuilder,
        fields: Map,
    ) -> RhaiResultOf<CommandBuilder> {
        create_account(&command, "add_federated_id", IdentityType::FederatedId, fields).at(&context)
    }

    /// Adds the step that changes the account.
    ///
    /// # Options
    /// - `email`: the new e-mail, in a claimed domain of the same directory
    /// - `username`: the new username of a Federated ID
    /// - `firstname`: the new first name
    /// - `lastname`: the new last name
    ///
    /// # Errors
    /// `usage` for a command about a user group, for fields that do not exist, and when none is given.
    ///
    /// # Example
    /// ```rhai
    /// let change = command("ben.osei@example.com").update_account(#{lastname: "Osei-Bonsu"});
    /// print(multi_action([change]).result);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn update_account(
        context: NativeCallContext,
        command: CommandBuilder,
        fields: Map,
    ) -> RhaiResultOf<CommandBuilder> {
        change_account(&command, fields).at(&context)
    }

    /// Adds the step that adds the user to groups, profiles and admin groups; no names add no step.
    ///
    /// # Errors
    /// `usage` for a command about a user group, and when the names are no texts.
    ///
    /// # Example
    /// ```rhai
    /// let change = command("ben.osei@example.com").add_to_groups(["Designers", "Photoshop"]);
    /// print(multi_action([change]).result);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn add_to_groups(
        context: NativeCallContext,
        command: CommandBuilder,
        names: Dynamic,
    ) -> RhaiResultOf<CommandBuilder> {
        membership(&command, StepSubject::User, "add", "group", &names).at(&context)
    }

    /// Adds the step that removes the user from groups, profiles and admin groups; no names add no step.
    ///
    /// # Errors
    /// Those of `command.add_to_groups(names)`.
    ///
    /// # Example
    /// ```rhai
    /// let change = command("ben.osei@example.com").remove_from_groups("Designers");
    /// print(multi_action([change]).result);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn remove_from_groups(
        context: NativeCallContext,
        command: CommandBuilder,
        names: Dynamic,
    ) -> RhaiResultOf<CommandBuilder> {
        membership(&command, StepSubject::User, "remove", "group", &names).at(&context)
    }

    /// Adds the step that removes the user from every group, profile and admin role.
    ///
    /// # Errors
    /// `usage` for a command about a user group.
    ///
    /// # Example
    /// ```rhai
    /// print(multi_action([command("ben.osei@example.com").remove_from_all_groups()]).result);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn remove_from_all_groups(
        context: NativeCallContext,
        command: CommandBuilder,
    ) -> RhaiResultOf<CommandBuilder> {
        push(&command, StepSubject::User, "remove", json!("all")).at(&context)
    }

    /// Adds the step that removes the user from the organization; nothing may follow it.
    ///
    /// # Errors
    /// `usage` for a command about a user group.
    ///
    /// # Example
    /// ```rhai
    /// print(multi_action([command("ben.osei@example.com").remove_from_org()]).result);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn remove_from_org(
        context: NativeCallContext,
        command: CommandBuilder,
    ) -> RhaiResultOf<CommandBuilder> {
        push(&command, StepSubject::User, "removeFromOrg", json!({ "deleteAccount": false })).at(&context)
    }

    /// Adds the step that removes the user from the organization and, if `permanent`, deletes the account for good.
    ///
    /// # Errors
    /// `usage` for a command about a user group.
    ///
    /// # Example
    /// ```rhai
    /// print(multi_action([command("ben.osei@example.com").remove_from_org(false)]).result);
    /// ```
    #[rhai_fn(name = "remove_from_org", return_raw)]
    pub fn remove_from_org_for_good(
        context: NativeCallContext,
        command: CommandBuilder,
        permanent: bool,
    ) -> RhaiResultOf<CommandBuilder> {
        push(&command, StepSubject::User, "removeFromOrg", json!({ "deleteAccount": permanent })).at(&context)
    }

    /// Adds the step that removes the user and deletes the account with its assets, permanently.
    ///
    /// # Errors
    /// `usage` for a command about a user group.
    ///
    /// # Example
    /// ```rhai
    /// print(multi_action([command("ben.osei@example.com").delete_account()]).result);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn delete_account(
        context: NativeCallContext,
        command: CommandBuilder,
    ) -> RhaiResultOf<CommandBuilder> {
        push(&command, StepSubject::User, "removeFromOrg", json!({ "deleteAccount": true })).at(&context)
    }

    /// Adds the step that creates the user group; one that exists is left as it is.
    ///
    /// # Errors
    /// `usage` for a command about a user.
    ///
    /// # Example
    /// ```rhai
    /// print(multi_action([group_command("Interns 2026").create()]).result);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn create(context: NativeCallContext, command: CommandBuilder) -> RhaiResultOf<CommandBuilder> {
        create_with(context, command, Map::new())
    }

    /// Adds the step that creates the user group, with a description and a say about one that exists.
    ///
    /// # Options
    /// - `description`: what the group is for
    /// - `option`: `"ignoreIfAlreadyExists"` (the default), `"updateIfAlreadyExists"`, or `"error"`
    ///
    /// # Errors
    /// `usage` for a command about a user and for options that do not exist.
    ///
    /// # Example
    /// ```rhai
    /// let interns = group_command("Interns 2026").create(#{description: "until August"});
    /// print(multi_action([interns]).result);
    /// ```
    #[rhai_fn(name = "create", return_raw)]
    pub fn create_with(
        context: NativeCallContext,
        command: CommandBuilder,
        options: Map,
    ) -> RhaiResultOf<CommandBuilder> {
        let options = CallOptions::new("create", options, &["description", "option"]);
        let add = |command: &mut Command| user_groups::push_create(command, &options?);
        about(&command, StepSubject::Group, "create").and_then(|()| command.change(add)).at(&context)
    }

    /// Adds the step that changes the user group.
    ///
    /// # Options
    /// - `name`: the new name
    /// - `description`: the new description
    ///
    /// # Errors
    /// `usage` for a command about a user, for fields that do not exist, and when none is given.
    ///
    /// # Example
    /// ```rhai
    /// print(multi_action([group_command("Designers").update(#{name: "Design"})]).result);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn update(
        context: NativeCallContext,
        command: CommandBuilder,
        fields: Map,
    ) -> RhaiResultOf<CommandBuilder> {
        let options = CallOptions::new("update", fields, user_groups::UPDATABLE);
        let add = |command: &mut Command| user_groups::push_update(command, &options?);
        about(&command, StepSubject::Group, "update").and_then(|()| command.change(add)).at(&context)
    }

    /// Adds the step that deletes the user group; nothing after it is performed.
    ///
    /// # Errors
    /// `usage` for a command about a user.
    ///
    /// # Example
    /// ```rhai
    /// create_user_group("Interns 2026");
    /// print(multi_action([group_command("Interns 2026").delete()]).result);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn delete(context: NativeCallContext, command: CommandBuilder) -> RhaiResultOf<CommandBuilder> {
        push(&command, StepSubject::Group, "deleteUserGroup", json!({})).at(&context)
    }

    /// Adds the step that adds users to the user group; no e-mails add no step.
    ///
    /// # Errors
    /// `usage` for a command about a user, and when the e-mails are no texts.
    ///
    /// # Example
    /// ```rhai
    /// print(multi_action([group_command("Designers").add_users("ben.osei@example.com")]).result);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn add_users(
        context: NativeCallContext,
        command: CommandBuilder,
        emails: Dynamic,
    ) -> RhaiResultOf<CommandBuilder> {
        membership(&command, StepSubject::Group, "add", "user", &emails).at(&context)
    }

    /// Adds the step that removes users from the user group; no e-mails add no step.
    ///
    /// # Errors
    /// Those of `command.add_users(emails)`.
    ///
    /// # Example
    /// ```rhai
    /// print(multi_action([group_command("Designers").remove_users("ben.osei@example.com")]).result);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn remove_users(
        context: NativeCallContext,
        command: CommandBuilder,
        emails: Dynamic,
    ) -> RhaiResultOf<CommandBuilder> {
        membership(&command, StepSubject::Group, "remove", "user", &emails).at(&context)
    }

    /// Adds the step that gives the user group product profiles; no names add no step.
    ///
    /// # Errors
    /// Those of `command.add_users(emails)`.
    ///
    /// # Example
    /// ```rhai
    /// print(multi_action([group_command("Designers").add_profiles("Photoshop")]).result);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn add_profiles(
        context: NativeCallContext,
        command: CommandBuilder,
        profiles: Dynamic,
    ) -> RhaiResultOf<CommandBuilder> {
        membership(&command, StepSubject::Group, "add", "productConfiguration", &profiles).at(&context)
    }

    /// Adds the step that takes product profiles away from the user group; no names add no step.
    ///
    /// # Errors
    /// Those of `command.add_users(emails)`.
    ///
    /// # Example
    /// ```rhai
    /// print(multi_action([group_command("Designers").remove_profiles("Photoshop")]).result);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn remove_profiles(
        context: NativeCallContext,
        command: CommandBuilder,
        profiles: Dynamic,
    ) -> RhaiResultOf<CommandBuilder> {
        membership(&command, StepSubject::Group, "remove", "productConfiguration", &profiles).at(&context)
    }

    /// Attaches whatever the script wants to see again beside the outcome of the command.
    ///
    /// # Example
    /// ```rhai
    /// let change = command("ben.osei@example.com").add_to_groups("Designers").tag(#{row: 7});
    /// print(multi_action([change]).outcomes[0].tag.row);
    /// ```
    pub fn tag(command: CommandBuilder, value: Dynamic) -> CommandBuilder {
        command.tag(value);
        command
    }
}

/// What a step belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum StepSubject {
    User,
    Group,
}

fn begin(context: &NativeCallContext, command: Result<Command>) -> RhaiResultOf<CommandBuilder> {
    let line = context.call_position().line().unwrap_or_default();
    session(context).and_then(|session| Ok(CommandBuilder::new(command?, line, session.unsent()))).at(context)
}

/// Refuses a step that belongs to the other kind of command, by the name the script used.
fn about(builder: &CommandBuilder, wanted: StepSubject, step: &str) -> Result<()> {
    let (is, hint) = match builder.subject() {
        CommandSubject::User { .. } => (StepSubject::User, "It belongs to a group_command(name)."),
        CommandSubject::Group { .. } => (StepSubject::Group, "It belongs to a command(user)."),
    };
    if is == wanted {
        return Ok(());
    }
    let message = format!("`{step}` is no step of a command about {}", builder.subject().name());
    Err(Error::usage_with_hint(message, hint))
}

fn push(
    builder: &CommandBuilder,
    wanted: StepSubject,
    step: &str,
    value: serde_json::Value,
) -> Result<CommandBuilder> {
    about(builder, wanted, step)?;
    builder.change(|command| {
        command.push(step, value);
        Ok(())
    })
}

fn membership(
    builder: &CommandBuilder,
    wanted: StepSubject,
    step: &str,
    key: &str,
    names: &Dynamic,
) -> Result<CommandBuilder> {
    about(builder, wanted, step)?;
    let names = steps::names(names)?;
    builder.change(|command| {
        command.membership(step, key, &names);
        Ok(())
    })
}

fn create_account(
    builder: &CommandBuilder,
    function: &'static str,
    kind: IdentityType,
    fields: Map,
) -> Result<CommandBuilder> {
    about(builder, StepSubject::User, function)?;
    let options =
        CallOptions::new(function, fields, &["email", "firstname", "lastname", "country", "option"])?;
    let text = |key: &str| Ok::<_, Error>(options.text(key)?.unwrap_or_default());
    let option = steps::existing(&options)?;
    let mut account = AccountFields {
        email: text("email")?,
        first_name: text("firstname")?,
        last_name: text("lastname")?,
        country: text("country")?,
    };
    builder.change(|command| {
        let CommandSubject::User { user, domain, use_adobe_id } = &mut command.subject else { return Ok(()) };
        if account.email.trim().is_empty() {
            account.email.clone_from(user);
        }
        match kind {
            IdentityType::AdobeId => *use_adobe_id = Some(true),
            IdentityType::EnterpriseId => {}
            IdentityType::FederatedId => {
                *domain = steps::federated_domain(user, domain.take(), &account.email);
            }
        }
        steps::create(command, kind, &account, option);
        Ok(())
    })
}

fn change_account(builder: &CommandBuilder, fields: Map) -> Result<CommandBuilder> {
    about(builder, StepSubject::User, "update_account")?;
    let options = CallOptions::new("update_account", fields, one_user::UPDATABLE)?;
    builder.change(|command| one_user::push_update(command, &options))
}
