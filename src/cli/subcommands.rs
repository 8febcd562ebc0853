//! The subcommands and their own options.

use super::choices::OutputFormat;
use super::value_parsers::{formats, length_of_time};
use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

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
    /// Make a plan that undoes the changes of a run
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
        /// show what happened to each line, instead of the draft
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

/// How to undo a run.
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
    /// the map: which rows of which files belong in which groups (`umapish guide sync`)
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
