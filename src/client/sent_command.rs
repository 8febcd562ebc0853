//! A command of a request: its typed form, and its JSON, rendered once.

use crate::wire::command::{Command, steps_of, subject_of};
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
    pub content: Arc<RenderedCommand>,
}

/// A command and its JSON as it is sent.
#[derive(Debug, PartialEq)]
pub struct RenderedCommand {
    form: CommandForm,
    json: Value,
}

/// Where the JSON comes from.
#[derive(Debug, PartialEq)]
enum CommandForm {
    /// It was rendered from this.
    Typed(Command),
    /// A caller wrote it. It is sent as written, even if it cannot be parsed as a command, so guards must inspect
    /// all of it.
    Raw(Option<Command>),
}

impl RenderedCommand {
    /// Renders a command.
    pub fn new(command: Command) -> Self {
        let json = command.to_json();
        Self { form: CommandForm::Typed(command), json }
    }

    /// Keeps a command as its caller wrote it.
    pub fn raw(json: Value) -> Self {
        Self { form: CommandForm::Raw(Command::read(&json).ok()), json }
    }

    /// The command; `None` if it cannot be parsed.
    pub fn command(&self) -> Option<&Command> {
        match &self.form {
            CommandForm::Typed(command) => Some(command),
            CommandForm::Raw(command) => command.as_ref(),
        }
    }

    /// The JSON that is sent.
    pub fn json(&self) -> &Value {
        &self.json
    }

    /// The name of the user or group that the command changes.
    pub fn subject_name(&self) -> Option<&str> {
        match &self.form {
            CommandForm::Typed(command) => Some(command.subject.name()),
            CommandForm::Raw(_) => subject_of(&self.json),
        }
    }

    /// The user that the command changes.
    pub fn user(&self) -> Option<&str> {
        self.json.get("user")?.as_str()
    }

    /// The domain of the user.
    pub fn domain(&self) -> Option<&str> {
        self.json.get("domain")?.as_str()
    }

    /// The names of its steps, in order.
    pub fn step_names(&self) -> Vec<&str> {
        match &self.form {
            CommandForm::Typed(command) => command.steps.iter().map(|step| step.name.as_str()).collect(),
            CommandForm::Raw(_) => steps_of(&self.json),
        }
    }

    /// Its steps with their values. A step that a caller wrote with several names is several steps.
    pub fn steps(&self) -> impl Iterator<Item = (&str, &Value)> {
        let (typed, raw) = match &self.form {
            CommandForm::Typed(command) => (Some(command), None),
            CommandForm::Raw(_) => (None, self.json.get("do").and_then(Value::as_array)),
        };
        let typed = typed.into_iter().flat_map(|command| &command.steps);
        let raw = raw.into_iter().flatten().filter_map(Value::as_object).flatten();
        let raw = raw.map(|(name, value)| (name.as_str(), value));
        typed.map(|step| (step.name.as_str(), &step.value)).chain(raw)
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
            let typed = RenderedCommand::new(Command::read(&json).unwrap());
            let raw = RenderedCommand::raw(json.clone());
            assert_eq!((typed.json(), typed.command()), (&json, raw.command()));
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
        let raw = RenderedCommand::raw(two.clone());
        assert_eq!((raw.command(), raw.json()), (None, &two));
        assert_eq!(raw.steps().map(|(name, _)| name).collect::<Vec<_>>(), ["add", "removeFromOrg"]);
        assert_eq!(RenderedCommand::raw(json!(7)).subject_name(), None);
    }
}
