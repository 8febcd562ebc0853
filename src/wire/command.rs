//! Commands and their steps: built, read from the service's JSON, and written as it.

use super::identity::{IdentityType, fold};
use super::step::{self, StepRemoval, StepSpec, SubjectKind};
use super::validate;
use crate::wire::fault::CommandFault;
use crate::wire::subject::CommandSubject;
use ahash::RandomState;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value, json};
use std::collections::HashSet;

/// The name of the user or group that a command in the JSON of the service changes.
pub fn subject_of(command: &Value) -> Option<&str> {
    ["user", "usergroup"].iter().find_map(|key| command.get(*key)?.as_str())
}

/// The names of the steps of a command in the service's JSON, in order.
pub fn steps_of(command: &Value) -> Vec<&str> {
    let steps = command.get("do").and_then(Value::as_array).into_iter().flatten();
    steps.filter_map(|step| step.as_object()?.keys().next().map(String::as_str)).collect()
}

/// One step: the service's name for it and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct CommandStep {
    /// The one key of the step object.
    pub name: String,
    /// The value of that key.
    pub value: Value,
}

impl CommandStep {
    /// A step as the service defines it.
    pub fn new(name: &str, value: Value) -> Self {
        Self { name: name.to_owned(), value }
    }

    /// The list of names under `key`; empty when there is none.
    pub fn names(&self, key: &str) -> impl Iterator<Item = &str> {
        self.value.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }
}

/// What a caller says about the person of a command beyond the fields of the service. It is never sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PersonChoice {
    /// Whether to send the command even if the person is not among the active users.
    pub send_unlisted: bool,
    /// Whether the caller named exactly one account, as by a user that was read.
    pub is_exact: bool,
}

/// One command: a subject and the steps to carry out on it, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// The user or user group it changes.
    pub subject: CommandSubject,
    /// A string that the service repeats in errors and warnings about this command.
    pub request_id: Option<String>,
    /// The steps.
    pub steps: Vec<CommandStep>,
    /// What the caller says about the person.
    pub choice: PersonChoice,
    /// The folded e-mails in its steps that the caller took from Adobe IDs that were read, which a list of a user group
    /// cannot say of one account only.
    pub adobe_ids: Vec<String>,
}

/// What two commands must not both have in one request, since their order there is not guaranteed
/// (contract 3.4): folded names of people, of groups changed, and of groups merely used.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CommandTouches {
    /// People, by every name they are addressed by.
    pub people: Vec<String>,
    /// Groups the command creates, renames or deletes, under their old and new names.
    pub groups_changed: Vec<String>,
    /// Groups whose members or profiles the command changes.
    pub groups_used: Vec<String>,
    /// Whether it deletes a group: the service carries out only one deletion of a request (contract 7.38).
    pub deletes_group: bool,
}

impl Command {
    /// A command without steps about a person named by e-mail, or by username and domain.
    pub fn user(user: &str, domain: Option<&str>, use_adobe_id: Option<bool>) -> Self {
        let domain = domain.map(str::to_owned);
        Self::about(CommandSubject::User { user: user.to_owned(), domain, use_adobe_id })
    }

    /// A command without steps about a user group.
    pub fn group(name: &str) -> Self {
        Self::about(CommandSubject::Group { name: name.to_owned(), use_adobe_id: None })
    }

    fn about(subject: CommandSubject) -> Self {
        Self {
            subject,
            request_id: None,
            steps: Vec::new(),
            choice: PersonChoice::default(),
            adobe_ids: Vec::new(),
        }
    }

    /// Appends a step as the service defines it.
    pub fn push(&mut self, name: &str, value: Value) -> &mut Self {
        // Most commands have one step, and the usual first room is for four.
        if self.steps.is_empty() {
            self.steps.reserve_exact(1);
        }
        self.steps.push(CommandStep::new(name, value));
        self
    }

    /// Appends the step that creates an account of this kind; `fields` as in contract 3.2.
    pub fn create(&mut self, kind: IdentityType, fields: Map<String, Value>) -> &mut Self {
        self.push(kind.create_step(), Value::Object(fields))
    }

    /// Appends an addition to groups, profiles and admin groups; none at all adds no step (contract 7.9).
    pub fn add_to_groups(&mut self, names: &[String]) -> &mut Self {
        self.membership("add", "group", names)
    }

    /// Appends a removal from groups, profiles and admin groups; none at all adds no step.
    pub fn remove_from_groups(&mut self, names: &[String]) -> &mut Self {
        self.membership("remove", "group", names)
    }

