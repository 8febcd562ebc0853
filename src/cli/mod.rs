//! The command line: clap types only, no I/O.

mod forms;
mod help_topics;
pub mod script_completion;
pub mod umapi_cli;
mod version;

use crate::config::table::{SettingKey, setting};
use crate::config::values::{CommandLineSettings, duration};
use crate::guide::PAGES;
use crate::quantity::parse_size;
use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser, TypedValueParser};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// The configuration that a team shares.
const TEAM_FILE: &str = "/etc/umapish/config.toml";

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

/// Options of every form.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct GlobalOptions {
    /// `--profile`.
    #[arg(short, long, global = true, value_name = "NAME", help = setting(SettingKey::Profile).help)]
    pub profile: Option<String>,
    /// `--config`.
    #[arg(long, global = true, value_name = "FILE", help = setting(SettingKey::File).help)]
    pub config: Option<PathBuf>,
    /// use a simulated organization inside this process; ignore profile and environment
    #[arg(long, global = true)]
    pub sandbox: bool,
    /// run on a copy of the organization inside this process; changes stay there
    #[arg(long, global = true)]
    pub copy: bool,
    /// run on a copy of the organization and show what would change; keep the plan in FILE
    #[arg(long, global = true, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    pub plan: Option<Option<PathBuf>>,
    /// make changes
    #[arg(long, global = true, overrides_with = "test")]
    pub live: bool,
    /// rehearse: the service checks changes but makes none (the default outside of the sandbox)
    #[arg(long, global = true, overrides_with = "live")]
    pub test: bool,
    /// how to print values: table on a terminal, json otherwise
    #[arg(short = 'o', long, global = true, value_name = "FORMAT", value_parser = formats(&["table", "json", "jsonl", "csv", "xlsx"]))]
    pub format: Option<OutputFormat>,
    /// hide progress, notes and warnings
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// print every call on standard error; -vv also prints each attempt and the causes of errors
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// `--read-only`.
    #[arg(long, global = true, help_heading = "Guards", help = setting(SettingKey::ReadOnly).help)]
    pub read_only: bool,
    /// `--max-changes`.
    #[arg(long, global = true, value_name = "N", help_heading = "Guards", help = setting(SettingKey::MaxChanges).help)]
    pub max_changes: Option<usize>,
    /// `--max-removals`.
    #[arg(long, global = true, value_name = "N|N%", help_heading = "Guards", help = setting(SettingKey::MaxRemovals).help)]
    pub max_removals: Option<String>,
    /// `--protect`.
    #[arg(long, global = true, value_name = "FILE|PATTERN", help_heading = "Guards", help = setting(SettingKey::Protect).help)]
    pub protect: Vec<String>,
    /// `--only`.
    #[arg(
        long,
        global = true,
        value_name = "FILE|PATTERN",
        help_heading = "Guards",
        help = "the only users and groups that may be changed, as for --protect"
    )]
    pub only: Vec<String>,
    /// `--files`.
    #[arg(long, global = true, value_name = "DIR", help_heading = "Guards", help = setting(SettingKey::Files).help)]
    pub files: Vec<PathBuf>,
    /// allow removals that follow from an incomplete list or a file without rows
    #[arg(long, global = true, help_heading = "Guards")]
    pub allow_empty_source: bool,
    /// allow real accounts to be deleted permanently
    #[arg(long, global = true, help_heading = "Guards")]
    pub allow_delete: bool,
    /// send commands even if the person is not among the active users that the run has read
    #[arg(
        long,
        global = true,
        value_name = "WHAT",
        hide_possible_values = true,
        help_heading = "Guards",
        help = "--unlisted=send: change people who are not among the active users that the run has listed"
    )]
    pub unlisted: Option<UnlistedPolicy>,
    /// when to read removals back: auto, always or never; without a value always
    #[arg(long, global = true, value_name = "WHEN", num_args = 0..=1, require_equals = true,
        default_missing_value = "always", hide_possible_values = true, value_enum, help_heading = "Guards")]
    pub verify: Option<VerifyWhen>,
    /// how long to wait, such as 10m, while another live run is changing the organization
    #[arg(long, global = true, value_name = "TIME", value_parser = length_of_time, help_heading = "Guards")]
    pub wait: Option<Duration>,
    /// memory that the script may use, such as 512M
    #[arg(long, global = true, value_name = "SIZE", value_parser = parse_size, help_heading = "Guards")]
    pub max_memory: Option<u64>,
    /// answer yes to every confirm() of the script
    #[arg(long, global = true, help_heading = "Guards")]
    pub yes: bool,
    /// write a row for each command (.csv, .json, .xlsx)
    #[arg(long, global = true, value_name = "FILE", help_heading = "Reports and journal")]
    pub report: Option<PathBuf>,
    /// do not keep a journal; the run cannot be resumed
    #[arg(long, global = true, help_heading = "Reports and journal")]
    pub no_journal: bool,
    /// the reason for the run, kept in the journal
    #[arg(long, global = true, value_name = "TEXT", help_heading = "Reports and journal")]
    pub reason: Option<String>,
    /// last script argument, kept out of the journal: env:NAME, file:PATH, - (stdin) or text
    #[arg(
        long = "secret-arg",
        global = true,
        value_name = "SOURCE",
        allow_hyphen_values = true,
        help_heading = "Reports and journal"
    )]
    pub secret_arguments: Vec<String>,
    /// read the column OLD by the name NEW
    #[arg(long = "column", global = true, value_name = "NEW=OLD", help_heading = "Files that scripts read",
        value_parser = column)]
    pub columns: Vec<(String, String)>,
    /// encoding of files that are not UTF-8
    #[arg(long, global = true, value_name = "LABEL", help_heading = "Files that scripts read",
        value_parser = encoding)]
    pub encoding: Option<String>,
    /// character between cells, or `tab`
    #[arg(long, global = true, value_name = "CHARACTER", help_heading = "Files that scripts read",
        value_parser = delimiter)]
    pub delimiter: Option<char>,
    /// sheet of Excel workbooks
    #[arg(long, global = true, value_name = "NAME", help_heading = "Files that scripts read")]
    pub sheet: Option<String>,
    /// when to use color: auto, always or never
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", hide_default_value = true,
        hide_possible_values = true, value_parser = colors())]
    pub color: ColorChoice,
}

