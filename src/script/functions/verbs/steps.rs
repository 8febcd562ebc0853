//! The steps that command methods add.

use super::verb::VerbSubject;
use crate::changes::command_builder::CommandBuilder;
use crate::changes::steps::{self, AccountFields};
use crate::error::{Error, Result};
use crate::values::options::CallOptions;
use crate::wire::identity::IdentityType;
use crate::wire::subject::CommandSubject;
use rhai::{Dynamic, Map};
use serde_json::{Value, json};

/// Refuses a step that does not fit the kind of the command. `step` is the name that the script used.
pub(super) fn check_subject(builder: &CommandBuilder, expected: VerbSubject, step: &str) -> Result<()> {
    let (actual, hint) = match builder.subject() {
        CommandSubject::User { .. } => (VerbSubject::User, "Use it on a group_command(name)."),
        CommandSubject::Group { .. } => (VerbSubject::UserGroup, "Use it on a command(user)."),
    };
    if actual == expected {
        return Ok(());
    }
    let message = format!("`{step}` cannot be used in a command for {}", builder.subject().name());
    Err(Error::usage_with_hint(message, hint))
}

fn push(builder: &CommandBuilder, subject: VerbSubject, step: &str, value: Value) -> Result<CommandBuilder> {
    check_subject(builder, subject, step)?;
    builder.change(|command| {
        command.push(step, value);
        Ok(())
    })
}

pub(super) fn push_user_step(builder: &CommandBuilder, step: &str, value: Value) -> Result<CommandBuilder> {
    push(builder, VerbSubject::User, step, value)
}

pub(super) fn push_group_step(builder: &CommandBuilder, step: &str, value: Value) -> Result<CommandBuilder> {
    push(builder, VerbSubject::UserGroup, step, value)
}

pub(super) fn remove_from_org(builder: &CommandBuilder, permanent: bool) -> Result<CommandBuilder> {
    push_user_step(builder, "removeFromOrg", json!({ "deleteAccount": permanent }))
}

pub(super) fn user_membership(
    builder: &CommandBuilder,
    step: &str,
    names: &Dynamic,
) -> Result<CommandBuilder> {
    membership(builder, VerbSubject::User, step, "group", names)
}

pub(super) fn group_membership(
    builder: &CommandBuilder,
    step: &str,
    key: &str,
    names: &Dynamic,
) -> Result<CommandBuilder> {
    membership(builder, VerbSubject::UserGroup, step, key, names)
}

fn membership(
    builder: &CommandBuilder,
    subject: VerbSubject,
    step: &str,
    key: &str,
    names: &Dynamic,
) -> Result<CommandBuilder> {
    check_subject(builder, subject, step)?;
    if key == "user" {
        return builder.change(|command| steps::change_members(command, step, names));
    }
    let names = steps::names(names)?;
    builder.change(|command| {
        command.membership(step, key, &names);
        Ok(())
    })
}

pub(super) fn create_account(
    builder: &CommandBuilder,
    function: &'static str,
    kind: IdentityType,
    fields: Map,
) -> Result<CommandBuilder> {
    check_subject(builder, VerbSubject::User, function)?;
    let options =
        CallOptions::new(function, fields, &["email", "firstname", "lastname", "country", "option"])?;
    let text = |key: &str| Ok::<_, Error>(options.text(key)?.unwrap_or_default());
    let option = steps::existing_option(&options)?;
    let mut account = AccountFields {
        email: text("email")?,
        first_name: text("firstname")?,
        last_name: text("lastname")?,
        country: text("country")?,
    };
    builder.change(|command| {
        let CommandSubject::User { user, domain, .. } = &mut command.subject else { return Ok(()) };
        if account.email.trim().is_empty() {
            account.email.clone_from(user);
        }
        if kind == IdentityType::FederatedId {
            *domain = steps::federated_domain(user, domain.take(), &account.email);
        }
        steps::create(command, kind, &account, option);
        Ok(())
    })
}
