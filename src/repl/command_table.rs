//! The commands of the prompt: one table that dispatch, `:help`, completion and the guide read.

use crate::did_you_mean::nearest;
use crate::error::{Error, Result};

/// A command of the prompt.
pub struct PromptCommand {
    /// Its name, after the colon.
    pub name: &'static str,
    /// How its arguments are written.
    pub arguments: &'static str,
    /// What its argument is, for completion.
    pub argument: CommandArgument,
    /// Its one-line description.
    pub summary: &'static str,
    /// Example arguments, where the usage alone is not clear.
    pub example: &'static str,
    /// What it does.
    pub action: CommandAction,
}

/// What a command does; the actions are in `command_actions`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommandAction {
    /// Shows the commands, or the help of a function.
    Help,
    /// Lists functions.
    Functions,
    /// Shows the next rows of a long list.
    More,
    /// Shows the last value as JSON.
    Json,
    /// Writes the last value to a CSV file.
    Csv,
    /// Writes the last value to a workbook.
    Xlsx,
    /// Shows the last value with some columns.
    Table,
    /// Lists the variables, constants and functions of the session.
    Vars,
    /// Evaluates, and reports time, requests and waiting.
    Time,
    /// Runs a script in the session.
    Load,
    /// Writes the session as a script.
    Save,
    /// Edits the last input.
    Edit,
    /// Switches to another profile, or lists them.
    Profile,
    /// Shows or chooses the mode.
    Mode,
    /// Lists the lines that were typed.
    History,
    /// Undoes the last change of the session.
    Undo,
    /// Removes all variables, functions and imports.
    Reset,
    /// Exits.
    Quit,
}

/// What an argument is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommandArgument {
    /// There is none.
    None,
    /// A number.
    Count,
    /// A file.
    File,
    /// A profile.
    Profile,
    /// A mode.
    Mode,
    /// A function, or a command of the prompt.
    Function,
    /// Search words.
    Pattern,
    /// Columns of the last value.
    Columns,
    /// A line of a script.
    Expression,
}

impl PromptCommand {
    const fn new(
        name: &'static str,
        arguments: &'static str,
        argument: CommandArgument,
        summary: &'static str,
        action: CommandAction,
    ) -> Self {
        Self { name, arguments, argument, summary, example: "", action }
    }

    /// Adds example arguments.
    const fn example(self, example: &'static str) -> Self {
        Self { example, ..self }
    }

    /// Checks the arguments after its name.
    fn check_arguments<'l>(&self, rest: &'l str) -> Result<&'l str> {
        let message = if self.arguments.is_empty() && !rest.is_empty() {
            format!("`:{}` takes no arguments, not `{rest}`", self.name)
        } else if rest.is_empty() && !self.arguments.is_empty() && !self.arguments.starts_with('[') {
            format!("`:{}` needs {}", self.name, self.arguments)
        } else {
            return Ok(rest);
        };
        Err(Error::usage_with_hint(message, format!("Type `{}`{}.", self.usage(), self.such_as())))
    }

    /// An example to follow its usage, if it has one.
    fn such_as(&self) -> String {
        if self.example.is_empty() {
            String::new()
        } else {
            format!(", such as `:{} {}`", self.name, self.example)
        }
    }

    /// How it is typed.
    pub fn usage(&self) -> String {
        format!(":{} {}", self.name, self.arguments).trim_end().to_owned()
    }
}

/// Every command, in the order of `:help`.
pub const COMMANDS: &[PromptCommand] = &[
    PromptCommand::new(
        "help",
        "[NAME]",
        CommandArgument::Function,
        "show these commands, or the help of a function",
        CommandAction::Help,
    ),
    PromptCommand::new(
        "functions",
        "[PATTERN]",
        CommandArgument::Pattern,
        "list functions by part of a name or a word",
        CommandAction::Functions,
    ),
    PromptCommand::new(
        "more",
        "",
        CommandArgument::None,
        "show the next rows of a long list",
        CommandAction::More,
    ),
    PromptCommand::new("json", "", CommandArgument::None, "show the last value as JSON", CommandAction::Json),
    PromptCommand::new(
        "csv",
        "FILE [replace|append|number|keep]",
        CommandArgument::File,
        "write the last value to a CSV file",
        CommandAction::Csv,
    )
    .example("people.csv"),
    PromptCommand::new(
        "xlsx",
        "FILE [replace|number|keep]",
        CommandArgument::File,
        "write the last value to an Excel workbook",
        CommandAction::Xlsx,
    )
    .example("people.xlsx"),
    PromptCommand::new(
        "table",
        "COLUMNS",
        CommandArgument::Columns,
        "show the last value with these columns",
        CommandAction::Table,
    )
    .example("email, lastname"),
    PromptCommand::new(
        "vars",
        "",
        CommandArgument::None,
        "list variables, constants and functions of the session",
        CommandAction::Vars,
    ),
    PromptCommand::new(
        "time",
        "EXPR",
        CommandArgument::Expression,
        "evaluate, and report time, requests and waiting",
        CommandAction::Time,
    )
    .example("get_users().len()"),
    PromptCommand::new(
        "load",
        "FILE",
        CommandArgument::File,
        "run a script in the session",
        CommandAction::Load,
    )
    .example("helpers.rhai"),
    PromptCommand::new(
        "save",
        "FILE",
        CommandArgument::File,
        "write the session's successful lines as a script",
        CommandAction::Save,
    )
    .example("session.rhai"),
    PromptCommand::new(
        "edit",
        "",
        CommandArgument::None,
        "edit the last input in $EDITOR",
        CommandAction::Edit,
    ),
    PromptCommand::new(
        "profile",
        "[NAME]",
        CommandArgument::Profile,
        "switch to another profile, or list them",
        CommandAction::Profile,
    ),
    PromptCommand::new(
        "mode",
        "[test|live]",
        CommandArgument::Mode,
        "show the mode, or switch to test or live",
        CommandAction::Mode,
    ),
    PromptCommand::new(
        "history",
        "[COUNT]",
        CommandArgument::Count,
        "list the lines that were typed",
        CommandAction::History,
    ),
    PromptCommand::new(
        "undo",
        "",
        CommandArgument::None,
        "undo the last change of the session, after a yes",
        CommandAction::Undo,
    ),
    PromptCommand::new(
        "reset",
        "",
        CommandArgument::None,
        "remove all variables, functions and imports",
        CommandAction::Reset,
    ),
    PromptCommand::new("quit", "", CommandArgument::None, "exit", CommandAction::Quit),
];

