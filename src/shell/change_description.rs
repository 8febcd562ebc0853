//! A change in words: in the question before it is made, and in the history of runs.

use crate::client::sent_command::{CommandContent, SentCommand};
use serde_json::{Map, Value};

/// Commands that are described; the rest are counted.
const COMMANDS_SHOWN: usize = 5;
/// Names of a list that are shown; the rest are counted.
const NAMES_SHOWN: usize = 3;

/// What the first commands do and to whom, a line each, and how many more there are.
pub(crate) fn describe(commands: &[SentCommand]) -> Vec<String> {
    let mut lines: Vec<_> = commands.iter().take(COMMANDS_SHOWN).map(line).collect();
    let more = commands.len().saturating_sub(COMMANDS_SHOWN);
    lines.extend((more > 0).then(|| format!("and {more} more in this request")));
    lines
}

fn line(command: &SentCommand) -> String {
    let content = &command.content;
    format!("{}: {}", content.subject_name().unwrap_or("somebody"), steps_in_words(content))
}

/// What a command does, without its user or group.
pub(crate) fn steps_in_words(command: &CommandContent) -> String {
    command.steps().map(|(name, value)| step(name, value)).collect::<Vec<_>>().join("; ")
}

fn step(name: &str, value: &Value) -> String {
    match (name, value) {
        ("remove", Value::String(all)) if all == "all" => "remove from all groups".to_owned(),
        ("add" | "remove", Value::Object(lists)) => membership(name, lists),
        ("removeFromOrg", _) if value["deleteAccount"] == true => "delete the account permanently".to_owned(),
        ("removeFromOrg", _) => "remove from the organization".to_owned(),
        ("addAdobeID", _) => "add the Adobe ID".to_owned(),
        ("createEnterpriseID", _) => "create the Enterprise ID".to_owned(),
        ("createFederatedID", _) => "create the Federated ID".to_owned(),
        ("update", Value::Object(fields)) => format!("update {}", joined(fields.keys().map(String::as_str))),
        ("createUserGroup", _) => "create the user group".to_owned(),
        ("updateUserGroup", Value::Object(fields)) => {
            format!("update {} of the user group", joined(fields.keys().map(String::as_str)))
        }
        ("deleteUserGroup", _) => "delete the user group".to_owned(),
        _ => name.to_owned(),
    }
}

/// `add to Designers, Editors`; of a user group, `add user ben.osei@example.com`.
fn membership(name: &str, lists: &Map<String, Value>) -> String {
    let names = |list: &Value| {
        joined(list.as_array().into_iter().flatten().map(|name| name.as_str().unwrap_or("an invalid name")))
    };
    let preposition = if name == "add" { "to" } else { "from" };
    let parts = lists.iter().map(|(key, list)| match key.as_str() {
        "group" | "product" => format!("{name} {preposition} {}", names(list)),
        "user" => format!("{name} user {}", names(list)),
        "productConfiguration" => format!("{name} profile {}", names(list)),
        other => format!("{name} {other} {}", names(list)),
    });
    parts.collect::<Vec<_>>().join(", ")
}

fn joined<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.collect();
    let more = names.len().saturating_sub(NAMES_SHOWN);
    let shown = names[..names.len() - more].join(", ");
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::step::{STEPS, SubjectKind};
    use serde_json::json;
    use std::sync::Arc;

    fn sent(command: Value) -> SentCommand {
        SentCommand { index: 0, piece: 0, pieces: 1, content: Arc::new(CommandContent::raw(command)) }
    }

    #[test]
    fn a_change_says_what_it_does_and_to_whom() {
        let steps = [
            (json!({"add": {"group": ["A", "B", "C", "D", "E"]}}), "add to A, B, C and 2 more"),
            (json!({"remove": {"group": ["A"]}}), "remove from A"),
            (json!({"remove": "all"}), "remove from all groups"),
            (json!({"removeFromOrg": {"deleteAccount": true}}), "delete the account permanently"),
            (json!({"removeFromOrg": {}}), "remove from the organization"),
            (json!({"update": {"firstname": "B", "country": "US"}}), "update firstname, country"),
            (json!({"add": {"user": ["x"], "productConfiguration": ["P"]}}), "add user x, add profile P"),
        ];
        for (step, words) in steps {
            let line = line(&sent(json!({"user": "ben.osei@example.com", "do": [step]})));
            let parts: Vec<_> = words.split(", ").collect();
            assert!(parts.iter().all(|part| line.contains(part)), "{line}: {words}");
        }
    }

    #[test]
    fn every_step_of_the_service_is_described_in_words() {
        for spec in STEPS {
            let root = if spec.subject == SubjectKind::User { "user" } else { "usergroup" };
            let line = line(&sent(json!({root: "x", "do": [{spec.name: {"group": ["A"]}}]})));
            assert!(line.contains(' ') && !line.ends_with(&format!(": {}", spec.name)), "{line}");
        }
    }

    #[test]
    fn more_than_a_few_commands_are_counted() {
        let commands: Vec<_> =
            (0..7).map(|n| sent(json!({"user": n.to_string(), "do": [{"remove": "all"}]}))).collect();
        let lines = describe(&commands);
        assert_eq!(lines.len(), COMMANDS_SHOWN + 1);
        assert_eq!(lines[COMMANDS_SHOWN], "and 2 more in this request");
    }
}
