//! The verbs of one user.

use super::steps;
use super::verb::ParameterType::{Boolean, Map as MapType, String as StringType, Value};
use super::verb::{Arguments, OptionHelp, Parameter, Step, Verb, VerbSubject};
use crate::changes::command_builder::CommandBuilder;
use crate::changes::steps::{self as command_steps, AccountFields};
use crate::error::Result;
use crate::values::options::CallOptions;
use crate::values::user_ref::{self, UserReference};
use crate::wire::command::Command;
use crate::wire::identity::IdentityType;
use rhai::{Dynamic, Map};
use serde_json::json;

const EXISTING: OptionHelp =
    ("option", "`\"ignoreIfAlreadyExists\"` (the default), `\"updateIfAlreadyExists\"`, or `\"error\"`");
const DOMAIN: OptionHelp = ("domain", "domain of a username that is not an e-mail");
const USE_ADOBE_ID: OptionHelp = (
    "use_adobe_id",
    "if a managed account has the same e-mail, true selects the Adobe ID and false the managed account",
);
const UNLISTED: OptionHelp = (
    "unlisted",
    "`\"send\"` sends the command even if the person is not among the active users that the run has listed",
);
const WHICH_ACCOUNT: &[OptionHelp] = &[DOMAIN, USE_ADOBE_ID, UNLISTED];
const FIRST_NAME: OptionHelp = ("firstname", "the first name, required");
const LAST_NAME: OptionHelp = ("lastname", "the last name, required");
const STEP_EMAIL: OptionHelp = ("email", "the e-mail; by default the user of the command");
const COUNTRY: OptionHelp = ("country", "two-letter country code");
const NEW_FIELDS: [OptionHelp; 4] = [
    ("email", "the new e-mail, in a claimed domain of the same directory"),
    ("username", "the new username of a Federated ID"),
    ("firstname", "the new first name"),
    ("lastname", "the new last name"),
];
const EMAIL: Parameter = ("email", Value);
const OPTIONS: Parameter = ("options", MapType);
const FIELDS: Parameter = ("fields", MapType);
const NAMES: Parameter = ("names", Value);
const FIRST: Parameter = ("first", StringType);
const LAST: Parameter = ("last", StringType);
const COUNTRY_CODE: Parameter = ("country", StringType);

/// The fields of an account that can be changed (contract 3.2).
const UPDATABLE: &[&str] = &["email", "username", "firstname", "lastname"];

