//! What can be checked of a command without knowing the organization (contract 4.2 to 4.4).
//!
//! The client checks before anything is sent and uses the service's codes. The sandbox has checks of its own.

use super::error_code;
use super::identity::{IdentityType, fold};
use super::invisible;
use super::limits;
use super::step::{self, DEPRECATED_PROFILE_KEY, OPTIONS, StepSpec, SubjectKind};
use crate::wire::fault::CommandFault;
use crate::wire::step::{FieldShape, StepField, StepPosition};
use crate::wire::subject::CommandSubject;
use serde_json::{Map, Value};
use std::collections::HashSet;

/// The option with which a create step changes an account or group that exists.
const UPDATE_OPTION: &str = OPTIONS[1];

/// The fields of a command (contract 3.1).
const ROOT_FIELDS: [&str; 6] = ["user", "usergroup", "domain", "useAdobeID", "requestID", "do"];

pub(super) type CheckResult<T = ()> = Result<T, CommandFault>;

fn fault<T>(step: usize, code: &'static str, message: impl Into<String>) -> CheckResult<T> {
    Err(CommandFault { step, code, message: message.into() })
}

/// Checks a whole command in the service's JSON, as the service reads it.
///
/// # Errors
/// The first fault, in the order of contract 4.9.
pub(crate) fn command(command: &Value) -> CheckResult {
    visible_names(command)?;
    let subject = subject(command)?;
    spelling(command)?;
    user_and_domain(&subject)?;
    if let Some(request_id) = command.get("requestID") {
        text(0, "requestID", request_id, error_code::STRING_EXPECTED, limits::IDENTIFIER_LENGTH)?;
    }
    let steps = steps(command)?;
    let entries = steps.iter().enumerate().map(|(index, step)| single_key(index, step));
    all_steps(&subject, steps.len(), entries)
}

/// Checks the steps of a command.
///
/// # Errors
/// The first fault.
pub(super) fn all_steps<'s>(
    subject: &CommandSubject,
    count: usize,
    steps: impl Iterator<Item = CheckResult<(&'s str, &'s Value)>>,
) -> CheckResult {
    if count > limits::STEPS_PER_COMMAND {
        return fault(
            limits::STEPS_PER_COMMAND,
            error_code::MEMBERSHIP_TOO_LONG,
            format!("{count} steps in one command; at most {}", limits::STEPS_PER_COMMAND),
        );
    }
    let mut known = Vec::new();
    for (index, step) in steps.enumerate() {
        let (name, value) = step?;
        let spec = known_step(index, subject.kind(), name)?;
        position(index, spec, &known)?;
        known.push(spec);
        step_value(index, subject, spec, value)?;
        if spec.name == "deleteUserGroup" {
            break; // nothing after it is performed (contract 7.32)
        }
    }
    Ok(())
}

/// Checks that no identifier of a command has a character that cannot be seen: e-mails, usernames, domains and names of
/// groups. Such a name is never meant, so this is checked even where other local checks are off.
///
/// # Errors
/// The first identifier with such a character.
pub(crate) fn visible_names(command: &Value) -> CheckResult {
    for key in ["user", "usergroup", "domain"] {
        visible(0, key, command.get(key))?;
    }
    let steps = command.get("do").and_then(Value::as_array).into_iter().flatten();
    for (index, step) in steps.enumerate() {
        step.as_object().into_iter().flat_map(Map::values).try_for_each(|value| visible_in(index, value))?;
    }
    Ok(())
}

/// Checks the names in the value of a step for characters that cannot be seen.
///
/// # Errors
/// The first name with one.
pub(super) fn visible_in(step: usize, value: &Value) -> CheckResult {
    for (key, value) in value.as_object().into_iter().flatten() {
        if value.is_array() || ["email", "username", "name"].contains(&key.as_str()) {
            visible(step, key, Some(value))?;
        }
    }
    Ok(())
}

fn visible(step: usize, key: &str, value: Option<&Value>) -> CheckResult {
    match value {
        Some(Value::Array(names)) => names.iter().try_for_each(|name| visible(step, key, Some(name))),
        Some(Value::String(text)) => visible_text(step, key, text),
        _ => Ok(()),
    }
}

