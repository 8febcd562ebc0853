//! The local checks of a command: its structure, as the service checks it, and what the service can never do.

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
    if let Some((step, message)) =
        steps.clone().enumerate().find_map(|(step, value)| Some((step, broken_name(value)?)))
    {
        return Err(CommandFault { step, code: error_code::NAME_BROKEN, message });
    }
    match steps.enumerate().find_map(|(step, value)| Some((step, fixed_admin_group(value)?))) {
        None => Ok(()),
        Some((step, name)) => {
            let message = format!("`{name}` cannot be given or taken through the API");
            Err(CommandFault { step, code: error_code::FIXED_ADMIN_GROUP, message })
        }
    }
}

/// What is wrong with the name of a person that a program has damaged: it has a control character, or one that stands for
/// a letter that was lost.
fn broken_name(step: &Value) -> Option<String> {
    let fields = step.as_object()?.values().filter_map(Value::as_object);
    let names = fields.flat_map(|fields| NAMES.map(|key| Some((key, fields.get(key)?.as_str()?))));
    names.flatten().find_map(|(key, name)| {
        let is_broken = |letter: &char| letter.is_control() || *letter == char::REPLACEMENT_CHARACTER;
        let letter = name.trim().chars().find(is_broken)?;
        Some(format!("`{key}` has a character that no name has, <U+{:04X}>", u32::from(letter)))
    })
}

fn fixed_admin_group(step: &Value) -> Option<&str> {
    let lists = ["add", "remove"].into_iter().filter_map(|name| step.get(name)?.get("group")?.as_array());
    lists.flatten().filter_map(Value::as_str).find(|name| FIXED_ADMIN_GROUPS.contains(&&*folded(name)))
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
