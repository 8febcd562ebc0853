//! The local checks of a command: its structure, as the service checks it, and what the service can never do.

use crate::wire::error_code;
use crate::wire::fault::CommandFault;
use crate::wire::identity::folded;
use crate::wire::validate;
use serde_json::Value;

/// Admin groups that the API can neither give nor take (contract 2.8, X16).
const FIXED_ADMIN_GROUPS: [&str; 3] = ["_org_admin", "_compartment_admin", "_compartment_viewer"];

/// Checks a command in the service's JSON.
///
/// # Errors
/// The first fault.
pub(crate) fn check(command: &Value) -> Result<(), CommandFault> {
    validate::command(command)?;
    let steps = command.get("do").and_then(Value::as_array).into_iter().flatten();
    match steps.enumerate().find_map(|(step, value)| Some((step, fixed_admin_group(value)?))) {
        None => Ok(()),
        Some((step, name)) => {
            let message = format!("`{name}` cannot be given or taken through the API");
            Err(CommandFault { step, code: error_code::FIXED_ADMIN_GROUP, message })
        }
    }
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