/// Checks a name for characters that cannot be seen.
///
/// # Errors
/// It has one.
pub(super) fn visible_text(step: usize, key: &str, text: &str) -> CheckResult {
    let Some(problem) = invisible::problem(text) else { return Ok(()) };
    let code = match key {
        "email" => error_code::EMAIL_INVALID,
        "user" if text.contains('@') => error_code::EMAIL_INVALID,
        "user" | "username" | "domain" => error_code::USER_NAME_INVALID,
        _ => error_code::GROUP_INVALID_LIST,
    };
    fault(step, code, problem)
}

/// Reads the root of a command.
///
/// # Errors
/// It names neither a user nor a user group, or both, or the name is not a string.
pub(crate) fn subject(command: &Value) -> CheckResult<CommandSubject> {
    let Some(root) = command.as_object() else {
        return fault(0, error_code::ILLEGAL_ENTRY, "a command must be an object");
    };
    match (root.get("user"), root.get("usergroup")) {
        (Some(_), Some(_)) => {
            fault(0, error_code::ILLEGAL_ENTRY, "a command has a `user` or a `usergroup`, not both")
        }
        (None, None) => {
            fault(0, error_code::USER_OR_GROUP_MISSING, "the command has neither `user` nor `usergroup`")
        }
        (Some(user), None) => Ok(CommandSubject::User {
            user: name(user, "user", limits::IDENTIFIER_LENGTH)?,
            domain: domain(root)?,
            use_adobe_id: use_adobe_id(root)?,
        }),
        (None, Some(_)) if root.contains_key("domain") => fault(
            0,
            error_code::ILLEGAL_ENTRY,
            "a command about a `usergroup` takes no `domain`; name its people by e-mail",
        ),
        (None, Some(group)) => Ok(CommandSubject::Group {
            name: name(group, "usergroup", limits::GROUP_NAME_LENGTH)?,
            use_adobe_id: use_adobe_id(root)?,
        }),
    }
}

fn use_adobe_id(root: &Map<String, Value>) -> CheckResult<Option<bool>> {
    match root.get("useAdobeID") {
        None => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some(*flag)),
        Some(_) => fault(0, error_code::BOOLEAN_EXPECTED, "`useAdobeID` must be true or false"),
    }
}

/// Refuses a field that resembles one of a command but is spelled otherwise: the service would not read it.
///
/// # Errors
/// The first such field.
pub(crate) fn spelling(command: &Value) -> CheckResult {
    let letters =
        |key: &str| key.chars().filter(|letter| letter.is_alphanumeric()).collect::<String>().to_lowercase();
    let unknown = |key: &&String| !ROOT_FIELDS.contains(&key.as_str());
    for key in command.as_object().into_iter().flat_map(Map::keys).filter(unknown) {
        let meant = ROOT_FIELDS.iter().find(|field| letters(field) == letters(key));
        if let Some(meant) = meant {
            return fault(
                0,
                error_code::ILLEGAL_ENTRY,
                format!("the service does not read `{key}`; write `{meant}`"),
            );
        }
    }
    Ok(())
}

/// The list of steps.
///
/// # Errors
/// `do` is missing, not a list, or empty.
pub(crate) fn steps(command: &Value) -> CheckResult<&Vec<Value>> {
    match command.get("do") {
        Some(Value::Array(steps)) if !steps.is_empty() => Ok(steps),
        _ => no_steps(),
    }
}

/// The fault of a command without steps.
///
/// # Errors
/// Always.
pub(super) fn no_steps<T>() -> CheckResult<T> {
    fault(0, error_code::STEPS_MALFORMED, "`do` must be a list with at least one step")
}

/// The name and the value of a step object.
///
/// # Errors
/// When it is not an object with exactly one key (contract 7.22).
pub(crate) fn single_key(index: usize, step: &Value) -> CheckResult<(&str, &Value)> {
    match step.as_object() {
        Some(object) if object.len() == 1 => match object.iter().next() {
            Some((name, value)) => Ok((name, value)),
            None => fault(index, error_code::ILLEGAL_ENTRY, "the step is empty"),
        },
        _ => fault(
            index,
            error_code::ILLEGAL_ENTRY,
            "a step must be an object with one key, the name of the step",
        ),
    }
}

