//! What can be checked of a command that was built, by the rules of [`validate`](super::validate).

use super::command::{Command, CommandStep};
use super::limits;
use super::subject::CommandSubject;
use super::validate::{
    CheckResult, all_steps, length, no_steps, not_empty, user_and_domain, visible_in, visible_text,
};

/// Checks a command as the service reads it.
///
/// # Errors
/// The first fault, in the order of contract 4.9.
pub(crate) fn check(command: &Command) -> CheckResult {
    let Command { subject, request_id, steps, .. } = command;
    visible_names(command)?;
    subject_lengths(subject)?;
    user_and_domain(subject)?;
    if let Some(request_id) = request_id {
        length(0, "requestID", request_id, limits::IDENTIFIER_LENGTH)?;
    }
    if steps.is_empty() {
        return no_steps();
    }
    let entries = steps.iter().map(|CommandStep { name, value }| Ok((name.as_str(), value)));
    all_steps(subject, steps.len(), entries)
}

/// Checks that no identifier of a command has a character that cannot be seen.
///
/// # Errors
/// The first identifier with a character that cannot be seen.
pub(crate) fn visible_names(command: &Command) -> CheckResult {
    match &command.subject {
        CommandSubject::User { user, domain, .. } => {
            visible_text(0, "user", user)?;
            domain.iter().try_for_each(|domain| visible_text(0, "domain", domain))?;
        }
        CommandSubject::Group { name, .. } => visible_text(0, "usergroup", name)?,
    }
    command.steps.iter().enumerate().try_for_each(|(index, step)| visible_in(index, &step.value))
}

fn subject_lengths(subject: &CommandSubject) -> CheckResult {
    let (key, name, limit, domain) = match subject {
        CommandSubject::User { user, domain, .. } => {
            ("user", user, limits::IDENTIFIER_LENGTH, domain.as_ref())
        }
        CommandSubject::Group { name, .. } => ("usergroup", name, limits::GROUP_NAME_LENGTH, None),
    };
    length(0, key, name, limit)?;
    not_empty(key, name)?;
    domain.map_or(Ok(()), |domain| length(0, "domain", domain, limits::IDENTIFIER_LENGTH))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::error_code;
    use crate::wire::validate;
    use serde_json::{Value, json};

    /// Commands with a fault each, and some without one.
    fn commands() -> Vec<Value> {
        let add = json!([{"add": {"group": ["X"]}}]);
        let long = "x".repeat(1_000);
        let mut commands = vec![
            json!({"user": "a@example.com", "do": add}),
            json!({"user": "a", "domain": "example.com", "requestID": "1", "useAdobeID": true, "do": add}),
            json!({"user": "a\u{200b}@example.com", "do": add}),
            json!({"user": "a", "domain": "b\u{200b}", "do": add}),
            json!({"usergroup": "\u{200b}", "do": [{"deleteUserGroup": {}}]}),
            json!({"user": " ", "do": add}),
            json!({"user": "a", "do": add}),
            json!({"user": "a@example.com", "domain": "example.com", "do": add}),
            json!({"user": format!("{long}@example.com"), "do": add}),
            json!({"user": "a", "domain": long, "do": add}),
            json!({"usergroup": long, "do": [{"deleteUserGroup": {}}]}),
            json!({"user": "a@example.com", "requestID": long, "do": add}),
            json!({"user": "a@example.com", "do": vec![json!({"add": {"group": ["X"]}}); 11]}),
        ];
        for step in [
            json!({"add": {"group": ["X", "x"]}}),
            json!({"add": {"group": ["\u{200b}"]}}),
            json!({"add": {"groups": ["X"]}}),
            json!({"add": "all"}),
            json!({"remove": "all"}),
            json!({"removeFromOrg": {"deleteAccount": "yes"}}),
            json!({"createFederatedID": {"email": "a@example.com", "firstname": "A"}}),
            json!({"update": {}}),
            json!({"update": {"firstname": " "}}),
            json!({"deleteUserGroup": {}}),
            json!({"dance": {}}),
        ] {
            commands.push(json!({"user": "a@example.com", "do": [step]}));
            commands.push(json!({"user": "a@example.com", "do": [add[0], step]}));
        }
        commands
    }

    #[test]
    fn a_command_has_the_same_fault_built_and_in_json() {
        let (mut faults, mut others) = (0, 0);
        for json in commands() {
            let built = Command::read(&json);
            let Ok(built) = built else { continue };
            assert_eq!(check(&built), validate::command(&json), "{json}");
            assert_eq!(visible_names(&built), validate::visible_names(&json), "{json}");
            *(if check(&built).is_ok() { &mut others } else { &mut faults }) += 1;
        }
        assert!(faults >= 20 && others >= 3, "{faults} {others}");
    }

    #[test]
    fn a_command_without_steps_is_refused() {
        let fault = check(&Command::user("a@example.com", None, None)).unwrap_err();
        assert_eq!(fault.code, error_code::STEPS_MALFORMED);
    }
}