    /// Appends `add` or `remove` of the names under `key`; none at all adds no step.
    pub fn membership(&mut self, name: &str, key: &str, names: &[String]) -> &mut Self {
        if names.is_empty() { self } else { self.push(name, json!({ key: names })) }
    }

    /// Appends `add` or `remove` of people to a user group. Some of them were read, and are Adobe IDs: if all are, the
    /// command says so.
    pub fn change_members(&mut self, name: &str, people: &[String], adobe_ids: &[String]) -> &mut Self {
        let were_all =
            self.steps.iter().flat_map(|step| step.names("user")).all(|name| self.is_adobe_id(name));
        self.adobe_ids.extend(adobe_ids.iter().map(|email| fold(email)));
        let are_all = were_all && !people.is_empty() && people.iter().all(|name| self.is_adobe_id(name));
        if let CommandSubject::Group { use_adobe_id, .. } = &mut self.subject
            && !people.is_empty()
        {
            *use_adobe_id = are_all.then_some(true);
        }
        self.membership(name, "user", people)
    }

    fn is_adobe_id(&self, name: &str) -> bool {
        self.adobe_ids.contains(&fold(name))
    }

    /// The declarations of the steps; unknown ones are left out.
    pub fn specs(&self) -> impl Iterator<Item = (&CommandStep, &'static StepSpec)> {
        let kind = self.subject.kind();
        self.steps.iter().filter_map(move |step| Some((step, step::find(kind, &step.name)?)))
    }

    /// Whether sending the whole command again after a lost response changes nothing and succeeds.
    pub fn is_repeatable(&self) -> bool {
        self.specs().filter(|(step, spec)| spec.is_repeatable(&step.value)).count() == self.steps.len()
    }

    /// What it must not share with another command of the same request.
    pub fn touches(&self) -> CommandTouches {
        let mut touches = CommandTouches::default();
        if let Some(identity) = self.subject.identity() {
            touches.people.extend(identity.names().map(str::to_owned));
        }
        for (step, spec) in self.specs() {
            self.touch(step, spec, &mut touches);
        }
        if let CommandSubject::Group { name, .. } = &self.subject {
            touches.groups_used.push(fold(name));
        }
        touches
    }

    fn touch(&self, step: &CommandStep, spec: &StepSpec, touches: &mut CommandTouches) {
        match self.subject.kind() {
            SubjectKind::User => {
                let renamed =
                    ["email", "username"].into_iter().filter_map(|key| step.value.get(key)?.as_str());
                touches.people.extend(renamed.map(fold));
                touches.groups_used.extend(step.names("group").map(fold));
            }
            SubjectKind::Group if spec.is_membership() => {
                touches.people.extend(step.names("user").map(fold));
                touches.groups_used.extend(step.names("productConfiguration").map(fold));
            }
            SubjectKind::Group => {
                touches.deletes_group |= spec.removes == StepRemoval::Group;
                touches.groups_changed.push(fold(self.subject.name()));
                touches.groups_changed.extend(step.value.get("name").and_then(Value::as_str).map(fold));
            }
        }
    }

    /// The command as JSON, as it is sent.
    pub fn to_json(&self) -> Value {
        // Keys are strings, so it cannot fail.
        serde_json::to_value(self).unwrap_or_default()
    }

    /// Reads a command from the service's JSON.
    ///
    /// # Errors
    /// The first structural fault (contract 4.2 to 4.4), as the service would name it.
    pub fn from_json(command: &Value) -> Result<Self, CommandFault> {
        validate::command(command)?;
        Self::read(command)
    }

    /// Parses a command but checks only its outline, for callers that switched the checks off.
    ///
    /// # Errors
    /// A fault when there is no subject or no list of one-key steps: nothing could be tracked about it.
    pub fn read(command: &Value) -> Result<Self, CommandFault> {
        let subject = validate::subject(command)?;
        let steps = validate::steps(command)?
            .iter()
            .enumerate()
            .map(|(index, step)| {
                validate::single_key(index, step).map(|(name, value)| CommandStep::new(name, value.clone()))
            })
            .collect::<Result<_, _>>()?;
        let request_id = command.get("requestID").and_then(Value::as_str).map(str::to_owned);
        Ok(Self { subject, request_id, steps, choice: PersonChoice::default(), adobe_ids: Vec::new() })
    }
}