pub(super) const VERBS: &[Verb] = &[
    Verb {
        name: "add_adobe_id",
        parameters: &[EMAIL, FIRST, LAST, COUNTRY_CODE],
        options: &[],
        summary: "Adds someone's Adobe ID to the organization.",
        details: "If it is already a member, it is not changed.",
        errors: "",
        example_setup: "",
        example: "add_adobe_id(\"new.person@example.com\", \"New\", \"Person\", \"US\")",
        command: adobe_id,
        queued: true,
        step: Some(Step {
            name: "add_adobe_id",
            parameters: &[FIELDS],
            options: &[
                STEP_EMAIL,
                ("firstname", "the first name"),
                ("lastname", "the last name"),
                COUNTRY,
                EXISTING,
            ],
            details: "",
            example: "add_adobe_id(#{firstname: \"New\", lastname: \"Person\", country: \"US\"})",
            add: |builder, arguments| {
                steps::create_account(builder, "add_adobe_id", IdentityType::AdobeId, arguments.map(0))
            },
        }),
    },
    Verb {
        name: "add_adobe_id",
        parameters: &[EMAIL, FIRST, LAST, COUNTRY_CODE, OPTIONS],
        options: &[EXISTING],
        summary: "Adds someone's Adobe ID to the organization, choosing what happens if it is already a member.",
        details: "",
        errors: "With the `option` for it, an Adobe ID that is already a member is an error.",
        example_setup: "",
        example: "add_adobe_id(\"new.person@example.com\", \"New\", \"Person\", \"US\", #{option: \"updateIfAlreadyExists\"})",
        command: adobe_id,
        queued: true,
        step: None,
    },
    Verb {
        name: "add_enterprise_id",
        parameters: &[EMAIL, FIRST, LAST, COUNTRY_CODE],
        options: &[],
        summary: "Creates an Enterprise ID in a claimed domain.",
        details: "If the account is already a member, it is not changed.",
        errors: "",
        example_setup: "",
        example: "add_enterprise_id(\"new.person@example.org\", \"New\", \"Person\", \"US\")",
        command: enterprise_id,
        queued: true,
        step: Some(Step {
            name: "add_enterprise_id",
            parameters: &[FIELDS],
            options: &[STEP_EMAIL, FIRST_NAME, LAST_NAME, COUNTRY, EXISTING],
            details: "",
            example: "add_enterprise_id(#{firstname: \"New\", lastname: \"Person\", country: \"US\"})",
            add: |builder, arguments| {
                steps::create_account(
                    builder,
                    "add_enterprise_id",
                    IdentityType::EnterpriseId,
                    arguments.map(0),
                )
            },
        }),
    },
    Verb {
        name: "add_enterprise_id",
        parameters: &[EMAIL, FIRST, LAST, COUNTRY_CODE, OPTIONS],
        options: &[EXISTING],
        summary: "Creates an Enterprise ID, choosing what happens if it already exists.",
        details: "",
        errors: "With the `option` for it, an existing account is an error.",
        example_setup: "",
        example: "add_enterprise_id(\"new.person@example.org\", \"New\", \"Person\", \"US\", #{option: \"updateIfAlreadyExists\"})",
        command: enterprise_id,
        queued: true,
        step: None,
    },
    Verb {
        name: "add_federated_id",
        parameters: &[("username", Value), ("email", StringType), FIRST, LAST, COUNTRY_CODE],
        options: &[],
        summary: "Creates a Federated ID in a claimed domain.",
        details: "`username` is the sign-in name: the e-mail, another name in the form of an e-mail, or a plain name. The domain of a plain name is that of the e-mail. If the account is already a member, it is not changed.",
        errors: "",
        example_setup: "",
        example: "add_federated_id(\"new.person@fed.example.com\", \"new.person@fed.example.com\", \"New\", \"Person\", \"US\")",
        command: federated_id,
        queued: true,
        step: Some(Step {
            name: "add_federated_id",
            parameters: &[FIELDS],
            options: &[
                STEP_EMAIL,
                FIRST_NAME,
                LAST_NAME,
                ("country", "two-letter country code, required"),
                EXISTING,
            ],
            details: "",
            example: "add_federated_id(#{firstname: \"New\", lastname: \"Person\", country: \"US\"})",
            add: |builder, arguments| {
                steps::create_account(
                    builder,
                    "add_federated_id",
                    IdentityType::FederatedId,
                    arguments.map(0),
                )
            },
        }),
    },
    Verb {
        name: "add_federated_id",
        parameters: &[("username", Value), ("email", StringType), FIRST, LAST, COUNTRY_CODE, OPTIONS],
        options: &[
            ("domain", "domain of a `username` that is not an e-mail; by default that of the e-mail"),
            EXISTING,
        ],
        summary: "Creates a Federated ID, choosing its domain and what happens if it already exists.",
        details: "",
        errors: "With the `option` for it, an existing account is an error.",
        example_setup: "",
        example: "add_federated_id(\"new.person@fed.example.com\", \"new.person@fed.example.com\", \"New\", \"Person\", \"US\", #{option: \"updateIfAlreadyExists\"})",
        command: federated_id,
        queued: true,
        step: None,
    },
    Verb {
        name: "update_account",
        parameters: &[EMAIL, FIELDS],
        options: &[
            NEW_FIELDS[0],
            NEW_FIELDS[1],
            NEW_FIELDS[2],
            NEW_FIELDS[3],
            DOMAIN,
            USE_ADOBE_ID,
            UNLISTED,
        ],
        summary: "Changes an account's e-mail, username or names.",
        details: "Adobe IDs and countries cannot be changed. The service refuses a change that differs only in case. A field \
                  that is blank or `()` is left out: the account keeps its value. If nothing is left, the command is \
                  `not_sent`.",
        errors: "`usage` if no field is given.",
        example_setup: "",
        example: "update_account(\"ben.osei@example.com\", #{lastname: \"Osei-Bonsu\"})",
        command: update_account,
        queued: true,
        step: Some(Step {
            name: "update_account",
            parameters: &[FIELDS],
            options: &NEW_FIELDS,
            details: "At least one field must be given. A field that is blank or `()` is left out.",
            example: "update_account(#{lastname: \"Osei-Bonsu\"})",
            add: |builder, arguments| add_update_step(builder, arguments.map(0)),
        }),
    },
    Verb {
        name: "add_to_groups",
        parameters: &[EMAIL, NAMES],
        options: &[],
        summary: "Adds someone to user groups, product profiles and admin groups.",
        details: "`names` is one name or a list of names. More than ten are split into several steps.",
        errors: "`usage` if the list is empty.",
        example_setup: "",
        example: "add_to_groups(\"ben.osei@example.com\", [\"Designers\", \"Photoshop\"])",
        command: |arguments| membership("add_to_groups", "add", arguments),
        queued: true,
        step: Some(Step {
            name: "add_to_groups",
            parameters: &[NAMES],
            options: &[],
            details: "An empty list of names adds no step.",
            example: "add_to_groups([\"Designers\", \"Photoshop\"])",
            add: |builder, arguments| steps::user_membership(builder, "add", &arguments.value(0)),
        }),
    },
    Verb {
        name: "add_to_groups",
        parameters: &[EMAIL, NAMES, OPTIONS],
        options: WHICH_ACCOUNT,
        summary: "Adds someone to groups, selecting the account.",
        details: "",
        errors: "`usage` if the list is empty.",
        example_setup: "",
        example: "add_to_groups(\"femi.adeyemi@example.net\", \"Designers\", #{use_adobe_id: true})",
        command: |arguments| membership("add_to_groups", "add", arguments),
        queued: true,
        step: None,
    },
    Verb {
        name: "remove_from_groups",
        parameters: &[EMAIL, NAMES],
        options: &[],
        summary: "Removes someone from user groups, product profiles and admin groups.",
        details: "`names` is one name or a list of names. System administrators (`_org_admin`) are managed in the Admin Console.",
        errors: "`usage` if the list is empty.",
        example_setup: "",
        example: "remove_from_groups(\"ben.osei@example.com\", \"Designers\")",
        command: |arguments| membership("remove_from_groups", "remove", arguments),
        queued: true,
        step: Some(Step {
            name: "remove_from_groups",
            parameters: &[NAMES],
            options: &[],
            details: "An empty list of names adds no step.",
            example: "remove_from_groups(\"Designers\")",
            add: |builder, arguments| steps::user_membership(builder, "remove", &arguments.value(0)),
        }),
    },
    Verb {
        name: "remove_from_groups",
        parameters: &[EMAIL, NAMES, OPTIONS],
        options: WHICH_ACCOUNT,
        summary: "Removes someone from groups, selecting the account.",
        details: "",
        errors: "`usage` if the list is empty.",
        example_setup: "",
        example: "remove_from_groups(\"femi.adeyemi@example.net\", \"Designers\", #{use_adobe_id: true})",
        command: |arguments| membership("remove_from_groups", "remove", arguments),
        queued: true,
        step: None,
    },
    Verb {
        name: "remove_from_all_groups",
        parameters: &[EMAIL],
        options: &[],
        summary: "Removes someone from every user group, product profile and admin role.",
        details: "The person stays in the organization without licenses. The role of a system administrator (`_org_admin`) may remain; `--verify` reports it.",
        errors: "",
        example_setup: "",
        example: "remove_from_all_groups(\"ben.osei@example.com\")",
        command: clear_groups,
        queued: true,
        step: Some(Step {
            name: "remove_from_all_groups",
            parameters: &[],
            options: &[],
            details: "",
            example: "remove_from_all_groups()",
            add: |builder, _| steps::push_user_step(builder, "remove", json!("all")),
        }),
    },
    Verb {
        name: "remove_from_all_groups",
        parameters: &[EMAIL, OPTIONS],
        options: WHICH_ACCOUNT,
        summary: "Removes someone from every group, selecting the account.",
        details: "",
        errors: "",
        example_setup: "",
        example: "remove_from_all_groups(\"femi.adeyemi@example.net\", #{use_adobe_id: true})",
        command: clear_groups,
        queued: true,
        step: None,
    },
    Verb {
        name: "remove_from_org",
        parameters: &[EMAIL],
        options: &[],
        summary: "Removes someone from the organization; the account stays in its directory.",
        details: "The account can be added again. The service also reports success for someone it does not know.",
        errors: "",
        example_setup: "",
        example: "remove_from_org(\"ben.osei@example.com\")",
        command: |arguments| remove("remove_from_org", arguments, false, Map::new()),
        queued: true,
        step: Some(Step {
            name: "remove_from_org",
            parameters: &[],
            options: &[],
            details: "It must be the last step.",
            example: "remove_from_org()",
            add: |builder, _| steps::remove_from_org(builder, false),
        }),
    },
    Verb {
        name: "remove_from_org",
        parameters: &[EMAIL, ("permanent", Boolean)],
        options: &[],
        summary: "Removes someone from the organization and, if `permanent`, deletes the account and its assets.",
        details: "Adobe IDs belong to the person and are never deleted.",
        errors: "",
        example_setup: "",
        example: "remove_from_org(\"ben.osei@example.com\", false)",
        command: |arguments| remove("remove_from_org", arguments, arguments.boolean(1), Map::new()),
        queued: true,
        step: Some(Step {
            name: "remove_from_org",
            parameters: &[("permanent", Boolean)],
            options: &[],
            details: "It must be the last step.",
            example: "remove_from_org(false)",
            add: |builder, arguments| steps::remove_from_org(builder, arguments.boolean(0)),
        }),
    },
    Verb {
        name: "remove_from_org",
        parameters: &[EMAIL, OPTIONS],
        options: WHICH_ACCOUNT,
        summary: "Removes someone from the organization, selecting the account; the account is kept.",
        details: "",
        errors: "",
        example_setup: "",
        example: "remove_from_org(\"femi.adeyemi@example.net\", #{use_adobe_id: true})",
        command: |arguments| remove("remove_from_org", arguments, false, arguments.map(1)),
        queued: false,
        step: None,
    },
    Verb {
        name: "remove_from_org",
        parameters: &[EMAIL, ("permanent", Boolean), OPTIONS],
        options: WHICH_ACCOUNT,
        summary: "Removes someone from the organization, selecting the account.",
        details: "If `permanent`, the account and its assets are deleted.",
        errors: "",
        example_setup: "",
        example: "remove_from_org(\"femi.adeyemi@example.net\", false, #{use_adobe_id: true})",
        command: |arguments| remove("remove_from_org", arguments, arguments.boolean(1), arguments.map(2)),
        queued: true,
        step: None,
    },
    Verb {
        name: "delete_account",
        parameters: &[EMAIL],
        options: &[],
        summary: "Removes someone from the organization and permanently deletes the account with its assets.",
        details: "It cannot be undone. The same as `remove_from_org(email, true)`.",
        errors: "",
        example_setup: "",
        example: "delete_account(\"ben.osei@example.com\")",
        command: |arguments| remove("delete_account", arguments, true, arguments.map(1)),
        queued: true,
        step: Some(Step {
            name: "delete_account",
            parameters: &[],
            options: &[],
            details: "It must be the last step.",
            example: "delete_account()",
            add: |builder, _| steps::remove_from_org(builder, true),
        }),
    },
    Verb {
        name: "delete_account",
        parameters: &[EMAIL, OPTIONS],
        options: &[
            DOMAIN,
            (
                "use_adobe_id",
                "true selects the Adobe ID, which is removed from the organization but never deleted",
            ),
            UNLISTED,
        ],
        summary: "Deletes an account permanently, selecting the account.",
        details: "",
        errors: "",
        example_setup: "",
        example: "delete_account(\"femi.adeyemi@example.net\", #{use_adobe_id: true})",
        command: |arguments| remove("delete_account", arguments, true, arguments.map(1)),
        queued: true,
        step: None,
    },
];

