//! What a command takes away, and which users and groups it names. Pure.

use crate::client::sent_command::CommandContent;
use crate::wire::command::Command;
use crate::wire::identity::fold;
use crate::wire::step::StepRemoval;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::HashSet;

/// The impact of commands, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CommandImpact {
    /// The number of people and groups that are changed, once for each command.
    pub changes: usize,
    /// The number of people and groups that lose something.
    pub removals: usize,
}

impl CommandImpact {
    /// The impact of one command. One that cannot be parsed is one change without removals.
    pub fn of(command: &CommandContent) -> Self {
        command.command().map_or(Self { changes: 1, removals: 0 }, Self::of_command)
    }

    /// The impact of a command that may be sent in pieces. One about a group counts the people that it lists.
    pub(crate) fn of_command(command: &Command) -> Self {
        Self { changes: people_listed(command).max(1), removals: removals(command) }
    }

    /// The impact of a further piece of a command, which adds only the people that it lists.
    pub(crate) fn of_later_piece(command: &CommandContent) -> Self {
        Self { changes: command.command().map_or(0, people_listed), ..Self::of(command) }
    }

    /// Adds another impact.
    pub fn add(&mut self, other: &Self) {
        self.changes += other.changes;
        self.removals += other.removals;
    }
}

/// The number of people whom the steps of a command list, each once.
fn people_listed(command: &Command) -> usize {
    command.steps.iter().flat_map(|step| step.names("user")).map(fold).collect::<HashSet<_>>().len()
}

/// A person counts once, however many steps take something away. People who are listed in several steps count
/// once, too.
fn removals(command: &Command) -> usize {
    let removing = || command.specs().filter(|(_, spec)| spec.removes != StepRemoval::Nothing);
    let people: HashSet<_> = removing().flat_map(|(step, _)| step.names("user").map(fold)).collect();
    people.len().max(usize::from(removing().next().is_some()))
}

/// Whether an account is deleted permanently.
pub(crate) fn deletes(command: &CommandContent) -> bool {
    let removals = command.steps().filter(|(name, _)| *name == "removeFromOrg");
    removals.filter_map(|(_, fields)| fields.get("deleteAccount")).any(|flag| flag != false)
}

/// All names in a command: its subject (a username also with its domain), the users that it adds or removes, and the
/// e-mails and names that its steps set.
pub(crate) fn names(command: &CommandContent) -> impl Iterator<Item = Cow<'_, str>> {
    std::iter::once(Cow::Borrowed(command.subject_name().unwrap_or_default()))
        .chain(with_domain(command).map(Cow::Owned))
        .chain(command.steps().flat_map(|(_, fields)| names_in_step(fields)).map(Cow::Borrowed))
}

/// The people in a command, each by one name: a username together with its domain.
pub(crate) fn people(command: &CommandContent) -> impl Iterator<Item = Cow<'_, str>> {
    let subject = || command.user().map(Cow::Borrowed);
    let listed = command.steps().flat_map(|(_, fields)| names_in_step(fields));
    with_domain(command).map(Cow::Owned).or_else(subject).into_iter().chain(listed.map(Cow::Borrowed))
}

/// What a command changes by itself, by its name and by its name with the domain: a person, or a group unless the
/// command only adds people to it or removes people from it. `None` if only the people that it lists are changed.
pub(crate) fn subject(command: &CommandContent) -> Option<(Cow<'_, str>, Cow<'_, str>)> {
    let is_membership = |(name, fields): (&str, &Value)| {
        let only_users = |fields: &Map<String, Value>| fields.keys().all(|key| key == "user");
        matches!(name, "add" | "remove") && fields.as_object().is_some_and(only_users)
    };
    if command.is_about_group() && !command.step_names().is_empty() && command.steps().all(is_membership) {
        return None;
    }
    let name = Cow::Borrowed(command.subject_name().unwrap_or("(no name)"));
    let full = with_domain(command).map_or_else(|| name.clone(), Cow::Owned);
    Some((name, full))
}

/// The people whom the steps of a command list.
pub(crate) fn listed_people(command: &CommandContent) -> impl Iterator<Item = &str> {
    let lists = command.steps().filter_map(|(_, fields)| fields.get("user").and_then(Value::as_array));
    lists.flatten().map(|name| name.as_str().unwrap_or("(not a name)"))
}

/// Username and domain as an address, which patterns of addresses match as well.
fn with_domain(command: &CommandContent) -> Option<String> {
    let (user, domain) = (command.user()?, command.domain()?);
    (!user.contains('@')).then(|| format!("{}@{}", user.trim(), domain.trim()))
}

/// The names in the fields of one step.
fn names_in_step(fields: &Value) -> impl Iterator<Item = &str> {
    let users = fields.get("user").and_then(Value::as_array).into_iter().flatten();
    let given = ["email", "username", "name"].into_iter().filter_map(|key| fields.get(key));
    users.chain(given).filter_map(Value::as_str)
}
