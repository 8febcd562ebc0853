//! The options that every form of the command line knows.

use super::choices::{ColorChoice, OutputFormat, UnlistedPolicy, VerifyWhen};
use super::value_parsers::{colors, column, delimiter, encoding, formats, length_of_time};
use crate::config::table::{SettingKey, setting};
use crate::config::values::CommandLineSettings;
use crate::quantity::parse_size;
use clap::Args;
use std::path::PathBuf;
use std::time::Duration;

/// The configuration that a team shares.
const TEAM_FILE: &str = "/etc/umapish/config.toml";

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
    /// form of values: table, json, jsonl, csv or xlsx; by default table on a terminal, else json
    #[arg(short = 'o', long, global = true, value_name = "FORMAT", hide_possible_values = true, value_parser = formats(&["table", "json", "jsonl", "csv", "xlsx"]))]
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
        help = "the only users and groups that may be changed"
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
    /// row or line with the header
    #[arg(long, global = true, value_name = "N", help_heading = "Files that scripts read",
        value_parser = clap::value_parser!(u16).range(1..))]
    pub header_row: Option<u16>,
    /// hidden rows of Excel workbooks: skip or read
    #[arg(long, global = true, value_name = "WHAT", help_heading = "Files that scripts read",
        hide_possible_values = true, value_parser = ["skip", "read"])]
    pub hidden: Option<String>,
    /// when to use color: auto, always or never
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", hide_default_value = true,
        hide_possible_values = true, value_parser = colors())]
    pub color: ColorChoice,
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