fn adobe_id(arguments: &Arguments) -> Result<Command> {
    let options = CallOptions::new("add_adobe_id", arguments.map(4), &["option"])?;
    let person = UserReference::of(&arguments.value(0), &options)?;
    create(&person, IdentityType::AdobeId, &account(person.name.clone(), arguments.strings(1)), &options)
}

fn enterprise_id(arguments: &Arguments) -> Result<Command> {
    let options = CallOptions::new("add_enterprise_id", arguments.map(4), &["option"])?;
    let person = UserReference::of(&arguments.value(0), &options)?;
    create(&person, IdentityType::EnterpriseId, &account(person.name.clone(), arguments.strings(1)), &options)
}

fn federated_id(arguments: &Arguments) -> Result<Command> {
    let options = CallOptions::new("add_federated_id", arguments.map(5), &["domain", "option"])?;
    let mut person = UserReference::of(&arguments.value(0), &options)?;
    let email = arguments.string(1);
    person.domain = command_steps::federated_domain(&person.name, person.domain.take(), &email);
    create(&person, IdentityType::FederatedId, &account(email, arguments.strings(2)), &options)
}

fn account(email: String, [first_name, last_name, country]: [String; 3]) -> AccountFields {
    AccountFields { email, first_name, last_name, country }
}

