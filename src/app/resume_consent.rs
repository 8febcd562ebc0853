//! Whether an interrupted run may continue: a journal says what was done, not that the operator wants it again.

use crate::cli::GlobalOptions;
use crate::error::{Error, ErrorKind, Result};
use crate::output::Output;
use crate::output::table::pairs;
use crate::shell::console;
use crate::shell::humanize::rounded;
use crate::store::journal::record::HeadRecord;
use crate::store::journal::unfinished_runs;
use crate::wire::invisible::revealed;
use crate::wire::mode::Mode;
use jiff::Timestamp;
use std::io::{IsTerminal, stdin};
use std::path::Path;
use std::time::Duration;

/// Shows the run and asks on a terminal; without one, the options that allow changes have to be given again.
///
/// # Errors
/// `guard`: the operator does not want to continue it. `usage`: an option has to be given again. `interrupted`.
pub(super) fn obtain(
    global: &GlobalOptions,
    path: &Path,
    (started, head): (Timestamp, &HeadRecord),
    output: &Output,
) -> Result<()> {
    if !stdin().is_terminal() {
        return require_options(global, path, head);
    }
    let lines = described(path, started, head);
    output.message(&pairs(&lines, output.width(), output.palette()));
    if console::is_confirmed("Continue this run? [yes/no] ")? {
        return Ok(());
    }
    let message = "refused: you did not answer yes, and nothing was changed".to_owned();
    Err(ErrorKind::Guard { message, hint: "umapish journal show prints the run.".to_owned() }.into())
}

fn require_options(global: &GlobalOptions, path: &Path, head: &HeadRecord) -> Result<()> {
    let needed = [
        ("--live", head.mode == Mode::Live, global.live),
        ("--allow-delete", head.guards.allow_delete, global.allow_delete),
    ];
    let of_run: Vec<_> = needed.iter().filter(|(_, had, _)| *had).map(|(option, ..)| *option).collect();
    if needed.iter().all(|(_, had, given)| !had || *given) {
        return Ok(());
    }
    let options = of_run.join(" ");
    let message = format!("the run had {options}; without a terminal, resuming it takes that again");
    Err(Error::usage_with_hint(message, format!("Run: umapish {options} resume {}", path.display())))
}

/// What the operator has to know, a line each.
fn described(path: &Path, started: Timestamp, head: &HeadRecord) -> Vec<(String, String)> {
    let deletes = if head.guards.allow_delete { ", may delete accounts permanently" } else { "" };
    let mode = match head.mode {
        Mode::Live => format!("live: makes changes{deletes}"),
        Mode::Test => "test: makes no changes".to_owned(),
    };
    let age = Duration::try_from(Timestamp::now().duration_since(started));
    let age = age.map_or_else(|_| "in the future".to_owned(), |age| format!("{} ago", rounded(age)));
    let left = match unfinished_runs::of_journal(path) {
        Some(run) => format!("{} done, {} open", run.done, run.open),
        None => "nothing that the journal knows of".to_owned(),
    };
    let words: Vec<_> =
        std::iter::once(&head.script.name).chain(&head.arguments).map(String::as_str).collect();
    [
        ("organization", head.organization.clone().unwrap_or_default()),
        ("mode", mode),
        ("script", words.join(" ")),
        ("started", format!("{started} ({age}) by {} on {}", head.user, head.host)),
        ("left", left),
        ("journal", path.display().to_string()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), revealed(&value)))
    .collect()
}
