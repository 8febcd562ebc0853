//! `umapish journal`: the runs that were kept, one of them, or everything that was done to a person.

mod change_row;
mod folder;
mod list;
mod person;
mod person_names;
mod show;

use crate::cli::{JournalCommand, JournalOptions};
use crate::error::Result;
use crate::output::Output;
use crate::shell::diagnostic::show_error;
use crate::shell::exit_code::RunExit;
use crate::store::journal::directory;
use crate::store::journal::reader;
use crate::store::journal::record::{EndRecord, JournalRecord};
use folder::JournalFolder;
use serde::de::IgnoredAny;
use std::path::Path;

/// Carries out the command; `is_formatted` says whether the operator chose a form with `-o`.
pub(crate) fn run(options: JournalOptions, is_formatted: bool, output: &Output) -> RunExit {
    let folder = JournalFolder(options.journals);
    let done = match options.command {
        None | Some(JournalCommand::List) => list::list(&folder, is_formatted, output),
        Some(JournalCommand::Show { person: Some(name), .. }) => {
            person::show(&folder, &name, is_formatted, output)
        }
        Some(JournalCommand::Show { journal, person: None }) => {
            folder.chosen(journal).and_then(|path| show::show(&folder, &path, is_formatted, output))
        }
        Some(JournalCommand::Verify { journal }) => {
            folder.chosen(journal).and_then(|path| verify(&path, output))
        }
    };
    match done {
        Ok(()) => RunExit::Done,
        Err(error) => {
            show_error(&error, output);
            RunExit::of_refusal(error.kind.name())
        }
    }
}

fn verify(path: &Path, output: &Output) -> Result<()> {
    let name = path.display().to_string();
    let (mut last_end, mut request) = (None, 0);
    let found = reader::scan::<IgnoredAny>(&name, directory::open(path)?, |entry| {
        last_end = None;
        match entry.record {
            JournalRecord::Request(record) => request = record.number,
            JournalRecord::End(end) => last_end = Some(end),
            _ => {}
        }
        Ok(())
    })?;
    if found.lines == 0 {
        return Err(reader::headless(&name));
    }
    let torn = if found.torn > 0 {
        format!(", and {} bytes of an incomplete line", found.torn)
    } else {
        String::new()
    };
    let end = match last_end {
        Some(EndRecord { exit, .. }) => format!("ended, exit {exit}"),
        None => format!("no end record: interrupted after request {request}"),
    };
    output.data(&format!("{name}: {} lines, all complete and in order{torn}; {end}", found.lines));
    Ok(())
}
