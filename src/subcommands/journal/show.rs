//! One run: what was run, by whom, and each of its changes.

use super::change_row;
use super::folder::JournalFolder;
use super::list::{script, state};
use crate::error::Result;
use crate::output::Output;
use crate::output::table::pairs;
use crate::session::journal::history::{self, HistoryEvent};
use crate::shell::humanize::local_time;
use crate::store::journal::directory;
use crate::store::journal::journaled_run::JournaledRun;
use crate::wire::mode::Mode;
use std::path::Path;

/// Shows a run.
pub(super) fn show(folder: &JournalFolder, path: &Path, is_formatted: bool, output: &Output) -> Result<()> {
    let name = path.display().to_string();
    let id = folder.ids().unwrap_or_default().short(path);
    if is_formatted {
        let mut rows = Vec::new();
        history::read(&name, directory::open(path)?, |event| {
            if let HistoryEvent::Change(change) = event {
                rows.push(change_row::row(&id, &change));
            }
            Ok(())
        })?;
        change_row::print(rows, output);
        return Ok(());
    }
    // The head alone, since what is broken below it is reported where it is.
    let run = directory::open(path).and_then(|mut file| JournaledRun::of(path, &mut file));
    if let Ok(run) = &run {
        let lines = described(&id, run);
        // Its cells have nothing that could drive the terminal; the colors are ours.
        output.data(&pairs(&lines, output.width(), output.data_palette()));
        output.data("");
    }
    history::read(&name, directory::open(path)?, |event| {
        match event {
            HistoryEvent::Begun(..) => {}
            HistoryEvent::Resumed(time, again) => {
                let (user, host) = (&again.user, &again.host);
                output.data_as_shown(&format!("{}  resumed by {user} on {host}", local_time(time)));
            }
            HistoryEvent::Change(change) => output.data_as_shown(&change_row::line(&change)),
            HistoryEvent::Ended(time, exit) => {
                output.data(&format!("{}  ended, exit {exit}", local_time(time)));
            }
        }
        Ok(())
    })
}

/// What the head of the journal says, a line each.
fn described(id: &str, run: &JournaledRun) -> Vec<(String, String)> {
    let head = &run.head;
    let mode = match head.mode {
        Mode::Live => "live: made changes",
        Mode::Test => "test: made no changes",
    };
    let counts = format!("{} done, {} failed, {} left", run.done, run.failed, run.left);
    let lines = [
        ("run", Some(id.to_owned())),
        ("script", Some(script(run))),
        ("plan", head.plan.as_ref().map(|sha256| format!("SHA-256 {sha256}"))),
        ("organization", head.organization.clone()),
        ("mode", Some(mode.to_owned())),
        ("started", Some(format!("{} by {} on {}", local_time(run.started), head.user, head.host))),
        ("reason", head.reason.clone()),
        ("state", Some(format!("{}: {counts}", state(run)))),
        ("journal", Some(run.path.display().to_string())),
    ];
    let given = lines.into_iter().filter_map(|(name, value)| Some((name, value?)));
    given.filter(|(_, value)| !value.is_empty()).map(|(name, value)| (name.to_owned(), value)).collect()
}
