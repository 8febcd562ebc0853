//! `help`, `help SUBCOMMAND`, `help TOPIC` and `version` as words.

use super::umapi_cli;
use crate::config::table::variables_help;
use crate::did_you_mean::nearest;
use clap::error::ErrorKind;
use clap::{Arg, ArgMatches, Command};
use std::ffi::OsString;

/// What the end of `umapish --help` points to.
pub(super) const OVERVIEW: &str = "\
More help:
  umapish help run          all options of a run: guards, reports and journal
  umapish help COMMAND      one command, such as `umapish help init`
  umapish help environment  the environment variables
  umapish help umapi-cli    what to type for each verb of Adobe's umapi-cli
  umapish functions         the functions of scripts

Options go before SCRIPT or the first ARG. Everything after belongs to the script.";

const HELP: &str = "help";
const VERSION: &str = "version";

/// The subcommands that this file adds to those of the declaration.
pub(super) const SUBCOMMANDS: [&str; 2] = [HELP, VERSION];

/// A page of help that belongs to no subcommand.
struct Topic {
    name: &'static str,
    text: fn() -> String,
}

/// The pages of help beside those of the subcommands.
const TOPICS: &[Topic] = &[
    Topic { name: "environment", text: variables_help },
    Topic { name: "umapi-cli", text: umapi_cli::page },
];

/// The command with `help` and `version`. Both end the program before anything is dispatched.
pub(super) fn with_help_commands(command: Command) -> Command {
    let topic = Arg::new("topic")
        .value_name("COMMAND|TOPIC")
        .num_args(0..)
        .help("a command such as run, or a topic: environment, umapi-cli");
    command
        .subcommand(Command::new(HELP).about("Show help for a command or a topic").arg(topic))
        .subcommand(Command::new(VERSION).about("Print the version"))
}

/// The help or version that the words ask for, in the form in which clap returns those of `--help`; or an error for
/// a topic that does not exist.
pub(super) fn requested(command: &mut Command, matches: &ArgMatches) -> Option<clap::Error> {
    match matches.subcommand()? {
        (VERSION, _) => page_of(command, &["--version"]),
        (HELP, found) => {
            let words: Vec<_> = found.get_many::<String>("topic").into_iter().flatten().collect();
            help(command, &words.into_iter().map(String::as_str).collect::<Vec<_>>())
        }
        _ => None,
    }
}

fn help(command: &mut Command, words: &[&str]) -> Option<clap::Error> {
    let topic = TOPICS.iter().find(|topic| words == [topic.name]);
    if let Some(topic) = topic {
        let mut page = Command::new("umapish").override_help((topic.text)());
        return page_of(&mut page, &["--help"]);
    }
    match unknown(command, words) {
        Some(word) => Some(no_help(command, word)),
        None => page_of(command, &[words, &["--help"]].concat()),
    }
}

fn page_of(command: &mut Command, words: &[&str]) -> Option<clap::Error> {
    let words = std::iter::once("umapish").chain(words.iter().copied()).map(OsString::from);
    command.try_get_matches_from_mut(words).err()
}

/// The first of the words that does not lead to a subcommand.
fn unknown<'w>(command: &Command, words: &[&'w str]) -> Option<&'w str> {
    let (first, rest) = words.split_first()?;
    command.find_subcommand(first).map_or(Some(first), |subcommand| unknown(subcommand, rest))
}

fn no_help(command: &mut Command, word: &str) -> clap::Error {
    let commands = command.get_subcommands().map(Command::get_name);
    let names: Vec<_> = commands.chain(TOPICS.iter().map(|topic| topic.name)).collect();
    let near = nearest(word, names.iter().copied());
    let near = near.map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
    let message = format!("there is no help for '{word}'{near}\n\nThere is help for {}", names.join(", "));
    command.error(ErrorKind::InvalidSubcommand, message)
}