fn name(value: &Value, key: &str, limit: usize) -> CheckResult<String> {
    let text = text(0, key, value, error_code::STRING_EXPECTED, limit)?;
    not_empty(key, text)?;
    Ok(text.to_owned())
}

/// Checks that a name is not blank.
///
/// # Errors
/// It is.
pub(super) fn not_empty(key: &str, name: &str) -> CheckResult {
    if name.trim().is_empty() {
        return fault(0, error_code::USER_ID_MISSING, format!("`{key}` is empty"));
    }
    Ok(())
}

fn domain(root: &Map<String, Value>) -> CheckResult<Option<String>> {
    match root.get("domain") {
        None => Ok(None),
        Some(value) => {
            let domain = text(0, "domain", value, error_code::DOMAIN_NOT_STRING, limits::IDENTIFIER_LENGTH)?;
            Ok(Some(domain.to_owned()))
        }
    }
}

/// Checks that a person is named by an e-mail, or by a username and a domain.
///
/// # Errors
/// The person is not.
pub(super) fn user_and_domain(subject: &CommandSubject) -> CheckResult {
    let CommandSubject::User { user, domain, .. } = subject else { return Ok(()) };
    match (user.contains('@'), domain.as_ref().is_some_and(|domain| !domain.trim().is_empty())) {
        (false, false) => fault(
            0,
            error_code::DOMAIN_MISSING,
            format!("`{user}` is not an e-mail address, so it needs a `domain`"),
        ),
        (true, true) => fault(
            0,
            error_code::DOMAIN_WITH_EMAIL,
            format!("`{user}` is an e-mail address, so it takes no `domain`"),
        ),
        _ => Ok(()),
    }
}

fn text<'v>(
    step: usize,
    key: &str,
    value: &'v Value,
    code: &'static str,
    limit: usize,
) -> CheckResult<&'v str> {
    let Some(text) = value.as_str() else {
        return fault(step, code, format!("`{key}` must be a string"));
    };
    length(step, key, text, limit)?;
    Ok(text)
}

/// Checks that a string is not too long.
///
/// # Errors
/// It has more than `limit` characters.
pub(super) fn length(step: usize, key: &str, text: &str, limit: usize) -> CheckResult {
    let length = text.chars().count();
    if length > limit {
        return fault(
            step,
            error_code::STRING_TOO_LONG,
            format!("`{key}` has {length} characters, max length {limit}"),
        );
    }
    Ok(())
}

fn known_step(index: usize, kind: SubjectKind, name: &str) -> CheckResult<&'static StepSpec> {
    if let Some(spec) = step::find(kind, name) {
        return Ok(spec);
    }
    let elsewhere = step::STEPS.iter().any(|spec| spec.name == name);
    if elsewhere {
        return fault(
            index,
            error_code::ILLEGAL_ENTRY,
            format!("the step `{name}` does not belong in this command"),
        );
    }
    fault(index, error_code::STEP_UNKNOWN, format!("`{name}` is not a valid step"))
}

fn position(index: usize, spec: &StepSpec, before: &[&StepSpec]) -> CheckResult {
    if before.iter().any(|earlier| earlier.position == StepPosition::Last) {
        return fault(index, error_code::REMOVE_FROM_ORG_NOT_LAST, "nothing may follow `removeFromOrg`");
    }
    if spec.creates && before.iter().any(|earlier| earlier.creates) {
        return fault(index, error_code::CREATE_MORE_THAN_ONE, "a command has one create step");
    }
    if spec.position == StepPosition::First && index > 0 {
        return fault(index, error_code::CREATE_NOT_FIRST, format!("`{}` must be the first step", spec.name));
    }
    Ok(())
}

