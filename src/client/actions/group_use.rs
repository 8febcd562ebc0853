//! How a command changes groups, which decides what may be sent at the same time. Pure.

use crate::wire::command::Command;
use crate::wire::identity::fold;
use crate::wire::subject::CommandSubject;

/// What a command does to a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GroupUse {
    /// It adds its person.
    Joins,
    /// It removes its person.
    Leaves,
    /// It is about the group itself.
    Changes,
}

impl GroupUse {
    /// Whether the two may be sent at the same time: additions of different people commute, and so do removals. An
    /// addition may need the license that a removal frees, and nobody knows what two commands about one group do to
    /// each other.
    pub(crate) fn commutes_with(self, other: Self) -> bool {
        self == other && self != Self::Changes
    }
}

/// The folded names of the groups that a command changes, and how.
pub(crate) fn of(command: &Command) -> Vec<(String, GroupUse)> {
    if let CommandSubject::Group { name, .. } = &command.subject {
        let profiles = command.steps.iter().flat_map(|step| step.names("productConfiguration"));
        let names = std::iter::once(name.as_str()).chain(profiles);
        return names.map(|name| (fold(name), GroupUse::Changes)).collect();
    }
    let uses = command.steps.iter().flat_map(|step| {
        let group_use = if step.name == "remove" { GroupUse::Leaves } else { GroupUse::Joins };
        step.names("group").map(move |name| (fold(name), group_use))
    });
    uses.collect()
}

/// Whether a command only adds people to its group, or only removes them: the order of its pieces does not matter then.
pub(crate) fn is_member_list(command: &Command) -> bool {
    let is_group = matches!(command.subject, CommandSubject::Group { .. });
    let is_list = |name: &str| {
        let only_users = |fields: &serde_json::Map<String, _>| fields.keys().all(|key| key == "user");
        let mut steps = command.steps.iter();
        steps.all(|step| step.name == name && step.value.as_object().is_some_and(only_users))
    };
    is_group && !command.steps.is_empty() && (is_list("add") || is_list("remove"))
}

/// Whether a command names somebody by a username: the same person may be named by an e-mail elsewhere.
pub(crate) fn names_username(command: &Command) -> bool {
    let is_username = |name: &str| !name.contains('@');
    match &command.subject {
        CommandSubject::User { user, .. } => is_username(user),
        CommandSubject::Group { .. } => {
            command.steps.iter().flat_map(|step| step.names("user")).any(is_username)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn command(json: &Value) -> Command {
        Command::read(json).unwrap()
    }

    #[test]
    fn only_what_commutes_is_sent_at_the_same_time() {
        let all = [GroupUse::Joins, GroupUse::Leaves, GroupUse::Changes];
        for one in all {
            for two in all {
                let commutes = one == two && one != GroupUse::Changes;
                assert_eq!(one.commutes_with(two), commutes, "{one:?} {two:?}");
            }
        }
    }

    #[test]
    fn the_groups_of_a_command_are_found() {
        let user = command(&json!({"user": "a@example.com", "do": [
            {"add": {"group": ["X"]}}, {"remove": {"group": ["Y", "Z"]}}]}));
        let [x, y, z] = ["x", "y", "z"].map(str::to_owned);
        assert_eq!(of(&user), [(x.clone(), GroupUse::Joins), (y, GroupUse::Leaves), (z, GroupUse::Leaves)]);
        let group = command(&json!({"usergroup": "X", "do": [{"add": {"productConfiguration": ["P"]}}]}));
        assert_eq!(of(&group), [(x, GroupUse::Changes), ("p".to_owned(), GroupUse::Changes)]);
    }

    #[test]
    fn lists_of_members_are_told_from_other_commands() {
        for (steps, expected) in [
            (json!([{"add": {"user": ["a@example.com"]}}, {"add": {"user": ["b@example.com"]}}]), true),
            (json!([{"remove": {"user": ["a@example.com"]}}]), true),
            (json!([{"add": {"user": ["a@example.com"]}}, {"remove": {"user": ["b@example.com"]}}]), false),
            (json!([{"add": {"user": ["a@example.com"], "productConfiguration": ["P"]}}]), false),
            (json!([{"createUserGroup": {}}, {"add": {"user": ["a@example.com"]}}]), false),
        ] {
            assert_eq!(
                is_member_list(&command(&json!({"usergroup": "X", "do": steps}))),
                expected,
                "{steps}"
            );
        }
        let user = json!({"user": "a@example.com", "do": [{"add": {"group": ["X"]}}]});
        assert!(!is_member_list(&command(&user)));
    }

    #[test]
    fn usernames_are_found_in_subjects_and_lists() {
        let add = json!([{"add": {"group": ["X"]}}]);
        assert!(names_username(&command(&json!({"user": "jdoe", "domain": "example.com", "do": add}))));
        assert!(!names_username(&command(&json!({"user": "a@example.com", "do": add}))));
        let list = |name: &str| {
            command(&json!({"usergroup": "X", "do": [{"add": {"user": ["a@example.com", name]}}]}))
        };
        assert!(names_username(&list("jdoe")) && !names_username(&list("b@example.com")));
    }
}
