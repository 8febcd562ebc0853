//! Splits a command that is too long for the service into pieces. Pure.
//!
//! Names beyond ten are moved to additional steps of the same kind, directly after (contract 6); users and
//! profiles of one step count together (contract 7.6). Steps beyond ten are moved to additional commands for the
//! same subject, which must be sent in separate, successive requests (contract 7.8).

use crate::wire::command::{Command, CommandStep};
use crate::wire::limits::{NAMES_PER_LIST, STEPS_PER_COMMAND};
use crate::wire::subject::CommandSubject;
use serde_json::{Map, Value};
use std::collections::VecDeque;
use std::sync::Arc;

/// A command that fits into a request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CommandPiece {
    pub(crate) command: Arc<Command>,
    /// For each of its steps, the index of the caller's step it comes from.
    pub(super) origins: Vec<usize>,
}

/// The pieces of a command, in order; a command without steps is one piece.
pub(crate) fn split(command: &Arc<Command>) -> VecDeque<CommandPiece> {
    if fits(command) {
        let origins = (0..command.steps.len()).collect();
        return [CommandPiece { command: Arc::clone(command), origins }].into();
    }
    let steps: Vec<_> = command
        .steps
        .iter()
        .enumerate()
        .flat_map(|(origin, step)| split_step(step).into_iter().map(move |step| (origin, step)))
        .collect();
    let mut subject = command.subject.clone();
    let mut pieces = VecDeque::new();
    for slice in steps.chunks(STEPS_PER_COMMAND) {
        let steps: Vec<_> = slice.iter().map(|(_, step)| step.clone()).collect();
        let next = steps.iter().fold(subject.clone(), subject_after);
        let command = Command {
            subject,
            steps,
            adobe_ids: Vec::new(),
            request_id: command.request_id.clone(),
            choice: command.choice,
        };
        let command = Arc::new(command);
        pieces
            .push_back(CommandPiece { command, origins: slice.iter().map(|(origin, _)| *origin).collect() });
        subject = next;
    }
    pieces
}

/// Whether the command needs no splitting. The e-mails of Adobe IDs are for those who resolve the whole command.
fn fits(command: &Command) -> bool {
    let is_short = command.steps.len() <= STEPS_PER_COMMAND && command.adobe_ids.is_empty();
    command.steps.is_empty() || (is_short && command.steps.iter().all(|step| names_to_split(step).is_none()))
}

/// Splits a step so that each part has at most ten names.
fn split_step(step: &CommandStep) -> Vec<CommandStep> {
    let Some(names) = names_to_split(step) else { return vec![step.clone()] };
    names.chunks(NAMES_PER_LIST).map(|names| CommandStep::new(&step.name, group_by_key(names))).collect()
}

/// The names of a step with too many of them, with their keys. A value that is not a list, or an empty list, is left for
/// the checks to report.
fn names_to_split(step: &CommandStep) -> Option<Vec<(&String, &Value)>> {
    let fields = step.value.as_object().filter(|_| matches!(step.name.as_str(), "add" | "remove"))?;
    let lists: Vec<_> =
        fields.iter().map(|(key, value)| Some((key, value.as_array()?))).collect::<Option<_>>()?;
    let count: usize = lists.iter().map(|(_, list)| list.len()).sum();
    if count <= NAMES_PER_LIST || lists.iter().any(|(_, list)| list.is_empty()) {
        return None;
    }
    Some(lists.into_iter().flat_map(|(key, list)| list.iter().map(move |name| (key, name))).collect())
}

fn group_by_key(names: &[(&String, &Value)]) -> Value {
    let mut fields = Map::new();
    for (key, name) in names {
        let list = fields.entry((*key).clone()).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(list) = list {
            list.push((*name).clone());
        }
    }
    Value::Object(fields)
}