fn step_value(index: usize, subject: &CommandSubject, spec: &'static StepSpec, value: &Value) -> CheckResult {
    if spec.takes_all && value.as_str() == Some("all") {
        return Ok(());
    }
    let Some(fields) = value.as_object() else {
        let code = if spec.is_membership() {
            error_code::MEMBERSHIP_LIST
        } else {
            error_code::CREATE_OBJECT_EXPECTED
        };
        return fault(index, code, format!("`{}` must be an object", spec.name));
    };
    for (key, value) in fields {
        let field = known_field(index, spec, key)?;
        field_value(index, spec, field, value)?;
    }
    if spec.is_membership() {
        return membership_present(index, spec, fields);
    }
    for field in spec.fields.iter().filter(|field| field.required) {
        required(index, field, fields.get(field.name))?;
    }
    fields.iter().try_for_each(|(key, value)| not_erased(index, spec, fields, key, value))?;
    if spec.name == "update" && fields.is_empty() {
        return fault(index, error_code::ILLEGAL_ENTRY, "`update` changes nothing: give a field");
    }
    must_match_email(index, subject, spec, fields)
}

fn known_field(index: usize, spec: &'static StepSpec, key: &str) -> CheckResult<&'static StepField> {
    if let Some(field) = spec.field(key) {
        return Ok(field);
    }
    let code = match (spec.name, key) {
        ("add" | "remove", DEPRECATED_PROFILE_KEY) if spec.subject == SubjectKind::Group => {
            let profiles = spec.fields.iter().find(|field| field.shape == FieldShape::ProfileNames);
            return profiles.map_or_else(|| fault(index, error_code::MEMBERSHIP_KEY_UNKNOWN, key), Ok);
        }
        ("add" | "remove", _) => error_code::MEMBERSHIP_KEY_UNKNOWN,
        ("removeFromOrg" | "deleteUserGroup", _) => error_code::OBJECT_NOT_EMPTY,
        (_, "option") => error_code::UPDATE_OPTION_NO,
        ("update", "country") => error_code::UPDATE_COUNTRY,
        _ => error_code::CREATE_KEY_UNKNOWN,
    };
    fault(index, code, format!("`{}` takes no `{key}`", spec.name))
}

fn field_value(index: usize, spec: &StepSpec, field: &StepField, value: &Value) -> CheckResult {
    match field.shape {
        FieldShape::Flag if value.is_boolean() => Ok(()),
        FieldShape::Flag => {
            fault(index, error_code::BOOLEAN_EXPECTED, format!("`{}` must be true or false", field.name))
        }
        FieldShape::GroupNames | FieldShape::ProfileNames | FieldShape::UserNames => {
            names(index, field, value)
        }
        FieldShape::Text(limit) => {
            text(index, field.name, value, error_code::CREATE_STRING_EXPECTED, limit).map(|_| ())
        }
        FieldShape::Email => {
            email(index, text(index, field.name, value, error_code::CREATE_STRING_EXPECTED, usize::MAX)?)
        }
        FieldShape::Country => {
            let country =
                text(index, field.name, value, error_code::CREATE_STRING_EXPECTED, limits::COUNTRY_LENGTH)?;
            country_code(index, country)
        }
        FieldShape::Choice => {
            let option = text(index, field.name, value, error_code::CREATE_STRING_EXPECTED, usize::MAX)?;
            if OPTIONS.contains(&option) {
                return Ok(());
            }
            fault(
                index,
                error_code::OPTION_ILLEGAL,
                format!("`{option}` is not an option of `{}`", spec.name),
            )
        }
    }
}

fn email(index: usize, email: &str) -> CheckResult {
    let length = email.chars().count();
    let illegal = |character: char| {
        character.is_whitespace() || character.is_control() || r#"<>()[]\,;:""#.contains(character)
    };
    let well_formed = matches!(email.split_once('@'),
        Some((local, domain)) if !local.is_empty() && !domain.is_empty() && !domain.contains('@'));
    if length > limits::EMAIL_LENGTH {
        return fault(
            index,
            error_code::EMAIL_INVALID,
            format!("the e-mail has {length} characters, at most {}", limits::EMAIL_LENGTH),
        );
    }
    if !well_formed || email.contains(illegal) {
        return fault(index, error_code::EMAIL_INVALID, format!("`{email}` is not a valid e-mail address"));
    }
    Ok(())
}

fn country_code(index: usize, country: &str) -> CheckResult {
    let letters =
        country.len() == limits::COUNTRY_LENGTH && country.bytes().all(|byte| byte.is_ascii_uppercase());
    if letters {
        return Ok(());
    }
    fault(
        index,
        error_code::COUNTRY_INVALID,
        format!("`{country}` is not a two-letter country code in upper case"),
    )
}

fn required(index: usize, field: &StepField, value: Option<&Value>) -> CheckResult {
    if value.and_then(Value::as_str).is_some_and(|text| !text.trim().is_empty()) {
        return Ok(());
    }
    let code = match field.name {
        "firstname" => error_code::FIRSTNAME_MISSING,
        "lastname" => error_code::LASTNAME_MISSING,
        "country" => error_code::COUNTRY_INVALID,
        _ => error_code::EMAIL_INVALID,
    };
    fault(index, code, format!("`{}` is missing", field.name))
}

/// A blank value would erase what the account or group has; no source means that by a blank.
fn not_erased(
    index: usize,
    spec: &StepSpec,
    fields: &Map<String, Value>,
    key: &str,
    value: &Value,
) -> CheckResult {
    let updates = matches!(spec.name, "update" | "updateUserGroup")
        || fields.get("option").and_then(Value::as_str) == Some(UPDATE_OPTION);
    if !updates || value.as_str().is_none_or(|text| !text.trim().is_empty()) {
        return Ok(());
    }
    let code = match key {
        "firstname" => error_code::FIRSTNAME_MISSING,
        "lastname" => error_code::LASTNAME_MISSING,
        _ => error_code::CREATE_STRING_EXPECTED,
    };
    fault(index, code, format!("`{key}` is blank, which would erase it; leave it out to keep its value"))
}

/// Adobe and Enterprise IDs are their e-mail; a Federated ID may sign in under another name.
fn must_match_email(
    index: usize,
    subject: &CommandSubject,
    spec: &StepSpec,
    fields: &Map<String, Value>,
) -> CheckResult {
    let federated = spec.name == IdentityType::FederatedId.create_step();
    let (CommandSubject::User { user, .. }, Some(Value::String(email)), true) =
        (subject, fields.get("email"), spec.creates && !federated)
    else {
        return Ok(());
    };
    if fold(user) == fold(email) {
        return Ok(());
    }
    fault(index, error_code::MUST_MATCH_EMAIL, format!("the user `{user}` is not the e-mail `{email}`"))
}

fn membership_present(index: usize, spec: &StepSpec, fields: &Map<String, Value>) -> CheckResult {
    if !fields.is_empty() {
        return Ok(());
    }
    match spec.subject {
        SubjectKind::User => {
            fault(index, error_code::MEMBERSHIP_MISSING_LIST, format!("`{}` names no group", spec.name))
        }
        SubjectKind::Group => fault(
            index,
            error_code::MEMBERSHIP_SUBJECT_MISSING,
            format!("`{}` names no user and no profile", spec.name),
        ),
    }
}

fn names(index: usize, field: &StepField, value: &Value) -> CheckResult {
    let Some(list) = value.as_array() else {
        return fault(index, error_code::MEMBERSHIP_NOT_ARRAY, format!("`{}` must be a list", field.name));
    };
    if list.len() > limits::NAMES_PER_LIST {
        return fault(
            index,
            error_code::MEMBERSHIP_TOO_LONG,
            format!("`{}` has {} names, at most {}", field.name, list.len(), limits::NAMES_PER_LIST),
        );
    }
    let mut seen = HashSet::new();
    for name in list {
        let text = name.as_str().map(str::trim).unwrap_or_default();
        let users = field.shape == FieldShape::UserNames;
        if text.is_empty() {
            let code = if users { error_code::USER_LIST_INVALID } else { error_code::GROUP_INVALID_LIST };
            return fault(index, code, format!("`{}` contains something that is not a name", field.name));
        }
        if !users && text.chars().count() > limits::GROUP_NAME_LENGTH {
            return fault(
                index,
                error_code::MEMBERSHIP_NAME_TOO_LONG,
                format!("the name `{text}` is too long"),
            );
        }
        if !seen.insert(fold(text)) {
            let code =
                if users { error_code::DUPLICATE_USER_LIST } else { error_code::DUPLICATE_USERGROUP_LIST };
            return fault(index, code, format!("`{text}` appears twice in `{}`", field.name));
        }
    }
    if list.is_empty() {
        return fault(index, error_code::GROUP_INVALID_LIST, format!("`{}` is empty", field.name));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
