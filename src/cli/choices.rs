//! The options that take one of a few words.

use clap::ValueEnum;

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
