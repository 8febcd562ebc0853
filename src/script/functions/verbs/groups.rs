//! The verbs of user groups.

use super::steps;
use super::verb::ParameterType::{Map as MapType, String as StringType, Value};
use super::verb::{Arguments, OptionHelp, Parameter, Step, Verb, VerbSubject};
use crate::changes::command_builder::CommandBuilder;
use crate::changes::steps as command_steps;
use crate::error::Result;
use crate::values::options::CallOptions;
use crate::wire::command::Command;
use rhai::Map;
use serde_json::{Value as JsonValue, json};

const NAME: Parameter = ("name", StringType);
const OPTIONS: Parameter = ("options", MapType);
const FIELDS: Parameter = ("fields", MapType);
const EMAILS: Parameter = ("emails", Value);
const PROFILES: Parameter = ("profiles", Value);
const CREATE_OPTIONS: &[OptionHelp] = &[
    ("description", "what the group is for; the service does not show it again"),
    ("option", "`\"ignoreIfAlreadyExists\"` (the default), `\"updateIfAlreadyExists\"`, or `\"error\"`"),
];
const NEW_FIELDS: &[OptionHelp] = &[("name", "the new name"), ("description", "the new description")];

/// The fields of a user group that can be changed (contract 3.3).
pub(super) const UPDATABLE: &[&str] = &["name", "description"];

pub(super) const VERBS: &[Verb] = &[
    Verb {
        name: "create_user_group",
        parameters: &[NAME],
        options: &[],
        summary: "Creates a user group.",
        details: "If a group of that name exists, it is not changed. Names must not start with an underscore.",
        errors: "",
        example_setup: "",
        example: "create_user_group(\"Interns 2026\")",
        command: create,
        queued: true,
        step: Some(Step {
            name: "create",
            parameters: &[],
            options: &[],
            details: "An existing group is not changed.",
            example: "create()",
            add: |builder, arguments| add_create_step(builder, arguments.map(0)),
        }),
    },
    Verb {
        name: "create_user_group",
        parameters: &[NAME, OPTIONS],
        options: CREATE_OPTIONS,
        summary: "Creates a user group with a description, choosing what happens if it already exists.",
        details: "",
        errors: "With the `option` for it, an existing group is an error.",
        example_setup: "",
        example: "create_user_group(\"Interns 2026\", #{description: \"until August\"})",
        command: create,
        queued: true,
        step: Some(Step {
            name: "create",
            parameters: &[OPTIONS],
            options: CREATE_OPTIONS,
            details: "",
            example: "create(#{description: \"until August\"})",
            add: |builder, arguments| add_create_step(builder, arguments.map(0)),
        }),
    },
    Verb {
        name: "update_user_group",
        parameters: &[NAME, FIELDS],
        options: NEW_FIELDS,
        summary: "Changes a user group's name or description.",
        details: "A field that is blank or `()` is left out: the group keeps its value. If nothing is left, the command is \
                  `not_sent`.",
        errors: "`usage` if neither is given.",
        example_setup: "",
        example: "update_user_group(\"Designers\", #{name: \"Design\"})",
        command: update,
        queued: true,
        step: Some(Step {
            name: "update",
            parameters: &[FIELDS],
            options: NEW_FIELDS,
            details: "At least one field must be given. A field that is blank or `()` is left out.",
            example: "update(#{name: \"Design\"})",
            add: |builder, arguments| add_update_step(builder, arguments.map(0)),
        }),
    },
    Verb {
        name: "delete_user_group",
        parameters: &[NAME],
        options: &[],
        summary: "Deletes a user group; its members stay in the organization.",
        details: "Members lose the profiles they had through the group.",
        errors: "",
        example_setup: "create_user_group(\"Interns 2026\");",
        example: "delete_user_group(\"Interns 2026\")",
        command: delete,
        queued: true,
        step: Some(Step {
            name: "delete",
            parameters: &[],
            options: &[],
            details: "It must be the last step.",
            example: "delete()",
            add: |builder, _| steps::push_group_step(builder, "deleteUserGroup", json!({})),
        }),
    },
    Verb {
        name: "add_users_to_group",
        parameters: &[NAME, EMAILS],
        options: &[],
        summary: "Adds users to a user group.",
        details: "`emails` is one e-mail or a list of e-mails. More than ten are split into several steps.",
        errors: "`usage` if the list is empty.",
        example_setup: "",
        example: "add_users_to_group(\"Designers\", [\"ben.osei@example.com\", \"femi.adeyemi@example.net\"])",
        command: |arguments| members(arguments, "add", "user"),
        queued: true,
        step: Some(Step {
            name: "add_users",
            parameters: &[EMAILS],
            options: &[],
            details: "An empty list adds no step.",
            example: "add_users([\"ben.osei@example.com\", \"femi.adeyemi@example.net\"])",
            add: |builder, arguments| steps::group_membership(builder, "add", "user", &arguments.value(0)),
        }),
    },
    Verb {
        name: "remove_users_from_group",
        parameters: &[NAME, EMAILS],
        options: &[],
        summary: "Removes users from a user group.",
        details: "`emails` is one e-mail or a list of e-mails. More than ten are split into several steps.",
        errors: "`usage` if the list is empty.",
        example_setup: "",
        example: "remove_users_from_group(\"Designers\", \"ben.osei@example.com\")",
        command: |arguments| members(arguments, "remove", "user"),
        queued: true,
        step: Some(Step {
            name: "remove_users",
            parameters: &[EMAILS],
            options: &[],
            details: "An empty list adds no step.",
            example: "remove_users(\"ben.osei@example.com\")",
            add: |builder, arguments| steps::group_membership(builder, "remove", "user", &arguments.value(0)),
        }),
    },
    Verb {
        name: "add_profiles_to_group",
        parameters: &[NAME, PROFILES],
        options: &[],
        summary: "Adds product profiles to a user group, so that its members get them.",
        details: "`profiles` is one name or a list of names.",
        errors: "`usage` if the list is empty.",
        example_setup: "",
        example: "add_profiles_to_group(\"Designers\", \"Photoshop\")",
        command: |arguments| members(arguments, "add", "productConfiguration"),
        queued: true,
        step: Some(Step {
            name: "add_profiles",
            parameters: &[PROFILES],
            options: &[],
            details: "An empty list adds no step.",
            example: "add_profiles(\"Photoshop\")",
            add: |builder, arguments| {
                steps::group_membership(builder, "add", "productConfiguration", &arguments.value(0))
            },
        }),
    },
    Verb {
        name: "remove_profiles_from_group",
        parameters: &[NAME, PROFILES],
        options: &[],
        summary: "Removes product profiles from a user group.",
        details: "`profiles` is one name or a list of names.",
        errors: "`usage` if the list is empty.",
        example_setup: "",
        example: "remove_profiles_from_group(\"Designers\", \"Photoshop\")",
        command: |arguments| members(arguments, "remove", "productConfiguration"),
        queued: true,
        step: Some(Step {
            name: "remove_profiles",
            parameters: &[PROFILES],
            options: &[],
            details: "An empty list adds no step.",
            example: "remove_profiles(\"Photoshop\")",
            add: |builder, arguments| {
                steps::group_membership(builder, "remove", "productConfiguration", &arguments.value(0))
            },
        }),
    },
];

