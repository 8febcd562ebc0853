//! Commands that a script builds step by step.

use crate::changes::submission::{CommandSource, Submission, TaggedCommand, WithheldCommand};
use crate::did_you_mean::nearest;
use crate::error::{Error, Result};
use crate::host::unsent::UnsentCommands;
use crate::values::json;
use crate::values::nesting::{DEEPEST, is_deeper};
use crate::values::script_value::{self, ScriptValue};
use crate::wire::command::Command;
use crate::wire::subject::CommandSubject;
use rhai::{Array, Dynamic, Engine, Map};
use serde_json::Value;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

/// A command that a script is building. Its methods change it in place and return the same command, so chained
/// calls and separate calls have the same effect.
#[derive(Debug, Clone)]
pub struct CommandBuilder(Rc<BuilderState>);

#[derive(Debug)]
struct BuilderState {
    command: RefCell<Arc<Command>>,
    tag: RefCell<Dynamic>,
    then: RefCell<Option<CommandBuilder>>,
    line: usize,
    sent: Cell<bool>,
    unsent: UnsentCommands,
}

impl Drop for BuilderState {
    fn drop(&mut self) {
        if !self.sent.get() {
            self.unsent.add(self.line);
        }
    }
}

impl CommandBuilder {
    /// Starts with a command; `line` is where the script creates it, added to `unsent` if it is never sent.
    pub fn new(command: Command, line: usize, unsent: &UnsentCommands) -> Self {
        let command = RefCell::new(Arc::new(command));
        let unsent = unsent.clone();
        let (tag, then, sent) = (RefCell::default(), RefCell::default(), Cell::new(false));
        Self(Rc::new(BuilderState { command, tag, then, line, sent, unsent }))
    }

    /// Changes the command in place.
    ///
    /// # Errors
    /// The errors of `change`; the command is then unchanged.
    pub fn change(&self, change: impl FnOnce(&mut Command) -> Result<()>) -> Result<Self> {
        let mut command = Arc::clone(&self.0.command.borrow());
        change(Arc::make_mut(&mut command))?;
        self.0.command.replace(command);
        Ok(self.clone())
    }

    /// Attaches a value that the script gets back with the outcome.
    ///
    /// # Errors
    /// `usage`: the value is nested too deeply, as a chain of commands in tags of commands.
    pub fn tag(&self, tag: Dynamic) -> Result<()> {
        let inner = |value: &Dynamic| Some(value.read_lock::<Self>()?.0.tag.borrow().clone());
        if is_deeper(&tag, DEEPEST, &inner) {
            let message = format!("the tag of a command is nested more than {DEEPEST} levels deep");
            return Err(Error::usage_with_hint(
                message,
                "Keep a name or a row in the tag, not another command.",
            ));
        }
        *self.0.tag.borrow_mut() = tag;
        Ok(())
    }

    /// A command without steps about the same user or group.
    pub fn without_steps(&self) -> Self {
        let command = Command { steps: Vec::new(), ..self.command() };
        Self::new(command, self.0.line, &self.0.unsent)
    }

    /// Sends a second command in a later request once this one is done.
    ///
    /// # Errors
    /// `usage`: there is one already, or it is about somebody else.
    pub fn set_then(&self, then: &Self) -> Result<()> {
        if self.0.then.borrow().is_some() || then.0.then.borrow().is_some() {
            return Err(Error::usage_with_hint(
                "a command has one second part only",
                "Put all steps of the second part into one then(|c| ...).",
            ));
        }
        if then.subject() != self.subject() {
            let message = format!("the second part changes `{}`", then.subject().name());
            return Err(Error::usage_with_hint(message, "Use the command that then(|c| ...) passes in."));
        }
        then.0.sent.set(true);
        self.0.then.replace(Some(then.clone()));
        Ok(())
    }

    /// The user or group that it changes.
    pub fn subject(&self) -> CommandSubject {
        self.0.command.borrow().subject.clone()
    }

    fn command(&self) -> Command {
        Command::clone(&self.0.command.borrow())
    }

    /// The command as it goes over the wire.
    pub fn to_json(&self) -> Value {
        self.0.command.borrow().to_json()
    }

    /// The command to send; from here on it counts as sent.
    pub fn to_submission(&self) -> TaggedCommand {
        self.0.sent.set(true);
        // A step that was added after then(...) may have changed who is meant.
        let subject = self.subject();
        let then = self.0.then.borrow().as_ref().map(Self::command);
        let then = then.map(|then| Command { subject, ..then });
        TaggedCommand {
            command: Arc::clone(&self.0.command.borrow()),
            tag: self.0.tag.borrow().clone(),
            then,
        }
    }
}

impl ScriptValue for CommandBuilder {
    const NAME: &'static str = "Command";

    fn to_json(&self) -> Result<Value> {
        Ok(CommandBuilder::to_json(self))
    }
}

