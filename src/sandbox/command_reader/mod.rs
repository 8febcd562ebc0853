//! Reads the commands of an action request (contract 3, 4.2 to 4.4).
//!
//! It shares no type and no table with the client, which writes commands: a misreading of the documentation on one side
//! fails a test on the other.

mod account_steps;
mod fields;
mod group_steps;
mod membership_steps;
mod step_order;
#[cfg(test)]
mod tests;

use super::json::JsonNode;
use super::limits;
use super::person_name::PersonName;
use super::refusal::{Refusal, StepResult, refuse};
use super::requested::{RequestedCommand, RequestedStep, RequestedSubject, StepAction};
use crate::wire::error_code;
use fields::string;
use step_order::{StepOrder, StepPlace};

/// Why a command is not carried out at all: the step at fault, and the refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StructuralFault {
    pub(super) step: usize,
    pub(super) refusal: Refusal,
}

/// Reads a command.
///
/// # Errors
/// The first structural fault, in the order of contract 4.9.
pub(super) fn read(command: &JsonNode) -> Result<RequestedCommand, StructuralFault> {
    let at = |step: usize| move |refusal: Refusal| StructuralFault { step, refusal };
    let (subject, objects) = root(command).map_err(at(0))?;
    if objects.len() > limits::STEPS_PER_COMMAND || keys(objects) > limits::STEPS_PER_COMMAND {
        let message = format!("A command has at most {} steps", limits::STEPS_PER_COMMAND);
        let first_beyond = limits::STEPS_PER_COMMAND.min(objects.len() - 1);
        return Err(at(first_beyond)(Refusal { code: error_code::MEMBERSHIP_TOO_LONG, message }));
    }
    let mut steps = Vec::new();
    let mut order = StepOrder::default();
    for (index, object) in objects.iter().enumerate() {
        for step in in_object(&subject, &mut order, index, object).map_err(at(index))? {
            let deletes = step.action == StepAction::DeleteUserGroup;
            steps.push(step);
            if deletes {
                return Ok(RequestedCommand { subject, steps }); // nothing after it is carried out (contract 7.32)
            }
        }
    }
    Ok(RequestedCommand { subject, steps })
}

/// The keys of all step objects.
fn keys(objects: &[JsonNode]) -> usize {
    objects.iter().filter_map(JsonNode::as_object).map(<[_]>::len).sum()
}

/// The subject and the step objects of a command.
fn root(command: &JsonNode) -> StepResult<(RequestedSubject, &[JsonNode])> {
    if command.as_object().is_none() {
        return refuse(error_code::ILLEGAL_ENTRY, "A command must be an object");
    }
    let subject = subject(command)?;
    if let Some(request_id) = command.get("requestID") {
        string("requestID", request_id, error_code::STRING_EXPECTED, limits::IDENTIFIER_LENGTH)?;
    }
    match command.get("do").and_then(JsonNode::as_list) {
        Some(objects) if !objects.is_empty() => Ok((subject, objects)),
        _ => refuse(error_code::STEPS_MALFORMED, "`do` must be an array with at least one step"),
    }
}

fn subject(command: &JsonNode) -> StepResult<RequestedSubject> {
    match (command.get("user"), command.get("usergroup")) {
        (Some(user), None) => Ok(RequestedSubject::Person(person(command, user)?)),
        (None, Some(group)) => Ok(RequestedSubject::UserGroup {
            name: subject_name("usergroup", group, limits::GROUP_NAME_LENGTH)?,
            adobe_ids: use_adobe_id(command)?,
        }),
        (Some(_), Some(_)) => {
            refuse(error_code::ILLEGAL_ENTRY, "A command must not have both `user` and `usergroup`")
        }
        (None, None) => {
            refuse(error_code::USER_OR_GROUP_MISSING, "The command has neither `user` nor `usergroup`")
        }
    }
}

fn subject_name(key: &str, value: &JsonNode, limit: usize) -> StepResult<String> {
    let name = string(key, value, error_code::STRING_EXPECTED, limit)?;
    if name.trim().is_empty() {
        return refuse(error_code::USER_ID_MISSING, format!("`{key}` is empty"));
    }
    Ok(name.to_owned())
}