impl Serialize for Command {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut root = serializer.serialize_map(None)?;
        match &self.subject {
            CommandSubject::User { user, domain, .. } => {
                root.serialize_entry("user", user)?;
                if let Some(domain) = domain {
                    root.serialize_entry("domain", domain)?;
                }
            }
            CommandSubject::Group { name, .. } => root.serialize_entry("usergroup", name)?,
        }
        if let Some(flag) = self.subject.use_adobe_id() {
            root.serialize_entry("useAdobeID", &flag)?;
        }
        if let Some(request_id) = &self.request_id {
            root.serialize_entry("requestID", request_id)?;
        }
        root.serialize_entry("do", &self.steps)?;
        root.end()
    }
}

impl Serialize for CommandStep {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut step = serializer.serialize_map(Some(1))?;
        step.serialize_entry(&self.name, &self.value)?;
        step.end()
    }
}

impl CommandTouches {
    /// Whether the order of the two commands could matter.
    pub fn conflicts_with(&self, other: &Self) -> bool {
        let mut taken = TouchedSubjects::default();
        taken.add(self);
        taken.conflicts_with(other)
    }
}

/// Folded names. The hash of the standard library takes a tenth of the instructions of a long list of commands.
type NameSet<'t> = HashSet<&'t str, RandomState>;

/// What several commands touch together.
#[derive(Debug, Default)]
pub struct TouchedSubjects<'t> {
    people: NameSet<'t>,
    groups_changed: NameSet<'t>,
    groups_used: NameSet<'t>,
}

impl<'t> TouchedSubjects<'t> {
    /// Adds a command.
    pub fn add(&mut self, touches: &'t CommandTouches) {
        self.people.extend(touches.people.iter().map(String::as_str));
        self.groups_changed.extend(touches.groups_changed.iter().map(String::as_str));
        self.groups_used.extend(touches.groups_used.iter().map(String::as_str));
    }

    /// Whether the order between the command and any of these could matter.
    pub fn conflicts_with(&self, other: &CommandTouches) -> bool {
        let shares = |one: &NameSet<'_>, two: &[String]| two.iter().any(|name| one.contains(name.as_str()));
        shares(&self.people, &other.people)
            || shares(&self.groups_changed, &other.groups_changed)
            || shares(&self.groups_changed, &other.groups_used)
            || shares(&self.groups_used, &other.groups_changed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(user: &str, group: &str) -> Command {
        let mut command = Command::user(user, None, None);
        command.add_to_groups(&[group.to_owned()]);
        command
    }

    #[test]
    fn a_command_is_written_and_read_back() {
        let sent = json!({"user": "jdoe", "domain": "example.com", "requestID": "r1", "do": [
            {"add": {"group": ["Designers"]}}, {"removeFromOrg": {"deleteAccount": false}}]});
        let command = Command::from_json(&sent).expect("valid");
        assert_eq!(command.to_json(), sent);
        assert!(command.is_repeatable());
    }

    #[test]
    fn no_names_add_no_step() {
        let mut command = Command::user("a@example.com", None, None);
        command.add_to_groups(&[]).remove_from_groups(&[]);
        assert!(command.steps.is_empty());
    }

    #[test]
    fn two_commands_for_one_person_conflict_whatever_the_case() {
        assert!(add("A@example.com", "X").touches().conflicts_with(&add("a@EXAMPLE.com", "Y").touches()));
        assert!(!add("a@example.com", "X").touches().conflicts_with(&add("b@example.com", "X").touches()));
    }

    #[test]
    fn a_group_that_one_command_makes_and_another_uses_is_a_conflict() {
        let mut create = Command::group("designers");
        create.push("createUserGroup", json!({}));
        let mut fill = Command::group("Designers");
        fill.membership("add", "user", &["a@example.com".to_owned()]);
        assert!(create.touches().conflicts_with(&add("b@example.com", "Designers").touches()));
        assert!(add("b@example.com", "Designers").touches().conflicts_with(&create.touches()));
        assert!(!fill.touches().conflicts_with(&add("b@example.com", "Designers").touches()));
        assert!(fill.touches().conflicts_with(&add("a@example.com", "Other").touches()));
    }

    #[test]
    fn an_update_touches_the_old_and_the_new_name() {
        let mut rename = Command::user("old@example.com", None, None);
        rename.push("update", json!({"email": "new@example.com"}));
        assert!(rename.touches().conflicts_with(&add("new@example.com", "X").touches()));
        assert!(!rename.is_repeatable());
    }
}
