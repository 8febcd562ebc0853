//! A command of a request, typed or as a caller wrote it. It is rendered when it is sent.

use crate::wire::command::{Command, steps_of, subject_of};
use crate::wire::subject::CommandSubject;
use serde::{Serialize, Serializer};
use serde_json::Value;
use std::sync::Arc;

/// A command of an action request.
#[derive(Debug, Clone, PartialEq)]
pub struct SentCommand {
    /// 0-based index in the caller's list.
    pub index: usize,
    /// 0-based piece of a command that was split.
    pub piece: usize,
    /// How many pieces the command has.
    pub pieces: usize,
    /// Its content.
    pub content: Arc<CommandContent>,
}

/// A command that is rendered as JSON when it is sent.
#[derive(Debug)]
pub struct CommandContent(CommandForm);

/// Where the JSON comes from.
#[derive(Debug)]
enum CommandForm {
    /// It is rendered from the command.
    Typed(Arc<Command>),
    /// A caller wrote it. It is sent as written, even if it cannot be parsed as a command, so guards must inspect
    /// all of it.
    Raw { command: Option<Command>, json: Value },
}

impl PartialEq for CommandContent {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (CommandForm::Typed(one), CommandForm::Typed(other)) => one == other,
            (CommandForm::Raw { json: one, .. }, CommandForm::Raw { json: other, .. }) => one == other,
            _ => false,
        }
    }
}

impl CommandContent {
    /// A command that is rendered when it is sent.
    pub fn new(command: impl Into<Arc<Command>>) -> Self {
        Self(CommandForm::Typed(command.into()))
    }

    /// Keeps a command as its caller wrote it.
    pub fn raw(json: Value) -> Self {
        Self(CommandForm::Raw { command: Command::read(&json).ok(), json })
    }

    /// The command; `None` if it cannot be parsed.
    pub fn command(&self) -> Option<&Command> {
        match &self.0 {
            CommandForm::Typed(command) => Some(command),
            CommandForm::Raw { command, .. } => command.as_ref(),
        }
    }

    /// The JSON that is sent.
    pub fn to_json(&self) -> Value {
        match &self.0 {
            CommandForm::Typed(command) => command.to_json(),
            CommandForm::Raw { json, .. } => json.clone(),
        }
    }

    /// The JSON that a caller wrote; `None` for a command that was built.
    pub(crate) fn as_written(&self) -> Option<&Value> {
        match &self.0 {
            CommandForm::Typed(_) => None,
            CommandForm::Raw { json, .. } => Some(json),
        }
    }

    /// The name of the user or group that the command changes.
    pub fn subject_name(&self) -> Option<&str> {
        match &self.0 {
            CommandForm::Typed(command) => Some(command.subject.name()),
            CommandForm::Raw { json, .. } => subject_of(json),
        }
    }

    /// The user that the command changes.
    pub fn user(&self) -> Option<&str> {
        match &self.0 {
            CommandForm::Typed(command) => match &command.subject {
                CommandSubject::User { user, .. } => Some(user),
                CommandSubject::Group { .. } => None,
            },
            CommandForm::Raw { json, .. } => json.get("user")?.as_str(),
        }
    }

    /// The domain of the user.
    pub fn domain(&self) -> Option<&str> {
        match &self.0 {
            CommandForm::Typed(command) => match &command.subject {
                CommandSubject::User { domain, .. } => domain.as_deref(),
                CommandSubject::Group { .. } => None,
            },
            CommandForm::Raw { json, .. } => json.get("domain")?.as_str(),
        }
    }

    /// Whether the command is about a user group.
    pub(crate) fn is_about_group(&self) -> bool {
        match &self.0 {
            CommandForm::Typed(command) => matches!(command.subject, CommandSubject::Group { .. }),
            CommandForm::Raw { json, .. } => json.get("user").is_none() && json.get("usergroup").is_some(),
        }
    }

    /// The value of `useAdobeID`; `None` if it is left out or not a flag.
    pub(crate) fn use_adobe_id(&self) -> Option<bool> {
        match &self.0 {
            CommandForm::Typed(command) => command.subject.use_adobe_id(),
            CommandForm::Raw { json, .. } => json.get("useAdobeID")?.as_bool(),
        }
    }

    /// The names of its steps, in order.
    pub fn step_names(&self) -> Vec<&str> {
        match &self.0 {
            CommandForm::Typed(command) => command.steps.iter().map(|step| step.name.as_str()).collect(),
            CommandForm::Raw { json, .. } => steps_of(json),
        }
    }

    /// Its steps with their values. A step that a caller wrote with several names is several steps.
    pub fn steps(&self) -> impl Iterator<Item = (&str, &Value)> {
        let (typed, raw) = match &self.0 {
            CommandForm::Typed(command) => (Some(command), None),
            CommandForm::Raw { json, .. } => (None, json.get("do").and_then(Value::as_array)),
        };
        let typed = typed.into_iter().flat_map(|command| &command.steps);
        let raw = raw.into_iter().flatten().filter_map(Value::as_object).flatten();
        let raw = raw.map(|(name, value)| (name.as_str(), value));
        typed.map(|step| (step.name.as_str(), &step.value)).chain(raw)
    }
}

impl Serialize for CommandContent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            CommandForm::Typed(command) => command.serialize(serializer),
            CommandForm::Raw { json, .. } => json.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_command_says_the_same_built_and_as_written() {
        for json in [
            json!({"user": "a", "domain": "example.com", "do": [{"add": {"group": ["X"]}}, {"removeFromOrg": {}}]}),
            json!({"usergroup": "G", "requestID": "r", "do": [{"remove": {"user": ["a@example.com"]}}]}),
            json!({"user": "a@example.com", "useAdobeID": true, "do": [{"remove": "all"}]}),
        ] {
            let typed = CommandContent::new(Command::read(&json).unwrap());
            let raw = CommandContent::raw(json.clone());
            for command in [&typed, &raw] {
                assert_eq!(command.to_json(), json);
                assert_eq!(serde_json::to_string(command).unwrap(), json.to_string());
            }
            assert_eq!(typed.command(), raw.command());
            assert_eq!(
                (typed.is_about_group(), typed.use_adobe_id()),
                (raw.is_about_group(), raw.use_adobe_id())
            );
            assert_eq!(
                (typed.subject_name(), typed.user(), typed.domain(), typed.step_names()),
                (raw.subject_name(), raw.user(), raw.domain(), raw.step_names())
            );
            assert!(typed.steps().eq(raw.steps()));
        }
    }

    #[test]
    fn what_cannot_be_read_is_kept_as_written() {
        let two = json!({"user": "a@example.com", "do": [{"add": {"group": ["X"]}, "removeFromOrg": {}}, 7]});
        let raw = CommandContent::raw(two.clone());
        assert_eq!((raw.command(), raw.as_written()), (None, Some(&two)));
        assert_eq!(raw.steps().map(|(name, _)| name).collect::<Vec<_>>(), ["add", "removeFromOrg"]);
        assert_eq!(CommandContent::raw(json!(7)).subject_name(), None);
    }
}
