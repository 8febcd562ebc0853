//! What a command takes away, and whom it is about. Pure.

use crate::wire::command::{Command, subject_of};
use crate::wire::step::StepRemoval;
use serde_json::Value;
use std::borrow::Cow;

/// What commands weigh together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CommandImpact {
    /// Commands.
    pub changes: usize,
    /// People and groups that lose something.
    pub removals: usize,
}

impl CommandImpact {
    /// What one command weighs. One that is not understood weighs nothing: no step of it is known to remove.
    pub fn of(command: &Value) -> Self {
        let removals = Command::read(command).map_or(0, |command| {
            let removing = command.specs().filter(|(_, spec)| spec.removes != StepRemoval::Nothing);
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
pub(crate) fn deletes(command: &Value) -> bool {
    let steps = command.get("do").and_then(Value::as_array).into_iter().flatten();
    steps.filter_map(|step| step.get("removeFromOrg")?.get("deleteAccount")).any(|flag| flag != false)
}

/// Everyone and everything a command changes: its subject, by either way to name a person, the users it adds or
/// removes, and the addresses and names that its steps give.
pub(crate) fn names(command: &Value) -> impl Iterator<Item = Cow<'_, str>> {
    let steps = command.get("do").and_then(Value::as_array).into_iter().flatten();
    let fields = steps.filter_map(Value::as_object).flat_map(|step| step.values());
    std::iter::once(Cow::Borrowed(subject_of(command).unwrap_or_default()))
        .chain(with_domain(command).map(Cow::Owned))
        .chain(fields.flat_map(named).map(Cow::Borrowed))
}

/// The people a command is about, each by one name: a username that goes with a domain by both.
pub(crate) fn people(command: &Value) -> impl Iterator<Item = Cow<'_, str>> {
    let subject = || command.get("user").and_then(Value::as_str).map(Cow::Borrowed);
    let steps = command.get("do").and_then(Value::as_array).into_iter().flatten();
    let listed = steps.filter_map(Value::as_object).flat_map(|step| step.values()).flat_map(named);
    with_domain(command).map(Cow::Owned).or_else(subject).into_iter().chain(listed.map(Cow::Borrowed))
}

/// The address that a username and a domain make together: whom a pattern of an address means too.
fn with_domain(command: &Value) -> Option<String> {
    let user = command.get("user")?.as_str()?;
    let domain = command.get("domain")?.as_str()?;
    (!user.contains('@')).then(|| format!("{}@{}", user.trim(), domain.trim()))
}

/// Whom the fields of one step name.
fn named(fields: &Value) -> impl Iterator<Item = &str> {
    let users = fields.get("user").and_then(Value::as_array).into_iter().flatten();
    let given = ["email", "username", "name"].into_iter().filter_map(|key| fields.get(key));
    users.chain(given).filter_map(Value::as_str)
}
