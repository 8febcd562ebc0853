//! Which global options each subcommand takes and which of them its help shows.
//!
//! clap offers a global option everywhere. Guards and report options have no effect where no script runs, so the
//! help of a subcommand omits what does not concern it, and options that would be ignored are refused.

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};
use std::ffi::OsString;

/// How a subcommand treats a global option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Treatment {
    /// It has an effect, and the help shows it.
    Shown,
    /// It is accepted, so that a shell alias such as `umapish -p acme` works with every subcommand.
    Accepted,
    /// It would be ignored, so it is an error.
    Refused,
}

/// Options that a shell alias may set for every subcommand.
const EVERYWHERE: &[&str] = &["profile", "config", "sandbox", "quiet", "verbose", "color"];

/// The subcommands that run a script: they take every option.
const RUNNING: &[&str] = &["run", "plan", "apply", "each", "sync", "resume"];

/// The options of a run that the help of every subcommand shows.
const ALWAYS_SHOWN: &[&str] = &["profile", "config", "quiet", "verbose", "color", "max_removals"];

/// The options of a run that the help of a subcommand shows in addition; `umapish help run` shows all.
const SHOWN: &[(&str, &[&str])] = &[
    ("plan", &["sandbox", "format", "max_changes", "protect", "only", "allow_delete", "yes", "reason"]),
    ("apply", &["live", "allow_delete", "verify", "report", "reason"]),
    ("each", &["sandbox", "plan", "live", "test", "format", "report"]),
    ("sync", &["sandbox", "plan", "live", "test", "report"]),
    ("resume", &["live", "allow_delete", "report"]),
];

/// The subcommands that read a table, and the options for its format that their help shows.
const READING: &[&str] = &["each", "sync"];
const TABLE_OPTIONS: &[&str] = &["columns", "encoding", "delimiter", "sheet"];

/// The end of the help of a subcommand that shows some options of a run.
const ALL_OPTIONS: &str = "All options of a run work here too: umapish help run";

/// The options with an effect in each subcommand that runs no script.
const EFFECTIVE: &[(&str, &[&str])] = &[
    ("approve", &["reason", "quiet", "color"]),
    ("check", &["format", "quiet", "color"]),
    ("copy", &["profile", "config", "sandbox", "quiet", "verbose", "color"]),
    ("translate", &["quiet", "color"]),
    ("doctor", &["profile", "config", "sandbox", "verbose", "color"]),
    ("functions", &["format", "color"]),
    ("init", &["profile", "config"]),
    ("journal", &["format", "color"]),
    ("sandbox", &["format", "quiet", "color"]),
    ("undo", &["profile", "config", "format", "color"]),
];

/// The options that `umapish --help` shows; `umapish help run` shows all.
const FREQUENT: &[&str] =
    &["profile", "config", "sandbox", "live", "test", "format", "quiet", "verbose", "color"];

/// An option before the subcommand that concerns the prompt alone.
const PROMPT_ONLY: &str = "no_init";

fn treatment(subcommand: &str, option: &str) -> Treatment {
    let effective = EFFECTIVE.iter().find(|(name, _)| *name == subcommand);
    let has_effect = effective.is_some_and(|(_, options)| options.contains(&option));
    if has_effect || RUNNING.contains(&subcommand) {
        Treatment::Shown
    } else if EVERYWHERE.contains(&option) {
        Treatment::Accepted
    } else {
        Treatment::Refused
    }
}

/// Whether the help of a subcommand shows an option that has an effect.
fn is_usual(subcommand: &str, option: &str) -> bool {
    let Some((_, shown)) = SHOWN.iter().find(|(name, _)| *name == subcommand) else { return true };
    let is_of_table = READING.contains(&subcommand) && TABLE_OPTIONS.contains(&option);
    ALWAYS_SHOWN.contains(&option) || shown.contains(&option) || is_of_table
}

/// Shows in the help of each subcommand the options that concern it. The accepted options stay the same.
///
/// Only subcommands that `arguments` name are given theirs: to make all of them takes longer than to print the version.
pub(super) fn with_help_by_form(command: Command, arguments: &[OsString]) -> Command {
    let is_named = |name: &str| arguments.iter().any(|argument| argument == name);
    let command = with_own_options(command, is_named, |subcommand, option| {
        let id = option.get_id().as_str();
        let is_shown = treatment(subcommand, id) == Treatment::Shown && is_usual(subcommand, id);
        Some(option.hide(!is_shown))
    });
    let command = SHOWN.iter().filter(|(name, _)| is_named(name)).fold(command, |command, (name, _)| {
        command.mut_subcommand(name, |subcommand| subcommand.after_help(ALL_OPTIONS))
    });
    command.mut_args(|option| {
        let is_rare = option.is_global_set() && !FREQUENT.contains(&option.get_id().as_str());
        if is_rare { option.hide(true) } else { option }
    })
}

/// The command with each option only where its help shows it, for the completions of a shell.
pub(super) fn with_options_where_shown(command: Command) -> Command {
    let command = with_own_options(
        command,
        |_| true,
        |subcommand, option| {
            let is_shown = treatment(subcommand, option.get_id().as_str()) == Treatment::Shown;
            is_shown.then(|| option.global(false))
        },
    );
    command.mut_args(|option| option.global(false))
}

/// Gives each subcommand its own form of each global option, which clap then prefers to the global one.
fn with_own_options(
    command: Command,
    is_wanted: impl Fn(&str) -> bool,
    form: impl Fn(&str, Arg) -> Option<Arg>,
) -> Command {
    let options: Vec<_> = command.get_arguments().filter(|option| option.is_global_set()).cloned().collect();
    let names: Vec<_> = command
        .get_subcommands()
        .map(|subcommand| subcommand.get_name().to_owned())
        .filter(|name| is_wanted(name))
        .collect();
    names.into_iter().fold(command, |command, name| {
        command.mut_subcommand(&name, |subcommand| {
            let own: Vec<_> = subcommand.get_arguments().map(|argument| argument.get_id().clone()).collect();
            let further = options.iter().filter(|option| !own.contains(option.get_id())).cloned();
            let further = further.filter_map(|option| form(&name, option));
            // After the subcommand's own ones.
            let further: Vec<_> =
                further.enumerate().map(|(place, option)| option.display_order(own.len() + place)).collect();
            subcommand.args(further)
        })
    })
}

/// Refuses options that the subcommand would ignore, on whichever side of its name they are.
///
/// # Errors
/// Wrong usage that names the option and the subcommand.
pub(super) fn refuse_ignored(command: &mut Command, matches: &ArgMatches) -> Result<(), clap::Error> {
    let Some((name, _)) = matches.subcommand() else { return Ok(()) };
    let ignored = |option: &&Arg| {
        let id = option.get_id().as_str();
        let is_refused = match id {
            PROMPT_ONLY => name != "run",
            _ => option.is_global_set() && treatment(name, id) == Treatment::Refused,
        };
        is_refused && matches.value_source(id) == Some(ValueSource::CommandLine)
    };
    let Some(option) = command.get_arguments().find(ignored) else { return Ok(()) };
    let reason = match option.get_id().as_str() {
        PROMPT_ONLY => "which opens no prompt",
        "format" => "which prints no values",
        _ => "which runs no script",
    };
    let option = option.get_long().unwrap_or_default();
    let message = format!("'--{option}' cannot be used with 'umapish {name}', {reason}");
    Err(command.error(ErrorKind::ArgumentConflict, message))
}
