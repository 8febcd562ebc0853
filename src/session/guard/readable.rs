//! Whether the guard can read a command fully. What it cannot read it can neither count nor protect. Pure.

use crate::client::sent_command::CommandContent;
use crate::wire::command::{Command, CommandStep};
use crate::wire::step::StepSpec;
use crate::wire::validate;
use serde_json::Value;

/// The fields of steps that name people and groups.
const NAMES: [&str; 3] = ["email", "username", "name"];

/// Why a command cannot be read fully; `None` if it can.
pub(crate) fn unreadable(command: &CommandContent) -> Option<String> {
    let written = command.as_written();
    if let Some(Err(fault)) = written.map(validate::spelling) {
        return Some(fault.message);
    }
    match command.command() {
        None => Command::read(written?).err().map(|fault| fault.message),
        Some(command) => command.steps.iter().enumerate().find_map(|(index, step)| {
            let spec = command.specs().find(|(known, _)| std::ptr::eq(*known, step)).map(|(_, spec)| spec);
            unreadable_step(step, spec).map(|reason| format!("step {index}: {reason}"))
        }),
    }
}

fn unreadable_step(step: &CommandStep, spec: Option<&StepSpec>) -> Option<String> {
    let name = &step.name;
    let Some(spec) = spec else { return Some(format!("`{name}` is not a documented step")) };
    let Some(fields) = step.value.as_object() else {
        let is_all = spec.takes_all && step.value == "all";
        return (!is_all).then(|| format!("the value of `{name}` is not an object"));
    };
    let is_string_list =
        |value: &Value| value.as_array().is_some_and(|list| list.iter().all(Value::is_string));
    if fields.get("user").is_some_and(|users| !is_string_list(users)) {
        return Some(format!("`user` of `{name}` is not a list of strings"));
    }
    let wrong = NAMES.iter().find(|key| fields.get(**key).is_some_and(|value| !value.is_string()))?;
    Some(format!("`{wrong}` of `{name}` is not a string"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_command_is_read_fully_or_not_at_all() {
        let reason = |steps: Value| unreadable(&CommandContent::raw(json!({"usergroup": "G", "do": steps})));
        assert_eq!(reason(json!([{"remove": {"user": ["a@example.com"]}}, {"deleteUserGroup": {}}])), None);
        assert_eq!(unreadable(&CommandContent::raw(json!({"user": "a", "do": [{"remove": "all"}]}))), None);
        for (steps, expected) in [
            (json!([{"add": {}, "remove": "all"}]), "one key"),
            (
                json!([{"add": {"user": []}}, {"removeEverybody": {}}]),
                "step 1: `removeEverybody` is not a documented",
            ),
            (json!([{"remove": {"user": "a@example.com"}}]), "`user` of `remove` is not a list of strings"),
            (json!([{"remove": {"user": [{"email": "a"}]}}]), "`user` of `remove` is not a list of strings"),
            (json!([{"updateUserGroup": {"name": ["X"]}}]), "`name` of `updateUserGroup` is not a string"),
            (json!([{"remove": "everything"}]), "the value of `remove` is not an object"),
            (json!([]), "at least one step"),
        ] {
            assert!(reason(steps.clone()).unwrap().contains(expected), "{steps}");
        }
        assert!(unreadable(&CommandContent::raw(json!({"remove": "all"}))).is_some());
    }
}