/// The command a line asks for, and its arguments.
///
/// # Errors
/// `usage`: no command has that name (names the nearest), or its arguments are missing or not allowed (shows its
/// usage).
pub fn find(line: &str) -> Result<(&'static PromptCommand, &str)> {
    let line = line.trim();
    let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let command = named(name)?;
    Ok((command, command.check_arguments(rest.trim())?))
}

/// The command of that name; an unambiguous beginning is enough.
///
/// # Errors
/// `usage`: no command has that name; names the nearest.
pub fn named(name: &str) -> Result<&'static PromptCommand> {
    let name = name.trim_start_matches(':');
    let begins: Vec<_> =
        COMMANDS.iter().filter(|command| !name.is_empty() && command.name.starts_with(name)).collect();
    let exact = COMMANDS.iter().find(|command| command.name == name);
    match (exact, begins.as_slice()) {
        (Some(command), _) => Ok(command),
        (None, [only]) => Ok(only),
        (None, several) => Err(unknown(name, several)),
    }
}

fn unknown(name: &str, begins: &[&PromptCommand]) -> Error {
    let hint = match (begins, nearest(name, COMMANDS.iter().map(|command| command.name))) {
        ([], Some(near)) => format!("Did you mean `:{near}`? :help lists all."),
        ([], None) => ":help lists all.".to_owned(),
        (several, _) => {
            let names: Vec<_> = several.iter().map(|command| format!("`:{}`", command.name)).collect();
            format!("It could be {}.", names.join(" or "))
        }
    };
    Error::usage_with_hint(format!("there is no command `:{name}`"), hint)
}

/// The commands as a table of the guide.
pub fn markdown() -> String {
    let rows = COMMANDS
        .iter()
        .map(|command| format!("| `{}` | {} |\n", command.usage().replace('|', "\\|"), command.summary));
    std::iter::once("| command | what it does |\n|---|---|\n".to_owned()).chain(rows).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(line: &str) -> &'static str {
        find(line).unwrap().0.name
    }

    #[test]
    fn a_command_is_found_by_its_name_or_an_unambiguous_beginning() {
        assert_eq!(name(":help"), "help");
        assert_eq!(find(":load  a b.rhai ").unwrap().1, "a b.rhai");
        assert_eq!(name(":q"), "quit");
        let error = find(":m").err().unwrap();
        assert_eq!(error.hint().as_deref(), Some("It could be `:more` or `:mode`."));
    }

    #[test]
    fn an_unknown_command_suggests_the_nearest() {
        let error = find(":profil3").err().unwrap();
        assert_eq!(error.to_string(), "there is no command `:profil3`");
        assert!(error.hint().unwrap_or_default().contains("`:profile`"));
        assert!(find(":").is_err());
    }

    #[test]
    fn arguments_are_checked() {
        let reported = |line: &str| {
            let error = find(line).err().unwrap();
            (error.to_string(), error.hint().unwrap_or_default())
        };
        let (message, hint) = reported(":quit now");
        assert_eq!(message, "`:quit` takes no arguments, not `now`");
        assert_eq!(hint, "Type `:quit`.");
        let (message, hint) = reported(":table");
        assert_eq!(message, "`:table` needs COLUMNS");
        assert_eq!(hint, "Type `:table COLUMNS`, such as `:table email, lastname`.");
        assert!(find(":mode").is_ok() && find(":functions two words").is_ok());
    }

    #[test]
    fn the_table_is_consistent() {
        for (place, command) in COMMANDS.iter().enumerate() {
            assert!(COMMANDS[..place].iter().all(|earlier| earlier.name != command.name), "{}", command.name);
            assert!(
                command.summary.starts_with(char::is_lowercase) && !command.summary.ends_with('.'),
                "{}",
                command.name
            );
            assert!(command.usage().len() + command.summary.len() < 76, "{}", command.name);
            assert_eq!(
                command.arguments.is_empty(),
                command.argument == CommandArgument::None,
                "{}",
                command.name
            );
        }
        assert_eq!(markdown().lines().count(), COMMANDS.len() + 2);
    }
}