fn person(command: &JsonNode, user: &JsonNode) -> StepResult<PersonName> {
    let name = subject_name("user", user, limits::IDENTIFIER_LENGTH)?;
    let domain = match command.get("domain") {
        None => None,
        Some(value) => {
            let limit = limits::IDENTIFIER_LENGTH;
            Some(string("domain", value, error_code::DOMAIN_NOT_STRING, limit)?.to_owned())
        }
    };
    let adobe_id = use_adobe_id(command)?;
    let domain = domain.filter(|domain| !domain.trim().is_empty());
    match (name.contains('@'), domain.is_some()) {
        (false, false) => refuse(
            error_code::DOMAIN_MISSING,
            format!("The user {name} is not an e-mail address and has no `domain`"),
        ),
        (true, true) => refuse(
            error_code::DOMAIN_WITH_EMAIL,
            format!("The user {name} is an e-mail address and must have no `domain`"),
        ),
        _ => Ok(PersonName { name, domain, adobe_id }),
    }
}

fn use_adobe_id(command: &JsonNode) -> StepResult<bool> {
    match command.get("useAdobeID") {
        None => Ok(false),
        Some(JsonNode::Bool(flag)) => Ok(*flag),
        Some(_) => refuse(error_code::BOOLEAN_EXPECTED, "`useAdobeID` must be a boolean"),
    }
}

/// The steps of one object: usually one; several are carried out in the order written (contract 7.22).
fn in_object(
    subject: &RequestedSubject,
    order: &mut StepOrder,
    index: usize,
    object: &JsonNode,
) -> StepResult<Vec<RequestedStep>> {
    let Some(entries) = object.as_object() else {
        return refuse(
            error_code::ILLEGAL_ENTRY,
            "A step must be an object with the name of the step as key",
        );
    };
    if entries.is_empty() {
        let message = "The step is empty".to_owned();
        let action = StepAction::Empty(Refusal { code: error_code::ILLEGAL_ENTRY, message });
        return Ok(vec![RequestedStep { index, action, warnings: Vec::new() }]);
    }
    let read = entries.iter().map(|(name, value)| {
        order.check(name, place(subject, name)?)?;
        let mut warnings = Vec::new();
        let action = action(subject, name, value, &mut warnings)?;
        Ok(RequestedStep { index, action, warnings })
    });
    read.collect()
}

/// Where a step may be in its command; an error for a name that is not a step of such a command.
fn place(subject: &RequestedSubject, name: &str) -> StepResult<StepPlace> {
    match (subject, name) {
        (RequestedSubject::Person(_), "addAdobeID" | "createEnterpriseID" | "createFederatedID")
        | (RequestedSubject::UserGroup { .. }, "createUserGroup") => Ok(StepPlace::First),
        (RequestedSubject::Person(_), "removeFromOrg") => Ok(StepPlace::Last),
        (RequestedSubject::Person(_), "update" | "add" | "remove")
        | (RequestedSubject::UserGroup { .. }, "updateUserGroup" | "deleteUserGroup" | "add" | "remove") => {
            Ok(StepPlace::Anywhere)
        }
        _ if STEP_NAMES.contains(&name) => {
            refuse(error_code::ILLEGAL_ENTRY, format!("The step {name} is not allowed in this command"))
        }
        _ => refuse(error_code::STEP_UNKNOWN, format!("There is no step {name}")),
    }
}

/// The names of all steps, of both kinds of command (contract 3.2, 3.3).
const STEP_NAMES: [&str; 10] = [
    "addAdobeID",
    "createEnterpriseID",
    "createFederatedID",
    "update",
    "add",
    "remove",
    "removeFromOrg",
    "createUserGroup",
    "updateUserGroup",
    "deleteUserGroup",
];

fn action(
    subject: &RequestedSubject,
    name: &str,
    value: &JsonNode,
    warnings: &mut Vec<Refusal>,
) -> StepResult<StepAction> {
    match (subject, name) {
        (RequestedSubject::Person(_), "update") => account_steps::update(value),
        (RequestedSubject::Person(_), "add") => membership_steps::add_to_groups(value, warnings),
        (RequestedSubject::Person(_), "remove") => membership_steps::remove_from_groups(value, warnings),
        (RequestedSubject::Person(_), "removeFromOrg") => account_steps::remove_from_organization(value),
        (RequestedSubject::Person(person), _) => account_steps::create(person, name, value),
        (RequestedSubject::UserGroup { .. }, "createUserGroup") => group_steps::create(value),
        (RequestedSubject::UserGroup { .. }, "updateUserGroup") => group_steps::update(value),
        (RequestedSubject::UserGroup { .. }, "deleteUserGroup") => group_steps::delete(value),
        (RequestedSubject::UserGroup { .. }, "add") => membership_steps::add_members(value, warnings),
        (RequestedSubject::UserGroup { .. }, _) => membership_steps::remove_members(value, warnings),
    }
}