fn create(arguments: &Arguments) -> Result<Command> {
    let mut command = group(arguments);
    let options = CallOptions::new("create_user_group", arguments.map(1), &["description", "option"])?;
    push_create(&mut command, &options)?;
    Ok(command)
}

/// Appends the step that creates the group.
pub(super) fn push_create(command: &mut Command, options: &CallOptions) -> Result<()> {
    let mut fields = command_steps::fields(options, &["description"])?;
    if let Some(option) = command_steps::existing_option(options)? {
        fields.insert("option".to_owned(), JsonValue::from(option));
    }
    command.push("createUserGroup", fields.into());
    Ok(())
}

fn update(arguments: &Arguments) -> Result<Command> {
    let mut command = group(arguments);
    push_update(&mut command, &CallOptions::new("update_user_group", arguments.map(1), UPDATABLE)?)?;
    Ok(command)
}

/// Appends the step that changes the group.
pub(super) fn push_update(command: &mut Command, options: &CallOptions) -> Result<()> {
    command_steps::push_update(command, "updateUserGroup", options, UPDATABLE)
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the table of verbs calls every builder with the same signature"
)]
fn delete(arguments: &Arguments) -> Result<Command> {
    let mut command = group(arguments);
    command.push("deleteUserGroup", json!({}));
    Ok(command)
}

fn members(arguments: &Arguments, step: &str, key: &str) -> Result<Command> {
    let mut command = group(arguments);
    let what = if key == "user" { "user" } else { "profile" };
    let names = command_steps::some_names(&arguments.value(1), what)?;
    if key == "user" {
        command_steps::change_members(&mut command, step, &arguments.value(1))?;
    } else {
        command.membership(step, key, &names);
    }
    Ok(command)
}

fn group(arguments: &Arguments) -> Command {
    Command::group(arguments.string(0).trim())
}

fn add_create_step(builder: &CommandBuilder, options: Map) -> Result<CommandBuilder> {
    let options = CallOptions::new("create", options, &["description", "option"]);
    steps::check_subject(builder, VerbSubject::UserGroup, "create")?;
    builder.change(|command| push_create(command, &options?))
}

fn add_update_step(builder: &CommandBuilder, fields: Map) -> Result<CommandBuilder> {
    let options = CallOptions::new("update", fields, UPDATABLE);
    steps::check_subject(builder, VerbSubject::UserGroup, "update")?;
    builder.change(|command| push_update(command, &options?))
}
