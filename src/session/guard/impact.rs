//! What a command takes away, and whom it is about. Pure.

use crate::client::sent_command::RenderedCommand;
use crate::wire::command::Command;
use crate::wire::identity::fold;
use crate::wire::step::StepRemoval;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::HashSet;

/// What commands weigh together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CommandImpact {
    /// Commands.
    pub changes: usize,
    /// People and groups that lose something.
    pub removals: usize,
}

impl CommandImpact {
    /// What one command weighs. One that cannot be read weighs nothing: no step of it is known to remove.
    pub fn of(command: &RenderedCommand) -> Self {
        Self { changes: 1, removals: command.command().map_or(0, removals) }
    }

    /// What a command weighs that is sent in pieces.
    pub(crate) fn of_command(command: &Command) -> Self {
        Self { changes: 1, removals: removals(command) }
    }

    /// Takes another one in.
    pub fn add(&mut self, other: &Self) {
        self.changes += other.changes;
        self.removals += other.removals;
    }
}

/// A person counts once, however many steps take something away. A list of people that was cut into several steps
/// counts as a whole.
fn removals(command: &Command) -> usize {
    let removing = || command.specs().filter(|(_, spec)| spec.removes != StepRemoval::Nothing);
    let people: HashSet<_> = removing().flat_map(|(step, _)| step.names("user").map(fold)).collect();
    people.len().max(usize::from(removing().next().is_some()))
}

/// Whether an account is deleted for good.
pub(crate) fn deletes(command: &RenderedCommand) -> bool {
    let removals = command.steps().filter(|(name, _)| *name == "removeFromOrg");
    removals.filter_map(|(_, fields)| fields.get("deleteAccount")).any(|flag| flag != false)
}

/// Everyone and everything a command changes: its subject, by either way to name a person, the users it adds or
/// removes, and the addresses and names that its steps give.
pub(crate) fn names(command: &RenderedCommand) -> impl Iterator<Item = Cow<'_, str>> {
    std::iter::once(Cow::Borrowed(command.subject_name().unwrap_or_default()))
        .chain(with_domain(command).map(Cow::Owned))
        .chain(command.steps().flat_map(|(_, fields)| names_in_step(fields)).map(Cow::Borrowed))
}

/// The people a command is about, each by one name: a username that goes with a domain by both.
pub(crate) fn people(command: &RenderedCommand) -> impl Iterator<Item = Cow<'_, str>> {
    let subject = || command.user().map(Cow::Borrowed);
    let listed = command.steps().flat_map(|(_, fields)| names_in_step(fields));
    with_domain(command).map(Cow::Owned).or_else(subject).into_iter().chain(listed.map(Cow::Borrowed))
}

/// The address that a username and a domain make together: whom a pattern of an address means too.
fn with_domain(command: &RenderedCommand) -> Option<String> {
    let (user, domain) = (command.user()?, command.domain()?);
    (!user.contains('@')).then(|| format!("{}@{}", user.trim(), domain.trim()))
}

/// Whom the fields of one step name.
fn names_in_step(fields: &Value) -> impl Iterator<Item = &str> {
    let users = fields.get("user").and_then(Value::as_array).into_iter().flatten();
    let given = ["email", "username", "name"].into_iter().filter_map(|key| fields.get(key));
    users.chain(given).filter_map(Value::as_str)
}