/// When to read removals back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum VerifyWhen {
    /// Before a removal of people whom the run has not read.
    Auto,
    /// Before and after every removal.
    Always,
    /// Not at all.
    Never,
}

/// What to do with a command for someone who is not among the active users that the run has listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum UnlistedPolicy {
    /// Send it.
    Send,
}

/// A form of output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// For people.
    Table,
    /// For programs.
    Json,
    /// For programs, a line for each entry of a list.
    Jsonl,
    /// For spreadsheets.
    Csv,
    /// For Excel, into a file.
    Xlsx,
    /// The function reference for people.
    Text,
    /// The function reference for documents.
    Markdown,
}

/// When to use color.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Even into a file.
    Always,
    /// Not at all.
    Never,
}

/// What else to do.
#[derive(Debug, Subcommand)]
pub enum CliCommand {
    /// Run a script; the long form of `umapish SCRIPT`
    Run {
        /// The script and its arguments; `-` is standard input
        #[arg(value_name = "SCRIPT [ARG]", trailing_var_arg = true, required = true)]
        words: Vec<OsString>,
    },
    /// Show what a script would change, by running it on a copy
    Plan(PlanOptions),
    /// Make the changes of a plan, if nothing has changed since
    Apply {
        /// the plan
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// leave out what changed since the plan was made
        #[arg(long)]
        skip_changed: bool,
    },
    /// Make a plan that takes the changes of a run back
    Undo(UndoOptions),
    /// Approve a plan that another account made
    Approve {
        /// the plan
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Run code once for each row of a CSV file or workbook
    Each(EachOptions),
    /// Make groups follow the people of HR, a directory, or User Sync
    Sync(SyncOptions),
    /// Check scripts for mistakes without running them; no network
    Check {
        /// The scripts, or folders of scripts
        #[arg(value_name = "SCRIPT", required = true)]
        scripts: Vec<PathBuf>,
        /// form of the findings
        #[arg(short = 'o', long, value_name = "FORMAT", value_parser = formats(&["text", "json"]))]
        format: Option<OutputFormat>,
    },
    /// Translate a Python script to a draft in Rhai
    Translate {
        /// The Python script
        #[arg(value_name = "FILE.py")]
        file: PathBuf,
        /// write the draft to FILE instead of standard output
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// show what became of each line, instead of the draft
        #[arg(long)]
        lines: bool,
    },
    /// Show the function reference
    Functions {
        /// Part of a name, or a word of the description
        pattern: Option<String>,
        /// form of the reference
        #[arg(short = 'o', long, value_name = "FORMAT", value_parser = formats(&["text", "markdown", "json"]))]
        format: Option<OutputFormat>,
    },
    /// Show the guide: its topics, a page, or the passages with a word
    Guide {
        /// The page to show or search
        topic: Option<String>,
        /// list the passages that contain WORD
        #[arg(long, value_name = "WORD", value_parser = NonEmptyStringValueParser::new())]
        search: Option<String>,
    },
    /// Write a copy of the organization to a file, for sandbox --state
    Copy {
        /// the file to write; only you can read it
        #[arg(long, value_name = "FILE", required = true)]
        out: PathBuf,
    },
    /// Serve the sandbox organization on this machine, for any client
    Sandbox(SandboxOptions),
    /// Create a profile: ask for what it needs, then test it
    Init(InitOptions),
    /// Test a profile step by step, from its file to the organization
    Doctor,
    /// Print the command-line completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Write definition files (.d.rhai) for editors
    Definitions {
        /// The folder to write to
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// Finish an interrupted run in the same mode and organization
    Resume {
        /// id of the run, or its journal; on a terminal optional if only one run is unfinished
        #[arg(value_name = "RUN")]
        journal: Option<PathBuf>,
    },
    /// List the runs that were kept, or show or verify one
    Journal(JournalOptions),
}

/// How to take a run back.
#[derive(Debug, Clone, Args)]
pub struct UndoOptions {
    /// id of the run, or its journal
    #[arg(value_name = "RUN")]
    pub run: PathBuf,
    /// leave these people as they are: a name a line, or a table with a column `email`
    #[arg(long, value_name = "FILE")]
    pub except: Option<PathBuf>,
    /// keep the plan in FILE, for `umapish apply FILE --live`
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// folder of the journals, such as that of a colleague or of cron
    #[arg(long, value_name = "DIR")]
    pub journals: Option<PathBuf>,
}

/// How to plan a script.
#[derive(Debug, Clone, Args)]
pub struct PlanOptions {
    /// keep the plan in FILE, for `umapish apply FILE --live`
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// write a page about it
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// exit with 8 if there are changes
    #[arg(long)]
    pub exit_code: bool,
    /// The script and its arguments; `-` is standard input
    #[arg(value_name = "SCRIPT [ARG]", trailing_var_arg = true, required = true)]
    pub words: Vec<OsString>,
}

/// Which rows to run code for.
#[derive(Debug, Clone, Args)]
pub struct EachOptions {
    /// a CSV file or workbook; `-` is standard input
    pub file: String,
    /// the code; `row` has the cells, as in row.email
    pub code: String,
    /// only rows for which CODE is true, such as 'row.department == "Design"'
    #[arg(long = "where", value_name = "CODE")]
    pub condition: Option<String>,
    /// what args() returns
    #[arg(value_name = "ARG", trailing_var_arg = true)]
    pub words: Vec<OsString>,
}

/// Which map to carry out, or which configuration to translate.
#[derive(Debug, Clone, Args)]
pub struct SyncOptions {
    /// the map: which rows of which files belong into which groups (`umapish guide sync`)
    #[arg(value_name = "MAP.toml")]
    pub map: Option<String>,
    /// the people; without a map, their groups are in the column `groups`
    #[arg(long, value_name = "FILE")]
    pub users: Option<String>,
    /// translate a user-sync-config.yml of Adobe's User Sync into a map, and list what has no counterpart
    #[arg(long, value_name = "FILE", conflicts_with_all = ["map", "users"])]
    pub import: Option<PathBuf>,
    /// the new file for the translated map
    #[arg(long, value_name = "FILE", requires = "import")]
    pub out: Option<PathBuf>,
}

/// Which journals to look at, and how.
#[derive(Debug, Clone, Args)]
pub struct JournalOptions {
    /// folder of the journals, such as that of a colleague or of cron
    #[arg(long, value_name = "DIR", global = true)]
    pub journals: Option<PathBuf>,
    /// What to do with them.
    #[command(subcommand)]
    pub command: Option<JournalCommand>,
}

/// What to do with journals.
#[derive(Debug, Clone, Subcommand)]
pub enum JournalCommand {
    /// List the runs with their ids, the newest last
    List,
    /// Show a run, or everything that was done to a person
    Show {
        /// id of the run, or its journal; the newest by default
        #[arg(value_name = "RUN", conflicts_with = "person")]
        journal: Option<PathBuf>,
        /// all changes of a person, by e-mail or username, also under earlier and later names
        #[arg(long, value_name = "NAME")]
        person: Option<String>,
    },
    /// Verify that no line was changed, removed or moved
    Verify {
        /// id of the run, or its journal; the newest by default
        #[arg(value_name = "RUN")]
        journal: Option<PathBuf>,
    },
}

/// The settings of a new profile; missing ones are prompted for.
#[derive(Debug, Clone, Args)]
pub struct InitOptions {
    /// organization id, ending in @AdobeOrg
    #[arg(long, value_name = "ID")]
    pub org_id: Option<String>,
    /// client id (API key) of the Developer Console project
    #[arg(long, value_name = "ID")]
    pub client_id: Option<String>,
    /// command that prints the client secret; without it umapish asks and keeps the secret in a file
    #[arg(long, value_name = "COMMAND", conflicts_with = "client_secret_file")]
    pub client_secret_command: Option<String>,
    /// file that already holds the client secret
    #[arg(long, value_name = "FILE")]
    pub client_secret_file: Option<PathBuf>,
    /// do not test the profile
    #[arg(long)]
    pub no_test: bool,
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
    let mut command = forms::with_options_where_shown(declared());
    command = command.mut_subcommand("guide", |guide| guide.subcommands(topics));
    clap_complete::generate(shell, &mut command, "umapish", &mut text);
    script_completion::with_scripts(shell, String::from_utf8(text).unwrap_or_default())
}

/// How to serve the sandbox.
#[derive(Debug, Clone, Args)]
pub struct SandboxOptions {
    /// port on 127.0.0.1; any free port by default
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub port: u16,
    /// number of people in the organization
    #[arg(long, value_name = "N")]
    pub users: Option<usize>,
    /// file that the organization is loaded from and saved to
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// enforce the documented limits and return 429 above them
    #[arg(long)]
    pub throttle: bool,
    /// length of the minute in which calls are counted, such as 3s, for fast tests
    #[arg(long, value_name = "TIME", requires = "throttle", value_parser = length_of_time)]
    pub minute: Option<Duration>,
}

fn length_of_time(text: &str) -> Result<Duration, String> {
    duration(text).ok_or_else(|| "must be a length of time such as 3s".to_owned())
}

fn column(text: &str) -> Result<(String, String), String> {
    let named = text.split_once('=').map(|(new, old)| (new.trim().to_owned(), old.trim().to_owned()));
    let complete = named.filter(|(new, old)| !new.is_empty() && !old.is_empty());
    complete.ok_or_else(|| "must be a new and an old name, such as email=\"Adres e-mail\"".to_owned())
}

fn encoding(text: &str) -> Result<String, String> {
    let is_known = encoding_rs::Encoding::for_label_no_replacement(text.trim().as_bytes()).is_some();
    let usual = "must be a label of the WHATWG's list, such as windows-1250, windows-1252 or shift_jis";
    if is_known { Ok(text.to_owned()) } else { Err(usual.to_owned()) }
}

fn delimiter(text: &str) -> Result<char, String> {
    let mut letters = if text == "tab" || text == "\\t" { "\t" } else { text }.chars();
    match (letters.next(), letters.next()) {
        (Some(letter), None) if !['"', '\n', '\r'].contains(&letter) => Ok(letter),
        _ => Err("must be one character, such as ';', or `tab`".to_owned()),
    }
}

fn formats(names: &'static [&'static str]) -> impl TypedValueParser<Value = OutputFormat> {
    PossibleValuesParser::new(names).try_map(|name| OutputFormat::from_str(&name, false))
}

fn colors() -> impl TypedValueParser<Value = ColorChoice> {
    PossibleValuesParser::new(["auto", "always", "never"]).try_map(|name| ColorChoice::from_str(&name, false))
}

impl GlobalOptions {
    /// The requested mode, as a profile writes it.
    pub fn mode(&self) -> Option<&'static str> {
        match (self.test, self.live) {
            (true, _) => Some("test"),
            (_, true) => Some("live"),
            _ => None,
        }
    }

