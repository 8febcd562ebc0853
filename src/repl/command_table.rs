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
    /// One line for people.
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
    /// Shows the last value with some columns.
    Table,
    /// Lists what the session holds.
    Vars,
    /// Evaluates, and reports time, requests and waiting.
    Time,
    /// Runs a script into the session.
    Load,
    /// Writes the session as a script.
    Save,
    /// Edits the last input.
    Edit,
    /// Switches to another profile, or lists them.
    Profile,
    /// Shows or chooses the mode.
    Mode,
    /// Lists what was typed.
    History,
    /// Forgets what the session holds.
    Reset,
    /// Leaves.
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
    /// Words that are searched for.
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

    /// With what is taken for its arguments.
    const fn example(self, example: &'static str) -> Self {
        Self { example, ..self }
    }

    /// Checks what follows its name.
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
pub const META: &[PromptCommand] = &[
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
        "FILE [replace|append|number]",
        CommandArgument::File,
        "write the last value to a CSV file",
        CommandAction::Csv,
    )
    .example("people.csv"),
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
        "run a script into the session",
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
        "show or choose whether changes are real",
        CommandAction::Mode,
    ),
    PromptCommand::new(
        "history",
        "[COUNT]",
        CommandArgument::Count,
        "list what was typed",
        CommandAction::History,
    ),
    PromptCommand::new(
        "reset",
        "",
        CommandArgument::None,
        "forget variables, functions and imports",
        CommandAction::Reset,
    ),
    PromptCommand::new("quit", "", CommandArgument::None, "leave", CommandAction::Quit),
];

/// The command a line asks for, and its arguments.
///
/// # Errors
/// `usage`: there is none of that name; names the nearest. Also when it needs arguments and has none, or has some and
/// takes none; names its usage.
pub fn find(line: &str) -> Result<(&'static PromptCommand, &str)> {
    let line = line.trim();
    let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let meta = named(name)?;
    Ok((meta, meta.check_arguments(rest.trim())?))
}

/// The command of that name; an unambiguous beginning is enough.
///
/// # Errors
/// `usage`: there is none; names the nearest.
pub fn named(name: &str) -> Result<&'static PromptCommand> {
    let name = name.trim_start_matches(':');
    let begins: Vec<_> = META.iter().filter(|meta| !name.is_empty() && meta.name.starts_with(name)).collect();
    let exact = META.iter().find(|meta| meta.name == name);
    match (exact, begins.as_slice()) {
        (Some(meta), _) => Ok(meta),
        (None, [only]) => Ok(only),
        (None, several) => Err(unknown(name, several)),
    }
}

fn unknown(name: &str, begins: &[&PromptCommand]) -> Error {
    let hint = match (begins, nearest(name, META.iter().map(|meta| meta.name))) {
        ([], Some(near)) => format!("Did you mean `:{near}`? :help lists all."),
        ([], None) => ":help lists all.".to_owned(),
        (several, _) => {
            let names: Vec<_> = several.iter().map(|meta| format!("`:{}`", meta.name)).collect();
            format!("It could be {}.", names.join(" or "))
        }
    };
    Error::usage_with_hint(format!("there is no command `:{name}`"), hint)
}

/// The commands as a table of the guide.
pub fn markdown() -> String {
    let rows =
        META.iter().map(|meta| format!("| `{}` | {} |\n", meta.usage().replace('|', "\\|"), meta.summary));
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
    fn a_slip_names_the_nearest() {
        let error = find(":profil3").err().unwrap();
        assert_eq!(error.to_string(), "there is no command `:profil3`");
        assert!(error.hint().unwrap_or_default().contains("`:profile`"));
        assert!(find(":").is_err());
    }

    #[test]
    fn what_follows_a_name_must_be_what_it_takes() {
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
    fn the_table_is_sound() {
        for (place, meta) in META.iter().enumerate() {
            assert!(META[..place].iter().all(|earlier| earlier.name != meta.name), "{}", meta.name);
            assert!(
                meta.summary.starts_with(char::is_lowercase) && !meta.summary.ends_with('.'),
                "{}",
                meta.name
            );
            assert!(meta.usage().len() + meta.summary.len() < 76, "{}", meta.name);
            assert_eq!(meta.arguments.is_empty(), meta.argument == CommandArgument::None, "{}", meta.name);
        }
        assert_eq!(markdown().lines().count(), META.len() + 2);
    }
}
