//! Commands that only add their person to groups, or only remove them, so that lists of a group can do the same. Pure.

use crate::wire::command::Command;
use crate::wire::identity::{fold, looks_like_email};
use crate::wire::limits::NAMES_PER_LIST;
use crate::wire::subject::CommandSubject;
use serde_json::Value;
use std::collections::BTreeSet;

/// What a command does to the memberships of its person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Memberships {
    /// Whether the person is added; removed otherwise.
    pub(crate) is_addition: bool,
    /// The e-mail as the caller wrote it.
    pub(crate) email: String,
    /// The groups as the caller wrote them.
    pub(crate) groups: Vec<String>,
}

impl Memberships {
    /// The memberships that a command changes; `None` if it does anything else, or names its person by anything but an
    /// e-mail. A list cannot say which of two accounts is meant, so somebody else has to know that there is only one.
    pub(crate) fn of(command: &Command) -> Option<Self> {
        let CommandSubject::User { user, domain: None, .. } = &command.subject else { return None };
        if !looks_like_email(user) || command.request_id.is_some() {
            return None;
        }
        let is_addition = command.steps.first()?.name == "add";
        let step_name = if is_addition { "add" } else { "remove" };
        let mut groups = Vec::new();
        for step in &command.steps {
            let fields = step.value.as_object().filter(|fields| fields.len() == 1)?;
            let names = fields.get("group").and_then(Value::as_array)?;
            if step.name != step_name || names.is_empty() {
                return None;
            }
            groups.extend(names.iter().map(Value::as_str).collect::<Option<Vec<_>>>()?);
        }
        let distinct: BTreeSet<_> = groups.iter().map(|name| fold(name)).collect();
        if distinct.len() != groups.len() || groups.len() > NAMES_PER_LIST {
            return None;
        }
        let groups = groups.into_iter().map(|name| name.trim().to_owned()).collect();
        Some(Self { is_addition, email: user.trim().to_owned(), groups })
    }

    /// The folded names of the groups.
    pub(crate) fn folded_groups(&self) -> impl Iterator<Item = String> {
        self.groups.iter().map(|name| fold(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(json: &Value) -> Option<Memberships> {
        Memberships::of(&Command::read(json).unwrap())
    }

    #[test]
    fn additions_and_removals_are_recognized() {
        let add = of(
            &json!({"user": " A@example.com", "do": [{"add": {"group": ["X"]}}, {"add": {"group": ["Y"]}}]}),
        );
        let expected = Memberships {
            is_addition: true,
            email: "A@example.com".into(),
            groups: vec!["X".into(), "Y".into()],
        };
        assert_eq!(add, Some(expected));
        let remove = of(&json!({"user": "a@example.com", "do": [{"remove": {"group": ["X"]}}]})).unwrap();
        assert!(!remove.is_addition);
    }

    #[test]
    fn what_a_list_could_not_say_is_left_alone() {
        let add = json!({"add": {"group": ["X"]}});
        for command in [
            json!({"user": "jdoe", "domain": "example.com", "do": [add]}),
            json!({"user": "a@example.com", "requestID": "r", "do": [add]}),
            json!({"user": "a@b", "do": [add]}),
            json!({"user": "a@example.com", "do": [add, {"remove": {"group": ["Y"]}}]}),
            json!({"user": "a@example.com", "do": [add, add]}),
            json!({"user": "a@example.com", "do": [{"add": {"group": ["X", " x"]}}]}),
            json!({"user": "a@example.com", "do": [{"add": {"group": []}}]}),
            json!({"user": "a@example.com", "do": [{"add": {"group": ["X"], "product": ["Y"]}}]}),
            json!({"user": "a@example.com", "do": [{"remove": "all"}]}),
            json!({"user": "a@example.com", "do": [{"update": {"lastname": "B"}}]}),
            json!({"usergroup": "X", "do": [{"add": {"user": ["a@example.com"]}}]}),
        ] {
            assert_eq!(of(&command), None, "{command}");
        }
    }
}
