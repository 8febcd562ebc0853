//! What a command takes away, and whom it is about. Pure.

use crate::wire::command::Command;
use crate::wire::step::Removes;
use serde_json::Value;

/// What commands weigh together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Weight {
    /// Commands.
    pub changes: usize,
    /// People and groups that lose something.
    pub removals: usize,
}

impl Weight {
    /// What one command weighs. One that is not understood weighs nothing: no step of it is known to remove.
    pub fn of(command: &Value) -> Self {
        let removals = Command::read(command).map_or(0, |command| {
            let removing = command.specs().filter(|(_, spec)| spec.removes != Removes::Nothing);
            // A person counts once, however many steps take something away.
            removing.map(|(step, _)| step.names("user").count().max(1)).max().unwrap_or(0)
        });
        Self { changes: 1, removals }
    }

    /// Takes another one in.
    pub fn add(&mut self, other: &Self) {
        self.changes += other.changes;
        self.removals += other.removals;
    }
}

/// Whether an account is deleted for good.
pub(super) fn deletes(command: &Value) -> bool {
    let steps = command.get("do").and_then(Value::as_array).into_iter().flatten();
    steps.filter_map(|step| step.get("removeFromOrg")?.get("deleteAccount")).any(|flag| flag != false)
}

/// Whom or what a command is about.
pub(super) fn subject(command: &Value) -> &str {
    ["user", "usergroup"].iter().find_map(|key| command.get(*key)?.as_str()).unwrap_or_default()
}

/// Everyone and everything a command changes: its subject, the users it adds or removes, and new names.
pub(super) fn names(command: &Value) -> impl Iterator<Item = &str> {
    let steps = command.get("do").and_then(Value::as_array).into_iter().flatten();
    let users = steps
        .filter_map(Value::as_object)
        .flat_map(|step| step.values())
        .filter_map(|value| value.get("user")?.as_array())
        .flatten()
        .filter_map(Value::as_str);
    std::iter::once(subject(command)).chain(users)
}
