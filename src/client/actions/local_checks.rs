//! The local checks of a command: its structure, as the service checks it, and what the service can never do.

use crate::wire::built_command;
use crate::wire::command::Command;
use crate::wire::error_code;
use crate::wire::fault::CommandFault;
use crate::wire::identity::folded;
use crate::wire::validate;
use serde_json::Value;

/// Admin groups that the API can neither give nor take (contract 2.8, X16).
const FIXED_ADMIN_GROUPS: [&str; 3] = ["_org_admin", "_compartment_admin", "_compartment_viewer"];

/// The fields with the name of a person.
const NAMES: [&str; 2] = ["firstname", "lastname"];

/// Checks a command in the service's JSON.
///
/// # Errors
/// The first fault.
pub(crate) fn check(command: &Value) -> Result<(), CommandFault> {
    validate::command(command)?;
    let steps = command.get("do").and_then(Value::as_array).into_iter().flatten();
    let entries = steps.enumerate().filter_map(|(index, step)| Some((index, step.as_object()?)));
    let entries = entries.flat_map(|(index, step)| step.iter().map(move |entry| (index, entry)));
    impossible(entries.map(|(index, (name, value))| (index, name.as_str(), value)))
}

/// Checks a command that was built.
///
/// # Errors
/// The first fault.
pub(crate) fn check_built(command: &Command) -> Result<(), CommandFault> {
    built_command::check(command)?;
    impossible(command.steps.iter().enumerate().map(|(index, step)| (index, step.name.as_str(), &step.value)))
}

/// Checks steps for what the service can never do.
fn impossible<'s>(
    steps: impl Iterator<Item = (usize, &'s str, &'s Value)> + Clone,
) -> Result<(), CommandFault> {
    if let Some((step, message)) =
        steps.clone().find_map(|(index, _, value)| Some((index, broken_name(value)?)))
    {
        return Err(CommandFault { step, code: error_code::NAME_BROKEN, message });
    }
    let mut steps = steps;
    match steps.find_map(|(index, name, value)| Some((index, fixed_admin_group(name, value)?))) {
        None => Ok(()),
        Some((step, name)) => {
            let message = format!("`{name}` cannot be given or taken through the API");
            Err(CommandFault { step, code: error_code::FIXED_ADMIN_GROUP, message })
        }
    }
}

/// What is wrong with the name of a person that a program has damaged: it has a control character, or one that stands for
/// a letter that was lost.
fn broken_name(value: &Value) -> Option<String> {
    NAMES.into_iter().find_map(|key| {
        let name = value.get(key)?.as_str()?;
        let is_broken = |letter: &char| letter.is_control() || *letter == char::REPLACEMENT_CHARACTER;
        let letter = name.trim().chars().find(is_broken)?;
        Some(format!("`{key}` has a character that no name has, <U+{:04X}>", u32::from(letter)))
    })
}

fn fixed_admin_group<'v>(name: &str, value: &'v Value) -> Option<&'v str> {
    let groups = value.get("group").filter(|_| ["add", "remove"].contains(&name))?.as_array()?;
    groups.iter().filter_map(Value::as_str).find(|name| FIXED_ADMIN_GROUPS.contains(&&*folded(name)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_name_that_a_program_has_damaged_is_refused_in_each_field_and_step() {
        for step in ["addAdobeID", "createEnterpriseID", "createFederatedID", "update"] {
            for key in NAMES {
                for (name, is_broken) in [
                    ("Jo\u{fffd}rg", true),
                    ("\u{1b}$BNkLZ", true),
                    ("Lund\nSmith", true),
                    ("Zoë 太郎", false),
                ] {
                    let mut fields = json!({"firstname": "A", "lastname": "B"});
                    if step != "update" {
                        fields["email"] = json!("a@example.com");
                        fields["country"] = json!("US");
                    }
                    fields[key] = json!(name);
                    let fault = check(&json!({"user": "a@example.com", "do": [{step: fields}]})).err();
                    let is_named = fault.is_some_and(|fault| fault.code == error_code::NAME_BROKEN);
                    assert_eq!(is_named, is_broken, "{step} {key} {name:?}");
                }
            }
        }
    }

    #[test]
    fn a_fixed_admin_group_is_refused_in_each_step_and_spelling() {
        for name in FIXED_ADMIN_GROUPS {
            for step in ["add", "remove"] {
                for spelling in [name.to_owned(), name.to_uppercase(), format!(" {name} ")] {
                    let other = json!({"add": {"group": ["Designers"]}});
                    let steps = json!([other, {step: {"group": ["Marketing", spelling]}}]);
                    let fault = check(&json!({"user": "a@example.com", "do": steps})).unwrap_err();
                    assert_eq!((fault.step, fault.code), (1, error_code::FIXED_ADMIN_GROUP), "{fault}");
                }
            }
        }
        for name in ["_support_admin", "_admin_Designers"] {
            let command =
                json!({"user": "a@example.com", "do": [{"add": {"group": [name]}}, {"remove": "all"}]});
            assert_eq!(check(&command), Ok(()));
        }
    }
}