fn create(
    person: &UserReference,
    kind: IdentityType,
    account: &AccountFields,
    options: &CallOptions,
) -> Result<Command> {
    let mut command = person.command();
    command_steps::create(&mut command, kind, account, command_steps::existing_option(options)?);
    Ok(command)
}

fn update_account(arguments: &Arguments) -> Result<Command> {
    let known = [UPDATABLE, &user_ref::OPTIONS].concat();
    let options = CallOptions::new("update_account", arguments.map(1), &known)?;
    let mut command = UserReference::of(&arguments.value(0), &options)?.command();
    push_update(&mut command, &options)?;
    Ok(command)
}

/// The options of `update_account` on a command, which already has its user.
pub(super) fn update_options(fields: Map) -> Result<CallOptions> {
    CallOptions::new("update_account", fields, UPDATABLE)
}

/// Appends the step that changes the account.
pub(super) fn push_update(command: &mut Command, options: &CallOptions) -> Result<()> {
    command_steps::push_update(command, "update", options, UPDATABLE)
}

fn membership(function: &'static str, step: &str, arguments: &Arguments) -> Result<Command> {
    let mut command = begin(function, &arguments.value(0), arguments.map(2))?;
    command.membership(step, "group", &command_steps::some_names(&arguments.value(1), "group")?);
    Ok(command)
}

fn clear_groups(arguments: &Arguments) -> Result<Command> {
    let mut command = begin("remove_from_all_groups", &arguments.value(0), arguments.map(1))?;
    command.push("remove", json!("all"));
    Ok(command)
}

fn remove(function: &'static str, arguments: &Arguments, permanent: bool, options: Map) -> Result<Command> {
    let mut command = begin(function, &arguments.value(0), options)?;
    command.push("removeFromOrg", json!({ "deleteAccount": permanent }));
    Ok(command)
}

fn begin(function: &'static str, person: &Dynamic, options: Map) -> Result<Command> {
    let options = CallOptions::new(function, options, &user_ref::OPTIONS)?;
    Ok(UserReference::of(person, &options)?.command())
}

fn add_update_step(builder: &CommandBuilder, fields: Map) -> Result<CommandBuilder> {
    steps::check_subject(builder, VerbSubject::User, "update_account")?;
    let options = update_options(fields)?;
    builder.change(|command| push_update(command, &options))
}