/// Registers the type `Command` with an engine.
pub(crate) fn register(engine: &mut Engine) {
    script_value::register::<CommandBuilder>(engine);
    engine.register_fn("to_string", |command: &mut CommandBuilder| command.to_json().to_string());
    engine.register_fn("to_debug", |command: &mut CommandBuilder| command.to_json().to_string());
    engine.register_fn("to_map", |command: &mut CommandBuilder| {
        crate::values::dynamic::dynamic_of(&command.to_json()).try_cast::<Map>().unwrap_or_default()
    });
}

/// A script's list of commands: built ones, and maps as the service defines them.
pub(crate) struct CommandArray<'a>(pub &'a Array);

impl CommandSource for CommandArray<'_> {
    fn is_in_memory(&self) -> bool {
        true
    }

    fn submissions(&self, start: usize) -> Result<Box<dyn Iterator<Item = Result<Submission>> + '_>> {
        let rest = self.0.iter().enumerate().skip(start);
        Ok(Box::new(rest.map(|(index, command)| parse_submission(index, command))))
    }
}

/// The keys of a command given as a map (contract 3.1), and `tag`, which umapish returns with the outcome.
const COMMAND_KEYS: &[&str] = &["user", "usergroup", "domain", "useAdobeID", "requestID", "do", "tag"];

/// Parses what a script gives as a command: a built one, or a map as the service defines it.
///
/// # Errors
/// `usage`: it is neither, or a key of the map is unknown.
pub(crate) fn parse_submission(index: usize, command: &Dynamic) -> Result<Submission> {
    if let Some(builder) = command.read_lock::<CommandBuilder>() {
        return Ok(Ok(builder.to_submission()));
    }
    let Some(map) = command.read_lock::<Map>() else {
        let message = format!("command {index} is {}", crate::values::dynamic::kind_of(command));
        return Err(Error::usage_with_hint(
            message,
            "A command is a map, or is built with command(...) or group_command(...).",
        ));
    };
    if let Some(key) = map.keys().find(|key| !COMMAND_KEYS.contains(&key.as_str())) {
        let near = nearest(key, COMMAND_KEYS.iter().copied()).map(|near| format!("Did you mean `{near}`? "));
        let hint =
            format!("{}The keys of a command are {}.", near.unwrap_or_default(), COMMAND_KEYS.join(", "));
        return Err(Error::usage_with_hint(format!("command {index} has an unknown key `{key}`"), hint));
    }
    let tag = map.get("tag").cloned().unwrap_or_default();
    let json = json::json_of(command)?;
    let target = ["user", "usergroup"].iter().find_map(|key| json.get(key)?.as_str()).unwrap_or_default();
    Ok(match Command::read(&json) {
        Ok(command) => Ok(TaggedCommand { tag, ..TaggedCommand::plain(command) }),
        Err(fault) => Err(WithheldCommand::refused(index, target, &fault, String::new(), tag)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(code: &str) -> Result<Vec<Submission>> {
        CommandArray(&Engine::new().eval::<Array>(code).unwrap()).submissions(0).unwrap().collect()
    }

    #[test]
    fn a_map_is_a_command_as_the_service_defines_it_and_may_have_a_tag() {
        let submissions =
            read(r#"[#{user: "a@example.com", tag: 7, "do": [#{add: #{group: ["X"]}}]}]"#).unwrap();
        let submission = submissions[0].as_ref().unwrap();
        assert_eq!(submission.tag.as_int(), Ok(7));
        assert_eq!(submission.command.to_json()["do"][0]["add"]["group"][0], "X");
    }

    #[test]
    fn an_invalid_command_is_refused_with_its_index() {
        let error = read(r#"["a@example.com"]"#).unwrap_err();
        assert_eq!(error.to_string(), "command 0 is a string");
        let error = read(r#"[#{user: "a@example.com", doo: []}]"#).unwrap_err();
        assert_eq!(error.to_string(), "command 0 has an unknown key `doo`");
        let failure = read(r#"[#{user: "a@example.com"}]"#).unwrap().remove(0).unwrap_err();
        assert_eq!(failure.failure.code, "error.command.steps.malformed");
    }

    #[test]
    fn a_failed_change_leaves_the_command_unchanged() {
        let builder =
            CommandBuilder::new(Command::user("a@example.com", None, None), 1, &UnsentCommands::default());
        let failed = builder.change(|command| {
            command.add_to_groups(&["X".to_owned()]);
            Err(Error::usage("no"))
        });
        assert!(failed.is_err());
        assert_eq!(builder.to_json()["do"], serde_json::json!([]));
    }

    #[test]
    fn a_command_that_is_never_sent_is_reported_with_its_line() {
        let unsent = UnsentCommands::default();
        let build = |line| CommandBuilder::new(Command::user("a@example.com", None, None), line, &unsent);
        drop(build(7));
        build(3).to_submission();
        drop(build(5));
        assert_eq!(unsent.lines(), [5, 7]);
    }
}