/// The subject after a step: with the new name after a rename, and with the e-mail after the creation of an
/// account whose username only looks like an e-mail (contract 7.17).
fn subject_after(subject: CommandSubject, step: &CommandStep) -> CommandSubject {
    let text = |key: &str| step.value.get(key).and_then(Value::as_str).map(str::to_owned);
    match (subject, step.name.as_str()) {
        (CommandSubject::Group { name, use_adobe_id }, "updateUserGroup") => {
            CommandSubject::Group { name: text("name").unwrap_or(name), use_adobe_id }
        }
        (CommandSubject::User { user, domain, use_adobe_id }, name) => {
            let is_email = user.contains('@');
            let new = match name {
                "update" | "createFederatedID" if is_email => text("email"),
                "update" => text("username"),
                _ => None,
            };
            // A user named by e-mail must not have a domain.
            let domain = domain.filter(|_| new.as_ref().is_none_or(|user| !user.contains('@')));
            CommandSubject::User { user: new.unwrap_or(user), domain, use_adobe_id }
        }
        (subject, _) => subject,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn split(command: &Command) -> VecDeque<CommandPiece> {
        super::split(&Arc::new(command.clone()))
    }

    fn names(count: usize) -> Vec<String> {
        (0..count).map(|number| format!("G{number}")).collect()
    }

    fn counts(piece: &CommandPiece, key: &str) -> Vec<usize> {
        piece.command.steps.iter().map(|step| step.names(key).count()).collect()
    }

    #[test]
    fn a_command_that_fits_stays_as_it_is() {
        let mut command = Command::user("a@example.com", None, None);
        command.add_to_groups(&names(10)).push("remove", json!("all"));
        let pieces = split(&command);
        assert_eq!((pieces.len(), &*pieces[0].command), (1, &command));
    }

    #[test]
    fn long_lists_go_into_further_steps_of_the_same_kind() {
        let mut command = Command::user("a@example.com", None, None);
        command
            .push("update", json!({"lastname": "B"}))
            .add_to_groups(&names(25))
            .remove_from_groups(&names(1));
        let pieces = split(&command);
        assert_eq!(counts(&pieces[0], "group"), [0, 10, 10, 5, 1]);
        let origins: Vec<_> = (0..5).map(|step| pieces[0].origins.get(step).copied()).collect();
        assert_eq!(origins, [Some(0), Some(1), Some(1), Some(1), Some(2)]);
        assert_eq!(pieces[0].origins.get(5).copied(), None);
    }

    #[test]
    fn users_and_profiles_of_a_step_count_together() {
        let mut command = Command::group("Designers");
        command.push("add", json!({"user": names(25), "productConfiguration": names(12)}));
        let pieces = split(&command);
        assert_eq!(counts(&pieces[0], "user"), [10, 10, 5, 0]);
        assert_eq!(counts(&pieces[0], "productConfiguration"), [0, 0, 5, 7]);
    }

    #[test]
    fn steps_over_ten_go_into_pieces_and_the_first_keeps_the_create() {
        let mut command = Command::user("a@example.com", None, Some(true));
        command.request_id = Some("r".into());
        command.push("addAdobeID", json!({"email": "a@example.com"})).add_to_groups(&names(150));
        command.push("removeFromOrg", json!({}));
        let pieces = split(&command);
        let steps: Vec<_> = pieces.iter().map(|piece| piece.command.steps.len()).collect();
        assert_eq!(steps, [10, 7]);
        assert_eq!(pieces[0].command.steps[0].name, "addAdobeID");
        assert_eq!(pieces[1].command.steps[6].name, "removeFromOrg");
        assert_eq!(pieces[1].command.subject, command.subject);
        assert_eq!(pieces[1].command.request_id, command.request_id);
        assert_eq!(pieces[1].origins.get(6).copied(), Some(2));
    }

    #[test]
    fn pieces_after_a_rename_use_the_new_name() {
        let subject = |mut command: Command| {
            command.add_to_groups(&names(100));
            split(&command)[1].command.subject.clone()
        };
        let mut user = Command::user("old@example.com", None, None);
        user.push("update", json!({"email": "new@example.com"}));
        assert_eq!(subject(user).name(), "new@example.com");
        let mut plain = Command::user("jdoe", Some("example.com"), None);
        plain.push("update", json!({"email": "new@example.com"}));
        assert_eq!(subject(plain), Command::user("jdoe", Some("example.com"), None).subject);
        let mut group = Command::group("Old");
        group.push("updateUserGroup", json!({"name": "New"}));
        assert_eq!(subject(group).name(), "New");
        let mut login = Command::user("login@sso.example.com", None, None);
        login.push("createFederatedID", json!({"email": "a@example.com"}));
        assert_eq!(subject(login).name(), "a@example.com");
    }

    #[test]
    fn invalid_values_are_left_for_the_checks() {
        for value in [json!("all"), json!({"group": "X"}), json!({"group": [], "user": names(11)}), json!({})]
        {
            let mut command = Command::user("a@example.com", None, None);
            command.push("add", value);
            assert_eq!(*split(&command)[0].command, command);
        }
        assert_eq!(split(&Command::group("X")).len(), 1);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_doubled_or_moved(lists in prop::collection::vec(0_usize..45, 1..20)) {
            let mut command = Command::user("a@example.com", None, None);
            for (place, count) in lists.iter().enumerate() {
                let names: Vec<_> = (0..*count).map(|number| format!("{place}-{number}")).collect();
                command.membership(if place % 2 == 0 { "add" } else { "remove" }, "group", &names);
            }
            let all = |command: &Command| -> Vec<(String, String)> {
                let names = |step: &CommandStep| step.names("group").map(str::to_owned).collect::<Vec<_>>();
                let pairs = |step: &CommandStep| names(step).into_iter().map(|name| (step.name.clone(), name)).collect::<Vec<_>>();
                command.steps.iter().flat_map(pairs).collect()
            };
            let pieces = split(&command);
            prop_assert_eq!(pieces.iter().flat_map(|piece| all(&piece.command)).collect::<Vec<_>>(), all(&command));
            for piece in &pieces {
                prop_assert!(piece.command.steps.len() <= STEPS_PER_COMMAND);
                for (place, step) in piece.command.steps.iter().enumerate() {
                    prop_assert!(step.names("group").count() <= NAMES_PER_LIST);
                    let origin = piece.origins[place];
                    prop_assert_eq!(&command.steps[origin].name, &step.name);
                }
            }
        }
    }
}