    /// The guards that are settings too.
    fn guards(&self) -> Vec<(SettingKey, String)> {
        let read_only = self.read_only.then(|| (SettingKey::ReadOnly, "true".to_owned()));
        let changes = self.max_changes.map(|count| (SettingKey::MaxChanges, count.to_string()));
        let removals = self.max_removals.clone().map(|text| (SettingKey::MaxRemovals, text));
        [read_only, changes, removals].into_iter().flatten().collect()
    }

    /// The settings among these options.
    pub fn choice(&self) -> CommandLineSettings {
        CommandLineSettings {
            profile: self.profile.clone(),
            file: self.config.clone(),
            mode: self.mode(),
            guards: self.guards(),
            team_file: cfg!(unix).then(|| TEAM_FILE.into()),
        }
    }
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

/// The script arguments that look like options of umapish, up to `--`.
pub fn misplaced(arguments: &[String]) -> Vec<&str> {
    let own = TopLevel::command();
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
mod tests {
    use super::*;

    fn cli(line: &str) -> Cli {
        try_cli(line).unwrap_or_else(|error| panic!("{line}: {error}"))
    }

    fn try_cli(line: &str) -> Result<Cli, clap::Error> {
        parse(std::iter::once("umapish").chain(line.split_whitespace()).map(OsString::from))
    }

    fn words(cli: &Cli) -> Vec<&str> {
        cli.top.words.iter().filter_map(|word| word.to_str()).collect()
    }

    #[test]
    fn the_declaration_is_valid() {
        Cli::command().debug_assert();
        TopLevel::command().debug_assert();
    }

    #[test]
    fn everything_after_the_script_belongs_to_it() {
        let cli = cli("--sandbox -q s.rhai a --live -o json -- -x");
        assert!(cli.top.global.sandbox && cli.top.global.quiet);
        assert!(!cli.top.global.live);
        assert_eq!(words(&cli), ["s.rhai", "a", "--live", "-o", "json", "--", "-x"]);
    }

    #[test]
    fn options_may_follow_the_code_of_e_until_the_first_argument() {
        let cli = cli("-e args() --sandbox check --live");
        assert_eq!(cli.top.eval.as_deref(), Some("args()"));
        assert!(cli.top.global.sandbox && !cli.top.global.live);
        assert_eq!(words(&cli), ["check", "--live"]);
    }

    #[test]
    fn the_code_of_e_may_begin_with_a_minus() {
        assert_eq!(cli("-e -1").top.eval.as_deref(), Some("-1"));
    }

    #[test]
    fn global_options_may_come_before_or_after_a_subcommand() {
        for line in ["--live -p acme run s.rhai --test", "run --live -p acme s.rhai --test"] {
            let cli = cli(line);
            assert_eq!(cli.top.global.mode(), Some("live"), "{line}");
            assert_eq!(cli.top.global.profile.as_deref(), Some("acme"));
            let Some(CliCommand::Run { words }) = cli.command else { panic!("{line}") };
            assert_eq!(words, ["s.rhai", "--test"]);
        }
    }

    #[test]
    fn every_subcommand_is_read_as_one_and_every_script_is_not() {
        for name in commands() {
            assert!(names_a_command(&[name.clone().into()]), "{name}");
        }
        for word in ["s.rhai", "-", "./check", "CHECK"] {
            assert!(!names_a_command(&[word.into(), "check".into()]), "{word}");
        }
        assert!(cli("--sandbox -q").command.is_none());
    }

    #[test]
    fn each_command_takes_its_own_formats() {
        assert!(try_cli("functions --format markdown").is_ok());
        assert!(try_cli("functions -o csv").is_err());
        assert!(try_cli("-o markdown s.rhai").is_err());
        let Some(CliCommand::Functions { format, .. }) = cli("functions get -o json").command else {
            panic!()
        };
        assert_eq!(format, Some(OutputFormat::Json));
    }

    #[test]
    fn every_shell_completes_the_topics_of_the_guide() {
        for shell in clap_complete::Shell::value_variants() {
            let text = completions(*shell);
            for page in PAGES {
                assert!(text.contains(page.topic), "{shell}: {}", page.topic);
            }
        }
    }

    #[test]
    fn the_shells_of_scripts_ask_for_the_options_of_a_script() {
        use clap_complete::Shell;
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let text = completions(shell);
            assert!(text.contains(script_completion::WORD), "{shell}");
            assert!(try_cli("--help").unwrap_err().to_string().find(script_completion::WORD).is_none());
        }
        let zsh = completions(Shell::Zsh);
        assert_eq!(zsh.matches("\n_umapish_of_clap() {").count(), 1);
        assert_eq!(zsh.matches("\n_umapish() {").count(), 1);
    }

    #[test]
    fn the_later_of_two_modes_counts() {
        assert_eq!(cli("--live --test s.rhai").top.global.mode(), Some("test"));
        assert_eq!(cli("--test --live s.rhai").top.global.mode(), Some("live"));
    }

    #[test]
    fn an_unknown_option_is_refused_before_the_script() {
        assert!(try_cli("--sandbx s.rhai").is_err());
        assert_eq!(words(&cli("s.rhai --sandbx")), ["s.rhai", "--sandbx"]);
    }

    #[test]
    fn arguments_spelled_like_our_options_are_found() {
        let arguments: Vec<_> =
            ["people.csv", "--live", "-q", "--format=json", "--other", "-z", "--", "--test"]
                .map(String::from)
                .into();
        assert_eq!(misplaced(&arguments), ["--live", "-q", "--format=json"]);
    }
}
