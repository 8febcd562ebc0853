//! The command line: clap types only, no I/O.

mod choices;
mod forms;
mod global_options;
mod help_topics;
pub mod script_completion;
mod subcommands;
pub mod umapi_cli;
mod value_parsers;
mod version;

pub use choices::{ColorChoice, OutputFormat, UnlistedPolicy, VerifyWhen};
pub use global_options::GlobalOptions;
pub use subcommands::{
    CliCommand, EachOptions, InitOptions, JournalCommand, JournalOptions, PlanOptions, SandboxOptions,
    SyncOptions, UndoOptions,
};

use crate::guide::PAGES;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use std::ffi::OsString;
use std::process::ExitCode;

/// A scriptable shell for Adobe's User Management API
#[derive(Debug, Parser)]
#[command(name = "umapish", version, disable_help_subcommand = true, max_term_width = 100)]
#[command(override_usage = USAGE, after_help = help_topics::OVERVIEW)]
pub struct Cli {
    /// The options before a subcommand.
    #[command(flatten)]
    pub top: TopLevel,
    /// What else to do.
    #[command(subcommand)]
    pub command: Option<CliCommand>,
}

/// The forms of the command line.
const USAGE: &str = "\
umapish [OPTIONS]                   open the prompt, or run stdin
       umapish [OPTIONS] SCRIPT [ARG]...   run a script
       umapish [OPTIONS] -e CODE [ARG]...  evaluate CODE and print its value
       umapish [OPTIONS] COMMAND";

/// The command line without subcommands.
#[derive(Debug, Parser)]
pub struct TopLevel {
    /// Options of every form.
    #[command(flatten)]
    pub global: GlobalOptions,
    /// evaluate CODE and print its value
    #[arg(short, long, value_name = "CODE", allow_hyphen_values = true)]
    pub eval: Option<String>,
    /// do not run init.rhai when the prompt starts
    #[arg(long)]
    pub no_init: bool,
    /// a script and its arguments (with -e arguments only); `-` is standard input
    #[arg(value_name = "SCRIPT [ARG]", trailing_var_arg = true, hide = true)]
    pub words: Vec<OsString>,
}

/// The command line with `help` and `version`, which clap handles.
fn declared() -> clap::Command {
    help_topics::with_help_commands(Cli::command())
}

/// The completions of the command line for a shell.
pub fn completions(shell: clap_complete::Shell) -> String {
    let mut text = Vec::new();
    // Only subcommands are completed by every shell, so here the topics of the guide are subcommands.
    let topics = PAGES.iter().map(|page| clap::Command::new(page.topic).about(page.summary()));
    let mut command = without_words("umapish", &forms::with_options_where_shown(declared()));
    command = command.mut_subcommand("guide", |guide| without_words("guide", &guide).subcommands(topics));
    clap_complete::generate(shell, &mut command, "umapish", &mut text);
    script_completion::with_scripts(shell, String::from_utf8(text).unwrap_or_default())
}

/// The command without arguments that are neither options nor subcommands. A shell would expect the subcommand after them.
fn without_words(name: &'static str, command: &clap::Command) -> clap::Command {
    let options: Vec<_> = command.get_arguments().filter(|one| !one.is_positional()).cloned().collect();
    let subcommands: Vec<_> = command.get_subcommands().cloned().collect();
    let about = command.get_about().cloned().unwrap_or_default();
    clap::Command::new(name)
        .about(about)
        .version(version::requested(&[]))
        .disable_help_subcommand(true)
        .args(options)
        .subcommands(subcommands)
}

/// Reads the command line. With `-e` there are no subcommands, so that a script argument may have the name of one.
///
/// # Errors
/// Those of clap: wrong usage, or help and version, which are not failures.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let arguments: Vec<_> = arguments.into_iter().collect();
    if let Some(version) = version::alone(&arguments) {
        return Err(version);
    }
    match TopLevel::try_parse_from(&arguments) {
        Ok(top) if top.eval.is_some() || !names_a_command(&top.words) => Ok(Cli { top, command: None }),
        _ => parse_whole(arguments),
    }
}

/// Whether a subcommand follows the options. Without one, the subcommands are not built, which takes four times as
/// long as to read the options.
fn names_a_command(words: &[OsString]) -> bool {
    let first = words.first().and_then(|word| word.to_str());
    first.is_some_and(|word| CliCommand::has_subcommand(word) || help_topics::SUBCOMMANDS.contains(&word))
}

fn parse_whole(arguments: Vec<OsString>) -> Result<Cli, clap::Error> {
    let mut command =
        forms::with_help_by_form(declared(), &arguments).version(version::requested(&arguments));
    let mut matches = command.try_get_matches_from_mut(arguments)?;
    if let Some(help) = help_topics::requested(&mut command, &matches) {
        return Err(help);
    }
    forms::refuse_ignored(&mut command, &matches)?;
    Cli::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
}

/// Prints help and version to standard output, and usage errors to standard error.
pub fn print(answer: &clap::Error) -> ExitCode {
    drop(answer.print()); // a closed stream cannot be reported
    ExitCode::from(u8::try_from(answer.exit_code()).unwrap_or(2))
}

/// The names of the commands.
pub fn commands() -> Vec<String> {
    declared().get_subcommands().map(|command| command.get_name().to_owned()).collect()
}

/// The script arguments that look like options of umapish, or of `umapish plan`, up to `--`.
pub fn misplaced(arguments: &[String], is_plan: bool) -> Vec<&str> {
    let own = TopLevel::command();
    let own = if is_plan { PlanOptions::augment_args(own) } else { own };
    let is_own = |text: &str| {
        let name = text.split('=').next().unwrap_or_default();
        own.get_arguments().any(|option| {
            option.get_long().is_some_and(|long| name.strip_prefix("--") == Some(long))
                || option
                    .get_short()
                    .is_some_and(|short| text.strip_prefix('-') == Some(short.to_string().as_str()))
        })
    };
    let ours = arguments.iter().map(String::as_str).take_while(|text| *text != "--");
    ours.filter(|text| is_own(text)).collect()
}

#[cfg(test)]
mod tests;
