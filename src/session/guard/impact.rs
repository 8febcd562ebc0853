//! What a command takes away, and which users and groups it names. Pure.

use crate::client::sent_command::RenderedCommand;
use crate::wire::command::Command;
use crate::wire::identity::fold;
use crate::wire::step::StepRemoval;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::HashSet;

/// The impact of commands, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CommandImpact {
    /// The number of commands.
    pub changes: usize,
    /// The number of people and groups that lose something.
    pub removals: usize,
}

impl CommandImpact {
    /// The impact of one command. One that cannot be parsed has no removals.
    pub fn of(command: &RenderedCommand) -> Self {
        Self { changes: 1, removals: command.command().map_or(0, removals) }
    }

    /// The impact of a command that may be sent in pieces.
    pub(crate) fn of_command(command: &Command) -> Self {
        Self { changes: 1, removals: removals(command) }
    }

    /// Adds another impact.
    pub fn add(&mut self, other: &Self) {
        self.changes += other.changes;
        self.removals += other.removals;
    }
}

/// A person counts once, however many steps take something away. People who are listed in several steps count
/// once, too.
fn removals(command: &Command) -> usize {
    let removing = || command.specs().filter(|(_, spec)| spec.removes != StepRemoval::Nothing);
    let people: HashSet<_> = removing().flat_map(|(step, _)| step.names("user").map(fold)).collect();
    people.len().max(usize::from(removing().next().is_some()))
}

/// Whether an account is deleted permanently.
pub(crate) fn deletes(command: &RenderedCommand) -> bool {
    let removals = command.steps().filter(|(name, _)| *name == "removeFromOrg");
    removals.filter_map(|(_, fields)| fields.get("deleteAccount")).any(|flag| flag != false)
}

/// All names in a command: its subject (a username also with its domain), the users that it adds or removes, and the
/// e-mails and names that its steps set.
pub(crate) fn names(command: &RenderedCommand) -> impl Iterator<Item = Cow<'_, str>> {
    std::iter::once(Cow::Borrowed(command.subject_name().unwrap_or_default()))
        .chain(with_domain(command).map(Cow::Owned))
        .chain(command.steps().flat_map(|(_, fields)| names_in_step(fields)).map(Cow::Borrowed))
}

/// The people in a command, each by one name: a username together with its domain.
pub(crate) fn people(command: &RenderedCommand) -> impl Iterator<Item = Cow<'_, str>> {
    let subject = || command.user().map(Cow::Borrowed);
    let listed = command.steps().flat_map(|(_, fields)| names_in_step(fields));
    with_domain(command).map(Cow::Owned).or_else(subject).into_iter().chain(listed.map(Cow::Borrowed))
}

/// Username and domain as an address, which patterns of addresses match as well.
fn with_domain(command: &RenderedCommand) -> Option<String> {
    let (user, domain) = (command.user()?, command.domain()?);
    (!user.contains('@')).then(|| format!("{}@{}", user.trim(), domain.trim()))
}

/// The names in the fields of one step.
fn names_in_step(fields: &Value) -> impl Iterator<Item = &str> {
    let users = fields.get("user").and_then(Value::as_array).into_iter().flatten();
    let given = ["email", "username", "name"].into_iter().filter_map(|key| fields.get(key));
    users.chain(given).filter_map(Value::as_str)
}
