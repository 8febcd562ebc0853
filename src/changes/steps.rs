//! The steps of commands, made from the arguments of a script; verbs and builders share them.

use crate::error::{Error, Result};
use crate::values::options::CallOptions;
use crate::wire::command::{Command, CommandStep};
use crate::wire::identity::{IdentityType, fold};
use crate::wire::step::OPTIONS;
use crate::wire::subject::CommandSubject;
use rhai::Dynamic;
use serde_json::{Map, Value, json};
use std::collections::HashSet;
use std::sync::Arc;

/// The value of `option` that asks for the service's error when an account or group exists already.
const FAIL_OPTION: &str = "error";

/// The fields of a new account.
#[derive(Debug, Clone, Default)]
pub(crate) struct AccountFields {
    /// E-mail.
    pub email: String,
    /// First name; blank for none.
    pub first_name: String,
    /// Last name; blank for none.
    pub last_name: String,
    /// Country; blank for none.
    pub country: String,
}

/// Adds a step that creates an account. Blank fields are left out, so that the local check names those that the
/// service requires.
pub(crate) fn create(
    command: &mut Command,
    kind: IdentityType,
    account: &AccountFields,
    option: Option<&str>,
) {
    let AccountFields { email, first_name, last_name, country } = account;
    let fields_given =
        [("email", email), ("country", country), ("firstname", first_name), ("lastname", last_name)];
    let fields_given =
        fields_given.into_iter().map(|(key, text)| (key, text.trim())).filter(|(_, text)| !text.is_empty());
    let fields: Map<String, Value> = fields_given
        .chain(option.map(|option| ("option", option)))
        .map(|(key, text)| (key.into(), json!(text)))
        .collect();
    if let (IdentityType::AdobeId, CommandSubject::User { use_adobe_id, .. }) = (kind, &mut command.subject) {
        // The later steps are about the new account, not about a managed one with the same e-mail.
        *use_adobe_id = Some(true);
    }
    command.create(kind, fields);
}

/// What to do if the account or group exists: one of the service's two values, or none for `error`.
///
/// # Errors
/// `usage`: another value.
pub(crate) fn existing_option(options: &CallOptions) -> Result<Option<&'static str>> {
    let [ignore, update] = OPTIONS;
    match options.choice("option", &[ignore, update, FAIL_OPTION])? {
        None => Ok(Some(ignore)),
        Some(FAIL_OPTION) => Ok(None),
        Some(word) => Ok(Some(word)),
    }
}

/// The domain of a user: the given one, or that of the e-mail for a username that is not an e-mail.
pub(crate) fn federated_domain(user: &str, domain: Option<String>, email: &str) -> Option<String> {
    if domain.is_some() || user.contains('@') {
        return domain;
    }
    email.trim().rsplit_once('@').map(|(_, domain)| domain.to_owned())
}

/// The names that a script gives: trimmed, without blank ones and repetitions.
///
/// # Errors
/// `usage`: neither a string nor a list of strings.
pub(crate) fn names(value: &Dynamic) -> Result<Vec<String>> {
    crate::values::names::texts(value).map(|texts| distinct(&texts))
}

/// Appends `add` or `remove` of the people that a script gives to a command about a user group; nobody adds no step.
///
/// # Errors
/// `usage`: neither people nor strings.
pub(crate) fn change_members(command: &mut Command, step: &str, people: &Dynamic) -> Result<()> {
    let adobe_ids = crate::values::names::adobe_ids(people)?;
    command.change_members(step, &names(people)?, &adobe_ids);
    Ok(())
}

/// Trims names and leaves out blank ones and repetitions, which the service refuses.
pub(crate) fn distinct(texts: &[String]) -> Vec<String> {
    let mut seen = HashSet::new();
    let trimmed = texts.iter().map(|text| text.trim()).filter(|name| !name.is_empty());
    trimmed.filter(|name| seen.insert(fold(name))).map(str::to_owned).collect()
}

/// The names for a verb that needs at least one.
///
/// # Errors
/// `usage`: there is none.
pub(crate) fn some_names(value: &Dynamic, of: &str) -> Result<Vec<String>> {
    let names = names(value)?;
    if names.is_empty() {
        return Err(Error::usage(format!("no {of} is given, so there is nothing to do")));
    }
    Ok(names)
}

/// Appends the step `name`, which sets the fields named by `keys`. A field that is blank or `()` means "no change" and is
/// left out; a step that has no fields left is appended empty, for [`leave_out_empty_updates`].
///
/// # Errors
/// `usage`: none of the fields was given, or one is not a string.
pub(crate) fn push_update(
    command: &mut Command,
    name: &str,
    options: &CallOptions,
    keys: &[&str],
) -> Result<()> {
    if !keys.iter().any(|key| options.has(key)) {
        let message = format!("{} has nothing to change", options.function());
        return Err(Error::usage_with_hint(message, format!("Give at least one of {}.", keys.join(", "))));
    }
    command.push(name, fields(options, keys)?.into());
    Ok(())
}

/// The fields named by `keys` that were given and are not blank.
///
/// # Errors
/// `usage`: one is not a string.
pub(crate) fn fields(options: &CallOptions, keys: &[&str]) -> Result<Map<String, Value>> {
    let mut fields = Map::new();
    for key in keys {
        let text = options.text(key)?.unwrap_or_default();
        if !text.trim().is_empty() {
            fields.insert((*key).to_owned(), json!(text.trim()));
        }
    }
    Ok(fields)
}

/// Leaves out steps that would update nothing; returns whether there were any.
pub(super) fn leave_out_empty_updates(command: &mut Arc<Command>) -> bool {
    let is_empty_update = |step: &CommandStep| {
        matches!(step.name.as_str(), "update" | "updateUserGroup")
            && step.value.as_object().is_some_and(Map::is_empty)
    };
    let has_some = command.steps.iter().any(is_empty_update);
    if has_some {
        Arc::make_mut(command).steps.retain(|step| !is_empty_update(step));
    }
    has_some
}

/// The names of the steps of a command, for its outcome.
pub(super) fn names_of_steps(command: &Command) -> String {
    command.steps.iter().map(|step| step.name.as_str()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_fields_are_left_out_of_a_create_step() {
        let account = AccountFields {
            email: " a@example.com ".into(),
            first_name: "A".into(),
            ..AccountFields::default()
        };
        let mut command = Command::user("a@example.com", None, None);
        create(&mut command, IdentityType::AdobeId, &account, Some(OPTIONS[0]));
        let expected = json!({"email": "a@example.com", "firstname": "A", "option": "ignoreIfAlreadyExists"});
        assert_eq!(command.steps[0].value, expected);
    }

    #[test]
    fn names_are_trimmed_and_used_once() {
        let list = Dynamic::from_array(vec![" Designers ".into(), "".into(), "designers".into(), "B".into()]);
        assert_eq!(names(&list).unwrap(), ["Designers", "B"]);
        assert!(some_names(&"  ".into(), "group").is_err());
    }

    #[test]
    fn a_username_without_a_domain_gets_that_of_the_e_mail() {
        let email = "j.doe@fed.example.com";
        assert_eq!(federated_domain("jdoe", None, email).as_deref(), Some("fed.example.com"));
        assert_eq!(federated_domain("jdoe", Some("x.example".into()), email).as_deref(), Some("x.example"));
        assert_eq!(federated_domain("j.doe@x.example.com", None, email), None);
    }
}
